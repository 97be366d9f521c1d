package baseline

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict"
	"github.com/goicl/goicl/internal/usercode"
)

// Evidence weights regressors by how probable each makes the targets of the context:
// Bayesian model averaging (Hoeting et al., Statistical Science 14(4), 1999) of models that
// are equally probable before. With mean m and variance v of target i by regressor k, given
// the examples before it,
//
//	P(k | X, z) ∝ Π_i N(z_i; m_ki, v_ki),   mean = Σ_k P(k | X, z) m_k(x)
//
// Of predictors that are Bayes-optimal for one family each, and normal, it is the Bayes
// predictor of tasks whose family is one of theirs with equal probability. Such are ridge
// regressions for several levels of noise, bayes.Linear{Noise: σ_k}: the product is then the
// density N(z; 0, XΣXᵀ + σ_k²I), whatever the order of the examples.
type Evidence struct {
	Of []eval.Regressor // their Regress must return a variance
	// Likeliest takes the regressor of greatest weight alone, and of equals the first: hard
	// selection, as by [Selection], which compares leave-one-out errors.
	Likeliest bool
}

// Name is "evidence", or "likeliest".
func (m Evidence) Name() string {
	if m.Likeliest {
		return "likeliest"
	}
	return "evidence"
}

// Regress returns mean and variance [T, len(at)] of each target.
func (m Evidence) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	weights, means, variances, err := m.weigh(ctx, b, at)
	if err != nil {
		return nil, nil, err
	}
	k := len(m.Of)
	mean, variance = make([]float32, b.T*len(at)), make([]float32, b.T*len(at))
	for q := range mean {
		w, m, v := weights[q*k:(q+1)*k], means[q*k:(q+1)*k], variances[q*k:(q+1)*k]
		centre, spread := floats.Dot(w, m), floats.Dot(w, v)
		for i := range w {
			spread += w[i] * (m[i] - centre) * (m[i] - centre)
		}
		mean[q], variance[q] = predict.Narrow(centre), predict.Narrow(spread)
	}
	return mean, variance, nil
}

// Weights returns what each regressor counts for, [T, len(at), len(Of)], after n examples for
// each n in at. They add up to 1. Errors are those of Regress.
func (m Evidence) Weights(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	weights, _, _, err := m.weigh(ctx, b, at)
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(weights))
	for i, w := range weights {
		out[i] = float32(w)
	}
	return out, nil
}

// weigh returns weights, means and variances [T, len(at), len(Of)].
func (m Evidence) weigh(ctx context.Context, b *datasets.Batch, at []int) (weights, means, variances []float64, err error) {
	if err := b.WantTargets(); err != nil {
		return nil, nil, nil, err
	}
	if err := predict.CheckAt(b, at); err != nil {
		return nil, nil, nil, err
	}
	if len(m.Of) == 0 {
		return nil, nil, nil, fmt.Errorf("baseline: evidence for no regressors; name at least one")
	}
	k, lengths := len(m.Of), slices.Max(at)+1
	all := make([]answers, k)
	for i, r := range m.Of {
		if all[i], err = answersOf(ctx, i, r, b, lengths); err != nil {
			return nil, nil, nil, err
		}
	}
	for t := range b.T {
		logs := make([][]float64, lengths) // of the weights after n examples
		logs[0] = make([]float64, k)
		for n := 1; n < lengths; n++ {
			logs[n] = slices.Clone(logs[n-1])
			for i := range logs[n] {
				logs[n][i] += all[i].logDensity(t*lengths+n-1, float64(b.Z[t*b.N+n-1]))
			}
		}
		for _, n := range at {
			weights = append(weights, m.normalised(logs[n])...)
			for _, a := range all {
				means, variances = append(means, float64(a.mean[t*lengths+n])), append(variances, float64(a.variance[t*lengths+n]))
			}
		}
	}
	return weights, means, variances, nil
}

// normalised are the weights whose logarithms differ from these by a constant.
func (m Evidence) normalised(logs []float64) []float64 {
	w, best := make([]float64, len(logs)), floats.MaxIdx(logs)
	if m.Likeliest {
		w[best] = 1
		return w
	}
	for i, v := range logs {
		w[i] = math.Exp(v - logs[best])
	}
	predict.Normalise(w)
	return w
}

// answers are a regressor's means and variances after 0, 1, … examples of each task.
type answers struct{ mean, variance []float32 }

func answersOf(ctx context.Context, i int, r eval.Regressor, b *datasets.Batch, lengths int) (a answers, err error) {
	if usercode.Nil(r) {
		return a, fmt.Errorf("baseline: regressor %d to weigh by its evidence is nil", i)
	}
	err = usercode.Try("Regress of "+usercode.Of("regressor", r), func() (err error) {
		a.mean, a.variance, err = r.Regress(ctx, b, eval.AllLengths(lengths))
		return err
	})
	if want := b.T * lengths; err == nil && (len(a.mean) != want || len(a.variance) != want) {
		err = fmt.Errorf("baseline: %s gives %d means and %d variances, want %d of each: the evidence for it takes variances, as those of package bayes have", r.Name(), len(a.mean), len(a.variance), want)
	}
	return a, err
}

// logDensity is that of the target z, less a constant. A variance below that of rounding
// to float32 counts as that.
func (a answers) logDensity(i int, z float64) float64 {
	const rounding = 0x1p-24
	mean, variance := float64(a.mean[i]), float64(a.variance[i])
	least := rounding * max(math.Abs(z), math.Abs(mean))
	variance = max(variance, least*least, 1e-300)
	return -((z-mean)*(z-mean)/variance + math.Log(variance)) / 2
}
