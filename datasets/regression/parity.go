package regression

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Parity is the family of parities of K of D bits (Kim et al., "Task Diversity Shortens the
// ICL Plateau", 2024; their zero value is this one's): inputs are −1 or 1 in each
// dimension, with equal probability, and
//
//	f(x) = Π_{i in S} x_i
//
// with S any set of K dimensions, each with equal probability. Targets are −1 or 1; with
// Labels they are the classes 0 and 1. Kim et al. write −f for an even K, and train on
// the cross-entropy of the classes even where other families have real targets.
//
// The latent variable "bits" [D] is 1 in the dimensions of S and 0 in the others.
type Parity struct {
	N      int  `json:"n,omitempty"`      // points a task; 0 means 120
	D      int  `json:"d,omitempty"`      // input dimensions; 0 means 10
	K      int  `json:"k,omitempty"`      // bits of which f is the parity; 0 means 2
	Labels bool `json:"labels,omitempty"` // tasks of two classes, not of real targets
}

// Name is "parity".
func (Parity) Name() string { return "parity" }

func (s Parity) filled() Parity {
	return Parity{cmp.Or(s.N, 120), cmp.Or(s.D, 10), cmp.Or(s.K, 2), s.Labels}
}

// Validate reports the first setting that is out of range.
func (s Parity) Validate() error {
	s = s.filled()
	if err := cmp.Or(checkCount("points", s.N), checkCount("dimensions", s.D)); err != nil {
		return err
	}
	if s.K < 1 || s.K > s.D {
		return fmt.Errorf("regression: the parity of %d bits of %d; want 1..%d", s.K, s.D, s.D)
	}
	return nil
}

// Sample draws that many tasks.
func (s Parity) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, errors.New("regression: rng is nil; make one with datasets.Rand")
	}
	s = s.filled()
	classes := 0
	if s.Labels {
		classes = 2
	}
	if err := datasets.CheckSize(tasks, s.N, s.D, classes); err != nil {
		return nil, err
	}
	b := datasets.NewBatch(tasks, s.N, s.D, classes)
	bits := b.AddLatent("bits", s.D)
	for t := range tasks {
		of := rng.Perm(s.D)[:s.K]
		for _, i := range of {
			bits.Row(t)[i] = 1
		}
		for n := range s.N {
			x := b.Point(t, n)
			for i := range x {
				x[i] = float32(2*rng.IntN(2) - 1)
			}
			product := float32(1)
			for _, i := range of {
				product *= x[i]
			}
			if s.Labels {
				b.Y[t*s.N+n] = int32(product+1) / 2
			} else {
				b.Z[t*s.N+n] = product
			}
		}
	}
	return b, nil
}
