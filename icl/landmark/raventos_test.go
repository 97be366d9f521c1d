package landmark

import (
	"context"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// between predicts as a on a share of the way from b.
type between struct {
	a, b  eval.Regressor
	share float64
}

func (between) Name() string { return "between" }

func (p between) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	mean, _, err = p.a.Regress(ctx, b, at)
	if err != nil {
		return nil, nil, err
	}
	other, _, err := p.b.Regress(ctx, b, at)
	for i := range other {
		mean[i] = float32(p.share*float64(mean[i]) + (1-p.share)*float64(other[i]))
	}
	return mean, nil, err
}

// TestRaventos: with learners in place of the decoder that are a share of the way from dMMSE
// to ridge regression. As in the paper, the share grows with the pool, and with training
// beyond the threshold but not below; then the statements hold. With dMMSE for all pools the
// second fails, with ridge regression the first, and without an effect of training the third.
func TestRaventos(t *testing.T) {
	z := raventosSize{3, 6, 0, 1, 4, 4, 60, .25, 1e-3, []int{3, 4, 32}, 4, 0, 0, study.LooksAt(6)}
	planted := func(share func(m int, short bool) float64) *study.Result {
		return run(t, replaceBy(z.study(), func(f *train.Fitted, seed uint64) eval.Predictor {
			p, pooled := f.Config.Tasks.(regression.Pool)
			if !pooled {
				return z.ridge()
			}
			oracles, err := z.oracles(p.Size)(seed)
			if err != nil {
				t.Fatal(err)
			}
			return between{oracles[0].(eval.Regressor), oracles[1].(eval.Regressor), share(p.Size, f.Step < f.Config.Recipe.Steps)}
		}))
	}
	r := planted(func(m int, short bool) float64 {
		switch {
		case short && m <= 4:
			return .4
		case short:
			return .8
		case m <= 4:
			return .1
		}
		return .95
	})
	want(t, r, map[string]study.Verdict{"few": study.Reproduced, "beyond": study.Reproduced, "training": study.Reproduced})
	if h := r.Headline.Estimate; h < 2 || h > 5 { // between 4 and 32 functions
		t.Errorf("threshold at 2^%g functions", h)
	}
	want(t, planted(func(int, bool) float64 { return 0 }), map[string]study.Verdict{"few": study.Reproduced, "beyond": study.NotReproduced})
	want(t, planted(func(int, bool) float64 { return 1 }), map[string]study.Verdict{"few": study.NotReproduced, "beyond": study.Reproduced})
	want(t, planted(func(_ int, short bool) float64 {
		if short {
			return .4
		}
		return .9 // towards ridge, also below the threshold
	}), map[string]study.Verdict{"training": study.NotReproduced})
}

// TestRaventosPools: seeds have pools of their own, new tasks are the same for all pools.
func TestRaventosPools(t *testing.T) {
	z := raventosSize{3, 6, 0, 1, 4, 4, 20, .25, 1e-3, []int{3, 4, 32}, 4, 0, 0, study.LooksAt(4)}
	s := z.study()
	sampled := func(condition string, seed uint64) []float64 {
		for _, c := range s.Conditions {
			if c.Name == condition {
				b, err := c.Sample(seed)
				if err != nil {
					t.Fatal(err)
				}
				w := b.Latent["w"].Data
				all := make([]float64, len(w))
				for i := range w {
					all[i] = float64(w[i])
				}
				return all
			}
		}
		t.Fatalf("no condition %q", condition)
		return nil
	}
	if floats.Equal(sampled(onPool(3), 0), sampled(onPool(3), 1)) {
		t.Error("two seeds have the same pool")
	}
	if !floats.Equal(sampled(onNew(3), 0), sampled(onNew(32), 0)) || !floats.Equal(sampled(onNew(3), 0), sampled(endless, 0)) {
		t.Error("new tasks differ between pools")
	}
}
