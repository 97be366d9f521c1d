package predicttest

import (
	"context"
	"hash/fnv"
	"math"

	"github.com/goicl/goicl/datasets"
)

// Skilled is a predictor of classes with a known accuracy: it is right wherever [Uniform] of
// the point's first input is below its Skill, and else takes the next class for right. So two
// of them err on the same points, but for the difference of their skills.
type Skilled struct {
	Label string
	Skill float64
}

// Name is the label.
func (s Skilled) Name() string { return s.Label }

// Predict returns .75 for the class that it takes for right, and shares the rest among the
// others, [T, len(at), C].
func (s Skilled) Predict(_ context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	probs := make([]float32, b.T*len(at)*b.C)
	for i := range b.T * len(at) {
		point := i/len(at)*b.N + at[i%len(at)]
		label := int(b.Y[point])
		if Uniform(b.X[b.D*point]) >= s.Skill {
			label = (label + 1) % b.C
		}
		for c := range b.C {
			probs[i*b.C+c] = .25 / float32(b.C-1)
		}
		probs[i*b.C+label] = .75
	}
	return probs, nil
}

// Uniform is a number from 0 to 1 that x determines.
func Uniform(x float32) float64 {
	h, bits := fnv.New32a(), math.Float32bits(x)
	_, _ = h.Write([]byte{byte(bits), byte(bits >> 8), byte(bits >> 16), byte(bits >> 24)})
	return float64(h.Sum32()) / (1 << 32)
}
