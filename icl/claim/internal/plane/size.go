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
	// the mixture; Rivals those of conventional learners on either, but for CNP: in all
	// but a few starts, that of the paper's size leaves the plateau of pair after
	// thousands of steps, and then takes as many again.
	Single  int `json:"single"`
	Mixture int `json:"mixture"`
	Rivals  int `json:"rivals"`
	CNP     int `json:"cnp"`
	// Rates are the learning rates that a conventional learner has to choose from, on
	// validation tasks with RateSeeds seeds. Tries have all its steps: in a quarter of them
	// the highest rate is first off every plateau, and then gets CNP stuck on others.
	Rates     []float64 `json:"rates,omitempty"`
	RateSeeds int       `json:"rate_seeds,omitempty"`
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
		return Size{Seeds: 2, Tasks: 128, Single: 200, Mixture: 200, Rivals: 60, CNP: 60, Rates: []float64{3e-3, 1e-2}, RateSeeds: 2, Softmax: 30, Shift: 32, Starts: 2}, nil
	case "quick":
		return Size{Seeds: 5, Tasks: 2048, Single: 9_000, Mixture: 30_000, Rivals: 3_000, CNP: 30_000, Rates: []float64{3e-3, 1e-2, 3e-2}, RateSeeds: 3, Softmax: 4_000, Shift: 512, Starts: 4}, nil
	case "paper":
		return Size{Seeds: 5, Tasks: 10_240, Single: 1_000_000, Mixture: 1_000_000, Softmax: 100_000, Shift: 2048, Starts: 4, Authors: true}, nil
	}
	return Size{}, fmt.Errorf("plane: unknown preset %q; known: smoke, quick, paper", preset)
}

// recipe is how l is trained on a family or mixture.
func (s Size) recipe(l learner.Learner, trainedOn string) train.Recipe {
	if trainedOn == Shifted {
		trainedOn = Mixture
	}
	switch _, softmax := l.(transformer.PreNorm); {
	case softmax:
		return AllPrefixes(s.Softmax, 16, softmaxRate)
	case s.Authors:
		r := authors[trainedOn]
		r.OnePrefix = gradientBased(l)
		return r
	case !isTransformer(l):
		return train.Fast(s.steps(l))
	case trainedOn == Mixture:
		return train.Fast(s.Mixture)
	}
	return train.Fast(s.Single)
}

// steps are those of a conventional learner.
func (s Size) steps(l learner.Learner) int {
	if l == (metalearner.CNP{}) {
		return s.CNP
	}
	return s.Rivals
}

// isTransformer tells the ICL transformers from the conventional learners.
func isTransformer(l learner.Learner) bool {
	switch l.(type) {
	case transformer.Paper, transformer.PreNorm:
		return true
	}
	return false
}

// gradientBased reports whether l adapts weights to each query's context, so that all
// context lengths cost as much as that many tasks.
func gradientBased(l learner.Learner) bool {
	switch l.(type) {
	case metalearner.ANIL, metalearner.MAML:
		return true
	}
	return false
}

// softmaxRate is that of the softmax transformer.
const softmaxRate = 8e-3

// AllPrefixes is the recipe for learners that embed the context once for all its lengths: a
// few tasks with all their 48 lengths cost less than 128 tasks with one length each.
func AllPrefixes(steps, batch int, rate float64) train.Recipe {
	r := train.Fast(steps)
	r.OnePrefix, r.Batch, r.Rate = false, batch, rate
	return r
}

// starts is the number of random starts for l: embeddings of two units get stuck on a
// plateau in some of them, for good. The authors' variants are as the authors train them.
func (s Size) starts(l learner.Learner) int {
	small := false
	switch l := l.(type) {
	case metalearner.ProtoNet:
		small = l.Width == 0 && !l.Parity
	case metalearner.MatchNet:
		small = l.Width == 0 && !l.Parity
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
