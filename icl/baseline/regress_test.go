package baseline_test

import (
	"context"
	"math"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

func TestRegressByHand(t *testing.T) {
	b := datasets.NewBatch(1, 5, 1, 0)
	copy(b.X, []float32{2, -1, 4, 1, 3})
	copy(b.Z, []float32{6, 1, 8, 5})
	for _, c := range []struct {
		r    eval.Regressor
		n    int
		want float64
	}{
		{baseline.Averaging{}, 1, 12 * -1},
		{baseline.Averaging{}, 4, (12 - 1 + 32 + 5) / 4. * 3},
		{baseline.KNN{}, 2, 3.5}, // fewer than three
		{baseline.KNN{}, 4, (6 + 8 + 5) / 3.},
		{baseline.KNN{K: 1}, 4, 6}, // of two at the same distance the earlier one
		{baseline.LeastSquares{}, 4, 48. / 22 * 3},
		{baseline.Ridge{}, 1, -3},                                       // one example says nothing of the penalty: the smallest
		{baseline.LeastSquares{Intercept: true}, 4, 5 + 18./13*(3-1.5)}, // slope 18/13 through the means (1.5, 5)
		{baseline.LeastSquares{Intercept: true}, 1, 6},                  // no slope yet
		{baseline.Ridge{Intercept: true}, 1, 6},
	} {
		if mean, _ := predicttest.Regress(c.r, b, c.n); !near(mean[0], c.want, 1e-5) {
			t.Errorf("%s after %d examples: %g, want %g", c.r.Name(), c.n, mean[0], c.want)
		}
	}
}

// TestInterceptIsFree: with an intercept, a shift of inputs or targets shifts the predictions and
// nothing else; without one it does not.
func TestInterceptIsFree(t *testing.T) {
	plain := predicttest.Draw(regression.Linear{N: 9, D: 3, Noise: .5}, 1)
	moved := predicttest.Draw(regression.Linear{N: 9, D: 3, Noise: .5}, 1)
	for i := range moved.X {
		moved.X[i] += 8
	}
	for i := range moved.Z {
		moved.Z[i] -= 4
	}
	at := []int{1, 2, 3, 4, 5, 8}
	for _, r := range []eval.Regressor{baseline.LeastSquares{Intercept: true}, baseline.Ridge{Intercept: true}} {
		a, _ := predicttest.Regress(r, plain, at...)
		b, _ := predicttest.Regress(r, moved, at...)
		for i := range a {
			if !near(b[i], float64(a[i])-4, 1e-4) {
				t.Errorf("%s after %d examples: %g, and %g for targets that are 4 less", r.Name(), at[i], a[i], b[i])
			}
		}
	}
	a, _ := predicttest.Regress(baseline.Ridge{}, plain, 8)
	b, _ := predicttest.Regress(baseline.Ridge{}, moved, 8)
	if near(b[0], float64(a[0])-4, 1e-2) {
		t.Errorf("%g and %g: without an intercept the same", a[0], b[0])
	}
}

// TestLassoIsStationary recovers the weights from predictions at unit vectors and
// checks the conditions of Karush, Kuhn and Tucker: a column's product with the
// residual is n α sign(w_j), or of at most that size where w_j is 0.
func TestLassoIsStationary(t *testing.T) {
	const d = 6
	for _, n := range []int{1, 3, 6, 20} {
		for _, alpha := range []float64{1e-3, .01, .1, 1, 10} {
			task := predicttest.Draw(regression.Linear{N: n, D: d, Noise: 1}, 1)
			units := datasets.NewBatch(d, n+1, d, 0)
			for j := range d {
				copy(units.X[j*(n+1)*d:], task.X)
				copy(units.Z[j*(n+1):], task.Z)
				units.Point(j, n)[j] = 1
			}
			w, _ := predicttest.Regress(baseline.Lasso{Alpha: alpha}, units, n)
			for j := range d {
				slope := 0.0
				for i := range n {
					residual := float64(task.Z[i])
					for k, x := range task.Point(0, i) {
						residual -= float64(w[k]) * float64(x)
					}
					slope += residual * float64(task.Point(0, i)[j]) / float64(n)
				}
				wrong := math.Abs(slope) - alpha
				if w[j] != 0 {
					wrong = math.Abs(slope - math.Copysign(alpha, float64(w[j])))
				}
				if wrong > 1e-4 {
					t.Errorf("n %d, α %g: slope %g at w_%d = %g", n, alpha, slope, j, w[j])
				}
			}
		}
	}
}

// TestLassoFindsSparseWeights: with fewer examples than dimensions it is far better
// than least squares, and with a large penalty it says 0.
func TestLassoFindsSparseWeights(t *testing.T) {
	b := predicttest.Draw(regression.Sparse{N: 16}, 100)
	lasso, least, none := errorAt(t, baseline.Lasso{}, b, 15), errorAt(t, baseline.LeastSquares{}, b, 15), errorAt(t, baseline.Lasso{Alpha: 1e6}, b, 15)
	if lasso > .02 || least < .15 || math.Abs(none-1) > .4 {
		t.Errorf("errors %.3f of lasso, %.3f of least squares and %.3f of a huge penalty; want 0, .25 and 1", lasso, least, none)
	}
}

// errorAt is the mean squared error after n examples, over 3.
func errorAt(t *testing.T, r eval.Regressor, b *datasets.Batch, n int) float64 {
	e, err := eval.Evaluate(context.Background(), r, "", b, []int{n}, eval.WithUnit(3))
	if err != nil {
		t.Fatal(err)
	}
	return eval.CurveOf(eval.SquaredError, e.Summarize(0)).Mean[0]
}

func TestGreedyTreeByHand(t *testing.T) {
	b := datasets.NewBatch(1, 6, 2, 0)
	copy(b.X, []float32{-2, 1, -1, -1, 1, 5, 3, -5, 7, 5, 2.5, -9})
	copy(b.Z, []float32{0, 1, 10, 10, 40})
	for _, c := range []struct {
		r    baseline.GreedyTree
		n    int
		want float64
	}{
		{baseline.GreedyTree{}, 1, 0},
		{baseline.GreedyTree{}, 2, 1},                                  // of two splits as good, that of the first coordinate
		{baseline.GreedyTree{Depth: 1}, 4, 10},                         // 2.5 is above 0, between −1 and 1
		{baseline.GreedyTree{Depth: 1}, 5, 21. / 4},                    // 7 is split off at 5
		{baseline.GreedyTree{Depth: 2}, 5, 10},                         // and then −1 and below
		{baseline.GreedyTree{Depth: 1, AtZero: true}, 5, 20},           // the mean of 10, 10, 40
		{baseline.GreedyTree{Depth: 2, AtZero: true}, 5, 10},           // the second coordinate of the query is below 0
		{baseline.GreedyTree{Depth: math.MaxInt, AtZero: true}, 5, 10}, // nothing left to split
	} {
		if mean, _ := predicttest.Regress(c.r, b, c.n); !near(mean[0], c.want, 1e-6) {
			t.Errorf("%+v after %d examples: %g, want %g", c.r, c.n, mean[0], c.want)
		}
	}
}

// TestNetworkLearns: it fits its examples, is far better than a linear fit on networks,
// and the same start gives the same answer.
func TestNetworkLearns(t *testing.T) {
	b := predicttest.Draw(regression.ReLUNet{D: 3, N: 41}, 20)
	net := baseline.Network{Hidden: 50, Steps: 200}
	if got, linear := errorAt(t, net, b, 40), errorAt(t, baseline.LeastSquares{}, b, 40); got > linear/3 {
		t.Errorf("error %.3f of the network, %.3f of least squares; want less than a third", got, linear)
	}
	one := b.Slice(0, 1)
	copy(one.Point(0, 40), one.Point(0, 7))
	mean, _ := predicttest.Regress(net, one, 40)
	again, _ := predicttest.Regress(net, one, 40)
	other, _ := predicttest.Regress(baseline.Network{Hidden: 50, Steps: 200, Seed: 1}, one, 40)
	if !near(mean[0], float64(one.Z[7]), .3) || mean[0] != again[0] || mean[0] == other[0] {
		t.Errorf("%g, %g and, from another start, %g at an example of target %g", mean[0], again[0], other[0], one.Z[7])
	}
}
