package regression

import (
	"cmp"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/goicl/goicl/datasets"
)

// Pool is a finite pool of linear functions w_1..w_M ~ N(0, I), from which each
// task's w is drawn with equal probability (Raventós et al., "Pretraining task
// diversity and the emergence of non-Bayesian in-context learning for regression",
// NeurIPS 2023; there 16 points in 8 dimensions with noise 1/2, M from 2 to 2²⁰).
// With M tasks to train on, does a learner learn the pool or the family [Linear]?
//
// The pool follows from Seed alone, and a larger pool of the same seed contains
// the smaller one.
type Pool struct {
	N      int     `json:"n,omitempty"`     // points a task; 0 means 41
	D      int     `json:"d,omitempty"`     // input dimensions; 0 means 20
	Size   int     `json:"size,omitempty"`  // number M of functions; 0 means 1024
	Seed   uint64  `json:"seed,omitempty"`  // of the pool, not of the tasks
	Noise  float64 `json:"noise,omitempty"` // standard deviation of a target about w·x
	Inputs Inputs  `json:"inputs,omitzero"` // how inputs are drawn; x ~ N(0, I)
	// Sphere scales each w_i to the length √D: the pool is then uniform on that sphere (Lu et
	// al., "Asymptotic theory of in-context learning by linear attention", PNAS 2025).
	Sphere bool `json:"sphere,omitempty"`
}

// Name is "pool".
func (Pool) Name() string { return "pool" }

func (s Pool) setting() setting { return newSetting(s.N, s.D, s.Noise, s.Inputs) }

func (s Pool) size() int { return cmp.Or(s.Size, 1024) }

// Space returns the input dimensions and how inputs are drawn.
func (s Pool) Space() (d int, inputs Inputs) { return s.setting().d, s.Inputs }

// WithInputs returns the family with inputs drawn as said.
func (s Pool) WithInputs(inputs Inputs) Family { s.Inputs = inputs; return s }

// Validate reports the first setting that is out of range.
func (s Pool) Validate() error {
	set := s.setting()
	return cmp.Or(
		set.validate(),
		checkCount("functions in the pool", s.size()),
		datasets.CheckSize(s.size(), 1, set.d, 0),
	)
}

// Members returns the pool: w_1..w_M, each [D]. Its error is that of Validate.
func (s Pool) Members() ([][]float32, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	all := make([][]float32, s.size())
	for i := range all {
		all[i] = make([]float32, s.setting().d)
		s.member(i, all[i])
	}
	return all, nil
}

// member writes w_i. Each has a random stream of its own, so that drawing a task
// does not take the whole pool.
func (s Pool) member(i int, w []float32) {
	normal(datasets.Rand(s.Seed, "pool "+strconv.Itoa(i)), w)
	if !s.Sphere {
		return
	}
	scale := math.Sqrt(float64(len(w)) / target(w, w))
	for j, v := range w {
		w[j] = float32(float64(v) * scale)
	}
}

// Sample draws that many tasks.
func (s Pool) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	return weighted(s, rng, tasks, 0, target, func(w []float32, _ int) { s.member(rng.IntN(s.size()), w) })
}
