package bayes

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
)

// TestArcsHoldWhatTheySay: a direction is in the arc if and only if it agrees with every
// cut, by sampling.
func TestArcsHoldWhatTheySay(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		arc, cuts := circle, [][2]float64{}
		for range 1 + rng.IntN(4) {
			cut := [2]float64{rng.NormFloat64(), rng.NormFloat64()}
			arc, cuts = arc.half(cut), append(cuts, cut)
		}
		const draws = 4000
		agree := 0.
		for range draws {
			sin, cos := math.Sincos(2 * math.Pi * rng.Float64())
			all := true
			for _, c := range cuts {
				all = all && c[0]*cos+c[1]*sin > 0
			}
			if all {
				agree++
			}
		}
		want := arc.width() / (2 * math.Pi)
		if math.Abs(agree/draws-want) > 5*math.Sqrt(want*(1-want)/draws)+1e-3 {
			t.Fatalf("cuts %v: an arc of %.3f of the circle, but %.3f of the directions agree", cuts, want, agree/draws)
		}
	}
}

// TestPosteriorByCovariance compares the triangular system with the posterior N(m, V),
// V⁻¹ = I + Σ u uᵀ/σ², and its log-densities with those of the normal predictions.
func TestPosteriorByCovariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		k, noise := 1+rng.IntN(4), .1+rng.Float64()
		p := newPosteriors(2, k)[1]
		precision, right := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
		for i := range k {
			precision.SetSym(i, i, 1)
		}
		direct := func(u []float64) (mean, variance float64) {
			var chol mat.Cholesky
			chol.Factorize(precision)
			var m, v mat.VecDense
			_ = chol.SolveVecTo(&m, right)
			_ = chol.SolveVecTo(&v, mat.NewVecDense(k, u))
			return mat.Dot(&m, mat.NewVecDense(k, u)), mat.Dot(&v, mat.NewVecDense(k, u))
		}
		for range 6 {
			u := make([]float64, k)
			for i := range u {
				u[i] = rng.NormFloat64()
			}
			z := rng.NormFloat64()
			mean, variance := p.predict(u)
			wantMean, wantVariance := direct(u)
			if math.Abs(mean-wantMean) > 1e-9 || math.Abs(variance-wantVariance) > 1e-9 {
				t.Fatalf("mean %g, variance %g; want %g, %g", mean, variance, wantMean, wantVariance)
			}
			total := variance + noise*noise
			wantDensity := -(z-mean)*(z-mean)/(2*total) - math.Log(total)/2
			if density := p.learn(u, z, noise); math.Abs(density-wantDensity) > 1e-9 {
				t.Fatalf("log-density %g, want %g", density, wantDensity)
			}
			precision.SymRankOne(precision, 1/(noise*noise), mat.NewVecDense(k, u))
			right.AddScaledVec(right, z/(noise*noise), mat.NewVecDense(k, u))
		}
	}
}

// TestMixtureMoments compares with sums over a small mixture; a constant added to all
// log-weights changes nothing, however large.
func TestMixtureMoments(t *testing.T) {
	m := mixture{means: []float64{1, -2}, variances: []float64{.5, 3}, weights: make([]float64, 2)}
	for _, constant := range []float64{0, -1e4, 700} {
		mean, variance := m.moments([]float64{constant + math.Log(.25), constant + math.Log(.75)})
		wantMean := .25*1 + .75*-2
		wantVariance := .25*(.5+1) + .75*(3+4) - wantMean*wantMean
		if math.Abs(mean-wantMean) > 1e-12 || math.Abs(variance-wantVariance) > 1e-9 {
			t.Errorf("constant %g: mean %g, variance %g; want %g, %g", constant, mean, variance, wantMean, wantVariance)
		}
	}
}

// TestAmortByQuadrature compares probability and evidence with integrals over t.
func TestAmortByQuadrature(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 30 {
		sigma := .5 + rng.Float64()
		f, w := Amort{Sigma: sigma}.newFilter(), [2]float64{rng.NormFloat64(), rng.NormFloat64()}
		var sums []float64
		lo, hi := math.Inf(-1), math.Inf(1)
		for range 5 {
			x := [2]float64{w[0] + sigma*rng.NormFloat64(), w[1] + sigma*rng.NormFloat64()}
			s := x[0] + x[1]
			sums = append(sums, s)
			got := f.see(x)
			// The sums are all that counts: s | t ~ N(t, 2σ²), t ~ N(0, 2).
			density := func(t float64) float64 {
				log := -t * t / 4
				for _, s := range sums {
					log -= (s - t) * (s - t) / (4 * sigma * sigma)
				}
				return math.Exp(log)
			}
			from, to := max(lo, -12), min(hi, 12)
			below := quad.Fixed(density, from, min(max(s, from), to), 200, nil, 0)
			all := below + quad.Fixed(density, min(max(s, from), to), to, 200, nil, 0)
			if want := below / all; math.Abs(got.class0-want) > 1e-6 {
				t.Fatalf("probability %g of class 0, want %g", got.class0, want)
			}
			y := int32(1)
			if s > w[0]+w[1] {
				y, hi = 0, min(hi, s)
			} else {
				lo = max(lo, s)
			}
			f.label(y)
		}
	}
}

// TestArcCosineIsTheCovariance of networks f(x) = √(2/H) Σ_h v_h max(w_h·x, 0), by
// sampling.
func TestArcCosineIsTheCovariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const draws = 200_000
	for _, angle := range []float64{0, .5, math.Pi / 2, 2.5, math.Pi} {
		sin, cos := math.Sincos(angle)
		products := make([]float64, draws)
		for i := range products {
			w0, w1 := rng.NormFloat64(), rng.NormFloat64()
			products[i] = 2 * max(w0, 0) * max(w0*cos+w1*sin, 0)
		}
		mean, sd := stat.MeanStdDev(products, nil)
		if want := arcCosine(cos); math.Abs(mean-want) > 5*sd/math.Sqrt(draws)+1e-9 {
			t.Errorf("angle %g: covariance %.4f, sampled %.4f", angle, want, mean)
		}
	}
	if v := arcCosine(1 + 1e-12); math.Abs(v-1) > 1e-6 {
		t.Errorf("a cosine that rounds above 1 has the covariance %g", v)
	}
}

// TestCutOffMoments compares with the normal distribution cut off below 0, by quadrature.
func TestCutOffMoments(t *testing.T) {
	for _, mean := range []float64{-3, -.5, 0, 2} {
		const variance = 1.7
		moment := func(k float64) float64 {
			return quad.Fixed(func(x float64) float64 {
				return math.Pow(x, k) * math.Exp(-(x-mean)*(x-mean)/(2*variance))
			}, 0, 15, 400, nil, 0)
		}
		wantMean := moment(1) / moment(0)
		wantVariance := moment(2)/moment(0) - wantMean*wantMean
		if m, v := cutOff(mean, variance); math.Abs(m-wantMean) > 1e-6 || math.Abs(v-wantVariance) > 1e-6 {
			t.Errorf("N(%g, %g): mean %g, variance %g; want %g, %g", mean, variance, m, v, wantMean, wantVariance)
		}
	}
}

// TestRefitRaisesTheLikelihood: each round of EM raises the penalised likelihood, of which
// the marginal likelihood of the targets is the largest part: over all rounds it rises.
func TestRefitRaisesTheLikelihood(t *testing.T) {
	domain := regression.Domain{Mean: []float64{2, -1}, Axes: [][]float64{{.5, 0}, {0, 2}}, N: 4, Noise: .3}
	b, err := domain.Sample(datasets.Rand(1, "em"), 200)
	if err != nil {
		t.Fatal(err)
	}
	likelihood := func(m Linear) (sum float64) {
		mean, variance, err := m.Regress(t.Context(), b, []int{0, 1, 2, 3})
		if err != nil {
			t.Fatal(err)
		}
		for i, z := range b.Z {
			gap, v := float64(z-mean[i]), float64(variance[i])
			sum -= gap*gap/(2*v) + math.Log(2*math.Pi*v)/2
		}
		return sum
	}
	fit, last := Linear{Mean: make([]float64, 2), Cov: isotropic(2, 3), Noise: .3}, math.Inf(-1)
	for round := range 5 {
		now := likelihood(fit)
		if now < last-.1 {
			t.Errorf("round %d: log-likelihood %.2f, %.2f before", round, now, last)
		}
		last = now
		if fit, err = fit.refit(context.Background(), b, 3); err != nil {
			t.Fatal(err)
		}
	}
	known := likelihood(Linear{Mean: domain.Mean, Cov: domain.Cov(), Noise: .3})
	if math.Abs(last-known) > .02*math.Abs(known) {
		t.Errorf("log-likelihood %.1f of the fit, %.1f of the truth", last, known)
	}
}

// TestRootOfCovariance: L Lᵀ is Σ, singular ones included.
func TestRootOfCovariance(t *testing.T) {
	for _, cov := range [][][]float64{{{1}}, {{2, 1}, {1, 3}}, {{1, 1}, {1, 1}}, {{0, 0}, {0, 4}}, {{0, 0}, {0, 0}}} {
		root, err := Linear{Cov: cov}.root(len(cov))
		if err != nil {
			t.Fatal(err)
		}
		var product mat.Dense
		product.Mul(root, root.T())
		for i, row := range cov {
			if !floats.EqualApprox(product.RawRowView(i), row, 1e-12) {
				t.Errorf("row %d of the root's square is %v, want %v", i, product.RawRowView(i), row)
			}
		}
	}
}

// TestPowerOfTrees: the shares of coordinates that keep groups apart, by hand: of two
// groups on different sides of the first of two coordinates half of all stumps do.
func TestPowerOfTrees(t *testing.T) {
	groups := []group{{1, []side{left, left}}, {2, []side{right, left}}}
	c := newTreeCount(groups, []float64{1, 1})
	if share := c.trees(3, 1); share != .5 {
		t.Errorf("share %g of stumps that separate the groups, want .5", share)
	}
	if share := c.trees(1, 2); share != 1 {
		t.Errorf("share %g of trees that keep one group together, want 1", share)
	}
	if sums := c.moments(3, 1); sums[0] != .5*2 || sums[1] != .5*4 {
		t.Errorf("sums %v of the query's target, want 1 and 2: it is in the second group", sums)
	}
	if share := c.trees(3, 0); share != 0 {
		t.Errorf("share %g of trees without a split that separate the groups", share)
	}
}
