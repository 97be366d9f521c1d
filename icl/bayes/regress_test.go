package bayes_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

var classicalRegressors = []eval.Regressor{
	baseline.LeastSquares{}, baseline.Ridge{}, baseline.Averaging{}, baseline.KNN{}, baseline.KNN{K: 1},
}

// skewed is a prior N(µ, Σ) in three dimensions, with the root of Σ.
var (
	skewedMean = []float64{1, -2, .5}
	skewedRoot = [][]float64{{2, 0, 0}, {-1, .5, 0}, {.3, .2, .1}}
	skewedCov  = product(skewedRoot)
)

// product is LLᵀ.
func product(l [][]float64) [][]float64 {
	out := make([][]float64, len(l))
	for i := range l {
		out[i] = make([]float64, len(l))
		for j := range l {
			for k := range l {
				out[i][j] += l[i][k] * l[j][k]
			}
		}
	}
	return out
}

// skewedTasks draws tasks of that prior.
func skewedTasks(tasks int, noise float64) *datasets.Batch {
	rng := datasets.Rand(2, "skewed")
	b := datasets.NewBatch(tasks, 41, 3, 0)
	for t := range tasks {
		w := slices.Clone(skewedMean)
		for j := range 3 {
			v := datasets.Normal(rng)
			for i := range w {
				w[i] += skewedRoot[i][j] * v
			}
		}
		for n := range b.N {
			z := noise * datasets.Normal(rng)
			for i := range w {
				x := float32(datasets.Normal(rng))
				b.Point(t, n)[i] = x
				z += w[i] * float64(x)
			}
			b.Z[t*b.N+n] = float32(z)
		}
	}
	return b
}

// setting is a prior with the predictor that is Bayes-optimal on it.
type setting struct {
	bayes eval.Regressor
	tasks *datasets.Batch
	scale float64 // mean square of the noise-free targets
}

func settings(t testing.TB, tasks int, noise float64) map[string]setting {
	t.Helper()
	pool := regression.Pool{D: 8, Size: 64, Noise: noise}
	members, err := pool.Members()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]setting{
		"linear": {bayes.Linear{Noise: noise}, predicttest.Draw(regression.Linear{Noise: noise}, tasks), 20},
		"skewed": {bayes.Linear{Mean: skewedMean, Cov: skewedCov, Noise: noise}, skewedTasks(tasks, noise), 1},
		"sparse": {bayes.Sparse{K: 2, Noise: noise}, predicttest.Draw(regression.Sparse{D: 8, K: 2, Noise: noise}, tasks), 2},
		"pool":   {bayes.Pool{Members: members, Noise: noise}, predicttest.Draw(pool, tasks), 8},
	}
}

// TestCalibratedRegression: on their own prior, residuals in units of the
// predicted standard deviation have mean 0 and variance 1. They are martingale
// differences within a task, so that all of them count as independent.
func TestCalibratedRegression(t *testing.T) {
	for _, noise := range []float64{.1, 1} {
		for name, s := range settings(t, 500, noise) {
			mean, variance := predicttest.Regress(s.bayes, s.tasks, eval.AllLengths(41)...)
			r, squares := make([]float64, len(mean)), make([]float64, len(mean))
			for i := range r {
				r[i] = (float64(s.tasks.Z[i]) - float64(mean[i])) / math.Sqrt(float64(variance[i]))
				squares[i] = r[i] * r[i]
			}
			n := math.Sqrt(float64(len(r)))
			bias, spread := stat.MeanStdDev(r, nil)
			power, powerSpread := stat.MeanStdDev(squares, nil)
			t.Logf("%s, noise %g, %d predictions: mean %+.4f ± %.4f, variance %.4f ± %.4f", name, noise, len(r), bias, spread/n, power, powerSpread/n)
			if math.Abs(bias) > 4*spread/n || math.Abs(power-1) > 4*powerSpread/n {
				t.Errorf("%s, noise %g: standardized residuals have mean %+.4f ± %.4f and variance %.4f ± %.4f; want 0 and 1",
					name, noise, bias, spread/n, power, powerSpread/n)
			}
		}
	}
}

// TestNoiseFreeError: with isotropic prior and no noise the normalised error is
// max(1 − n/d, 0), for Bayes and for least squares, which then agree; and so is
// the variance that Bayes predicts.
func TestNoiseFreeError(t *testing.T) {
	b := predicttest.Draw(regression.Linear{}, 1000)
	_, variance := predicttest.Regress(bayes.Linear{}, b, eval.AllLengths(41)...)
	for _, r := range []eval.Regressor{bayes.Linear{}, baseline.LeastSquares{}} {
		e, err := eval.Evaluate(context.Background(), r, "linear", b, eval.AllLengths(41), eval.WithUnit(20))
		if err != nil {
			t.Fatal(err)
		}
		c := eval.CurveOf(eval.SquaredError, e.Summarize(0))
		for n := range c.N {
			want, se := max(1-float64(n)/20, 0), (c.Hi[n]-c.Lo[n])/(2*1.96)
			if math.Abs(c.Mean[n]-want) > 4*se+1e-6 {
				t.Errorf("%s: error %.4f after %d examples, want %.2f, standard error %.4f", r.Name(), c.Mean[n], n, want, se)
			}
			predicted := 0.0
			for task := range b.T {
				predicted += float64(variance[task*41+n]) / 20 / float64(b.T)
			}
			// The variance is ‖x‖² outside of the span, a χ² of d − n degrees.
			if math.Abs(predicted-want) > 4*math.Sqrt(2*want/20/float64(b.T))+1e-6 {
				t.Errorf("predicted variance %.4f after %d examples, want %.2f", predicted, n, want)
			}
		}
		t.Logf("%s: %.3f %.3f %.3f %.2g %.2g at n = 5, 10, 15, 20, 40", r.Name(), c.Mean[5], c.Mean[10], c.Mean[15], c.Mean[20], c.Mean[40])
	}
}

// TestSparseError: without noise, K + 1 examples determine the K weights and their
// support; with fewer the squared error is on average the variance predicted.
func TestSparseError(t *testing.T) {
	b := predicttest.Draw(regression.Sparse{N: 6}, 1000)
	mean, variance := predicttest.Regress(bayes.Sparse{}, b, eval.AllLengths(6)...)
	for n := range 6 {
		gaps, predicted := make([]float64, b.T), 0.0
		for task := range gaps {
			i := task*6 + n
			gaps[task] = (math.Pow(float64(b.Z[i])-float64(mean[i]), 2) - float64(variance[i])) / 3
			predicted += float64(variance[i]) / 3 / float64(b.T)
		}
		gap, sd := stat.MeanStdDev(gaps, nil)
		if se := sd / math.Sqrt(float64(b.T)); math.Abs(gap) > 4*se+1e-6 {
			t.Errorf("after %d examples the normalised error is %+.4f from the variance predicted, standard error %.4f", n, gap, se)
		}
		// From 10,000 tasks, where error and variance agreed to .02.
		if want := []float64{1, .937, .862, .713, 0, 0}[n]; math.Abs(predicted-want) > .1*want+1e-4 {
			t.Errorf("after %d examples the variance predicted is %.4f, want %.3f", n, predicted, want)
		}
	}
}

// TestNothingBeatsBayes: on its own prior, no other regressor has a lower squared
// error than Bayes beyond noise.
func TestNothingBeatsBayes(t *testing.T) {
	for _, noise := range []float64{0, .5} {
		for name, s := range settings(t, 150, noise) {
			errorsOf := func(r eval.Regressor) []float64 {
				e, err := eval.Evaluate(context.Background(), r, name, s.tasks, eval.AllLengths(41), eval.WithUnit(s.scale))
				if err != nil {
					t.Fatal(err)
				}
				return e.Summarize(0).Of(eval.SquaredError).PerTask
			}
			best := errorsOf(s.bayes)
			for _, r := range append(classicalRegressors, bayes.Linear{Noise: noise}) {
				gap := eval.Interval(eval.Differences([][]float64{errorsOf(r)}, [][]float64{best}))
				if gap.Hi < 0 && gap.Mean < -1e-6 {
					t.Errorf("%s, noise %g: %s has %.5f less error than Bayes, interval %.5f to %.5f", name, noise, r.Name(), -gap.Mean, gap.Lo, gap.Hi)
				}
			}
		}
	}
}

// TestWithoutExamples: the prior's mean and variance, and 0 from those who have
// no prior.
func TestWithoutExamples(t *testing.T) {
	b := datasets.NewBatch(1, 1, 3, 0)
	copy(b.X, []float32{1, 2, -2})
	for _, c := range []struct {
		r              eval.Regressor
		mean, variance float64
	}{
		{bayes.Linear{}, 0, 9},
		{bayes.Linear{Noise: 2, Mean: []float64{1, 1, 1}, Cov: [][]float64{{1, 0, 0}, {0, 1, 1}, {0, 1, 1}}}, 1, 1 + 4},
		{bayes.Sparse{K: 1, Noise: 1}, 0, 3 + 1},
		{bayes.Pool{Members: [][]float32{{1, 0, 0}, {0, 1, 1}, {0, 2, 0}}}, 5. / 3, (1+16)/3. - 25./9},
		{baseline.LeastSquares{}, 0, 0}, {baseline.Ridge{}, 0, 0}, {baseline.Averaging{}, 0, 0}, {baseline.KNN{}, 0, 0},
		{bayes.Quadratic{}, 0, (1 + 16 + 16) / 3.}, {bayes.Quadratic{Mixed: true}, 0, 81 / 3.}, {bayes.ReLUNet{}, 0, 9}, {bayes.Tree{}, 0, 1},
		{baseline.Lasso{}, 0, 0}, {baseline.GreedyTree{}, 0, 0}, {baseline.Network{}, 0, 0},
	} {
		mean, variance := predicttest.Regress(c.r, b, 0)
		if !near(mean[0], c.mean, 1e-6) || variance != nil && !near(variance[0], c.variance, 1e-5) {
			t.Errorf("%T: mean %g, variance %g; want %g and %g", c.r, mean, variance, c.mean, c.variance)
		}
	}
}

// TestDeterminedTasks: where the examples determine the answer, it is exact, and
// the variance no more than rounding; contradictory targets do no harm.
func TestDeterminedTasks(t *testing.T) {
	b := datasets.NewBatch(1, 5, 2, 0)
	copy(b.X, []float32{1, 1, 1, 1, 1, 1.0000001, 3, -1, 2, 2})
	copy(b.Z, []float32{3, 3, 3, 1, 0})
	mean, variance := predicttest.Regress(bayes.Linear{}, b, 1, 2, 4)
	for i, want := range []float64{3, 3, 6} {
		if !near(mean[i], want, 1e-4) || !(variance[i] < 1e-3) {
			t.Errorf("mean %g, variance %g; want %g, known", mean[i], variance[i], want)
		}
	}
	copy(b.Z, []float32{2, 4})
	for _, r := range []eval.Regressor{bayes.Linear{}, baseline.LeastSquares{}, bayes.Sparse{K: 2}} {
		if mean, _ := predicttest.Regress(r, b.Slice(0, 1), 2); !near(mean[0], 3, 1e-5) {
			t.Errorf("%T: mean %g of one input's targets 2 and 4, want 3", r, mean[0])
		}
	}
}

// TestPoolWithoutNoise: the members that agree with the examples share the
// weight; where none does, the nearest has it.
func TestPoolWithoutNoise(t *testing.T) {
	b := datasets.NewBatch(1, 4, 2, 0)
	copy(b.X, []float32{1, 0, 1, 0, 0, 1, 1, 1})
	copy(b.Z, []float32{.7, .7, 9})
	pool := bayes.Pool{Members: [][]float32{{.7, 1}, {.7, 3}, {.2, 100}}}
	mean, variance := predicttest.Regress(pool, b, 2, 3)
	if !near(mean[0], 2, 1e-6) || !near(variance[0], 1, 1e-6) || !near(mean[1], 3.7, 1e-6) || !near(variance[1], 0, 1e-6) {
		t.Errorf("means %g, variances %g; want 2 and 3.7, 1 and 0", mean, variance)
	}
}

func ExampleLinear() {
	b := datasets.NewBatch(1, 3, 2, 0) // one task, three points in two dimensions
	copy(b.X, []float32{1, 0, 0, 2, 1, 1})
	copy(b.Z, []float32{3, 2, 0})
	mean, variance, err := bayes.Linear{}.Regress(context.Background(), b, []int{0, 1, 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("means %.1f, variances %.1f\n", mean, variance)
	// Output:
	// means [0.0 0.0 4.0], variances [1.0 4.0 0.0]
}

// noisyTask is a random context of any rank: some inputs repeat others.
func noisyTask(rng *rand.Rand, n, d int) *datasets.Batch {
	b := datasets.NewBatch(1, n+1, d, 0)
	for i := range n + 1 {
		for j := range b.Point(0, i) {
			b.Point(0, i)[j] = float32(rng.NormFloat64())
		}
		if i > 0 && rng.IntN(3) == 0 {
			copy(b.Point(0, i), b.Point(0, rng.IntN(i)))
		}
		b.Z[i] = float32(rng.NormFloat64())
	}
	return b
}

// TestMixedTermsHaveALimit: their number grows with the square of the dimensions.
func TestMixedTermsHaveALimit(t *testing.T) {
	_, _, err := bayes.Quadratic{Mixed: true}.Regress(t.Context(), datasets.NewBatch(1, 2, 61, 0), []int{1})
	if err == nil || !strings.Contains(err.Error(), "in 61 dimensions; want at most 60") {
		t.Errorf("error %v", err)
	}
}
