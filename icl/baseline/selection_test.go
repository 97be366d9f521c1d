package baseline

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// TestSelectionFindsTheFamily: among the Bayes predictors of three families, the
// likelihood of the context picks the one that the tasks come from, nearly always
// after 30 examples.
func TestSelectionFindsTheFamily(t *testing.T) {
	of := []eval.Predictor{bayes.Amort{}, bayes.Pair{}, bayes.Radius{}}
	for _, family := range []string{"amort", "pair", "radius"} {
		s, err := synthetic.ByName(family, 1, 50)
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.Sample(datasets.Rand(5, family), 200)
		if err != nil {
			t.Fatal(err)
		}
		own := of[slices.Index([]string{"amort", "pair", "radius"}, family)]
		want, err := eval.Predict(t.Context(), own, b, []int{30})
		if err != nil {
			t.Fatal(err)
		}
		got, err := Selection{of}.Predict(t.Context(), b, []int{30})
		if err != nil {
			t.Fatal(err)
		}
		same := 0
		for i := range got {
			if got[i] == want[i] {
				same++
			}
		}
		if share := float64(same) / float64(len(got)); share < .97 {
			t.Errorf("%s: the selected prediction is the family's own in %.3f of queries", family, share)
		}
	}
}

// spy records what it is asked: the context and the query of every call.
type spy struct{ seen *[][]float32 }

func (spy) Name() string { return "spy" }

func (s spy) Predict(_ context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	out := make([]float32, b.T*len(at)*b.C)
	for i := range out {
		out[i] = .5
	}
	for t := range b.T {
		for _, n := range at {
			*s.seen = append(*s.seen, append(slices.Clone(b.X[t*b.N:t*b.N+n]), -1, b.X[t*b.N+n]))
		}
	}
	return out, nil
}

// numbered is one task whose point i has the input i.
func numbered(points int) *datasets.Batch {
	b := datasets.NewBatch(1, points, 1, 2)
	for i := range b.X {
		b.X[i] = float32(i)
	}
	return b
}

func TestWhatSelectionAsks(t *testing.T) {
	for name, test := range map[string]struct {
		p    func(of []eval.Predictor) eval.Classifier
		want [][]float32 // context, -1, query
	}{
		"leave one out": {
			func(of []eval.Predictor) eval.Classifier { return Selection{of} },
			[][]float32{{0, 1, 2, -1, 3}, {1, 2, -1, 0}, {0, 2, -1, 1}, {0, 1, -1, 2}},
		},
		"points after the query": {
			func(of []eval.Predictor) eval.Classifier { return BestOf{of} },
			[][]float32{{0, 1, 2, -1, 3}, {0, 1, 2, -1, 4}, {0, 1, 2, -1, 5}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var seen [][]float32
			if _, err := test.p([]eval.Predictor{spy{&seen}}).Predict(t.Context(), numbered(6), []int{3}); err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(seen, test.want, slices.Equal) {
				t.Errorf("asked %v, want %v", seen, test.want)
			}
		})
	}
}

// TestBestOfBoundsItsMembers: on tasks of each family it does as well as the
// family's own predictor, to within the chance of a better guess by another.
func TestBestOfBoundsItsMembers(t *testing.T) {
	of := []eval.Predictor{NearestMean{}, KNN{}, Logistic{}}
	b, err := synthetic.Radius{N: 60}.Sample(datasets.Rand(6, "best"), 300)
	if err != nil {
		t.Fatal(err)
	}
	accuracy := func(p eval.Predictor) float64 {
		s, err := eval.Evaluate(t.Context(), p, "radius", b, []int{5, 20})
		if err != nil {
			t.Fatal(err)
		}
		return eval.Interval([][]float64{s.Summarize(0).Of(eval.Accuracy).PerTask}).Mean
	}
	best := accuracy(BestOf{of})
	for _, p := range of {
		if a := accuracy(p); a > best+.02 {
			t.Errorf("%s is right in %.3f, the best of the set in %.3f", p.Name(), a, best)
		}
	}
}

// TestSelectionOfRegressors: it answers as the one with the least sum of squared errors at
// points that are left out in turn, and as the first before any example.
func TestSelectionOfRegressors(t *testing.T) {
	b, err := regression.Linear{N: 7, D: 2, Noise: 1}.Sample(datasets.Rand(8, "selection"), 40)
	if err != nil {
		t.Fatal(err)
	}
	of := []eval.Regressor{KNN{}, LeastSquares{}, bayes.Linear{Noise: 3}}
	choice, taken := Selection{}, map[int]int{}
	for _, r := range of {
		choice.Of = append(choice.Of, r)
	}
	for _, n := range []int{0, 1, 6} {
		got, variance := predicttest.Regress(choice, b, n)
		if variance != nil {
			t.Errorf("variances %v", variance)
		}
		for task := range b.T {
			best, least := 0, math.Inf(1)
			for k, r := range of {
				sum := 0.
				for left := range n {
					one := datasets.NewBatch(1, n, b.D, 0)
					for to, from := range append(slices.Delete(eval.AllLengths(n), left, left+1), left) {
						copy(one.Point(0, to), b.Point(task, from))
						one.Z[to] = b.Z[task*b.N+from]
					}
					m, _ := predicttest.Target(r, one)
					gap := float64(m) - float64(one.Z[n-1])
					sum += gap * gap
				}
				if sum < least {
					best, least = k, sum
				}
			}
			if want, _ := predicttest.Regress(of[best], b.Slice(task, task+1), n); want[0] != got[task] {
				t.Errorf("task %d after %d examples: %g, want %g of %s", task, n, got[task], want[0], of[best].Name())
			}
			taken[best]++
		}
	}
	if len(taken) != len(of) {
		t.Errorf("only %v of the regressors were ever best", taken)
	}
}

func TestSelectionRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		p    eval.Classifier
		at   []int
		want string
	}{
		"no predictors":           {Selection{}, []int{2}, "no predictors"},
		"n too large":             {Selection{[]eval.Predictor{KNN{}}}, []int{6}, "n = 6"},
		"nothing after the query": {BestOf{[]eval.Predictor{KNN{}}}, []int{5}, "more than 6 points"},
		"an invalid member":       {Selection{[]eval.Predictor{KNN{K: -1}}}, []int{2}, "-1"},
		"a regressor of labels":   {Selection{[]eval.Predictor{Averaging{}}}, []int{2}, "no method Predict"},
		"no member":               {Selection{[]eval.Predictor{nil}}, []int{2}, "predictor 0"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := test.p.Predict(t.Context(), numbered(6), test.at); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v; want one with %q", err, test.want)
			}
		})
	}
}
