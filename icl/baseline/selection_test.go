package baseline

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
)

// TestSelectionFindsTheFamily: among the Bayes predictors of three families, the
// likelihood of the context picks the one that the tasks come from, nearly always
// after 30 examples.
func TestSelectionFindsTheFamily(t *testing.T) {
	of := []eval.Classifier{bayes.Amort{}, bayes.Pair{}, bayes.Radius{}}
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
		want, err := own.Predict(t.Context(), b, []int{30})
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
		p    func(of []eval.Classifier) eval.Classifier
		want [][]float32 // context, -1, query
	}{
		"leave one out": {
			func(of []eval.Classifier) eval.Classifier { return Selection{of} },
			[][]float32{{0, 1, 2, -1, 3}, {1, 2, -1, 0}, {0, 2, -1, 1}, {0, 1, -1, 2}},
		},
		"points after the query": {
			func(of []eval.Classifier) eval.Classifier { return BestOf{of} },
			[][]float32{{0, 1, 2, -1, 3}, {0, 1, 2, -1, 4}, {0, 1, 2, -1, 5}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var seen [][]float32
			if _, err := test.p([]eval.Classifier{spy{&seen}}).Predict(t.Context(), numbered(6), []int{3}); err != nil {
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
	of := []eval.Classifier{NearestMean{}, KNN{}, Logistic{}}
	b, err := synthetic.Radius{N: 60}.Sample(datasets.Rand(6, "best"), 300)
	if err != nil {
		t.Fatal(err)
	}
	accuracy := func(p eval.Classifier) float64 {
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

func TestSelectionRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		p    eval.Classifier
		at   []int
		want string
	}{
		"no predictors":           {Selection{}, []int{2}, "no predictors"},
		"n too large":             {Selection{[]eval.Classifier{KNN{}}}, []int{6}, "n = 6"},
		"nothing after the query": {BestOf{[]eval.Classifier{KNN{}}}, []int{5}, "more than 6 points"},
		"an invalid member":       {Selection{[]eval.Classifier{KNN{K: -1}}}, []int{2}, "-1"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := test.p.Predict(t.Context(), numbered(6), test.at); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v; want one with %q", err, test.want)
			}
		})
	}
}
