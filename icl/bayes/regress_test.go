package bayes_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
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
	b := datasets.NewRegression(tasks, 41, 3)
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
		"linear": {bayes.Linear{Noise: noise}, drawTasks(t, regression.Linear{Noise: noise}, tasks), 20},
		"skewed": {bayes.Linear{Mean: skewedMean, Cov: skewedCov, Noise: noise}, skewedTasks(tasks, noise), 1},
		"sparse": {bayes.Sparse{K: 2, Noise: noise}, drawTasks(t, regression.Sparse{D: 8, K: 2, Noise: noise}, tasks), 2},
		"pool":   {bayes.Pool{Members: members, Noise: noise}, drawTasks(t, pool, tasks), 8},
	}
}

func drawTasks(t testing.TB, s datasets.Sampler, tasks int) *datasets.Batch {
	t.Helper()
	b, err := s.Sample(datasets.Rand(1, s.Name()), tasks)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustRegress(t testing.TB, r eval.Regressor, b *datasets.Batch, at ...int) (mean, variance []float32) {
	t.Helper()
	mean, variance, err := r.Regress(context.Background(), b, at)
	if err != nil {
		t.Fatal(err)
	}
	return mean, variance
}

// TestCalibratedRegression: on their own prior, residuals in units of the
// predicted standard deviation have mean 0 and variance 1. They are martingale
// differences within a task, so that all of them count as independent.
func TestCalibratedRegression(t *testing.T) {
	for _, noise := range []float64{.1, 1} {
		for name, s := range settings(t, 500, noise) {
			mean, variance := mustRegress(t, s.bayes, s.tasks, upTo(41)...)
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
	b := drawTasks(t, regression.Linear{}, 1000)
	_, variance := mustRegress(t, bayes.Linear{}, b, upTo(41)...)
	for _, r := range []eval.Regressor{bayes.Linear{}, baseline.LeastSquares{}} {
		e, err := eval.Evaluate(context.Background(), r, "linear", b, upTo(41), eval.WithUnit(20))
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
	b := drawTasks(t, regression.Sparse{N: 6}, 1000)
	mean, variance := mustRegress(t, bayes.Sparse{}, b, upTo(6)...)
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
				e, err := eval.Evaluate(context.Background(), r, name, s.tasks, upTo(41), eval.WithUnit(s.scale))
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

// TestRegressProperties draws tasks of every shape, duplicates and extreme values
// included.
func TestRegressProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := datasets.NewRegression(2, rapid.IntRange(1, 8).Draw(t, "n"), rapid.IntRange(1, 4).Draw(t, "d"))
		value := rapid.OneOf(rapid.Float32Range(-3, 3), rapid.Float32Range(-math.MaxFloat32, math.MaxFloat32),
			rapid.SampledFrom([]float32{0, 1, -1, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32}))
		for i := range b.X {
			b.X[i] = value.Draw(t, "x")
		}
		for i := range b.Z {
			b.Z[i] = value.Draw(t, "z")
		}
		if n := rapid.IntRange(0, b.N-1).Draw(t, "copy"); rapid.Bool().Draw(t, "duplicate") {
			copy(b.Point(1, n), b.Point(1, 0))
		}
		noise := rapid.SampledFrom([]float64{0, 1e-30, 1e-9, .1, 1, 1e30}).Draw(t, "noise")
		member, cov := make([]float32, b.D), make([][]float64, b.D)
		for i := range cov {
			member[i], cov[i] = value.Draw(t, "w"), make([]float64, b.D)
			cov[i][i] = rapid.SampledFrom([]float64{0, 1e-30, 1, 1e30}).Draw(t, "variance")
		}
		for _, r := range append(classicalRegressors,
			bayes.Linear{Noise: noise}, bayes.Linear{Noise: noise, Cov: cov, Mean: make([]float64, b.D)},
			bayes.Sparse{K: 1, Noise: noise}, bayes.Sparse{K: b.D, Noise: noise},
			bayes.Pool{Members: [][]float32{member}, Noise: noise},
			bayes.Pool{Members: [][]float32{member, make([]float32, b.D), b.Point(0, 0)}, Noise: noise},
			baseline.Lasso{Alpha: rapid.SampledFrom([]float64{1e-9, .01, 1e9}).Draw(t, "alpha")},
			baseline.GreedyTree{}, baseline.GreedyTree{AtZero: true, Depth: 2}, baseline.Network{Hidden: 3, Steps: 5},
			bayes.Quadratic{}, bayes.Tree{}, bayes.Tree{Depth: 2}, bayes.ReLUNet{}) {
			checkRegressor(t, r, b)
		}
		if b.D == 1 {
			checkRegressor(t, bayes.Sinusoid{Noise: noise}, b)
		}
	})
}

// checkRegressor verifies what every regressor promises on any batch: finite
// answers, the same for one n as for all of them and for one task as for all of
// them, and nothing read of the query's target or of what comes after it.
func checkRegressor(t fataler, r eval.Regressor, b *datasets.Batch) {
	ctx := context.Background()
	mean, variance, err := r.Regress(ctx, b, upTo(b.N))
	if err != nil {
		t.Fatalf("%T: %v", r, err)
	}
	for i, m := range mean {
		if v := float64(m); math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("%T%+v: mean %g at point %d", r, r, m, i%b.N)
		}
	}
	for i, v := range variance {
		if !(v >= 0) || math.IsInf(float64(v), 0) {
			t.Fatalf("%T%+v: variance %g at point %d", r, r, v, i%b.N)
		}
	}
	n, last := b.N/2, b.T-1
	masked := datasets.NewRegression(1, b.N, b.D)
	copy(masked.X, b.X[last*b.N*b.D:(last*b.N+n+1)*b.D])
	copy(masked.Z, b.Z[last*b.N:last*b.N+n])
	m, v, err := r.Regress(ctx, masked, []int{n, n})
	if err != nil {
		t.Fatalf("%T: %v", r, err)
	}
	i := last*b.N + n
	if m[0] != mean[i] || m[1] != m[0] || v != nil && (v[0] != variance[i] || v[1] != v[0]) {
		t.Fatalf("%T%+v after %d examples: %g and %g with the rest of the batch there, %g and %g without", r, r, n, mean[i], variance, m, v)
	}
}

// TestWithoutExamples: the prior's mean and variance, and 0 from those who have
// no prior.
func TestWithoutExamples(t *testing.T) {
	b := datasets.NewRegression(1, 1, 3)
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
		{bayes.Quadratic{}, 0, (1 + 16 + 16) / 3.}, {bayes.ReLUNet{}, 0, 9}, {bayes.Tree{}, 0, 1},
		{baseline.Lasso{}, 0, 0}, {baseline.GreedyTree{}, 0, 0}, {baseline.Network{}, 0, 0},
	} {
		mean, variance := mustRegress(t, c.r, b, 0)
		if !near(mean[0], c.mean, 1e-6) || variance != nil && !near(variance[0], c.variance, 1e-5) {
			t.Errorf("%T: mean %g, variance %g; want %g and %g", c.r, mean, variance, c.mean, c.variance)
		}
	}
}

func TestRegressByHand(t *testing.T) {
	b := datasets.NewRegression(1, 5, 1)
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
		{baseline.Ridge{}, 1, -3}, // one example says nothing of the penalty: the smallest
	} {
		if mean, _ := mustRegress(t, c.r, b, c.n); !near(mean[0], c.want, 1e-5) {
			t.Errorf("%s after %d examples: %g, want %g", c.r.Name(), c.n, mean[0], c.want)
		}
	}
}

// TestDeterminedTasks: where the examples determine the answer, it is exact, and
// the variance no more than rounding; contradictory targets do no harm.
func TestDeterminedTasks(t *testing.T) {
	b := datasets.NewRegression(1, 5, 2)
	copy(b.X, []float32{1, 1, 1, 1, 1, 1.0000001, 3, -1, 2, 2})
	copy(b.Z, []float32{3, 3, 3, 1, 0})
	mean, variance := mustRegress(t, bayes.Linear{}, b, 1, 2, 4)
	for i, want := range []float64{3, 3, 6} {
		if !near(mean[i], want, 1e-4) || !(variance[i] < 1e-3) {
			t.Errorf("mean %g, variance %g; want %g, known", mean[i], variance[i], want)
		}
	}
	copy(b.Z, []float32{2, 4})
	for _, r := range []eval.Regressor{bayes.Linear{}, baseline.LeastSquares{}, bayes.Sparse{K: 2}} {
		if mean, _ := mustRegress(t, r, b.Slice(0, 1), 2); !near(mean[0], 3, 1e-5) {
			t.Errorf("%T: mean %g of one input's targets 2 and 4, want 3", r, mean[0])
		}
	}
}

// TestPoolWithoutNoise: the members that agree with the examples share the
// weight; where none does, the nearest has it.
func TestPoolWithoutNoise(t *testing.T) {
	b := datasets.NewRegression(1, 4, 2)
	copy(b.X, []float32{1, 0, 1, 0, 0, 1, 1, 1})
	copy(b.Z, []float32{.7, .7, 9})
	pool := bayes.Pool{Members: [][]float32{{.7, 1}, {.7, 3}, {.2, 100}}}
	mean, variance := mustRegress(t, pool, b, 2, 3)
	if !near(mean[0], 2, 1e-6) || !near(variance[0], 1, 1e-6) || !near(mean[1], 3.7, 1e-6) || !near(variance[1], 0, 1e-6) {
		t.Errorf("means %g, variances %g; want 2 and 3.7, 1 and 0", mean, variance)
	}
}

func TestRegressErrors(t *testing.T) {
	b, labelled := datasets.NewRegression(1, 3, 20), datasets.NewBatch(1, 3, 20, 2)
	nan := math.NaN()
	unit := func(change func(cov [][]float64)) bayes.Linear {
		cov := product([][]float64{{1, 0}, {0, 1}})
		change(cov)
		return bayes.Linear{Cov: cov}
	}
	two := datasets.NewRegression(1, 3, 2)
	for _, c := range []struct {
		r    eval.Regressor
		b    *datasets.Batch
		at   []int
		want string
	}{
		{bayes.Linear{Noise: -1}, b, []int{1}, "noise = -1; want 1e-30 to 1e+30, or 0"},
		{bayes.Sparse{Noise: nan}, b, []int{1}, "noise = NaN"},
		{bayes.Pool{Noise: math.Inf(1)}, b, []int{1}, "noise = +Inf"},
		{bayes.Linear{Noise: 1e-40}, b, []int{1}, "noise = 1e-40"},
		{bayes.Linear{Mean: []float64{1}}, b, []int{1}, "mean of 1 numbers for tasks of 20 dimensions"},
		{bayes.Linear{Mean: []float64{1, nan}}, two, []int{1}, "mean is NaN in dimension 1"},
		{bayes.Linear{Cov: skewedCov}, b, []int{1}, "covariance of 3 rows for tasks of 20"},
		{unit(func(c [][]float64) { c[1] = c[1][:1] }), two, []int{1}, "row 1 of the prior covariance has 1 numbers, want 2"},
		{unit(func(c [][]float64) { c[0][0] = nan }), two, []int{1}, "dimensions 0 and 0 is NaN"},
		{unit(func(c [][]float64) { c[0][1] = .5 }), two, []int{1}, "not symmetric: 0 and 0.5 for dimensions 1 and 0"},
		{unit(func(c [][]float64) { c[0][0] = -1 }), two, []int{1}, "eigenvalue -1"},
		{unit(func(c [][]float64) { c[0][0], c[1][1] = -1, -2 }), two, []int{1}, "eigenvalue -2"},
		{bayes.Sparse{K: 21}, b, []int{1}, "21 non-zero weights for tasks of 20"},
		{bayes.Sparse{K: -1}, b, []int{1}, "-1 non-zero weights"},
		{bayes.Sparse{K: 6}, b, []int{1}, "6 non-zero weights of 20 have 3.88e+04 supports, the limit is 20000"},
		{bayes.Pool{}, b, []int{1}, "without members"},
		{bayes.Pool{Members: [][]float32{{1, 2}}}, b, []int{1}, "member 0 of the pool has 2 weights, the tasks have 20"},
		{bayes.Pool{Members: [][]float32{{1, float32(nan)}}}, two, []int{1}, "weight 1 of member 0 of the pool is NaN"},
		{baseline.KNN{K: -1}, b, []int{1}, "K = -1"},
		{baseline.Lasso{Alpha: -1}, b, []int{1}, "alpha = -1; want a positive number"},
		{baseline.Lasso{Alpha: nan}, b, []int{1}, "alpha = NaN"},
		{baseline.GreedyTree{Depth: -2}, b, []int{1}, "greedy tree of depth -2"},
		{bayes.Tree{Depth: 7}, b, []int{1}, "trees of depth 7; want 1..6"},
		{bayes.Tree{Depth: -1}, b, []int{1}, "trees of depth -1"},
		{baseline.Network{Hidden: -1}, b, []int{1}, "network of -1 hidden units"},
		{baseline.Network{Steps: -1}, b, []int{1}, "for -1 steps"},
		{baseline.Network{Rate: nan}, b, []int{1}, "learning rate is NaN; want above 0 and at most 1"},
		{bayes.Sinusoid{Noise: -1}, b, []int{1}, "noise = -1"},
		{bayes.Sinusoid{}, b, []int{1}, "sine waves of 20 dimensions; want tasks of 1"},
		{bayes.Sinusoid{}, labelled, []int{1}, "holds classification tasks"},
		{bayes.Quadratic{}, nil, []int{1}, "batch is nil"},
		{bayes.ReLUNet{}, labelled, []int{1}, "holds classification tasks"},
		{baseline.Network{}, labelled, []int{1}, "holds classification tasks"},
		{baseline.Ridge{}, b, []int{3}, "n = 3"},
		{baseline.Averaging{}, b, nil, "no query"},
		{baseline.LeastSquares{}, nil, []int{1}, "batch is nil"},
		{bayes.Linear{}, labelled, []int{1}, "holds classification tasks (C is 2)"},
		{bayes.Sparse{}, labelled, []int{1}, "holds classification tasks"},
		{bayes.Pool{}, labelled, []int{1}, "holds classification tasks"},
		{baseline.KNN{}, labelled, []int{1}, "holds classification tasks"},
	} {
		_, _, err := c.r.Regress(context.Background(), c.b, c.at)
		checkOneLine(t, err, c.want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := (bayes.Linear{}).Regress(ctx, b, []int{1}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v after cancellation, want context.Canceled", err)
	}
}

// TestClassifiersRefuseRegression: a batch without labels is an error.
func TestClassifiersRefuseRegression(t *testing.T) {
	for _, p := range append(classical, bayes.Pair{}, bayes.Mix{}) {
		checkError(t, p, datasets.NewRegression(1, 3, 2), []int{1}, "holds regression tasks")
	}
}

func ExampleLinear() {
	b := datasets.NewRegression(1, 3, 2) // one task, three points in two dimensions
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
	b := datasets.NewRegression(1, n+1, d)
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
