package plane

import (
	"fmt"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Size is the size of the claims 2 and 3 in a preset.
type Size struct {
	Seeds int `json:"seeds"`
	Tasks int `json:"tasks"` // test tasks per family and seed
	// Single and Mixture are the steps of the ICL transformer on one family and on
	// the mixture; Metric and CNP those of ProtoNet and MatchNet, and of CNP, on
	// either.
	Single  int `json:"single"`
	Mixture int `json:"mixture"`
	Metric  int `json:"metric"`
	CNP     int `json:"cnp"`
	// Softmax are the steps of the softmax transformer.
	Softmax int `json:"softmax"`
	// Shift is the number of test tasks for each condition and seed of claim 3.
	Shift int `json:"shift"`
	// Starts is how many random starts a conventional learner of the paper's size gets.
	Starts int `json:"starts"`
	// Authors trains with the authors' recipes: their rates, constant, over all
	// context lengths.
	Authors bool `json:"authors,omitempty"`
}

// SizeOf is the size in a preset.
func SizeOf(preset string) (Size, error) {
	switch preset {
	case "smoke":
		return Size{Seeds: 2, Tasks: 128, Single: 200, Mixture: 200, Metric: 60, CNP: 60, Softmax: 30, Shift: 32, Starts: 2}, nil
	case "quick":
		return Size{Seeds: 5, Tasks: 2048, Single: 9_000, Mixture: 30_000, Metric: 1_500, CNP: 2_500, Softmax: 4_000, Shift: 512, Starts: 4}, nil
	case "paper":
		return Size{Seeds: 5, Tasks: 10_240, Single: 1_000_000, Mixture: 1_000_000, Softmax: 100_000, Shift: 2048, Starts: 4, Authors: true}, nil
	}
	return Size{}, fmt.Errorf("plane: unknown preset %q; known: smoke, quick, paper", preset)
}

// recipe is how l is trained on a family or mixture.
func (s Size) recipe(l learner.Learner, trainedOn string) train.Recipe {
	mixed := trainedOn == Mixture || trainedOn == Shifted
	switch l.(type) {
	case transformer.PreNorm:
		return AllPrefixes(s.Softmax, 16, softmaxRate)
	case transformer.Paper:
		if !s.Authors && mixed {
			return train.Fast(s.Mixture)
		}
		if !s.Authors {
			return train.Fast(s.Single)
		}
	}
	if s.Authors && mixed {
		return authors[Mixture]
	}
	if s.Authors {
		return authors[trainedOn]
	}
	if _, ok := l.(metalearner.CNP); ok {
		return AllPrefixes(s.CNP, 16, RivalsRate)
	}
	return AllPrefixes(s.Metric, 8, RivalsRate)
}

// RivalsRate is the learning rate of conventional learners, found on validation tasks. At
// .01 fewer two-unit embeddings get stuck than at .003, and none ends with a higher loss.
const RivalsRate = .01

// softmaxRate is that of the softmax transformer.
const softmaxRate = 8e-3

// AllPrefixes is the recipe for learners that embed the context once for all its
// lengths: 16 tasks with all their 48 lengths teach them more than 128 tasks with
// one length each, at a third of the cost. For metric learners 8 do as well.
func AllPrefixes(steps, batch int, rate float64) train.Recipe {
	r := train.Fast(steps)
	r.OnePrefix, r.Batch, r.Rate = false, batch, rate
	return r
}

// starts is the number of random starts for l: networks of a few units get stuck
// on a plateau in some of them. The authors' variants are as the authors train them.
func (s Size) starts(l learner.Learner) int {
	small := false
	switch l := l.(type) {
	case metalearner.ProtoNet:
		small = l.Width == 0 && !l.Parity
	case metalearner.MatchNet:
		small = l.Width == 0 && !l.Parity
	case metalearner.CNP:
		small = l.Width == 0
	}
	if small {
		return s.Starts
	}
	return 1
}

// authors holds the recipes of the authors' code. Theirs for the mixture takes
// 126 tasks, a third of them from each family.
var authors = map[string]train.Recipe{
	"proto": {Steps: 1_000_000, Batch: 128, Rate: 3e-3},
	"pair":  {Steps: 500_000, Batch: 512, Rate: 3e-3},
	"amort": {Steps: 100_000, Batch: 128, Rate: 1e-3},
	Mixture: {Steps: 1_000_000, Batch: 126, Rate: 3e-3},
}
