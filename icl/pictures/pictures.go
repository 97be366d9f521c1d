// Package pictures holds studies of few-shot image classification: learners of package
// metalearner and an in-context-learning transformer on the features of a convolutional network,
// beside the nearest neighbour in pixels and beside published figures.
//
// The smoke preset has the drawings that ship with the library; the others need data sets that
// "goicl data get" downloads.
package pictures

import (
	"context"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// Registry lists the studies.
func Registry() study.Registry {
	return study.Registry{Omniglot, Domains}.InGroup("pictures")
}

// size picks what a preset has.
func size[T any](preset string, sizes map[string]T) (T, error) {
	z, ok := sizes[preset]
	if !ok {
		return z, fmt.Errorf("pictures: unknown preset %q; known: %q", preset, study.Presets())
	}
	return z, nil
}

// side is the height and width of images.
const side = 28

const (
	protoNet = "ProtoNet"
	matchNet = "MatchNet"
	cnp      = "CNP"
	anil     = "ANIL"
	icl      = "ICL"
	fewWays  = "ICL, trained on 5 ways"
	pixels   = "nearest in pixels"
)

// recipe asks for all queries of its episodes in each step.
func recipe(steps, episodes, context int, rate float64) train.Recipe {
	return train.Recipe{Steps: steps, Batch: episodes, First: context, Rate: rate, Warmup: min(100, steps/10), Cosine: true, Clip: 1}
}

// after has an arm go on from another one of its seed, on other tasks.
func after(arm string, stage uint64) func(context.Context, *study.Session, uint64, train.Config) (train.Config, error) {
	return func(ctx context.Context, s *study.Session, seed uint64, c train.Config) (_ train.Config, err error) {
		if c.From, err = s.Run(ctx, arm, seed); err != nil || c.From == nil {
			return train.Config{}, err
		}
		c.Seed += stage << 20
		return c, nil
	}
}

// percent is "95.2 ±0.4", with half the width of the interval.
func percent(mean, lo, hi float64) string { return fmt.Sprintf("%.1f ±%.1f", 100*mean, 50*(hi-lo)) }

// nearest answers with the class of the example of the greatest cosine, in pixels, among the
// first context points of a task.
type nearest struct{ context int }

// Name is "nearest in pixels".
func (nearest) Name() string { return pixels }

// Predict implements [eval.Classifier].
func (p nearest) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	out := make([]float32, b.T*len(at)*b.C)
	for t := range b.T {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i, n := range at {
			best, greatest := int32(0), math.Inf(-1)
			for k := range min(p.context, n) {
				if c := cosine(b.Point(t, n), b.Point(t, k)); c > greatest {
					best, greatest = b.Y[t*b.N+k], c
				}
			}
			out[(t*len(at)+i)*b.C+int(best)] = 1
		}
	}
	return out, nil
}

// cosine of two images, 0 where one is blank.
func cosine(a, b []float32) float64 {
	var dot, aa, bb float32
	for i, v := range a {
		dot, aa, bb = dot+v*b[i], aa+v*v, bb+b[i]*b[i]
	}
	return float64(dot) / math.Sqrt(max(1e-12, float64(aa)*float64(bb)))
}

var _ eval.Classifier = nearest{}
