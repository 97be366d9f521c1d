package construct

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
)

// Distillation samples tasks to distil a teacher, any predictor, into a student (Hinton,
// Vinyals and Dean 2015): N − 1 examples from the paper's mixture of families, and a query
// whose label is drawn from the teacher's probabilities. The expected log-loss is least for
// the teacher itself. Tasks have two inputs and two classes.
type Distillation struct {
	Teacher string `json:"teacher"`
	Weights string `json:"weights"` // a hash of the teacher's weights
	N       int    `json:"n"`

	predict PredictFunc
}

// NewDistillation returns a sampler of tasks of n points for the teacher of that name.
// Name and weights, nil if there are none, must determine what predict returns: they
// identify the sampler. It returns an error where n is less than 2.
func NewDistillation(teacher string, weights []float64, n int, predict PredictFunc) (Distillation, error) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%x", weights))
	s := Distillation{Teacher: teacher, Weights: hex.EncodeToString(sum[:8]), N: n, predict: predict}
	if n < 2 {
		return s, fmt.Errorf("construct: distillation tasks of %d points; want at least 2", n)
	}
	return s, nil
}

// Name is "lessons by" and the teacher's name.
func (s Distillation) Name() string { return "lessons by " + s.Teacher }

// Sample draws that many tasks. The label of the last point is drawn from [Distillation.SoftTargets].
func (s Distillation) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	b, err := synthetic.Mixture(1, s.N).Sample(rng, tasks)
	if err != nil {
		return nil, err
	}
	targets, err := s.SoftTargets(b)
	if err != nil {
		return nil, err
	}
	for t, p := range targets {
		b.Y[(t+1)*b.N-1] = 0
		if rng.Float64() >= p[0] {
			b.Y[(t+1)*b.N-1] = 1
		}
	}
	return b, nil
}

// SoftTargets returns the teacher's probabilities [T, 2] of the last point of each task.
func (s Distillation) SoftTargets(b *datasets.Batch) ([][]float64, error) {
	at := make([]int32, b.T)
	for t := range at {
		at[t] = int32(b.N - 1)
	}
	return s.predict(b, at)
}
