package plane

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Size is the size of the claims 2 and 3 in a preset.
type Size struct {
	Matching  []study.Look `json:"matching"`  // the looks of claim 2
	Selection []study.Look `json:"selection"` // and of claim 3
	// Told is the number of seeds of what is told and not checked, or decided with few.
	Told  int `json:"told"`
	Tasks int `json:"tasks"` // test tasks of claim 2 for each family and seed
	// Mixture are the steps of the ICL transformer on the mixture; on a family it takes a third,
	// and so sees as many tasks of it. Budgets are further numbers of steps on the mixture, the
	// largest last.
	Mixture int   `json:"mixture"`
	Budgets []int `json:"budgets"`
	// Rivals are the steps of conventional learners on either, but for CNP: in all but a few
	// starts, that of the paper's size leaves the plateau of pair after thousands of steps,
	// and then takes as many again.
	Rivals int `json:"rivals"`
	CNP    int `json:"cnp"`
	// Small and Large are the learning rates that a conventional learner of a few units, or of
	// 64, has to choose from, on validation tasks with two seeds. Tries have all its steps.
	Small []float64 `json:"small,omitempty"`
	Large []float64 `json:"large,omitempty"`
	// Wide are the steps of everything that is trained beyond the plane.
	Wide int `json:"wide"`
	// Parts are the steps of the transformers of which parts are changed.
	Parts int `json:"parts"`
	// Shift is the number of test tasks for each condition and seed of claim 3, and Few that
	// of those on which averaging is told from selecting.
	Shift int `json:"shift"`
	Few   int `json:"few"`
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
		return Size{
			Matching: study.LooksAt(2), Selection: study.LooksAt(2, 3), Told: 2, Tasks: 128, Mixture: 150, Budgets: []int{300}, Rivals: 60, CNP: 60,
			Small: []float64{.01, .03}, Large: []float64{.01}, Wide: 30, Parts: 20, Shift: 32, Few: 16, Starts: 2,
		}, nil
	case "quick":
		return Size{
			Matching: study.LooksAt(3), Selection: study.LooksAt(8), Told: 3, Tasks: 1024, Mixture: 30_000, Budgets: []int{10_000, 60_000}, Rivals: 3_000, CNP: 30_000,
			Small: []float64{.01, .03, .1}, Large: []float64{3e-3, .01, .03}, Wide: 4_000, Parts: 3_000, Shift: 512, Few: 256, Starts: 4,
		}, nil
	case "paper":
		return Size{
			Matching: study.LooksAt(5), Selection: study.LooksAt(8, 16, 32), Told: 5, Tasks: 10_240, Mixture: 1_000_000, Budgets: []int{30_000, 100_000, 300_000}, Wide: 100_000, Parts: 100_000, Shift: 2048, Few: 1024, Starts: 4, Authors: true,
		}, nil
	}
	return Size{}, fmt.Errorf("plane: unknown preset %q; known: smoke, quick, paper", preset)
}

// StepsOn are the steps of the transformer that go with a number of steps on the mixture: a
// part of them on one family.
func (s Size) StepsOn(trainedOn string, mixture int) int {
	switch trainedOn {
	case Mixture, Shifted, WideMixture:
		return mixture
	case WideProto, WidePair:
		return mixture / len(WideFamilies())
	}
	return mixture / len(Families())
}

// beyond reports whether tasks are beyond the plane.
func beyond(trainedOn string) bool {
	return trainedOn == WideMixture || slices.Contains(WideFamilies(), trainedOn)
}

// recipe is how l is trained on a family or mixture.
func (s Size) recipe(l learner.Learner, trainedOn string) train.Recipe {
	p, paper := l.(transformer.Paper)
	switch {
	case beyond(trainedOn):
		r := train.Fast(s.StepsOn(trainedOn, s.Wide))
		if !paper {
			r.Rate = wideRate
		}
		return r
	case paper && p.Changed():
		return train.Fast(s.Parts)
	case s.Authors:
		if trainedOn == Shifted {
			trainedOn = Mixture
		}
		r := authors[trainedOn]
		r.OnePrefix = gradientBased(l)
		return r
	case paper:
		return train.Fast(s.StepsOn(trainedOn, s.Mixture))
	}
	return train.Fast(s.steps(l))
}

// steps are those of a conventional learner.
func (s Size) steps(l learner.Learner) int {
	if l == (metalearner.CNP{}) {
		return s.CNP
	}
	return s.Rivals
}

// wideRate is that of conventional learners beyond the plane. In the plane most of those with 64
// units choose it.
const wideRate = .01

// rates are those that a conventional learner has to choose from. At the highest the small
// CNP stays on its plateau.
func (s Size) rates(l learner.Learner) []float64 {
	if l == (metalearner.CNP{}) {
		return s.Small[:2]
	}
	if strings.HasSuffix(l.Name(), "-64") {
		return s.Large
	}
	return s.Small
}

// isTransformer tells the ICL transformers from the conventional learners.
func isTransformer(l learner.Learner) bool { _, ok := l.(transformer.Paper); return ok }

// gradientBased reports whether l adapts weights to each query's context, so that all
// context lengths cost as much as that many tasks.
func gradientBased(l learner.Learner) bool {
	switch l.(type) {
	case metalearner.ANIL, metalearner.MAML:
		return true
	}
	return false
}

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
