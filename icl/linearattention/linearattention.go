// Package linearattention solves one layer of linear attention for in-context linear
// regression, instead of training it: the model of Lu, Letey, Zavatone-Veth, Maiti and
// Pehlevan ("Asymptotic theory of in-context learning by linear attention", PNAS 122,
// 2025; arXiv 2405.11751). Its prediction is linear in its weights Γ, so that the weights of least
// squared error on a fixed set of contexts are a least-squares solution, and the expected
// error of given weights has a closed form.
//
// With d dimensions, n contexts of ℓ examples and k tasks in training, the error on new tasks
// has a limit for large d that depends on α = ℓ/d, κ = k/d, τ = n/d² and the noise ρ:
// [Setting.Theory]. It is infinite at τ = 1, where there are as many contexts as weights.
package linearattention

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// Model is a layer of linear attention on inputs x ~ N(0, I/d): after ℓ examples it predicts
//
//	x·Γh,   h = ((d/ℓ) Σ z_i x_i, (1/ℓ) Σ z_i²)
//
// and before any example 0.
type Model struct {
	Gamma *mat.Dense // Γ [D, D + 1]
}

// Name is "linear attention".
func (Model) Name() string { return "linear attention" }

// Regress returns the means [T, len(at)]. It has no variance: nil.
func (m Model) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if err := b.WantTargets(); err != nil {
		return nil, nil, err
	}
	if err := m.check(b.D); err != nil {
		return nil, nil, err
	}
	mean, err = predict.Online[*summary]{
		New:   func() *summary { return newSummary(b.D) },
		Width: 1,
		Predict: func(s *summary, t, n int, out []float64) {
			if out != nil && n > 0 {
				var weights mat.VecDense
				weights.MulVec(m.Gamma, mat.NewVecDense(b.D+1, s.features()))
				out[0] = floats.Dot(weights.RawVector().Data, predict.Widen(b.Point(t, n)))
			}
		},
		Learn: func(s *summary, t, n int) { s.learn(predict.Widen(b.Point(t, n)), float64(b.Z[t*b.N+n])) },
	}.Run(ctx, b, at)
	return mean, nil, err
}

// check reports weights that are not for d dimensions.
func (m Model) check(d int) error {
	if m.Gamma == nil {
		return errors.New("linearattention: a model without weights; take one from Fit, or set Gamma")
	}
	if rows, columns := m.Gamma.Dims(); rows != d || columns != d+1 {
		return fmt.Errorf("linearattention: weights of %d × %d for tasks of %d dimensions; want %d × %d", rows, columns, d, d, d+1)
	}
	return nil
}

// summary is what the model knows of a context.
type summary struct {
	sum     []float64 // Σ z x
	squares float64   // Σ z²
	n       float64
}

func newSummary(d int) *summary { return &summary{sum: make([]float64, d)} }

func (s *summary) learn(x []float64, z float64) {
	floats.AddScaled(s.sum, z, x)
	s.squares += z * z
	s.n++
}

// features is h [D + 1].
func (s *summary) features() []float64 {
	h := make([]float64, len(s.sum)+1)
	floats.AddScaled(h[:len(s.sum)], float64(len(s.sum))/s.n, s.sum)
	h[len(s.sum)] = s.squares / s.n
	return h
}

// maxSystem is the largest number of features of all contexts in [Fit]: half a GiB.
const maxSystem = 1 << 26

// Fit returns the weights of least squared error on the last points of the tasks of b, each
// after all points before it; of several such it takes those of least norm, the limit of
// ridge regression as its penalty goes to 0. It is an error if b has classes or tasks of one
// point, if tasks times D (D + 1) weights are more than 2²⁶, or if contexts are linearly
// dependent to working precision, as where one occurs twice.
func Fit(b *datasets.Batch) (Model, error) {
	if err := b.WantTargets(); err != nil {
		return Model{}, err
	}
	size := b.D * (b.D + 1)
	if b.N < 2 {
		return Model{}, errors.New("linearattention: tasks of one point have no context to learn from; draw tasks of at least 2 points")
	}
	if float64(b.T)*float64(b.D)*float64(b.D+1) > maxSystem {
		return Model{}, fmt.Errorf("linearattention: %d contexts for %d weights; want at most %d numbers in all: take fewer contexts or dimensions", b.T, size, maxSystem)
	}
	features, targets := mat.NewDense(b.T, size, nil), mat.NewDense(b.T, 1, nil)
	for t := range b.T {
		s := newSummary(b.D)
		for n := range b.N - 1 {
			s.learn(predict.Widen(b.Point(t, n)), float64(b.Z[t*b.N+n]))
		}
		h := s.features()
		for i, x := range b.Point(t, b.N-1) {
			floats.AddScaled(features.RawRowView(t)[i*len(h):(i+1)*len(h)], float64(x), h)
		}
		targets.Set(t, 0, float64(b.Z[(t+1)*b.N-1]))
	}
	gamma, err := leastNorm(features, targets)
	if err != nil {
		return Model{}, fmt.Errorf("linearattention: the features of %d contexts are linearly dependent to working precision (%w); draw others, of more points", b.T, err)
	}
	return Model{mat.NewDense(b.D, b.D+1, gamma)}, nil
}

// leastNorm is the least-squares solution of least norm of a system of full rank.
func leastNorm(a, z *mat.Dense) ([]float64, error) {
	rows, columns := a.Dims()
	var x mat.Dense
	var err error
	if rows < columns {
		var lq mat.LQ
		lq.Factorize(a)
		err = lq.SolveTo(&x, false, z)
	} else {
		var qr mat.QR
		qr.Factorize(a)
		err = qr.SolveTo(&x, false, z)
	}
	if err != nil {
		return nil, err
	}
	return x.RawMatrix().Data, nil
}
