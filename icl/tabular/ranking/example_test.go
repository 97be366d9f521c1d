package ranking_test

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/penguins"
	"github.com/goicl/goicl/datasets/tables"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/tabular"
	"github.com/goicl/goicl/icl/tabular/ranking"
	"github.com/goicl/goicl/icl/train"
)

// shares is a method of one's own: it looks at no input and answers with the shares of the
// classes.
type shares struct{}

func (shares) Name() string { return "shares" }

func (shares) Predict(_ context.Context, known, test datasets.Table) ([][]float64, error) {
	p := make([]float64, len(known.Classes))
	for _, y := range known.Y {
		p[y] += 1 / float64(len(known.Y))
	}
	return slices.Repeat([][]float64{p}, len(test.X)), nil
}

// birds are two tables.
func birds() []ranking.Named {
	all, err := penguins.Table()
	if err != nil {
		panic(err)
	}
	two, err := all.Select([]string{"Adelie", "Chinstrap"}, all.Features[:2])
	if err != nil {
		panic(err)
	}
	return []ranking.Named{{Name: "three species", Table: all}, {Name: "two species, by their bills", Table: two}}
}

// report compares two methods on them.
func report() *ranking.Report {
	methods := []ranking.Method{shares{}, ranking.Fitted{Of: baseline.NearestMean{}}}
	r, err := ranking.Tables(context.Background(), birds(), methods, ranking.Options{Rows: []int{6}, Splits: 5, Queries: 30})
	if err != nil {
		panic(err)
	}
	return r
}

// A method of your own is compared with others on tables of your own.
func ExampleReport() {
	for _, row := range report().Table(6).Rows {
		fmt.Println(row[0], row[1])
	}
	// Output:
	// nearest mean 1.00 [1.00, 1.00]
	// shares 2.00 [2.00, 2.00]
}

// A cell has a value for each split.
func ExampleCell() {
	c := report().Cells[0]
	fmt.Printf("%s, %s: %d splits, log-loss %.3f in the first\n", c.Table, c.Method, len(c.Loss), c.Loss[0])
	// Output: three species, shares: 5 splits, log-loss 1.099 in the first
}

// Rows that few tables have are left out.
func ExampleOptions() {
	o := ranking.Options{Rows: []int{6, 130}, Splits: 2, Queries: 30}
	r, err := ranking.Tables(context.Background(), birds(), []ranking.Method{shares{}}, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.At(130), r.Left)
	// Output: [three species] [two species, by their bills at 130 rows]
}

// Each method gets the labelled rows and those to predict as tables.
func ExampleMethod() {
	t := birds()[0].Table
	var m ranking.Method = shares{}
	p, err := m.Predict(context.Background(), t, t)
	fmt.Printf("%.2f %v\n", p[0], err)
	// Output: [0.44 0.20 0.36] <nil>
}

// A table keeps its methods.
func ExampleNamed() {
	fmt.Println(birds()[1])
	// Output: 219 rows of 2 inputs and 2 classes of species (Adelie, Chinstrap)
}

// Any classifier can be fitted to the labelled rows.
func ExampleFitted() {
	fmt.Println(ranking.Fitted{Of: baseline.Logistic{L2: 10}}.Name())
	// Output: logistic regression
}

// The number of neighbours is chosen anew for each set of labelled rows.
func ExampleTuned() {
	var of []ranking.Method
	for k := 1; k <= 9; k += 4 {
		of = append(of, ranking.Fitted{Of: baseline.KNN{K: k}})
	}
	t := birds()[0].Table
	p, err := ranking.Tuned{Label: "neighbours", Of: of}.Predict(context.Background(), t, t)
	fmt.Println(len(p), err)
	// Output: 342 <nil>
}

// A model reads the labelled rows in context.
func ExampleInContext() {
	_, err := ranking.InContext{}.Predict(context.Background(), birds()[0].Table, birds()[0].Table)
	fmt.Println(err)
	// Output: ranking: no model; make one with tabular.Train
}

// The first method is what others are compared with.
func ExampleReport_Gaps() {
	gap := report().Gaps(eval.LogLoss, 6)[0]
	fmt.Printf("%s: %d tables, log-loss lower on the first: %v\n", gap.Learner, len(gap.Mean), gap.Hi[0] < 0)
	// Output: nearest mean: 2 tables, log-loss lower on the first: true
}

// A ProtoNet that was trained on synthetic tables reads the labelled rows as examples.
func ExamplePretrained() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "ranking")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	cfg := train.Config{Learner: metalearner.ProtoNet{Width: 8}, Tasks: tables.Prior{N: 30, Columns: 4, Classes: 3}, Recipe: tabular.Recipe(200)}
	f, err := train.Train(ctx, cfg, train.WithDir(dir))
	if err != nil {
		panic(err)
	}
	table := birds()[0].Table
	p, err := ranking.Pretrained{Of: f}.Predict(ctx, table, table)
	if err != nil {
		panic(err)
	}
	right := 0
	for i, y := range table.Y {
		if p[i][y] == slices.Max(p[i]) {
			right++
		}
	}
	fmt.Println(len(p), "rows of", len(p[0]), "classes; more than two thirds right:", 3*right > 2*len(p))
	// Output: 342 rows of 3 classes; more than two thirds right: true
}
