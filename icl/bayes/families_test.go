package bayes_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// TestVarianceIsTheError: without noise, and where no standardized residual exists
// since the answer may be certain, the squared error of a predictor that knows its
// variance is on average that variance. It is for the arc-cosine process at any number
// of hidden units, since an error of predictors linear in the targets depends on
// second moments alone.
func TestVarianceIsTheError(t *testing.T) {
	for name, c := range map[string]struct {
		r     eval.Regressor
		tasks datasets.Sampler
		at    []int
	}{
		"quadratic":      {bayes.Quadratic{}, regression.Quadratic{D: 8, N: 13}, eval.AllLengths(13)},
		"mixed terms":    {bayes.Quadratic{Mixed: true}, regression.Quadratic{D: 5, N: 21, Mixed: true}, []int{0, 1, 5, 10, 15, 20}},
		"tree":           {bayes.Tree{}, regression.Tree{N: 101}, []int{0, 1, 2, 5, 10, 20, 40, 70, 100}},
		"stump":          {bayes.Tree{Depth: 1}, regression.Tree{N: 13, D: 3, Depth: 1}, eval.AllLengths(13)},
		"deep tree":      {bayes.Tree{Depth: 6}, regression.Tree{N: 61, D: 5, Depth: 6}, []int{1, 7, 20, 40, 60}},
		"relu":           {bayes.ReLUNet{}, regression.ReLUNet{D: 5}, []int{0, 1, 2, 5, 10, 20, 40}},
		"few units":      {bayes.ReLUNet{}, regression.ReLUNet{D: 2, N: 13, Hidden: 2}, eval.AllLengths(13)},
		"skewed":         {bayes.Quadratic{}, regression.Quadratic{D: 8, N: 13, Inputs: regression.Inputs{Strategy: "skewed"}}, eval.AllLengths(13)},
		"masked":         {bayes.Tree{}, regression.Tree{D: 6, Inputs: regression.Inputs{Dims: 3}}, []int{1, 5, 40}},
		"opposite":       {bayes.ReLUNet{}, regression.ReLUNet{D: 5, N: 9, Inputs: regression.Inputs{Strategy: "opposite-quadrants"}}, []int{8}},
		"domain":         {mustDomainBayes(t, slanted), slanted, eval.AllLengths(11)},
		"sine":           {bayes.Sinusoid{}, regression.Sinusoid{}, []int{0, 1, 2, 5}},
		"noisy sine":     {bayes.Sinusoid{Noise: .5}, regression.Sinusoid{Noise: .5}, []int{0, 1, 3}},
		"query repeated": {bayes.Tree{}, regression.Tree{N: 9, Inputs: regression.Inputs{Strategy: "overlapping"}}, []int{8}},
	} {
		b := predicttest.Draw(c.tasks, 1000)
		mean, variance := predicttest.Regress(c.r, b, c.at...)
		for i, n := range c.at {
			gaps, predicted := make([]float64, b.T), 0.0
			for task := range gaps {
				k := task*len(c.at) + i
				gaps[task] = math.Pow(float64(b.Z[task*b.N+n])-float64(mean[k]), 2) - float64(variance[k])
				predicted += float64(variance[k]) / float64(b.T)
			}
			gap, sd := stat.MeanStdDev(gaps, nil)
			if se := sd / math.Sqrt(float64(b.T)); math.Abs(gap) > 4*se+1e-5 {
				t.Errorf("%s: after %d examples the error is %+.4f from the variance predicted, %.4f; standard error %.4f", name, n, gap, predicted, se)
			}
		}
	}
}

// TestTreeByEnumeration compares with all trees of depth 2 in 3 dimensions: 27 of
// them, with the same chance.
func TestTreeByEnumeration(t *testing.T) {
	b := predicttest.Draw(regression.Tree{N: 6, D: 3, Depth: 2}, 50)
	mean, variance := predicttest.Regress(bayes.Tree{Depth: 2}, b, eval.AllLengths(6)...)
	for task := range b.T {
		for n := range b.N {
			trees, sum, squares := 0., 0., 0.
			for k := range 27 {
				coordinate := [3]int{k % 3, k / 3 % 3, k / 9}
				value, ok := leafValue(b, task, n, coordinate)
				if ok {
					trees, sum, squares = trees+1, sum+value[0], squares+value[1]
				}
			}
			m := sum / trees
			if i := task*b.N + n; !near(mean[i], m, 1e-5) || !near(variance[i], squares/trees-m*m, 1e-5) {
				t.Errorf("task %d after %d examples: mean %g, variance %g; want %g, %g", task, n, mean[i], variance[i], m, squares/trees-m*m)
			}
		}
	}
}

// leafValue returns mean and mean square of the query's target under a tree of depth
// 2; ok is false if the examples are not sorted as their targets say.
func leafValue(b *datasets.Batch, task, n int, coordinate [3]int) (moments [2]float64, ok bool) {
	leaf := func(x []float32) int {
		if x[coordinate[0]] <= 0 {
			return sign(x[coordinate[1]])
		}
		return 2 + sign(x[coordinate[2]])
	}
	z, moments := map[int]float32{}, [2]float64{0, 1}
	for i := range n {
		for j := range i {
			if (leaf(b.Point(task, i)) == leaf(b.Point(task, j))) != (b.Z[task*b.N+i] == b.Z[task*b.N+j]) {
				return moments, false
			}
		}
		z[leaf(b.Point(task, i))] = b.Z[task*b.N+i]
	}
	if v, ok := z[leaf(b.Point(task, n))]; ok {
		moments = [2]float64{float64(v), float64(v) * float64(v)}
	}
	return moments, true
}

func sign(x float32) int {
	if x > 0 {
		return 1
	}
	return 0
}

// TestTreeUnexplained: examples that no tree explains say nothing.
func TestTreeUnexplained(t *testing.T) {
	b := datasets.NewBatch(1, 4, 1, 0)
	copy(b.X, []float32{1, 2, -1, 1})
	copy(b.Z, []float32{3, 4, 5})
	mean, variance := predicttest.Regress(bayes.Tree{Depth: 1}, b, 1, 2, 3)
	if mean[0] != 3 || variance[0] != 0 || mean[1] != 0 || variance[1] != 1 || mean[2] != 0 || variance[2] != 1 {
		t.Errorf("means %g, variances %g; want 3, 0, 0 and 0, 1, 1", mean, variance)
	}
}

// TestNothingBeatsBestFor: on each family no other predictor has less error than the
// best known beyond noise.
func TestNothingBeatsBestFor(t *testing.T) {
	rivals := append(slices.Clone(classicalRegressors), baseline.Lasso{}, baseline.GreedyTree{}, baseline.GreedyTree{AtZero: true},
		baseline.Network{Hidden: 10}, bayes.Linear{}, bayes.Quadratic{}, bayes.Tree{}, bayes.ReLUNet{})
	for _, family := range []regression.Family{
		regression.Linear{D: 8, Noise: .5}, regression.Sparse{D: 8, K: 2}, regression.Pool{D: 8, Size: 16},
		regression.Quadratic{D: 8}, regression.Quadratic{D: 3, N: 13, Mixed: true}, regression.ReLUNet{D: 8}, regression.Tree{D: 8}, slanted, regression.Domains{Tasks: 1, Shape: "lowrank"},
	} {
		best, err := bayes.BestFor(family)
		if err != nil {
			t.Fatal(err)
		}
		b := predicttest.Draw(family, 100)
		errorsOf := func(r eval.Predictor) []float64 {
			e, err := eval.Evaluate(context.Background(), r, family.Name(), b, []int{4, 10, b.N - 1}, eval.WithUnit(best.Scale))
			if err != nil {
				t.Fatal(err)
			}
			return e.Summarize(0).Of(eval.SquaredError).PerTask
		}
		own := errorsOf(best.Predictor)
		for _, r := range rivals {
			gap := eval.Interval(eval.Differences([][]float64{errorsOf(r)}, [][]float64{own}))
			if gap.Mean < -3*gap.SE-1e-6 {
				t.Errorf("%s: %T has %.5f less error than the best known, standard error %.5f", family.Name(), r, -gap.Mean, gap.SE)
			}
		}
	}
}

// TestBestForScale: the scale is the error of who always says 0.
func TestBestForScale(t *testing.T) {
	all := []regression.Family{regression.Quadratic{N: 3, D: 6, Mixed: true}}
	for _, name := range regression.Families() {
		family, err := regression.ByName(name, 1, 3, 6)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, family)
	}
	for _, family := range all {
		name := family.Name()
		best, err := bayes.BestFor(family)
		if err != nil {
			t.Fatal(err)
		}
		if domains, ok := family.(regression.Domains); ok {
			domains.Tasks = 1 // for tasks that are independent of each other
			family = domains
		}
		b := predicttest.Draw(family, 20_000)
		if !b.Regression() {
			_, isClassifier := best.Predictor.(eval.Classifier)
			if !isClassifier || best.Scale != 0 {
				t.Errorf("%s: best %+v, want a predictor of labels", name, best)
			}
			continue
		}
		var squares []float64
		for task := range b.T {
			squares = append(squares, float64(b.Z[3*task])*float64(b.Z[3*task]))
		}
		mean, sd := stat.MeanStdDev(squares, nil)
		if se := sd / math.Sqrt(float64(b.T)); math.Abs(mean-best.Scale) > 4*se {
			t.Errorf("%s: scale %g, but the mean square of targets is %.3f ± %.3f", name, best.Scale, mean, se)
		}
	}
}

func TestBestForErrors(t *testing.T) {
	best := func(f regression.Family) error {
		_, err := bayes.BestFor(f)
		return err
	}
	for want, err := range map[string]error{
		"no family to predict":                           best(nil),
		"bayes: regression: noise is -1":                 best(regression.Linear{Noise: -1}),
		`no predictor is known for the family "mystery"`: best(mystery{}),
	} {
		checkOneLine(t, err, want)
	}
	for name, c := range map[string]struct {
		family regression.Family
		bayes  bool
	}{
		"linear": {regression.Linear{}, true}, "domain": {slanted, true}, "domains": {regression.Domains{}, false}, "relu": {regression.ReLUNet{}, false},
		"sparse": {regression.Sparse{Inputs: regression.Inputs{Dims: 20}}, true},
		"masked": {regression.Sparse{Inputs: regression.Inputs{Dims: 19}}, false},
		"mixed":  {regression.Sparse{Inputs: regression.Inputs{Least: 19}}, false},
	} {
		if got, err := bayes.BestFor(c.family); err != nil || got.Bayes != c.bayes {
			t.Errorf("%s: Bayes is %t, error %v; want %t", name, got.Bayes, err, c.bayes)
		}
	}
}

// mystery is a user-defined family.
type mystery struct{ regression.Linear }

func (mystery) Name() string { return "mystery" }

func ExampleBestFor() {
	for _, family := range []regression.Family{regression.Tree{}, regression.ReLUNet{}} {
		best, err := bayes.BestFor(family)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %s, Bayes: %t, error of 0: %g\n", family.Name(), best.Predictor.Name(), best.Bayes, best.Scale)
	}
	// Output:
	// tree: Bayes, Bayes: true, error of 0: 1
	// relu: arc-cosine process, Bayes: false, error of 0: 20
}
