package adaptation

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// The arms of claim 5. The base is ordinary training on tasks of all domains.
const (
	base     = "base"
	armM2    = "M²"                 // from the base: meta-level meta-learning
	armFirst = "M², first order"    // the same without second derivatives
	armICL   = "ICL, equal compute" // from scratch: ordinary training, as long as base and M² take
)

func arms() []string { return []string{armM2, armFirst, armICL} }

// size is the size of claim 5.
type size struct {
	Model    transformer.Decoder
	Domains  regression.Domains
	Base     int // steps of the base, and their rate
	BaseRate float64
	Meta     int // steps of M²
	// Ratio is how many ordinary steps take as long as one of M².
	Ratio int
	// The rates of training that each arm chooses from.
	MetaRates, FirstRates, ICLRates []float64
	M2                              metalearner.M2
	// Support are the numbers of tasks that are adapted to.
	Support []int
	// Grids are the ways to adapt that each arm chooses from, by Support.
	Grids []grid
	// Validation domains are those on which a choice is made: all ways are tried on the first
	// Screen of them, the best Finalists on all.
	Validation, Screen, Finalists int
	// Test domains, of each seed, are those that are tested on, on Tasks tasks of each.
	Test, Tasks int
}

// ordinaryBatch is the number of tasks of an ordinary step.
const ordinaryBatch = 64

// sizeOf is the size of claim 5 in a preset.
func sizeOf(preset string) (size, error) {
	s := size{
		Model: transformer.Decoder{Points: 11, Width: 32, Depth: 2, Heads: 2, Spread: 1 / math.Sqrt(32)},
		Base:  6000, BaseRate: 4e-3, Meta: 500,
		// The processor time of a step of M² over that of an ordinary step, on lanes, one
		// goroutine: medians of nine rounds in which they took turns.
		Ratio:     12,
		MetaRates: []float64{4e-3, 8e-3, 1.6e-2}, FirstRates: []float64{2.5e-4, 1e-3, 4e-3}, ICLRates: []float64{4e-3, 8e-3, 1.6e-2},
		M2:      metalearner.M2{Tasks: 64},
		Support: []int{16, 64, 256, 1024},
		Grids: []grid{
			{SGD: []float64{1e-3, 3e-3, .01, .03}, Adam: []float64{3e-3, .01, .03}, Steps: []int{5, 10, 20, 50, 100}},
			{SGD: []float64{3e-3, .01, .03}, Adam: []float64{1e-3, 3e-3, .01, .03}, Steps: []int{50, 100, 200, 400}},
			{Adam: []float64{1e-3, 3e-3, .01, .03}, Steps: []int{100, 200, 400, 800}},
			{Adam: []float64{1e-3, 3e-3, .01, .03}, Steps: []int{200, 400, 800, 1600}},
		},
		Validation: 16, Screen: 2, Finalists: 4, Test: 20, Tasks: 256,
	}
	switch preset {
	case "smoke":
		s.smoke()
	case "quick":
	case "paper":
		s.Model = transformer.Decoder{Points: 11}
		s.Base, s.BaseRate, s.Meta = 200_000, 2e-4, 20_000
		// Twice as many tasks of a domain, and a model that is computed as a graph with and
		// without M²: counted, not measured.
		s.Ratio = 16
		s.MetaRates, s.FirstRates, s.ICLRates = []float64{5e-5, 1e-4, 2e-4}, []float64{1e-5, 3e-5, 1e-4}, []float64{1e-4, 2e-4, 4e-4}
		s.M2 = metalearner.M2{}
		for i := range s.Grids {
			s.Grids[i].Adam = []float64{3e-5, 1e-4, 3e-4, 1e-3, 3e-3}
		}
		s.Test, s.Tasks = 64, 1024
	default:
		return s, fmt.Errorf("adaptation: unknown preset %q; known: smoke, quick, paper", preset)
	}
	s.M2.Model = s.Model
	return s, nil
}

// smoke makes it the smallest that goes the whole way.
func (s *size) smoke() {
	s.Model = transformer.Decoder{Points: 11, Width: 8, Depth: 1, Heads: 1, Spread: 1 / math.Sqrt(8)}
	s.Base, s.BaseRate, s.Meta, s.Ratio = 60, 2e-3, 20, 3
	s.MetaRates, s.FirstRates, s.ICLRates = []float64{2e-3}, []float64{2e-3}, []float64{2e-3}
	s.M2 = metalearner.M2{Tasks: 16, Inner: metalearner.Inner{Steps: 2}}
	s.Support = []int{16, 64, 128}
	s.Grids = slices.Repeat([]grid{{SGD: []float64{.01, .03}, Adam: []float64{1e-3, 3e-3}, Steps: []int{1, 2, 5}}}, 3)
	s.Validation, s.Screen, s.Test, s.Tasks = 2, 1, 4, 32
}

// rates are those of training that an arm chooses from.
func (s size) rates(arm string) []float64 {
	switch arm {
	case armM2:
		return s.MetaRates
	case armFirst:
		return s.FirstRates
	}
	return s.ICLRates
}

// recipe is the ordinary one.
func (s size) recipe(steps int, rate float64) train.Recipe {
	return train.Recipe{
		Steps: steps, Batch: ordinaryBatch, Rate: rate, First: train.NoExamples,
		Warmup: steps / 10, Cosine: true, Clip: 1,
	}
}

// ordinary are tasks each of a domain of its own.
func (s size) ordinary() regression.Domains {
	domains := s.Domains
	domains.Tasks = 1
	return domains
}

// moreTasks keeps what M² is trained on apart from what its base has seen.
const moreTasks = 1 << 20

// config is the training of an arm: of ICL from scratch, of both forms of M² from their
// seed's base.
func (s size) config(arm string, rate float64, seed uint64, from *train.Fitted) train.Config {
	if arm == armICL {
		return train.Config{Learner: s.Model, Tasks: s.ordinary(), Recipe: s.recipe(s.Base+s.Meta*s.Ratio, rate), Seed: seed}
	}
	m, domains := s.M2, s.Domains
	if arm == armFirst {
		m.Order = "first"
	}
	domains.Tasks = m.Group()
	cfg := train.Config{Learner: m, Tasks: domains, Recipe: s.recipe(s.Meta, rate), Seed: seed + moreTasks, From: from}
	cfg.Recipe.Batch = m.Group()
	return cfg
}

// place is a domain and what is drawn of it: tasks to adapt to, as many as the largest
// of Support, and tasks to test on.
type place struct {
	regression.Domain
	support, test *datasets.Batch
}

// drawDomain draws a domain, and returns what its tasks are drawn with; purpose and number say
// which.
func (s size) drawDomain(purpose string, seed uint64, number int) (regression.Domain, *rand.Rand, error) {
	rng := datasets.Rand(seed, fmt.Sprintf("%s domain %d", purpose, number))
	domain, err := s.Domains.Draw(rng)
	return domain, rng, err
}

// at draws a place: a domain and its tasks.
func (s size) at(purpose string, seed uint64, number int) (place, error) {
	domain, rng, err := s.drawDomain(purpose, seed, number)
	if err != nil {
		return place{}, err
	}
	test, err := domain.Sample(rng, s.Tasks)
	support, err2 := domain.Sample(rng, s.Support[len(s.Support)-1])
	return place{domain, support, test}, cmp.Or(err, err2)
}
