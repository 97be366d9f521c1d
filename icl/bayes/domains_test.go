package bayes_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// slanted is a domain with variance in two of three dimensions.
var slanted = regression.Domain{Mean: []float64{1, -2, .5}, Axes: [][]float64{{1, 1, 0}, {.1, -.1, .2}}}

func mustDomainBayes(t *testing.T, d regression.Domain) bayes.Linear {
	t.Helper()
	m, err := bayes.Domain(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func mustFit(t testing.TB, b *datasets.Batch, noise float64) bayes.Linear {
	t.Helper()
	m, err := bayes.FitLinear(context.Background(), b, noise)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// errorOf is the squared error on tasks of a domain in units of its mean square, over
// all numbers of examples.
func errorOf(t *testing.T, m bayes.Linear, domain regression.Domain, b *datasets.Batch) float64 {
	t.Helper()
	e, err := eval.Evaluate(context.Background(), m, domain.Name(), b, eval.AllLengths(b.N), eval.WithUnit(domain.Square()))
	if err != nil {
		t.Fatal(err)
	}
	return stat.Mean(e.Summarize(0).Of(eval.SquaredError).PerTask, nil)
}

// TestKnowledgeOfDomains: over domains, the more a predictor knows the smaller is its
// error, and empirical Bayes approaches Bayes with the number of tasks.
func TestKnowledgeOfDomains(t *testing.T) {
	for name, domains := range map[string]regression.Domains{
		"diagonal": {}, "rotated": {Shape: "rotated"}, "low rank": {Shape: "lowrank"},
		"noisy": {Noise: .3}, "few points": {N: 3},
	} {
		const draws = 25
		at := []int{1, 2, 4, 16, 64}
		order := make([]float64, len(at)+3) // pooled, fitted to more and more tasks, the mean, Bayes
		rng := datasets.Rand(1, "domains/"+name)
		for range draws {
			domain, err := domains.Draw(rng)
			if err != nil {
				t.Fatal(err)
			}
			tests, err1 := domain.Sample(rng, 60)
			train, err2 := domain.Sample(rng, slices.Max(at))
			pooled, err3 := bayes.Pooled(domains)
			mean, err4 := bayes.DomainMean(domain, domains)
			if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
				t.Fatal(err1, err2, err3, err4)
			}
			all := []bayes.Linear{pooled}
			for _, tasks := range at {
				all = append(all, mustFit(t, train.Slice(0, tasks), domains.Noise))
			}
			for i, m := range append(all, mustDomainBayes(t, domain), mean) {
				order[i] += errorOf(t, m, domain, tests) / draws
			}
		}
		t.Logf("%s: pooled %.4f; fitted to %d tasks %.4f; Bayes %.4f, mean known %.4f", name, order[0], at, order[1:len(at)+1], order[len(at)+1], order[len(at)+2])
		known, bayes := order[len(at)+2], order[len(at)+1]
		fitted := order[:len(at)+2]
		if !slices.IsSortedFunc(fitted, func(a, b float64) int { return -int(math.Copysign(1, a-b)) }) {
			t.Errorf("%s: errors %.4f of the pooled predictor, with more and more tasks, and of Bayes; want each smaller than the one before", name, fitted)
		}
		if at64 := order[5]; at64 > known || at64 > 1.1*bayes || known > order[0] || order[1] > order[0] {
			t.Errorf("%s: errors %.4f with 64 tasks, %.4f of who knows the mean, %.4f of Bayes, %.4f of the pooled predictor", name, at64, known, bayes, order[0])
		}
	}
}

// TestDomainBayesByHand: along one axis, one example tells all.
func TestDomainBayesByHand(t *testing.T) {
	m := mustDomainBayes(t, regression.Domain{Mean: []float64{1, 0}, Axes: [][]float64{{2, 2}}})
	b := datasets.NewBatch(1, 2, 2, 0)
	copy(b.X, []float32{1, 0, 0, 1})
	b.Z[0] = 3 // w = (3, 2)
	mean, variance := predicttest.Regress(m, b, 0, 1)
	if !near(mean[0], 1, 1e-6) || !near(variance[0], 4, 1e-5) || !near(mean[1], 2, 1e-6) || !near(variance[1], 0, 1e-6) {
		t.Errorf("means %g, variances %g; want 1 and 2, 4 and 0", mean, variance)
	}
}

// TestPooledIsLeastSquares: without noise they are the same.
func TestPooledIsLeastSquares(t *testing.T) {
	domains := regression.Domains{Shape: "rotated"}
	b := predicttest.Draw(domains, 200)
	pooled, err := bayes.Pooled(domains)
	if err != nil {
		t.Fatal(err)
	}
	mean, _ := predicttest.Regress(pooled, b, eval.AllLengths(5)...)
	least, _ := predicttest.Regress(baseline.LeastSquares{}, b, eval.AllLengths(5)...)
	for i := range mean {
		if !near(mean[i], float64(least[i]), 1e-3*(1+math.Abs(float64(least[i])))) {
			t.Errorf("task %d, n = %d: %g, least squares says %g", i/5, i%5, mean[i], least[i])
		}
	}
}

// TestFitLinearFindsThePrior: with very many tasks it finds µ and Σ, though each task
// has fewer points than dimensions and targets are noisy.
func TestFitLinearFindsThePrior(t *testing.T) {
	for name, domain := range map[string]regression.Domain{
		"determined": slanted, "two points": {N: 2, Mean: []float64{1, -2, .5}, Axes: slanted.Axes},
		"noisy": {N: 4, Mean: []float64{0, 3}, Axes: [][]float64{{1, .5}, {0, .6}}, Noise: .5},
	} {
		const tasks = 4000
		m := mustFit(t, predicttest.Draw(domain, tasks), domain.Noise)
		cov := domain.Cov()
		for i, row := range cov {
			if math.Abs(m.Mean[i]-domain.Mean[i]) > .1 {
				t.Errorf("%s: mean %.3f, want %.3f", name, m.Mean, domain.Mean)
			}
			for j, want := range row {
				if math.Abs(m.Cov[i][j]-want) > .1 {
					t.Errorf("%s: covariance %.3f of dimensions %d and %d, want %.3f", name, m.Cov[i][j], i, j, want)
				}
			}
		}
	}
}

// TestFitLinearIsFixed: where tasks determine their weights, µ and Σ satisfy the
// equations that they are documented to solve.
func TestFitLinearIsFixed(t *testing.T) {
	for _, tasks := range []int{1, 2, 5, 30} {
		b := predicttest.Draw(slanted, tasks)
		m := mustFit(t, b, 0)
		var targets, inputs float64
		for _, z := range b.Z {
			targets += float64(z) * float64(z)
		}
		for _, x := range b.X {
			inputs += float64(x) * float64(x)
		}
		count := float64(tasks)
		system, mean, spread := mat.NewDense(3, 3, nil), mat.NewVecDense(3, nil), mat.NewSymDense(3, nil)
		for i := range 3 {
			for j := range 3 {
				system.Set(i, j, m.Cov[i][j]/(count*targets/inputs))
			}
			system.Set(i, i, 1+system.At(i, i))
		}
		gap, fitted := mat.NewVecDense(3, nil), mat.NewVecDense(3, slices.Clone(m.Mean))
		for task := range tasks {
			w := vector(b.Latent["w"].Row(task))
			mean.AddScaledVec(mean, 1/count, w)
			gap.SubVec(w, fitted)
			spread.SymRankOne(spread, 1, gap)
		}
		var want mat.VecDense
		if err := want.SolveVec(system, mean); err != nil {
			t.Fatal(err)
		}
		if !mat.EqualApprox(&want, fitted, 1e-4) {
			t.Errorf("%d tasks: mean %.5f, want %.5f", tasks, m.Mean, want.RawVector().Data)
		}
		scale := (mat.Trace(spread) + mat.Dot(fitted, fitted)) / (3 * (count + 1))
		for i := range 3 {
			spread.SetSym(i, i, spread.At(i, i)+scale)
			for j := range 3 {
				if got := m.Cov[i][j]; math.Abs(got-spread.At(i, j)/(count+1)) > 1e-4 {
					t.Errorf("%d tasks: covariance %.5f of dimensions %d and %d, want %.5f", tasks, got, i, j, spread.At(i, j)/(count+1))
				}
			}
		}
	}
}

func vector(x []float32) *mat.VecDense {
	v := mat.NewVecDense(len(x), nil)
	for i, u := range x {
		v.SetVec(i, float64(u))
	}
	return v
}

// TestFitLinearProperties: on any tasks the estimate is an error of one line or a prior
// that predicts.
func TestFitLinearProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := datasets.NewBatch(rapid.IntRange(1, 4).Draw(t, "tasks"), rapid.IntRange(1, 5).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "d"), 0)
		value := rapid.OneOf(rapid.Float32Range(-3, 3), rapid.SampledFrom([]float32{0, 1, -1, 1e9, -1e-9, math.MaxFloat32}))
		for i := range b.X {
			b.X[i] = value.Draw(t, "x")
		}
		for i := range b.Z {
			b.Z[i] = value.Draw(t, "z")
		}
		noise := rapid.SampledFrom([]float64{0, 1e-30, 1e-6, 1, 1e30}).Draw(t, "noise")
		m, err := bayes.FitLinear(context.Background(), b, noise)
		if err != nil {
			return
		}
		mean, variance, err := m.Regress(context.Background(), b, eval.AllLengths(b.N))
		if err != nil {
			t.Fatalf("%+v: %v", m, err)
		}
		for i := range mean {
			if math.IsNaN(float64(mean[i])) || !(variance[i] >= 0) {
				t.Fatalf("%+v: mean %g, variance %g", m, mean[i], variance[i])
			}
		}
	})
}

func TestDomainOracleErrors(t *testing.T) {
	fit := func(b *datasets.Batch, noise float64) error {
		_, err := bayes.FitLinear(context.Background(), b, noise)
		return err
	}
	b := predicttest.Draw(slanted, 3)
	huge := datasets.NewBatch(1, 1, 1, 0)
	huge.X[0], huge.Z[0] = 1e-20, 1
	flat := regression.Domain{Axes: [][]float64{{0, 0}}}
	_, known := bayes.Domain(flat)
	_, mean := bayes.DomainMean(flat, regression.Domains{})
	_, meanOf := bayes.DomainMean(slanted, regression.Domains{Tasks: -1})
	_, pooled := bayes.Pooled(regression.Domains{Least: 2})
	_, best := bayes.BestFor(flat)
	for want, err := range map[string]error{
		"noise = -1; want":                           fit(b, -1),
		"all targets or all inputs are 0":            fit(datasets.NewBatch(2, 3, 2, 0), 0),
		"targets are 1e+20 times as large as inputs": fit(huge, 0),
		"holds classification tasks":                 fit(datasets.NewBatch(1, 3, 2, 2), 0),
		"batch is nil":                               fit(nil, 0),
		"bayes: regression: a domain without":        known,
		"bayes: regression: a domain without var":    mean,
		"a domain without variance: all its":         best,
		"bayes: regression: -1 tasks of a domain":    meanOf,
		"bayes: regression: variances of domains":    pooled,
	} {
		checkOneLine(t, err, want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := bayes.FitLinear(ctx, b, 0); err == nil {
		t.Error("no error after cancellation")
	}
}

func BenchmarkFitLinear(b *testing.B) {
	for name, domain := range map[string]regression.Domain{"determined": {}, "two points": {N: 2}} {
		b.Run(name, func(b *testing.B) {
			tasks := predicttest.Draw(domain, 64)
			for b.Loop() {
				mustFit(b, tasks, 0)
			}
			b.ReportMetric(float64(b.N*64)/b.Elapsed().Seconds(), "tasks/s")
		})
	}
}

// Empirical Bayes: what a domain's tasks have in common, learned from 256 of them.
func ExampleFitLinear() {
	domain := regression.Domain{Mean: []float64{1, 0}, Axes: [][]float64{{.5, 0}, {0, 2}}}
	b, err := domain.Sample(datasets.Rand(1, "tasks"), 256)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := bayes.FitLinear(context.Background(), b, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("µ %.1f, Σ %.1f\n", m.Mean, m.Cov)
	// Output: µ [1.0 0.1], Σ [[0.3 -0.1] [-0.1 3.9]]
}
