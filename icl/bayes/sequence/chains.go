package sequence

import (
	"cmp"
	"context"
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// Unigram predicts the next state of a chain by how often each state j occurs among the t
// states so far, the current one included:
//
//	P(j) = (c_j + ka) / (t + k²a)
//
// That is what in-context learning reaches that does not join a state with the one before it.
// It is Bayes-optimal for states drawn independently from one distribution ~ Dirichlet(ka, …,
// ka), which fits rows P_i ~ Dirichlet(a, …, a): for shares w ~ Dirichlet(ka, …, ka) of the states,
// independent of the rows, the next state is distributed as Σ_i w_i P_i ~ Dirichlet(ka, …, ka)
// (Chamayou and Letac, "A transient random walk on stochastic matrices with Dirichlet
// distributions", Annals of Probability 22, 1994). The states of a chain are not independent, and
// no closed form is known for them.
//
// Edelman et al. (2024) add 1 to the counts in place of ka, as a concentration of 1/k does.
type Unigram struct {
	Concentration float64 `json:"concentration,omitempty"` // a of the chains; 0 means 1
}

// Name is "unigram".
func (Unigram) Name() string { return "unigram" }

// Predict returns the probabilities of the next state [T, len(at), k].
func (p Unigram) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if err := checkChains(p.Concentration, b, at); err != nil {
		return nil, err
	}
	return predict.EachQuery(ctx, b, at, func(c predict.Support, probs []float64) {
		start(probs, float64(c.C)*cmp.Or(p.Concentration, 1))
		for i := range c.Y {
			probs[state(c.Point(i))]++
		}
		probs[state(c.Query)]++
		predict.Normalise(probs)
	})
}

// Bigram predicts the next state of a chain by how often each state j has followed the current
// state i:
//
//	P(j) = (c_ij + a) / (c_i + k a)
//
// Under rows from Dirichlet(a, …, a) it is the posterior predictive distribution given the
// first state and all transitions, and Bayes-optimal where the first state does not depend on
// the transition matrix. A start from the stationary distribution π says a little more of the
// matrix: ln k − E[entropy of π] nats in all, however long the chain, .12 for k = 3 and a = 1.
type Bigram struct {
	Concentration float64 `json:"concentration,omitempty"` // a of the chains; 0 means 1
}

// Name is "bigram".
func (Bigram) Name() string { return "bigram" }

// Predict returns the probabilities of the next state [T, len(at), k].
func (p Bigram) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if err := checkChains(p.Concentration, b, at); err != nil {
		return nil, err
	}
	return predict.EachQuery(ctx, b, at, func(c predict.Support, probs []float64) {
		start(probs, cmp.Or(p.Concentration, 1))
		current := state(c.Query)
		for i, next := range c.Y {
			if state(c.Point(i)) == current {
				probs[next]++
			}
		}
		predict.Normalise(probs)
	})
}

// start sets all counts to what is added to each.
func start(counts []float64, added float64) {
	for i := range counts {
		counts[i] = added
	}
}

// state is the place of the 1 in a one-hot vector.
func state(x []float32) int {
	for i, v := range x {
		if v == 1 {
			return i
		}
	}
	return 0
}

// checkChains reports a concentration out of range, and points up to the last query that are
// not states.
func checkChains(concentration float64, b *datasets.Batch, at []int) error {
	if concentration != 0 && !(concentration >= 1e-6 && concentration <= 1e6) { // also catches NaN
		return fmt.Errorf("sequence: the concentration is %g; want 1e-6 to 1e6, or 0 for 1", concentration)
	}
	if err := b.WantClasses(); err != nil {
		return err
	}
	if b.D != b.C {
		return fmt.Errorf("sequence: the batch has %d dimensions and %d labels; want one-hot states and as many next states, as package markov draws them", b.D, b.C)
	}
	if err := predict.CheckAt(b, at); err != nil {
		return err
	}
	last := 0
	for _, n := range at {
		last = max(last, n)
	}
	for t := range b.T {
		for n := range last + 1 {
			if !oneHot(b.Point(t, n)) {
				return fmt.Errorf("sequence: the input %.4v of task %d, point %d, is no one-hot state; predict chains of package markov", b.Point(t, n)[:min(b.D, 8)], t, n)
			}
		}
	}
	return nil
}

func oneHot(x []float32) bool {
	ones := 0
	for _, v := range x {
		if v == 1 {
			ones++
		} else if v != 0 {
			return false
		}
	}
	return ones == 1
}
