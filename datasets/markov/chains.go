// Package markov draws sequences of Markov chains, each with transition probabilities of its
// own: the tasks on which Edelman, Edelman, Goel, Malach and Tsilivis ("The Evolution of
// Statistical Induction Heads: In-Context Learning Markov Chains", NeurIPS 2024) watch
// predictions go from uniform to the counts of states in the context, and then to the counts of
// their transitions.
package markov

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Chains draws a chain of N+1 states s_0, …, s_N for each task. Point i is the state s_i, one-hot
// in k dimensions, and its label is the next state, s_{i+1}. So the labels of the context
// are its inputs shifted by one: whoever reads a point with its label finds a transition in one
// place. A learner that is to need an induction head, which joins a state with the one before
// it, must read inputs only.
//
// The rows of the transition matrix are drawn from Dirichlet(a, …, a), each on its own, and the
// first state from the chain's stationary distribution. A probability below 1e-12 counts as
// 1e-12, so that there is only one.
//
// With DoublyStochastic the columns of the matrix sum to 1, too. Then all states are equally
// frequent in every chain, and counts of states say nothing. The matrix is a mixture of
// M = ⌈k(a+1)⌉+1 permutations, each uniform, with weights from Dirichlet(b, …, b), b =
// ka/(M−ka−1). Each row then has the mean and the covariance that it has under Dirichlet(a, …, a):
// the two kinds of chains differ in what connects their rows. (Edelman et al. draw it
// uniformly for k ≤ 4, and for more states scale rows and columns in turn.)
//
// Latent variables: "transition" [k, k], the probability of each next state (columns) after
// each state (rows).
type Chains struct {
	N                int     `json:"n,omitempty"`                 // points; 0 means 100
	States           int     `json:"states,omitempty"`            // k; 0 means 3
	Concentration    float64 `json:"concentration,omitempty"`     // a of the Dirichlet distribution; 0 means 1, uniform
	DoublyStochastic bool    `json:"doubly_stochastic,omitempty"` // columns sum to 1, too
}

// Limits of settings. A stationary distribution takes k³ operations, a doubly stochastic matrix kM.
const (
	maxStates        = 256
	minConcentration = .01
	maxConcentration = 1000
	maxMixture       = 1 << 20
	leastProbability = 1e-12
)

// Name is "markov".
func (Chains) Name() string { return "markov" }

// WithDefaults replaces zeros by the default sizes and concentration.
func (s Chains) WithDefaults() Chains {
	s.N, s.States, s.Concentration = cmp.Or(s.N, 100), cmp.Or(s.States, 3), cmp.Or(s.Concentration, 1)
	return s
}

// Validate reports the first setting that is out of range.
func (s Chains) Validate() error {
	s = s.WithDefaults()
	switch {
	case s.N < 1:
		return fmt.Errorf("markov: %d points; want at least 1", s.N)
	case s.States < 2 || s.States > maxStates:
		return fmt.Errorf("markov: %d states; want 2 to %d", s.States, maxStates)
	case !(s.Concentration >= minConcentration && s.Concentration <= maxConcentration): // also catches NaN
		return fmt.Errorf("markov: the concentration is %g; want %g to %g", s.Concentration, minConcentration, float64(maxConcentration))
	}
	if m, _ := s.mixture(); s.DoublyStochastic && m*s.States > maxMixture {
		return fmt.Errorf("markov: doubly stochastic rows of %d states with the concentration %g mix %d permutations, the limit is %d; take fewer states or a lower concentration",
			s.States, s.Concentration, m, maxMixture/s.States)
	}
	return nil
}

// Sample draws that many chains.
func (s Chains) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, errors.New("markov: rng is nil; make one with datasets.Rand")
	}
	s = s.WithDefaults()
	if err := datasets.CheckSize(tasks, s.N, s.States, s.States); err != nil {
		return nil, err
	}
	b := datasets.NewBatch(tasks, s.N, s.States, s.States)
	transition := b.AddLatent("transition", s.States, s.States)
	for t := range tasks {
		s.draw(rng, b, t, transition.Row(t))
	}
	return b, nil
}

// draw draws the chain of task t and its transition matrix.
func (s Chains) draw(rng *rand.Rand, b *datasets.Batch, t int, transition []float32) {
	k := s.States
	var start []float64
	if s.DoublyStochastic {
		s.mixPermutations(rng, transition)
		start = constant(k, 1)
	} else {
		for i := range k {
			dirichlet(rng, s.Concentration, transition[i*k:(i+1)*k])
		}
		start = stationary(transition, k)
	}
	state := pick(rng, start)
	for n := range s.N {
		b.Point(t, n)[state] = 1
		state = pick(rng, transition[state*k:(state+1)*k])
		b.Y[t*s.N+n] = int32(state)
	}
}

// pick draws a place by its weight.
func pick[F float32 | float64](rng *rand.Rand, weights []F) int {
	total := 0.
	for _, w := range weights {
		total += float64(w)
	}
	u := float64(rng.Float64() * total) // the conversion prevents fusing
	for i, w := range weights {
		if u -= float64(w); u < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// mixture returns how many permutations are mixed, and the concentration of their weights.
func (s Chains) mixture() (permutations int, concentration float64) {
	k, a := float64(s.States), s.Concentration
	m := math.Ceil(float64(k*(a+1))) + 1
	return int(m), k * a / (m - float64(k*a) - 1)
}

// mixPermutations draws a doubly stochastic matrix.
func (s Chains) mixPermutations(rng *rand.Rand, transition []float32) {
	m, concentration := s.mixture()
	weights, sum := make([]float32, m), make([]float64, len(transition))
	dirichlet(rng, concentration, weights)
	for _, w := range weights {
		for i, j := range rng.Perm(s.States) {
			sum[i*s.States+j] += float64(w)
		}
	}
	for i, p := range sum {
		transition[i] = float32(p)
	}
}
