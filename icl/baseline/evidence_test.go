package baseline

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// levels are ridge regressions for several levels of noise.
func levels(noise ...float64) (of []eval.Regressor) {
	for _, s := range noise {
		of = append(of, bayes.Linear{Noise: s})
	}
	return of
}

func noisy(t *testing.T, noise float64, tasks int) *datasets.Batch {
	t.Helper()
	b, err := regression.Linear{N: 13, D: 4, Noise: noise}.Sample(datasets.Rand(3, "evidence"), tasks)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEvidenceOfLevels: weights of levels of noise are in proportion to the density of all
// targets, N(z; 0, XXᵀ + σ²I), and the answer is the mixture's.
func TestEvidenceOfLevels(t *testing.T) {
	noise := []float64{.2, .6, 1.5}
	b, m := noisy(t, .5, 20), Evidence{Of: levels(noise...)}
	for _, n := range []int{0, 1, 3, 8, 12} {
		weights, err := m.Weights(t.Context(), b, []int{n})
		if err != nil {
			t.Fatal(err)
		}
		mean, variance := predicttest.Regress(m, b, n)
		hard, _ := predicttest.Regress(Evidence{Of: m.Of, Likeliest: true}, b, n)
		for task := range b.T {
			want, sum := densities(b, task, n, noise), 0.
			for _, v := range want {
				sum += v
			}
			first, second, top := 0., 0., 0
			for k, v := range want {
				if got := float64(weights[task*3+k]); math.Abs(got-v/sum) > 1e-4 {
					t.Errorf("task %d after %d examples: weight %g of level %g, want %g", task, n, got, noise[k], v/sum)
				}
				centre, spread := predicttest.Regress(m.Of[k], b.Slice(task, task+1), n)
				first += v / sum * float64(centre[0])
				second += v / sum * (float64(spread[0]) + float64(centre[0])*float64(centre[0]))
				if v > want[top] {
					top = k
				}
			}
			if math.Abs(float64(mean[task])-first) > 1e-3 || math.Abs(float64(variance[task])-(second-first*first)) > 1e-3*second {
				t.Errorf("task %d after %d examples: mean %g, variance %g; want %g and %g", task, n, mean[task], variance[task], first, second-first*first)
			}
			if own, _ := predicttest.Regress(m.Of[top], b.Slice(task, task+1), n); own[0] != hard[task] && n > 0 {
				t.Errorf("task %d after %d examples: the likeliest level answers %g, selection %g", task, n, own[0], hard[task])
			}
		}
	}
}

// densities are those of the first n targets of a task at levels of noise.
func densities(b *datasets.Batch, task, n int, noise []float64) []float64 {
	all := make([]float64, len(noise))
	for k, s := range noise {
		if all[k] = 1; n == 0 {
			continue
		}
		x, cov := mat.NewDense(n, b.D, widened(b.X[task*b.N*b.D:(task*b.N+n)*b.D])), mat.NewSymDense(n, nil)
		cov.SymOuterK(1, x)
		for i := range n {
			cov.SetSym(i, i, cov.At(i, i)+s*s)
		}
		var factors mat.Cholesky
		factors.Factorize(cov)
		z, solved := mat.NewVecDense(n, widened(b.Z[task*b.N:task*b.N+n])), mat.NewVecDense(n, nil)
		_ = factors.SolveVecTo(solved, z)
		all[k] = math.Exp(-(mat.Dot(z, solved) + factors.LogDet()) / 2)
	}
	return all
}

// TestLevelUnknown: where the level is not known, evidence loses little against the ridge
// of the level, and one ridge between the levels much.
func TestLevelUnknown(t *testing.T) {
	of := levels(.2, 1.5)
	for k, noise := range []float64{.2, 1.5} {
		b := noisy(t, noise, 2000)
		e := func(p eval.Predictor) float64 {
			s, err := eval.Evaluate(t.Context(), p, "linear", b, []int{8}, eval.WithUnit(4))
			if err != nil {
				t.Fatal(err)
			}
			return s.Summarize(0).Of(eval.SquaredError).Mean[0]
		}
		known, between := e(of[k]), e(bayes.Linear{Noise: 1.06})
		if want := []float64{.0225, .89}[k]; math.Abs(known/want-1) > .1 {
			t.Errorf("noise %g: error %.4f where it is known, want about %g", noise, known, want)
		}
		for _, p := range []eval.Predictor{Evidence{Of: of}, Evidence{Of: of, Likeliest: true}} {
			unknown := e(p)
			if lost := unknown - known; lost < -.005*known || lost > .5*(between-known) {
				t.Errorf("noise %g: %s has the error %.4f; want it near %.4f, below %.4f", noise, p.Name(), unknown, known, between)
			}
		}
	}
}

// plain is a regressor that says what it is told, of any task.
type plain struct{ mean, variance []float32 }

func (plain) Name() string { return "plain" }

func (p plain) Regress(context.Context, *datasets.Batch, []int) (mean, variance []float32, err error) {
	return p.mean, p.variance, nil
}

func TestEvidenceRefuses(t *testing.T) {
	b := noisy(t, 0, 1)
	for want, of := range map[string][]eval.Regressor{
		"no regressors":                        nil,
		"regressor 1 to weigh":                 {bayes.Linear{}, nil},
		"least squares gives 6 means and 0 va": {LeastSquares{}},
		"plain gives 1 means and 1 variances":  {plain{[]float32{1}, []float32{1}}},
		"noise = -1":                           {bayes.Linear{Noise: -1}},
	} {
		if _, _, err := (Evidence{Of: of}).Regress(t.Context(), b, []int{5}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// TestCertainEvidence: regressors without any doubt are compared, too.
func TestCertainEvidence(t *testing.T) {
	b := datasets.NewBatch(1, 2, 1, 0)
	copy(b.Z, []float32{2, 0})
	zero := make([]float32, 2)
	right, wrong := plain{[]float32{2, 7}, zero}, plain{[]float32{1, 5}, zero}
	weights, err := Evidence{Of: []eval.Regressor{wrong, right}}.Weights(t.Context(), b, []int{1})
	if err != nil || !slices.Equal(weights, []float32{0, 1}) {
		t.Errorf("weights %v (%v), want all on the second", weights, err)
	}
}
