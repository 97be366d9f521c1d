package multilevel_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/multilevel"
)

// patients rise by 1 to 3 a day, those from higher levels by more.
func patients() datasets.Groups {
	file := "patient,day,value\n"
	for i, patient := range []string{"ann", "bob", "cid", "dan", "eve", "fay"} {
		for day := range 6 {
			file += fmt.Sprintf("%s,%d,%d\n", patient, day, 10*(i%3)+(1+i%3)*day+(i+day*day)%2)
		}
	}
	t, err := datasets.ReadTargets(strings.NewReader(file), "value", datasets.GroupBy("patient"))
	if err != nil {
		panic(err)
	}
	g, err := t.Groups("patient")
	if err != nil {
		panic(err)
	}
	g.N = 4
	return g
}

// From a few values of a new patient a mixed model says more about the next than one fit to the
// values of all others.
func ExampleModel() {
	training, test, err := patients().Split(datasets.Rand(1, "example"), 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	groups, err := training.Whole()
	if err != nil {
		fmt.Println(err)
		return
	}
	pooled, err := multilevel.Pooled(groups)
	if err != nil {
		fmt.Println(err)
		return
	}
	mixed, err := multilevel.Mixed(context.Background(), groups, multilevel.Chosen)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := test.Sample(datasets.Rand(2, "example"), 1)
	fmt.Printf("the value after three others is %.1f %v\n", b.Z[3], err)
	for _, m := range []multilevel.Model{pooled, mixed} {
		mean, variance, err := m.Regress(context.Background(), b, []int{0, 1, 3})
		fmt.Printf("%s: after none, one, three %.1f, with variances %.2f %v\n", m.Name(), mean, variance, err)
	}
	// Output:
	// the value after three others is -1.2 <nil>
	// pooled least squares: after none, one, three [0.3 -0.1 0.1], with variances [0.96 0.96 0.96] <nil>
	// mixed model: after none, one, three [0.3 -1.4 -1.3], with variances [1.44 0.01 0.00] <nil>
}

// With a random intercept alone the covariance is 0 but for that of the intercept.
func ExampleSlopes() {
	groups, err := patients().Whole()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, slopes := range []multilevel.Slopes{multilevel.NoSlopes, multilevel.Correlated} {
		m, err := multilevel.Mixed(context.Background(), groups, slopes)
		fmt.Printf("%-10s %.2f %v\n", slopes, m.Cov, err)
	}
	// Output:
	// none       [[1.06 0.00] [0.00 0.00]] <nil>
	// correlated [[1.06 0.14] [0.14 0.02]] <nil>
}
