// Package regression draws the in-context regression tasks of Garg et al. ("What
// Can Transformers Learn In-Context? A Case Study of Simple Function Classes",
// NeurIPS 2022): [Linear] and [Sparse] functions, and linear functions from a
// finite [Pool] (Raventós et al. 2023). Each is a struct whose zero value is
// claim 4's setting: 41 points in 20 dimensions, without noise.
//
// In all of them a task is a weight vector w, its inputs are x ~ N(0, I), and a
// target is
//
//	z = w·x + noise · ε,   ε ~ N(0, 1)
//
// They differ in how w is drawn. The latent variable "w" [D] holds it.
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

// Target is w·x: the target of x before noise is added. It rounds alike on every
// machine, so that without noise a stored target is float32(Target(w, x)), always.
func Target(w, x []float32) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(float64(v) * float64(w[i])) // the conversion prevents fusing
	}
	return sum
}

func checkSettings(n, d int, noise float64) error {
	if !(noise >= 0 && noise <= maxNoise) { // also catches NaN
		return fmt.Errorf("regression: noise is %g; want 0 to %g", noise, float64(maxNoise))
	}
	return cmp.Or(checkCount("points", n), checkCount("dimensions", d))
}

func checkCount(what string, n int) error {
	if n < 1 {
		return fmt.Errorf("regression: %d %s; want at least 1", n, what)
	}
	return nil
}

// sample draws tasks whose weights draw fills in.
func sample(rng *rand.Rand, tasks, n, d int, noise float64, draw func(w []float32)) (*datasets.Batch, error) {
	if rng == nil {
		return nil, errors.New("regression: rng is nil; make one with datasets.Rand")
	}
	if err := datasets.CheckSize(tasks, n, d, 0); err != nil {
		return nil, err
	}
	b := datasets.NewRegression(tasks, n, d)
	weights := b.AddLatent("w", d)
	for t := range tasks {
		w := weights.Row(t)
		draw(w)
		for i := t * n; i < (t+1)*n; i++ {
			x := b.Point(t, i-t*n)
			normal(rng, x)
			b.Z[i] = float32(Target(w, x) + perturbation(rng, noise))
		}
	}
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
