package bayes

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// Mix is the Bayes predictor of a mixture of families: each task's family f is
// drawn with probability π_f. With Z_f(D, x) the evidence of family f for context
// and query input, and P_f its own prediction,
//
//	P(f | D, x) = π_f Z_f(D, x) / Σ_g π_g Z_g(D, x)
//	P(y | x, D) = Σ_f P(f | D, x) P_f(y | x, D)
//
// On a context that no family can produce, the prediction is 1/2 and the
// posterior over families is the prior.
type Mix struct {
	Families []Family  // none means the paper's mixture: proto, pair, amort at σ = 1
	Prior    []float64 // π up to a factor, one number a family; none means equal shares
}

// Name is "Bayes".
func (Mix) Name() string { return "Bayes" }

// Predict returns class probabilities [T, len(at), 2].
func (m Mix) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	newFilter, err := m.prepare()
	if err != nil {
		return nil, err
	}
	return sweep(ctx, b, at, "mixed", 2, newFilter, classProbabilities)
}

// FamilyPosterior returns the probability of each family [T, len(at), F] after n
// examples and the query's input, for each n in at, in the order of Families
// (the paper's: proto, pair, amort). Errors are those of Predict.
func (m Mix) FamilyPosterior(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	newFilter, err := m.prepare()
	if err != nil {
		return nil, err
	}
	width := len(newFilter().families)
	return sweep(ctx, b, at, "mixed", width, newFilter, func(f *mixFilter, _ belief, out []float64) {
		copy(out, f.posterior)
	})
}

// Beliefs returns what an answer of the mixture is made of, after n examples and the query's
// input for each n in at, in the order of Families: the probability of each family,
// [T, len(at), F], and the probability of class 0 under it, [T, len(at), F]. Their sum of
// products is what Predict answers; the answer of the likeliest family is that of hard
// selection. Errors are those of Predict.
func (m Mix) Beliefs(ctx context.Context, b *datasets.Batch, at []int) (families, class0 []float32, err error) {
	newFilter, err := m.prepare()
	if err != nil {
		return nil, nil, err
	}
	width := len(newFilter().families)
	both, err := sweep(ctx, b, at, "mixed", 2*width, newFilter, func(f *mixFilter, _ belief, out []float64) {
		copy(out, f.posterior)
		copy(out[width:], f.class0)
	})
	for i := 0; i < len(both); i += 2 * width {
		families, class0 = append(families, both[i:i+width]...), append(class0, both[i+width:i+2*width]...)
	}
	return families, class0, err
}

// prepare validates the mixture and returns what makes its filters.
func (m Mix) prepare() (func() *mixFilter, error) {
	families := m.Families
	if len(families) == 0 {
		families = []Family{Proto{}, Pair{}, Amort{}}
	}
	for i, f := range families {
		if f == nil {
			return nil, fmt.Errorf("bayes: family %d of the mixture is nil", i)
		}
		if err := f.validate(); err != nil {
			return nil, err
		}
	}
	prior, err := m.prior(len(families))
	if err != nil {
		return nil, err
	}
	return func() *mixFilter {
		f := &mixFilter{prior: prior, posterior: make([]float64, len(prior)), class0: make([]float64, len(prior))}
		for _, family := range families {
			f.families = append(f.families, family.newFilter())
		}
		return f
	}, nil
}

// prior returns π, scaled to sum 1.
func (m Mix) prior(families int) ([]float64, error) {
	prior := slices.Clone(m.Prior)
	if len(prior) == 0 {
		prior = slices.Repeat([]float64{1}, families)
	}
	if len(prior) != families {
		return nil, fmt.Errorf("bayes: a prior of %d numbers for a mixture of %d families; want one a family, or none for equal shares", len(prior), families)
	}
	sum := 0.0
	for i, p := range prior {
		if !(p >= 0) {
			return nil, fmt.Errorf("bayes: prior weight %g for family %d of the mixture; want at least 0", p, i)
		}
		sum += p
	}
	if !(sum > 0) || math.IsInf(sum, 1) {
		return nil, fmt.Errorf("bayes: the prior weights %v of the mixture sum to %g; want a positive number", prior, sum)
	}
	predict.Normalise(prior)
	return prior, nil
}

// mixFilter runs the filters of all families together.
type mixFilter struct {
	families  []filter
	prior     []float64
	posterior []float64 // P(f | D, x) at the point last seen
	class0    []float64 // P_f(y = 0 | x, D) there
}

func (f *mixFilter) see(x [2]float64) belief {
	beliefs := make([]belief, len(f.families))
	top := math.Inf(-1)
	for i, family := range f.families {
		beliefs[i] = family.see(x)
		f.class0[i] = beliefs[i].class0
		f.posterior[i] = beliefs[i].evidence + math.Log(f.prior[i])
		top = max(top, f.posterior[i])
	}
	if math.IsInf(top, -1) {
		copy(f.posterior, f.prior)
		return impossible()
	}
	for i := range beliefs {
		f.posterior[i] = math.Exp(f.posterior[i] - top)
	}
	evidence := top + math.Log(floats.Sum(f.posterior))
	predict.Normalise(f.posterior)
	mean := 0.0
	for i, p := range beliefs {
		mean += f.posterior[i] * p.class0
	}
	return belief{mean, evidence}
}

func (f *mixFilter) label(y int32) {
	for _, family := range f.families {
		family.label(y)
	}
}
