package bayes_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// context returns the examples of a batch's only task, all but the last point,
// and that point's input.
func contextOf(b *datasets.Batch) (x *mat.Dense, z, query *mat.VecDense) {
	n := b.N - 1
	wide := func(v []float32) []float64 {
		out := make([]float64, len(v))
		for i := range v {
			out[i] = float64(v[i])
		}
		return out
	}
	return mat.NewDense(n, b.D, wide(b.X[:n*b.D])), mat.NewVecDense(n, wide(b.Z[:n])), mat.NewVecDense(b.D, wide(b.Point(0, n)))
}

// formula is the Gaussian posterior of the target by its matrix formula, and the
// log-density of the examples.
func formula(x *mat.Dense, z, query, mu *mat.VecDense, cov mat.Matrix, noise float64) (mean, variance, evidence float64) {
	n, d := x.Dims()
	var xc, gram mat.Dense
	xc.Mul(x, cov) // XΣ
	gram.Mul(&xc, x.T())
	for i := range n {
		gram.Set(i, i, gram.At(i, i)+noise*noise)
	}
	var inverse mat.Dense
	if err := inverse.Inverse(&gram); err != nil {
		panic(err)
	}
	gap := mat.NewVecDense(n, nil)
	gap.MulVec(x, mu)
	gap.SubVec(z, gap)
	var kernel, solved, weights mat.VecDense
	kernel.MulVec(&xc, query) // XΣx
	solved.MulVec(&inverse, gap)
	weights.MulVec(&inverse, &kernel)
	prior := mat.NewVecDense(d, nil)
	prior.MulVec(cov, query)
	logDet, _ := mat.LogDet(&gram)
	return mat.Dot(mu, query) + mat.Dot(&kernel, &solved),
		mat.Dot(query, prior) - mat.Dot(&kernel, &weights) + noise*noise,
		-(mat.Dot(gap, &solved) + logDet) / 2
}

func TestLinearByFormula(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		n, d, noise := 1+rng.IntN(12), 1+rng.IntN(6), []float64{.05, .5, 2}[rng.IntN(3)]
		b := noisyTask(rng, n, d)
		root, mu := mat.NewDense(d, 1+rng.IntN(d), nil), mat.NewVecDense(d, nil) // Σ may be singular
		for i := range root.RawMatrix().Data {
			root.RawMatrix().Data[i] = 2 * rng.NormFloat64()
		}
		var cov mat.Dense
		cov.Mul(root, root.T())
		m := bayes.Linear{Noise: noise, Mean: make([]float64, d), Cov: make([][]float64, d)}
		for i := range d {
			m.Mean[i] = rng.NormFloat64()
			mu.SetVec(i, m.Mean[i])
			m.Cov[i] = cov.RawRowView(i)
		}
		x, z, query := contextOf(b)
		wantMean, wantVariance, _ := formula(x, z, query, mu, &cov, noise)
		mean, variance := predicttest.Regress(m, b, n)
		if !near(mean[0], wantMean, 1e-4*(1+math.Abs(wantMean))) || !near(variance[0], wantVariance, 1e-4*(1+wantVariance)) {
			t.Errorf("d = %d, n = %d, noise %g: mean %g, variance %g; the formula says %g and %g", d, n, noise, mean[0], variance[0], wantMean, wantVariance)
		}
	}
}

// TestSparseByEnumeration enumerates supports as bit masks, and weighs each by the
// joint density of the targets.
func TestSparseByEnumeration(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 200 {
		n, d := 1+rng.IntN(8), 2+rng.IntN(4)
		k, noise := 1+rng.IntN(d-1), []float64{.1, 1}[rng.IntN(2)]
		b := noisyTask(rng, n, d)
		x, z, query := contextOf(b)
		var total, first, second float64
		for mask := range 1 << d {
			cov, size := mat.NewDense(d, d, nil), 0
			for i := range d {
				if mask>>i&1 == 1 {
					cov.Set(i, i, 1)
					size++
				}
			}
			if size != k {
				continue
			}
			mean, variance, evidence := formula(x, z, query, mat.NewVecDense(d, nil), cov, noise)
			p := math.Exp(evidence)
			total, first, second = total+p, first+p*mean, second+p*(variance+mean*mean)
		}
		wantMean := first / total
		wantVariance := second/total - wantMean*wantMean
		mean, variance := predicttest.Regress(bayes.Sparse{K: k, Noise: noise}, b, n)
		if !near(mean[0], wantMean, 1e-4*(1+math.Abs(wantMean))) || !near(variance[0], wantVariance, 1e-4*(1+wantVariance)) {
			t.Errorf("d = %d, k = %d, n = %d, noise %g: mean %g, variance %g; enumeration says %g and %g", d, k, n, noise, mean[0], variance[0], wantMean, wantVariance)
		}
	}
}

// TestPoolDirectly multiplies the likelihoods of the members.
func TestPoolDirectly(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 200 {
		n, d, size, noise := 1+rng.IntN(6), 1+rng.IntN(4), 1+rng.IntN(6), .5+rng.Float64()
		b := noisyTask(rng, n, d)
		members := make([][]float32, size)
		var total, first, second float64
		for j := range members {
			p, dot := 1.0, make([]float64, n+1)
			for range d {
				members[j] = append(members[j], float32(rng.NormFloat64()))
			}
			for i := range dot {
				for c, x := range b.Point(0, i) {
					dot[i] += float64(x) * float64(members[j][c])
				}
			}
			for i := range n {
				p *= math.Exp(-math.Pow(float64(b.Z[i])-dot[i], 2) / (2 * noise * noise))
			}
			total, first, second = total+p, first+p*dot[n], second+p*dot[n]*dot[n]
		}
		wantMean := first / total
		wantVariance := second/total - wantMean*wantMean + noise*noise
		mean, variance := predicttest.Regress(bayes.Pool{Members: members, Noise: noise}, b, n)
		if !near(mean[0], wantMean, 1e-5*(1+math.Abs(wantMean))) || !near(variance[0], wantVariance, 1e-5*(1+wantVariance)) {
			t.Errorf("M = %d, n = %d: mean %g, variance %g; directly %g and %g", size, n, mean[0], variance[0], wantMean, wantVariance)
		}
	}
}

// TestLeastNorm compares least squares with the pseudo-inverse from singular
// values, on contexts of any rank whose targets no w need fit.
func TestLeastNorm(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for range 500 {
		n, d := 1+rng.IntN(12), 1+rng.IntN(8)
		b := noisyTask(rng, n, d)
		x, z, query := contextOf(b)
		var svd mat.SVD
		if !svd.Factorize(x, mat.SVDThin) {
			t.Fatal("no singular values")
		}
		var w mat.VecDense
		svd.SolveVecTo(&w, z, svd.Rank(1e-10))
		want := mat.Dot(&w, query)
		if mean, _ := predicttest.Regress(baseline.LeastSquares{}, b, n); !near(mean[0], want, 1e-5*(1+math.Abs(want))) {
			t.Errorf("d = %d, n = %d: %g, the pseudo-inverse says %g", d, n, mean[0], want)
		}
	}
}
