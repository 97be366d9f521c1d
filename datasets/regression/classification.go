package regression

import (
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Classification is the family of linear classifiers through the origin (Garg et
// al. 2022, in their code): y = 1 where w·x > 0 and 0 elsewhere, w ~ N(0, I). Its
// batches hold classification tasks of two classes.
type Classification struct {
	N      int    `json:"n,omitempty"`     // points a task; 0 means 41
	D      int    `json:"d,omitempty"`     // input dimensions; 0 means 20
	Inputs Inputs `json:"inputs,omitzero"` // how inputs are drawn; x ~ N(0, I)
}

// Name is "classification".
func (Classification) Name() string { return "classification" }

func (s Classification) setting() setting { return newSetting(s.N, s.D, 0, s.Inputs) }

// Space returns the input dimensions and how inputs are drawn.
func (s Classification) Space() (d int, inputs Inputs) { return s.setting().d, s.Inputs }

// WithInputs returns the family with inputs drawn as said.
func (s Classification) WithInputs(inputs Inputs) Family { s.Inputs = inputs; return s }

// Validate reports the first setting that is out of range.
func (s Classification) Validate() error { return s.setting().validate() }

// Sample draws that many tasks. The latent variable "w" [D] holds w.
func (s Classification) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	return weighted(s, rng, tasks, 2, target, func(w []float32, _ int) { normal(rng, w) })
}
