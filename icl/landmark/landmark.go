// Package landmark re-examines published results on in-context learning at sizes that a laptop
// can train, each as a study: the signature of a paper stated as estimates with thresholds,
// checks that pass, fail or stay open, and looks that are fixed beforehand. A file holds one
// result.
//
// Errors of regression are squared errors divided by the mean square of the targets, so that
// predicting 0 has an error of about 1, unless said otherwise.
package landmark

import (
	"context"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Registry lists the results, in the order of a seminar.
func Registry() study.Registry {
	return study.Registry{VonOswald, Garg, Raventos, Lu, Bai, Kim, Reddy, Singh, Edelman, Akyurek}.InGroup("landmarks")
}

// size picks what a preset has: smoke tries the path in seconds, quick is for a laptop, paper is
// the size of the paper, as far as the result needs it.
func size[T any](preset string, smoke, quick, paper T) (T, error) {
	switch preset {
	case "smoke":
		return smoke, nil
	case "quick":
		return quick, nil
	case "paper":
		return paper, nil
	}
	var none T
	return none, fmt.Errorf("landmark: unknown preset %q; known: smoke, quick, paper", preset)
}

// decoder is a small decoder for tasks of that many points. Its starting weights keep the size
// of what goes through a layer of 32 channels.
func decoder(points, depth int) transformer.Decoder {
	return transformer.Decoder{Points: points, Width: 32, Depth: depth, Heads: 2, Spread: .18}
}

// decoderOf is [decoder] with another width and number of heads; its starting weights are then
// GPT-2's. Zeros leave them as they are.
func decoderOf(points, width, depth, heads int) transformer.Decoder {
	if width == 0 {
		return decoder(points, depth)
	}
	return transformer.Decoder{Points: points, Width: width, Depth: depth, Heads: heads}
}

// ridgeOf is ridge regression with the penalty 2^log, which is the Bayes predictor of targets
// with that variance of the noise.
func ridgeOf(log float64) eval.Named {
	return eval.Named{Predictor: bayes.Linear{Noise: math.Exp2(log / 2)}, Label: fmt.Sprintf("ridge, log₂ λ = %g", log)}
}

// everyPoint is a recipe with the loss at every point of a task, before any example too.
func everyPoint(steps int, rate float64) train.Recipe {
	r := train.Fast(steps)
	r.OnePrefix, r.First, r.Batch, r.Rate = false, train.NoExamples, 64, rate
	return r
}

// tests draws the test tasks of a seed.
func tests(s datasets.Sampler, name string, tasks int) func(seed uint64) (*datasets.Batch, error) {
	return func(seed uint64) (*datasets.Batch, error) { return s.Sample(datasets.Rand(seed, "test/"+name), tasks) }
}

// beside has a condition show these predictors beside the trained ones.
func beside(p ...eval.Predictor) func(context.Context, *study.Session, uint64) ([]eval.Predictor, error) {
	return func(context.Context, *study.Session, uint64) ([]eval.Predictor, error) { return p, nil }
}

// later has a study use seeds from first on, where looks at those before have shown how many it
// takes. The study still counts its seeds from 0.
func later(s *study.Study, first uint64) {
	for i, a := range s.Arms {
		s.Arms[i].Make = func(ctx context.Context, session *study.Session, seed uint64, c train.Config) (train.Config, error) {
			if c.Seed += first; a.Make == nil {
				return c, nil
			}
			return a.Make(ctx, session, seed+first, c)
		}
	}
	for i, c := range s.Conditions {
		s.Conditions[i].Sample = func(seed uint64) (*datasets.Batch, error) { return c.Sample(seed + first) }
	}
}
