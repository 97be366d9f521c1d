package regression

import (
	"encoding/json"
	"errors"
	"math"
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

// Weighted draws the tasks of a regression sampler so that their squared errors count weight
// times as much, from 1e-12 to 1e12: their targets are multiplied by √weight. In a mixture,
// [datasets.Mix], it weights the losses of the members against each other. A weight of one over
// the loss of the best predictor without a context, for zero-mean families of this package
// the mean square of a target, gives each the loss 1 before anything is learnt in context, as
// in Kim et al. (2024):
//
//	datasets.Mix{Samplers: []datasets.Sampler{
//		regression.Weighted(regression.Linear{D: 10}, 1./10),
//		regression.Weighted(regression.Quadratic{D: 10, Mixed: true}, 1./12),
//	}}
//
// Errors on such tasks are then relative to that loss, too. A learner sees the scaled
// targets in its context as well; with weights in the loss alone it would see those of
// the family.
func Weighted(tasks datasets.Sampler, weight float64) Scaled {
	return Scaled{Tasks: tasks, Factor: math.Sqrt(weight)}
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
