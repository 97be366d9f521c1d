package regression

import (
	"cmp"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Sparse is the family of sparse linear functions (Garg et al. 2022): K
// coordinates of w, any K with the same chance, are N(0, 1) and the others are 0.
type Sparse struct {
	N     int     `json:"n,omitempty"`     // points a task; 0 means 41
	D     int     `json:"d,omitempty"`     // input dimensions; 0 means 20
	K     int     `json:"k,omitempty"`     // coordinates of w that are not 0; 0 means 3
	Noise float64 `json:"noise,omitempty"` // standard deviation of a target about w·x
}

// Name is "sparse".
func (Sparse) Name() string { return "sparse" }

func (s Sparse) filled() Sparse {
	return Sparse{cmp.Or(s.N, paperN), cmp.Or(s.D, paperD), cmp.Or(s.K, 3), s.Noise}
}

// Validate reports the first setting that is out of range.
func (s Sparse) Validate() error {
	s = s.filled()
	if err := checkSettings(s.N, s.D, s.Noise); err != nil {
		return err
	}
	if s.K < 1 || s.K > s.D {
		return fmt.Errorf("regression: %d non-zero coordinates of %d; want 1..%d", s.K, s.D, s.D)
	}
	return nil
}

// Sample draws that many tasks.
func (s Sparse) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s = s.filled()
	return sample(rng, tasks, s.N, s.D, s.Noise, func(w []float32) {
		for _, i := range rng.Perm(s.D)[:s.K] {
			w[i] = float32(datasets.Normal(rng))
		}
	})
}
