package regression

import (
	"cmp"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Linear is the family of linear functions: w ~ N(0, I).
type Linear struct {
	N     int     `json:"n,omitempty"`     // points a task; 0 means 41
	D     int     `json:"d,omitempty"`     // input dimensions; 0 means 20
	Noise float64 `json:"noise,omitempty"` // standard deviation of a target about w·x
}

// Name is "linear".
func (Linear) Name() string { return "linear" }

func (s Linear) filled() Linear {
	return Linear{cmp.Or(s.N, paperN), cmp.Or(s.D, paperD), s.Noise}
}

// Validate reports the first setting that is out of range.
func (s Linear) Validate() error {
	s = s.filled()
	return checkSettings(s.N, s.D, s.Noise)
}

// Sample draws that many tasks.
func (s Linear) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s = s.filled()
	return sample(rng, tasks, s.N, s.D, s.Noise, func(w []float32) { normal(rng, w) })
}
