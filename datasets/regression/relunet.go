package regression

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// ReLUNet is the family of two-layer networks of rectified linear units without
// biases (Garg et al. 2022):
//
//	f(x) = √(2/H) Σ_h v_h max(W_h·x, 0),   v ~ N(0, I), W ~ N(0, I)
//
// The factor makes the mean of f(x)² over functions ‖x‖², so over inputs D: that of
// [Linear]. The mean of f(x) over functions is 0.
type ReLUNet struct {
	N      int    `json:"n,omitempty"`      // points a task; 0 means 41
	D      int    `json:"d,omitempty"`      // input dimensions; 0 means 20
	Hidden int    `json:"hidden,omitempty"` // number H of hidden units; 0 means 100
	Inputs Inputs `json:"inputs,omitzero"`  // how inputs are drawn; x ~ N(0, I)
}

// Name is "relu".
func (ReLUNet) Name() string { return "relu" }

func (s ReLUNet) setting() setting { return newSetting(s.N, s.D, 0, s.Inputs) }

func (s ReLUNet) hidden() int { return cmp.Or(s.Hidden, 100) }

// Space returns the input dimensions and how inputs are drawn.
func (s ReLUNet) Space() (d int, inputs Inputs) { return s.setting().d, s.Inputs }

// WithInputs returns the family with inputs drawn as said.
func (s ReLUNet) WithInputs(inputs Inputs) Family { s.Inputs = inputs; return s }

// Validate reports the first setting that is out of range.
func (s ReLUNet) Validate() error {
	return cmp.Or(s.setting().validate(), checkCount("hidden units", s.hidden()))
}

// Sample draws that many tasks. The latent variables "W" [H, D] and "v" [H] hold
// the weights.
func (s ReLUNet) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	set, h := s.setting(), s.hidden()
	if err := datasets.CheckSize(tasks, h, set.d, 0); err != nil {
		return nil, fmt.Errorf("regression: weights of %d hidden units: %w", h, err)
	}
	b, err := set.newBatch(rng, tasks, 0)
	if err != nil {
		return nil, err
	}
	first, second := b.AddLatent("W", h, b.D), b.AddLatent("v", h)
	set.fill(rng, b, func(t, _ int) func(x []float32) float64 {
		w, v := first.Row(t), second.Row(t)
		normal(rng, w)
		normal(rng, v)
		return func(x []float32) float64 { return reluNet(w, v, x) }
	})
	return b, nil
}

func reluNet(w, v, x []float32) float64 {
	sum, d := 0.0, len(x)
	for h, out := range v {
		if u := target(w[h*d:(h+1)*d], x); u > 0 {
			sum += float64(float64(out) * u) // the conversion prevents fusing
		}
	}
	return sum * math.Sqrt(2/float64(len(v)))
}
