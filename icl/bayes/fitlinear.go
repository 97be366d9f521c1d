package bayes

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// FitLinear estimates the prior of [Linear] from the tasks of b, z = w·x + noise · ε
// with w ~ N(µ, Σ) for each task: empirical Bayes (Efron, Large-Scale Inference, 2010,
// ch. 1). It uses all points of each task; the noise is known.
//
// It is the EM algorithm of Dempster, Laird and Rubin (1977): from a current µ, Σ follow
// posterior mean ŵ_i and covariance V_i of every task's w, and from those
//
//	µ = (I + Σ/(T m²))⁻¹ Σ_i ŵ_i / T,   m² = Σ z² / Σ ‖x‖²
//	Σ = (S + s² I) / (T + 1),   S = Σ_i (ŵ_i − µ)(ŵ_i − µ)ᵀ + V_i
//
// until neither changes by more than one part in a million, at most 1,000 times. So
// tasks may have fewer points than dimensions; where noise-free points determine w, a
// few rounds are enough.
//
// Maximum likelihood would overfit few tasks. The estimate of µ is therefore
// that of greatest posterior density under µ ~ N(0, m² I), where m² is about the mean
// square of a weight, and that of Σ a posterior mean: under the inverse Wishart prior of
// Fraley and Raftery (Journal of Classification 24, 2007), of D + 2 degrees of freedom
// and mean s² I, which weighs as much as one task. Its scale is that of the weights about µ, and,
// for the sake of a single task, once about 0: s² = (tr S + ‖µ‖²) / (D (T + 1)).
//
// It returns an error on a noise out of range, a batch that is invalid or not of
// regression tasks, and tasks whose inputs or targets are all 0.
func FitLinear(ctx context.Context, b *datasets.Batch, noise float64) (Linear, error) {
	if err := checkNoise(noise); err != nil {
		return Linear{}, err
	}
	if err := b.WantTargets(); err != nil {
		return Linear{}, err
	}
	square, err := weightSquare(b)
	if err != nil {
		return Linear{}, err
	}
	fit := Linear{Mean: make([]float64, b.D), Cov: isotropic(b.D, square), Noise: noise}
	for range 1000 {
		next, err := fit.refit(ctx, b, square)
		if err != nil {
			return Linear{}, err
		}
		before := fit
		if fit = next; before.near(fit, 1e-6) {
			break
		}
	}
	return fit, nil
}

// weightSquare is roughly the mean square of a weight.
func weightSquare(b *datasets.Batch) (float64, error) {
	x, z := predict.Widen(b.X), predict.Widen(b.Z)
	targets, inputs := floats.Dot(z, z), floats.Dot(x, x)
	if targets == 0 || inputs == 0 {
		return 0, errors.New("bayes: all targets or all inputs are 0, so nothing about the prior of the weights can be estimated; draw other tasks")
	}
	square := targets / inputs
	if square > maxFitted || square < 1/maxFitted {
		return 0, fmt.Errorf("bayes: targets are %.3g times as large as inputs; scale them", math.Sqrt(square))
	}
	return square, nil
}

// maxFitted bounds the mean square of weights, far inside of maxScale.
const maxFitted = 1e20

// refit is one round of the EM algorithm, for weights of that mean square.
func (m Linear) refit(ctx context.Context, b *datasets.Batch, square float64) (Linear, error) {
	root, err := m.root(b.D)
	if err != nil {
		return Linear{}, err
	}
	weights, covs := make([]*mat.VecDense, b.T), make([]*mat.SymDense, b.T)
	err = predict.OverTasks(ctx, b.T, func(_ context.Context, t int) error {
		e := m.estimator(b.D, root)
		for n := range b.N {
			e.learn(predict.Widen(b.Point(t, n)), float64(b.Z[t*b.N+n]))
		}
		weights[t], covs[t] = e.weights()
		return nil
	})
	if err != nil {
		return Linear{}, err
	}
	mean, err := m.shrunkMean(weights, square)
	if err != nil {
		return Linear{}, err
	}
	return Linear{Mean: mean.RawVector().Data, Cov: covAbout(mean, weights, covs), Noise: m.Noise}, nil
}

// weights returns mean and covariance of w, for a Σ of full rank: v has covariance
// R⁻¹R⁻ᵀ.
func (e *linearEstimator) weights() (*mat.VecDense, *mat.SymDense) {
	d := len(e.q)
	r := mat.NewTriDense(d, mat.Upper, e.r)
	var inverse mat.TriDense
	_ = inverse.InverseTri(r) // noise-free targets make the condition bad, but R is never singular
	var half mat.Dense
	half.Mul(e.root, &inverse) // LR⁻¹
	w, cov := mat.NewVecDense(d, nil), mat.NewSymDense(d, nil)
	w.MulVec(&half, mat.NewVecDense(d, e.q))
	w.AddVec(w, mat.NewVecDense(d, e.mean))
	cov.SymOuterK(1, &half)
	return w, cov
}

// shrunkMean is the estimate of µ.
func (m Linear) shrunkMean(weights []*mat.VecDense, square float64) (*mat.VecDense, error) {
	d, tasks := weights[0].Len(), float64(len(weights))
	mean, system := mat.NewVecDense(d, nil), mat.NewSymDense(d, nil)
	for _, w := range weights {
		mean.AddScaledVec(mean, 1/tasks, w)
	}
	for i, row := range m.Cov {
		for j, v := range row {
			system.SetSym(i, j, v/square/tasks)
		}
		system.SetSym(i, i, 1+system.At(i, i))
	}
	var factors mat.Cholesky
	if !factors.Factorize(system) {
		return nil, errors.New("bayes: the estimate of the prior covariance is no covariance to working precision; scale inputs or targets")
	}
	return mean, factors.SolveVecTo(mean, mean)
}

// covAbout is the estimate of Σ.
func covAbout(mean *mat.VecDense, weights []*mat.VecDense, covs []*mat.SymDense) [][]float64 {
	d, tasks := mean.Len(), float64(len(weights))
	gap, spread := mat.NewVecDense(d, nil), mat.NewSymDense(d, nil)
	for i, w := range weights {
		gap.SubVec(w, mean)
		spread.SymRankOne(spread, 1, gap)
		spread.AddSym(spread, covs[i])
	}
	cov := isotropic(d, (mat.Trace(spread)+mat.Dot(mean, mean))/(float64(d)*(tasks+1)))
	for i, row := range cov {
		for j := range row {
			row[j] = (row[j] + spread.At(i, j)) / (tasks + 1)
		}
	}
	return cov
}

// near reports whether no entry of µ or Σ differs by more than that, in units of the
// standard deviations along the axes.
func (m Linear) near(o Linear, tolerance float64) bool {
	for i, row := range m.Cov {
		if !(math.Abs(m.Mean[i]-o.Mean[i]) <= tolerance*math.Sqrt(row[i])) { // also catches NaN, here and below
			return false
		}
		for j, v := range row {
			if !(math.Abs(v-o.Cov[i][j]) <= tolerance*math.Sqrt(row[i]*m.Cov[j][j])) {
				return false
			}
		}
	}
	return true
}
