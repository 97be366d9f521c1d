// Package regression draws the in-context tasks of Garg et al. ("What Can
// Transformers Learn In-Context? A Case Study of Simple Function Classes", NeurIPS
// 2022): [Linear] and [Sparse] functions, [Quadratic] ones, two-layer networks
// ([ReLUNet]), decision trees ([Tree]) and linear [Classification]; and linear
// functions from a finite [Pool] (Raventós et al. 2023). Each is a struct whose
// zero value is claim 4's setting: 41 points in 20 dimensions, without noise. For claim
// 5 there are linear functions of a [Domain], and [Domains] to draw it from, in its
// setting of 11 points in 5 dimensions; and the sine waves of MAML, [Sinusoid], and the
// parity of some bits, [Parity].
//
// A task is a function f drawn by the family. Its inputs are drawn by [Inputs],
// x ~ N(0, I) unless said otherwise, and a target is
//
//	z = f(x) + noise · ε,   ε ~ N(0, 1)
//
// or, in classification, the label 1 where f(x) > 0. What f was drawn from is in
// the latent variables. [Curriculum] lets the number of dimensions grow during
// training, [Scaled] multiplies targets, and [Weighted] does so to weight a family's loss.
package regression

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// The setting of claim 4.
const (
	paperN = 41
	paperD = 20
)

// maxNoise keeps targets finite in float32.
const maxNoise = 1e30

// target is w·x: the target of x in a linear function before noise is added. It rounds
// alike on every machine.
func target(w, x []float32) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(float64(v) * float64(w[i])) // the conversion prevents fusing
	}
	return sum
}

func checkCount(what string, n int) error {
	if n < 1 {
		return fmt.Errorf("regression: %d %s; want at least 1", n, what)
	}
	return nil
}

// setting is what all families share, with its defaults filled in.
type setting struct {
	n, d   int
	noise  float64
	inputs Inputs
}

func newSetting(n, d int, noise float64, inputs Inputs) setting {
	return setting{cmp.Or(n, paperN), cmp.Or(d, paperD), noise, inputs}
}

func (s setting) validate() error {
	if !(s.noise >= 0 && s.noise <= maxNoise) { // also catches NaN
		return fmt.Errorf("regression: noise is %g; want 0 to %g", s.noise, float64(maxNoise))
	}
	if err := cmp.Or(checkCount("points", s.n), checkCount("dimensions", s.d)); err != nil {
		return err
	}
	return s.inputs.validate(s.n, s.d)
}

// newBatch allocates a batch of c classes, 0 for regression, after a check of what
// was asked for.
func (s setting) newBatch(rng *rand.Rand, tasks, c int) (*datasets.Batch, error) {
	if rng == nil {
		return nil, errors.New("regression: rng is nil; make one with datasets.Rand")
	}
	if err := datasets.CheckSize(tasks, s.n, s.d, c); err != nil {
		return nil, err
	}
	return datasets.NewBatch(tasks, s.n, s.d, c), nil
}

// fill draws the points of all tasks. The function of task t is what draw returns;
// its inputs are 0 from dimension dims on.
func (s setting) fill(rng *rand.Rand, b *datasets.Batch, draw func(t, dims int) func(x []float32) float64) {
	for t := range b.T {
		prompt := newPrompt(rng, s.inputs, b, t)
		f := draw(t, prompt.dims)
		prompt.begin()
		for n := range b.N {
			i := t*b.N + n
			z := f(prompt.point(n)) + perturbation(rng, s.noise)
			if b.Regression() {
				b.Z[i] = float32(z)
			} else if z > 0 {
				b.Y[i] = 1
			}
		}
	}
}

// weightedFamily is a family of functions of one vector of weights.
type weightedFamily interface {
	Validate() error
	setting() setting
}

// weighted draws tasks of functions f of weights, the latent variable "w" [D], with c
// classes, 0 for regression. Draw fills in the weights of one with inputs of that many
// dimensions.
func weighted(of weightedFamily, rng *rand.Rand, tasks, c int, f func(w, x []float32) float64, draw func(w []float32, dims int)) (*datasets.Batch, error) {
	if err := of.Validate(); err != nil {
		return nil, err
	}
	b, err := of.setting().newBatch(rng, tasks, c)
	if err != nil {
		return nil, err
	}
	weights := b.AddLatent("w", b.D)
	of.setting().fill(rng, b, func(t, dims int) func(x []float32) float64 {
		w := weights.Row(t)
		draw(w, dims)
		return func(x []float32) float64 { return f(w, x) }
	})
	return b, nil
}

// perturbation is noise · ε. Without noise it draws nothing.
func perturbation(rng *rand.Rand, noise float64) float64 {
	if noise == 0 {
		return 0
	}
	return float64(noise * datasets.Normal(rng)) // the conversion prevents fusing
}

// normal fills x with draws from N(0, I).
func normal(rng *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(datasets.Normal(rng))
	}
}
