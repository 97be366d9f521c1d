package regression

import (
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Linear is the family of linear functions: w ~ N(0, I).
type Linear struct {
	N      int     `json:"n,omitempty"`     // points a task; 0 means 41
	D      int     `json:"d,omitempty"`     // input dimensions; 0 means 20
	Noise  float64 `json:"noise,omitempty"` // standard deviation of a target about w·x
	Inputs Inputs  `json:"inputs,omitzero"` // how inputs are drawn; x ~ N(0, I)
}

// Name is "linear".
func (Linear) Name() string { return "linear" }

func (s Linear) setting() setting { return newSetting(s.N, s.D, s.Noise, s.Inputs) }

// Space returns the input dimensions and how inputs are drawn.
func (s Linear) Space() (d int, inputs Inputs) { return s.setting().d, s.Inputs }

// WithInputs returns the family with inputs drawn as said.
func (s Linear) WithInputs(inputs Inputs) Family { s.Inputs = inputs; return s }

// Validate reports the first setting that is out of range.
func (s Linear) Validate() error { return s.setting().validate() }

// Sample draws that many tasks.
func (s Linear) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	return weighted(s, rng, tasks, 0, target, func(w []float32, _ int) { normal(rng, w) })
}
