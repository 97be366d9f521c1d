package baseline

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// refit solves the ridge problem of all rows but one by its normal equations. The
// last column is an intercept, which is not penalised, if there is one.
func refit(x, z *mat.Dense, without int, lambda float64, intercept bool) *mat.Dense {
	n, d := x.Dims()
	_, outputs := z.Dims()
	gram, moments := mat.NewDense(d, d, nil), mat.NewDense(d, outputs, nil)
	for i := range n {
		if i == without {
			continue
		}
		var g, m mat.Dense
		g.Mul(x.RowView(i), x.RowView(i).T())
		gram.Add(gram, &g)
		m.Mul(x.RowView(i), z.RowView(i).T())
		moments.Add(moments, &m)
	}
	for j := range d {
		if !intercept || j < d-1 {
			gram.Set(j, j, gram.At(j, j)+lambda)
		}
	}
	w := new(mat.Dense)
	if err := w.Solve(gram, moments); err != nil {
		panic(err)
	}
	return w
}

// TestLeaveOneOut compares the closed form with fits to all examples but one.
func TestLeaveOneOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		intercept := round%2 == 1
		n, d, outputs := 3+rng.IntN(8), 1+rng.IntN(5), 1+rng.IntN(3)
		x, z := mat.NewDense(n, d+1, nil), mat.NewDense(n, outputs, nil)
		for i := range n {
			for j := range d + 1 {
				x.Set(i, j, rng.NormFloat64())
			}
			if intercept {
				x.Set(i, d, 1)
			}
			for c := range outputs {
				z.Set(i, c, rng.NormFloat64())
			}
		}
		fitX, fitZ, leverage := mat.DenseCopyOf(x), mat.DenseCopyOf(z), 0.0
		if intercept {
			fitX, leverage = mat.DenseCopyOf(x.Slice(0, n, 0, d)), 1/float64(n)
			centre(fitX)
			centre(fitZ)
		}
		fit := newRidgeFit(fitX, fitZ, leverage)
		for _, lambda := range []float64{.01, .3, 1, 20} {
			want := 0.0
			for i := range n {
				var out mat.Dense
				out.Mul(x.RowView(i).T(), refit(x, z, i, lambda, intercept))
				for c := range outputs {
					want += math.Pow(z.At(i, c)-out.At(0, c), 2)
				}
			}
			if got := fit.leaveOneOut(lambda); math.Abs(got-want) > 1e-8*want {
				t.Errorf("n = %d, d = %d, λ = %g, intercept %t: leave-one-out error %g, fits without each example give %g", n, d, lambda, intercept, got, want)
			}
		}
		checkFit(t, fit, x, z, intercept)
	}
}

// checkFit compares the prediction with the normal equations at the chosen λ.
func checkFit(t *testing.T, fit *ridgeFit, x, z *mat.Dense, intercept bool) {
	t.Helper()
	n, columns := x.Dims()
	query, out := make([]float64, columns), new(mat.Dense)
	for j := range query {
		query[j] = float64(j) - .5
	}
	offset, point := make([]float64, z.RawMatrix().Cols), append([]float64{}, query...)
	if intercept {
		query[columns-1] = 1
		point = point[:columns-1]
		mean := centre(mat.DenseCopyOf(x))
		for j := range point {
			point[j] -= mean[j]
		}
		offset = centre(mat.DenseCopyOf(z))
	}
	out.Mul(mat.NewDense(1, columns, query), refit(x, z, n, fit.penalty(), intercept))
	for c, v := range fit.predict(point) {
		if want := out.At(0, c); math.Abs(v+offset[c]-want) > 1e-5*(1+math.Abs(want)) {
			t.Errorf("output %g, the normal equations say %g", v+offset[c], want)
		}
	}
}

// TestPenaltyFollowsNoise: with many examples the penalty comes near noise², in
// units of a standard normal prior, where that is not too small to matter, and it
// scales with the inputs.
func TestPenaltyFollowsNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for noise, bounds := range map[float64][2]float64{.1: {-6, -1.5}, 1: {-1, .5}, 3: {.5, 1.5}} {
		logs := 0.0
		const rounds, n, d = 60, 60, 30
		for range rounds {
			x, z := mat.NewDense(n, d, nil), mat.NewDense(n, 1, nil)
			w := make([]float64, d)
			for j := range w {
				w[j] = rng.NormFloat64()
			}
			for i := range n {
				sum := noise * rng.NormFloat64()
				for j := range d {
					v := rng.NormFloat64()
					x.Set(i, j, 1000*v)
					sum += v * w[j]
				}
				z.Set(i, 0, sum)
			}
			logs += math.Log10(newRidgeFit(x, z, 0).penalty()/1e6) / rounds
		}
		if logs < bounds[0] || logs > bounds[1] {
			t.Errorf("noise %g: the penalty is 10^%.2f on average, want 10^%g to 10^%g", noise, logs, bounds[0], bounds[1])
		}
	}
}
