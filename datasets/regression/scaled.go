package regression

import (
	"encoding/json"
	"errors"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/usercode"
)

// Scaled draws the tasks of a regression sampler and multiplies their targets by
// Factor, noise included: the last of the prompting strategies of Garg et al.
// (2022), §4. The latent variables are the sampler's own and not scaled.
type Scaled struct {
	Tasks  datasets.Sampler
	Factor float64 // from 1e-6 to 1e6
}

// Name is "scaled-" and the name of the sampler.
func (s Scaled) Name() string {
	if usercode.Nil(s.Tasks) {
		return "scaled"
	}
	return "scaled-" + s.Tasks.Name()
}

// MarshalJSON writes the sampler's name and settings beside the factor.
func (s Scaled) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"scaled": s.Name(), "tasks": s.Tasks, "factor": s.Factor})
}

// Validate reports a missing sampler and a factor out of range.
func (s Scaled) Validate() error {
	if usercode.Nil(s.Tasks) {
		return errors.New("regression: nothing to scale; set Scaled.Tasks")
	}
	return checkScale("the factor of targets", s.Factor)
}

// Sample draws that many tasks. Besides the sampler's own errors, classification
// tasks are one.
func (s Scaled) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	b, err := s.Tasks.Sample(rng, tasks)
	if err != nil {
		return nil, err
	}
	if err := b.WantTargets(); err != nil {
		return nil, err
	}
	for i, z := range b.Z {
		b.Z[i] = float32(float64(z) * s.Factor)
	}
	return b, nil
}
