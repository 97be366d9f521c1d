package multilevel_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/multilevel"
)

// world is a distribution of groups with one input that varies and one that is constant in a group.
type world struct {
	mean  [3]float64
	root  [2][2]float64 // of the covariance of intercept and slope
	noise float64
}

// groups draws groups of the given sizes. With a grid, the first input is the same in all.
func (w world) groups(rng *rand.Rand, grid bool, sizes ...int) (all []*datasets.Batch) {
	for _, n := range sizes {
		b := datasets.NewBatch(1, n, 2, 0)
		e0, e1, level := datasets.Normal(rng), datasets.Normal(rng), datasets.Normal(rng)
		intercept := w.mean[0] + w.root[0][0]*e0
		slope := w.mean[1] + w.root[1][0]*e0 + w.root[1][1]*e1
		for i := range n {
			x := datasets.Normal(rng)
			if grid {
				x, level = float64(i), 0
			}
			copy(b.Point(0, i), []float32{float32(x), float32(level)})
			b.Z[i] = float32(intercept + slope*x + w.mean[2]*level + w.noise*datasets.Normal(rng))
		}
		all = append(all, b)
	}
	return all
}

var example = world{mean: [3]float64{1, -2, .5}, root: [2][2]float64{{1.5, 0}, {-.6, .8}}, noise: .7}

func mustMixed(t *testing.T, groups []*datasets.Batch, slopes multilevel.Slopes) multilevel.Model {
	t.Helper()
	m, err := multilevel.Mixed(t.Context(), groups, slopes)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

// TestRecovers: fits to many groups find the distribution that these were drawn from, by a few
// standard errors.
func TestRecovers(t *testing.T) {
	groups := example.groups(datasets.Rand(1, "recovers"), false, slices.Repeat([]int{4, 8, 12}, 150)...)
	moments, err := multilevel.Moments(groups)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]multilevel.Model{"REML": mustMixed(t, groups, multilevel.Chosen), "moments": moments} {
		for j, want := range example.mean {
			if !near(m.Mean[j], want, .25) {
				t.Errorf("%s: coefficient %d is %.3f, want %.3f", name, j, m.Mean[j], want)
			}
		}
		for i, row := range [][]float64{{2.25, -.9, 0}, {-.9, 1, 0}, {0, 0, 0}} {
			for j, want := range row {
				if !near(m.Cov[i][j], want, .35) {
					t.Errorf("%s: covariance %d, %d is %.3f, want %.3f", name, i, j, m.Cov[i][j], want)
				}
			}
		}
		if !near(m.Noise, .7, .03) {
			t.Errorf("%s: noise %.3f, want .7", name, m.Noise)
		}
	}
}

// constant are groups whose rows have no input but zeros: a one-way layout.
func constant(rng *rand.Rand, groups, rows int, between float64) (all []*datasets.Batch) {
	for range groups {
		b := datasets.NewBatch(1, rows, 1, 0)
		level := 3 + between*datasets.Normal(rng)
		for i := range rows {
			b.Z[i] = float32(level + datasets.Normal(rng))
		}
		all = append(all, b)
	}
	return all
}

// meanSquares are those within and between groups.
func meanSquares(groups []*datasets.Batch) (within, between, total float64) {
	var means, all []float64
	rows := groups[0].N
	for _, g := range groups {
		var z []float64
		for _, v := range g.Z {
			z = append(z, float64(v))
		}
		mean, variance := stat.MeanVariance(z, nil)
		means, all, within = append(means, mean), append(all, z...), within+variance/float64(len(groups))
	}
	return within, float64(rows) * stat.Variance(means, nil), stat.Variance(all, nil)
}

// TestOneWay: in a balanced one-way layout REML has a closed form, from the analysis of variance
// (Searle, Casella and McCulloch 1992, §4.4), also where the variance between groups is 0.
func TestOneWay(t *testing.T) {
	for name, between := range map[string]float64{"apart": 1, "alike": 0} {
		groups := constant(datasets.Rand(map[string]uint64{"apart": 3, "alike": 4}[name], name), 20, 5, between)
		within, over, total := meanSquares(groups)
		wantCov, wantNoise := (over-within)/5, math.Sqrt(within)
		if over < within {
			wantCov, wantNoise = 0, math.Sqrt(total)
		}
		if (between == 0) != (over < within) {
			t.Fatalf("%s: mean squares %g and %g; choose another seed", name, within, over)
		}
		m := mustMixed(t, groups, multilevel.Chosen)
		if !near(m.Cov[0][0], wantCov, .01) || !near(m.Noise, wantNoise, .005) || !near(m.Mean[0], 3, 1) || m.Mean[1] != 0 {
			t.Errorf("%s: %+v; want a variance of %g and noise of %g", name, m, wantCov, wantNoise)
		}
		moments, err := multilevel.Moments(groups)
		if err != nil || !near(moments.Cov[0][0], wantCov, 1e-6) {
			t.Errorf("%s: moments %+v, error %v; want a variance of %g", name, moments, err, wantCov)
		}
	}
}

// TestBalanced: where all groups have the same inputs, and no variance is at its bound, moments
// are the REML estimates.
func TestBalanced(t *testing.T) {
	groups := example.groups(datasets.Rand(5, "balanced"), true, slices.Repeat([]int{6}, 30)...)
	reml := mustMixed(t, groups, multilevel.Correlated)
	moments, err := multilevel.Moments(groups)
	if err != nil {
		t.Fatal(err)
	}
	if !near(reml.Noise, moments.Noise, 1e-3) {
		t.Errorf("noise %g and %g", reml.Noise, moments.Noise)
	}
	for i := range 2 {
		for j := range 2 {
			if !near(reml.Cov[i][j], moments.Cov[i][j], 5e-3) || !near(reml.Mean[i], moments.Mean[i], 1e-4) {
				t.Errorf("coefficients %d, %d: %g and %g", i, j, reml.Cov[i][j], moments.Cov[i][j])
			}
		}
	}
}

// restricted is the restricted log-likelihood of a model up to a constant, with matrices of all
// rows of a group.
func restricted(m multilevel.Model, cov [][]float64, noise float64, groups []*datasets.Batch) float64 {
	k := len(m.Mean)
	information, right, sum := mat.NewDense(k, k, nil), mat.NewVecDense(k, nil), 0.
	for _, g := range groups {
		x, z, v := mat.NewDense(g.N, k, nil), mat.NewVecDense(g.N, nil), mat.NewDense(g.N, g.N, nil)
		for n := range g.N {
			x.Set(n, 0, 1)
			for j, value := range g.Point(0, n) {
				x.Set(n, j+1, float64(value))
			}
			z.SetVec(n, float64(g.Z[n]))
		}
		psi := mat.NewDense(k, k, slices.Concat(cov...))
		v.Product(x, psi, x.T())
		for n := range g.N {
			v.Set(n, n, v.At(n, n)+noise*noise)
		}
		logDet, _ := mat.LogDet(v)
		var inverse, part mat.Dense
		if err := inverse.Inverse(v); err != nil {
			return math.NaN()
		}
		part.Product(x.T(), &inverse, x)
		information.Add(information, &part)
		var vz, xvz mat.VecDense
		vz.MulVec(&inverse, z)
		xvz.MulVec(x.T(), &vz)
		right.AddVec(right, &xvz)
		sum -= (logDet + mat.Dot(z, &vz)) / 2
	}
	logDet, _ := mat.LogDet(information)
	var beta mat.VecDense
	if err := beta.SolveVec(information, right); err != nil {
		return math.NaN()
	}
	return sum - logDet/2 + mat.Dot(&beta, right)/2
}

// TestMaximum: no variance or covariance can be changed for a greater restricted likelihood.
func TestMaximum(t *testing.T) {
	groups := example.groups(datasets.Rand(7, "maximum"), false, 3, 9, 4, 7, 12, 5, 6, 8, 3, 10, 6, 4)
	m := mustMixed(t, groups, multilevel.Correlated)
	top := restricted(m, m.Cov, m.Noise, groups)
	for name, change := range map[string]func(cov [][]float64, noise *float64, by float64){
		"intercept":  func(cov [][]float64, _ *float64, by float64) { cov[0][0] += by },
		"slope":      func(cov [][]float64, _ *float64, by float64) { cov[1][1] += by },
		"covariance": func(cov [][]float64, _ *float64, by float64) { cov[0][1] += by; cov[1][0] += by },
		"noise":      func(_ [][]float64, noise *float64, by float64) { *noise += by },
	} {
		for _, by := range []float64{-.05, .05} {
			cov, noise := [][]float64{slices.Clone(m.Cov[0]), slices.Clone(m.Cov[1]), slices.Clone(m.Cov[2])}, m.Noise
			change(cov, &noise, by)
			if other := restricted(m, cov, noise, groups); !(other < top) {
				t.Errorf("%s %+g: log-likelihood %.6f, that of the fit is %.6f", name, by, other, top)
			}
		}
	}
}

// TestPosterior: the prediction is that of the posterior mean of the coefficients, computed with
// the inverse of the covariance.
func TestPosterior(t *testing.T) {
	m := multilevel.Model{Mean: []float64{1, -1, 2}, Cov: [][]float64{{2, .5, 0}, {.5, 1, .3}, {0, .3, .8}}, Noise: .4}
	b := example.groups(datasets.Rand(9, "posterior"), false, 6)[0]
	const n = 5
	precision, right := mat.NewDense(3, 3, nil), mat.NewVecDense(3, nil)
	if err := precision.Inverse(mat.NewDense(3, 3, slices.Concat(m.Cov...))); err != nil {
		t.Fatal(err)
	}
	right.MulVec(precision, mat.NewVecDense(3, m.Mean))
	row := func(i int) *mat.VecDense {
		return mat.NewVecDense(3, []float64{1, float64(b.Point(0, i)[0]), float64(b.Point(0, i)[1])})
	}
	for i := range n {
		var outer mat.Dense
		outer.Outer(1/(m.Noise*m.Noise), row(i), row(i))
		precision.Add(precision, &outer)
		right.AddScaledVec(right, float64(b.Z[i])/(m.Noise*m.Noise), row(i))
	}
	var w, c mat.VecDense
	if err := errors.Join(w.SolveVec(precision, right), c.SolveVec(precision, row(n))); err != nil {
		t.Fatal(err)
	}
	mean, variance, err := m.Regress(t.Context(), b, []int{n})
	if want := mat.Dot(&w, row(n)); err != nil || !near(float64(mean[0]), want, 1e-5) {
		t.Errorf("mean %v, error %v; want %g", mean, err, want)
	}
	if want := mat.Dot(&c, row(n)) + m.Noise*m.Noise; !near(float64(variance[0]), want, 1e-5) {
		t.Errorf("variance %v; want %g", variance, want)
	}
}

// TestPooled: it is least squares on all rows, whatever is known of a group.
func TestPooled(t *testing.T) {
	groups := example.groups(datasets.Rand(11, "pooled"), false, 5, 7, 6)
	m, err := multilevel.Pooled(groups)
	if err != nil {
		t.Fatal(err)
	}
	all := datasets.NewBatch(1, 19, 3, 0) // all rows, and then a query
	p := 0
	for _, g := range groups {
		for n := range g.N {
			copy(all.Point(0, p), append(slices.Clone(g.Point(0, n)), 1))
			all.Z[p] = g.Z[n]
			p++
		}
	}
	copy(all.Point(0, 18), []float32{.3, -.4, 1})
	want, _, err := baseline.LeastSquares{}.Regress(t.Context(), all, []int{18})
	query := datasets.NewBatch(1, 3, 2, 0)
	copy(query.Z, []float32{50, -50, 0})
	copy(query.Point(0, 2), []float32{.3, -.4})
	got, _, err2 := m.Regress(t.Context(), query, []int{2})
	if errors.Join(err, err2) != nil || !near(float64(got[0]), float64(want[0]), 1e-4) {
		t.Errorf("%v, want %v; errors %v, %v", got, want, err, err2)
	}
}

// TestUnits: predictions follow the units of inputs and targets.
func TestUnits(t *testing.T) {
	plain, scaled := example.groups(datasets.Rand(13, "units"), false, 5, 7, 6, 9, 8), example.groups(datasets.Rand(13, "units"), false, 5, 7, 6, 9, 8)
	for _, g := range scaled {
		for i := range g.X {
			g.X[i] *= []float32{1 << 20, 1. / (1 << 10)}[i%2]
		}
		for i := range g.Z {
			g.Z[i] *= 1 << 12
		}
	}
	for name, fit := range fits(t.Context()) {
		a, err := fit(plain)
		b, err2 := fit(scaled)
		if err != nil || err2 != nil {
			t.Fatalf("%s: errors %v, %v", name, err, err2)
		}
		p, _, err := a.Regress(t.Context(), plain[3], []int{0, 4, 8})
		q, _, err2 := b.Regress(t.Context(), scaled[3], []int{0, 4, 8})
		if err != nil || err2 != nil {
			t.Fatalf("%s: errors %v, %v", name, err, err2)
		}
		for i := range p {
			if !near(float64(q[i])/(1<<12), float64(p[i]), 1e-3) {
				t.Errorf("%s: %g in other units, want %g", name, q[i]/(1<<12), p[i])
			}
		}
	}
}

func fits(ctx context.Context) map[string]func([]*datasets.Batch) (multilevel.Model, error) {
	all := map[string]func([]*datasets.Batch) (multilevel.Model, error){"pooled": multilevel.Pooled, "moments": multilevel.Moments}
	for _, slopes := range []multilevel.Slopes{multilevel.Chosen, multilevel.NoSlopes, multilevel.Independent, multilevel.Correlated} {
		all["mixed "+string(slopes)] = func(g []*datasets.Batch) (multilevel.Model, error) { return multilevel.Mixed(ctx, g, slopes) }
	}
	return all
}

// TestPoorData: fits to data that leave much open predict finite numbers.
func TestPoorData(t *testing.T) {
	rng := datasets.Rand(15, "poor")
	same := example.groups(rng, false, 5, 5, 5)
	for _, g := range same {
		for i := range g.Z {
			g.Point(0, i)[1] = 2 * g.Point(0, i)[0] // one input is twice the other
			g.Z[i] = 4                              // and the target is constant
		}
	}
	for kind, groups := range map[string][]*datasets.Batch{
		"one group": example.groups(rng, false, 7), "single rows": example.groups(rng, false, 1, 1, 1),
		"one row": example.groups(rng, false, 1), "constant": same, "zeros": {datasets.NewBatch(4, 3, 2, 0)},
		"exact": world{mean: [3]float64{1, 1, 1}, root: [2][2]float64{{1, 0}, {0, 1}}}.groups(rng, false, 5, 6, 7, 8),
	} {
		for name, fit := range fits(t.Context()) {
			m, err := fit(groups)
			if err != nil {
				t.Errorf("%s, %s: %v", kind, name, err)
				continue
			}
			mean, variance, err := m.Regress(t.Context(), example.groups(rng, false, 4)[0], []int{0, 3})
			for i := range mean {
				if v := float64(mean[i]) + float64(variance[i]); math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s, %s: %v, %v", kind, name, mean, variance)
				}
			}
			if err != nil {
				t.Errorf("%s, %s: %v", kind, name, err)
			}
		}
	}
}

func TestWrongUse(t *testing.T) {
	one, other := datasets.NewBatch(1, 3, 2, 0), datasets.NewBatch(1, 3, 1, 0)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for want, fit := range map[string]func() error{
		"no groups":         func() error { _, err := multilevel.Pooled(nil); return err },
		"2 and of 1 inputs": func() error { _, err := multilevel.Moments([]*datasets.Batch{one, other}); return err },
		"classification tasks": func() error {
			_, err := multilevel.Pooled([]*datasets.Batch{datasets.NewBatch(1, 3, 2, 2)})
			return err
		},
		"unknown slopes": func() error { _, err := multilevel.Mixed(t.Context(), []*datasets.Batch{one}, "some"); return err },
		"context is nil": func() error { _, err := multilevel.Mixed(nil, []*datasets.Batch{one}, ""); return err }, //nolint:staticcheck // it is the test
		"stopped":        func() error { _, err := multilevel.Mixed(ended, []*datasets.Batch{one}, ""); return err },
		"model of 1 coeffic": func() error {
			_, _, err := multilevel.Model{Mean: []float64{1}}.Regress(t.Context(), one, []int{1})
			return err
		},
	} {
		if err := fit(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q", err, want)
		}
	}
}
