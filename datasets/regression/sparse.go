package regression

import (
	"cmp"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Sparse is the family of sparse linear functions (Garg et al. 2022): K
// coordinates of w, any K with equal probability, are N(0, 1) and the others are 0.
// They lie in the dimensions in which inputs are drawn; all of those are taken if
// there are fewer than K.
type Sparse struct {
	N      int     `json:"n,omitempty"`     // points a task; 0 means 41
	D      int     `json:"d,omitempty"`     // input dimensions; 0 means 20
	K      int     `json:"k,omitempty"`     // coordinates of w that are not 0; 0 means 3
	Noise  float64 `json:"noise,omitempty"` // standard deviation of a target about w·x
	Inputs Inputs  `json:"inputs,omitzero"` // how inputs are drawn; x ~ N(0, I)
}

// Name is "sparse".
func (Sparse) Name() string { return "sparse" }

func (s Sparse) setting() setting { return newSetting(s.N, s.D, s.Noise, s.Inputs) }

func (s Sparse) k() int { return cmp.Or(s.K, 3) }

// Space returns the input dimensions and how inputs are drawn.
func (s Sparse) Space() (d int, inputs Inputs) { return s.setting().d, s.Inputs }

// WithInputs returns the family with inputs drawn as said.
func (s Sparse) WithInputs(inputs Inputs) Family { s.Inputs = inputs; return s }

// Validate reports the first setting that is out of range.
func (s Sparse) Validate() error {
	set := s.setting()
	if err := set.validate(); err != nil {
		return err
	}
	if s.k() < 1 || s.k() > set.d {
		return fmt.Errorf("regression: %d non-zero coordinates of %d; want 1..%d", s.k(), set.d, set.d)
	}
	return nil
}

// Sample draws that many tasks.
func (s Sparse) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	return weighted(s, rng, tasks, 0, target, func(w []float32, dims int) {
		for _, i := range rng.Perm(dims)[:min(s.k(), dims)] {
			w[i] = float32(datasets.Normal(rng))
		}
	})
}
