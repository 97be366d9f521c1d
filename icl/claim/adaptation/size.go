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
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// The arms of claim 5: what is done after the same ordinary training, of a transformer
// on tasks of all domains, the base.
const (
	base       = "base"
	armM2      = "M²"                 // meta-level meta-learning from there
	armCompute = "ICL, equal compute" // as many more ordinary steps as take as long
	armData    = "ICL, equal data"    // ordinary steps on as many more tasks
)

func arms() []string { return []string{armM2, armCompute, armData} }

// size is the size of claim 5.
type size struct {
	Model    transformer.Decoder
	Domains  regression.Domains
	Base     int // steps of the ordinary training before, and their rate
	BaseRate float64
	Meta     int // steps of M²
	// Ratio is how many ordinary steps take as long as one of M², both on XLA.
	Ratio int
	// Rates are those of training of which the other arms have their choice, MetaRates as
	// many for M².
	Rates, MetaRates []float64
	M2               metalearner.M2
	// Support are the numbers of tasks that are adapted to.
	Support []int
	// Grid are the ways to adapt, of which each arm has its choice at each number of
	// tasks, and of the numbers of steps in Reads, by Support. Rates fall over the
	// steps: at a constant rate many more are needed for the same error.
	Grid  []train.Adaptation
	Reads [][]int
	// Validation domains are those on which a choice is made, Test domains, of each seed,
	// those on which it is tested, on that many tasks of each.
	Validation, Test, Tasks int
}

// transferBatch is the number of tasks of an ordinary step.
const transferBatch = 64

// grid has plain gradient descent and Adam with these rates.
func grid(sgd, adam []float64) []train.Adaptation {
	var all []train.Adaptation
	for _, rate := range sgd {
		all = append(all, train.Adaptation{Rate: rate, Cosine: true})
	}
	for _, rate := range adam {
		all = append(all, train.Adaptation{Optimizer: optim.Adam, Rate: rate, Cosine: true})
	}
	return all
}

// sizes is the size of claim 5 in a preset, besides seeds.
func sizeOf(preset string) (size, error) {
	s := size{
		Model: transformer.Decoder{Points: 11, Width: 32, Depth: 2, Heads: 2, Spread: 1 / math.Sqrt(32)},
		Base:  6000, BaseRate: 4e-3, Meta: 500, Ratio: 10,
		Rates: []float64{2e-5, 1e-4, 5e-4}, MetaRates: []float64{4e-3, 8e-3, 1.6e-2},
		M2:         metalearner.M2{Tasks: 64},
		Support:    []int{16, 64, 256, 1024},
		Grid:       grid([]float64{1e-3, 3e-3, .01, .03, .1}, []float64{3e-4, 1e-3, 3e-3, .01}),
		Reads:      [][]int{{5, 10, 20, 50, 100}, {20, 50, 100, 200, 400}, {100, 200, 400, 800, 1600}, {100, 200, 400, 800, 1600}},
		Validation: 4, Test: 20, Tasks: 256,
	}
	switch preset {
	case "smoke":
		s.Model = transformer.Decoder{Points: 11, Width: 8, Depth: 1, Heads: 1, Spread: 1 / math.Sqrt(8)}
		s.Base, s.BaseRate, s.Meta, s.Ratio, s.Rates, s.MetaRates = 60, 2e-3, 20, 3, []float64{2e-3}, []float64{2e-3}
		s.M2 = metalearner.M2{Tasks: 16, Inner: metalearner.Inner{Steps: 2}}
		s.Support, s.Grid = []int{16, 64, 128}, grid([]float64{.01, .03}, []float64{1e-3, 3e-3})
		s.Reads, s.Validation, s.Test, s.Tasks = [][]int{{1, 2, 5}, {1, 2, 5}, {2, 5}}, 2, 4, 32
	case "quick":
	case "paper":
		s.Model = transformer.Decoder{Points: 11}
		s.Base, s.BaseRate, s.Meta = 200_000, 2e-4, 20_000
		s.Rates, s.MetaRates = []float64{5e-5, 1e-4, 2e-4}, []float64{5e-5, 1e-4, 2e-4}
		s.M2 = metalearner.M2{}
		s.Validation, s.Test, s.Tasks = 16, 64, 1024
	default:
		return s, fmt.Errorf("adaptation: unknown preset %q; known: smoke, quick, paper", preset)
	}
	s.M2.Model = s.Model
	return s, nil
}

// reads are the numbers of steps of adaptation to that many tasks.
func (s size) reads(tasks int) []int { return s.Reads[slices.Index(s.Support, tasks)] }

// rates are those of training that an arm tries.
func (s size) rates(arm string) []float64 {
	if arm == armM2 {
		return s.MetaRates
	}
	return s.Rates
}

// recipe is the ordinary one.
func (s size) recipe(steps int, rate float64) train.Recipe {
	return train.Recipe{
		Steps: steps, Batch: transferBatch, Rate: rate, First: train.NoExamples,
		Warmup: steps / 10, Cosine: true, Clip: 1,
	}
}

// ordinary are tasks each of a domain of its own.
func (s size) ordinary() regression.Domains {
	domains := s.Domains
	domains.Tasks = 1
	return domains
}

// moreTasks keeps what an arm goes on with apart from what it has seen.
const moreTasks = 1 << 20

// config is the training of an arm from its seed's base.
func (s size) config(arm string, rate float64, seed uint64, from *train.Fitted) train.Config {
	cfg := train.Config{Learner: s.Model, Tasks: s.ordinary(), Seed: seed + moreTasks, From: from}
	switch arm {
	case armM2:
		domains := s.Domains
		domains.Tasks = s.M2.Group()
		cfg.Learner, cfg.Tasks = s.M2, domains
		cfg.Recipe = s.recipe(s.Meta, rate)
		cfg.Recipe.Batch = s.M2.Group()
	case armCompute:
		cfg.Recipe = s.recipe(s.Meta*s.Ratio, rate)
	case armData:
		cfg.Recipe = s.recipe(max(1, s.Meta*s.M2.Group()/transferBatch), rate)
	}
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
