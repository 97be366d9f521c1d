// Package boolean holds the Bayes-optimal predictors of families of functions of bits.
package boolean

import (
	"cmp"
	"context"
	"fmt"

	"gonum.org/v1/gonum/stat/combin"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// Parity is the Bayes predictor of the parities of K bits of package regression, of real
// targets and of labels. The posterior is uniform on the sets S of K dimensions whose
// parity agrees with all examples; the mean target is that of Π_{i in S} x_i over them, its
// variance 1 − mean², and the probability of class 1 is (1 + mean)/2. Where no set agrees
// the mean is 0.
//
// Of inputs, targets and labels it reads the sign: a number above 0, or class 1, is 1, and any
// other −1. There may be up to 20,000 sets.
type Parity struct {
	K int `json:"k,omitempty"` // bits of which a function is the parity; 0 means 2
}

// maxSets is the largest number of sets.
const maxSets = 20_000

// Name is "Bayes".
func (Parity) Name() string { return "Bayes" }

// Predict returns class probabilities [T, len(at), 2].
func (m Parity) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if err := b.WantClasses(); err != nil {
		return nil, err
	}
	if b.C != 2 {
		return nil, fmt.Errorf("boolean: a parity of tasks of %d classes; want 2", b.C)
	}
	return m.run(ctx, b, at, func(mean float64, out []float64) { out[0], out[1] = (1-mean)/2, (1+mean)/2 })
}

// Regress returns mean and variance [T, len(at)] of each target.
func (m Parity) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if err := b.WantTargets(); err != nil {
		return nil, nil, err
	}
	pairs, err := m.run(ctx, b, at, func(mean float64, out []float64) { out[0], out[1] = mean, 1-mean*mean })
	for i := 0; i < len(pairs); i += 2 {
		mean, variance = append(mean, pairs[i]), append(variance, pairs[i+1])
	}
	return mean, variance, err
}

// run returns what record makes of the mean of each target, [T, len(at), 2].
func (m Parity) run(ctx context.Context, b *datasets.Batch, at []int, record func(mean float64, out []float64)) ([]float32, error) {
	k := cmp.Or(m.K, 2)
	if k < 1 || k > b.D {
		return nil, fmt.Errorf("boolean: the parity of %d bits for tasks of %d; want 1..%d", k, b.D, b.D)
	}
	if count := combin.GeneralizedBinomial(float64(b.D), float64(k)); !(count <= maxSets) {
		return nil, fmt.Errorf("boolean: there are %.3g sets of %d of %d bits, the limit is %d; take a smaller K or fewer dimensions", count, k, b.D, maxSets)
	}
	sets := combin.Combinations(b.D, k)
	return predict.Online[*posterior]{
		New: func() *posterior { return &posterior{sets} }, Width: 2,
		Predict: func(p *posterior, t, n int, out []float64) {
			if out != nil {
				record(p.mean(b.Point(t, n)), out)
			}
		},
		Learn: func(p *posterior, t, n int) {
			if i := t*b.N + n; b.Regression() {
				p.learn(b.Point(t, n), sign(b.Z[i]))
			} else {
				p.learn(b.Point(t, n), sign(float32(b.Y[i])))
			}
		},
	}.Run(ctx, b, at)
}

// posterior is the sets that agree with the examples so far.
type posterior struct{ sets [][]int }

func (p *posterior) mean(x []float32) float64 {
	sum := 0.0
	for _, set := range p.sets {
		sum += parity(set, x)
	}
	return sum / max(1, float64(len(p.sets)))
}

func (p *posterior) learn(x []float32, y float64) {
	var left [][]int // of a slice that all tasks share
	for _, set := range p.sets {
		if parity(set, x) == y {
			left = append(left, set)
		}
	}
	p.sets = left
}

// parity is Π_{i in set} sign(x_i).
func parity(set []int, x []float32) float64 {
	product := 1.0
	for _, i := range set {
		product *= sign(x[i])
	}
	return product
}

func sign(v float32) float64 {
	if v > 0 {
		return 1
	}
	return -1
}
