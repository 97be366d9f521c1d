package landmark

import (
	"context"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/linearattention"
	"github.com/goicl/goicl/icl/study"
)

// TestLu: both statements hold of errors that are the limit and something that falls as 1/d. The
// second fails where the limit is another, or is not approached, and the first where the error
// does not depend on the number of contexts.
func TestLu(t *testing.T) {
	limit := func(s linearattention.Setting) float64 { return s.Theory() }
	for name, test := range map[string]struct {
		err  func(s linearattention.Setting) float64
		want map[string]study.Verdict
	}{
		"theory":       {func(s linearattention.Setting) float64 { return limit(s) * (1 + 4/float64(s.D)) }, map[string]study.Verdict{"descent": study.Reproduced, "theory": study.Reproduced}},
		"another":      {func(s linearattention.Setting) float64 { return limit(s) * (1.2 + 4/float64(s.D)) }, map[string]study.Verdict{"descent": study.Reproduced, "theory": study.NotReproduced}},
		"not nearer":   {func(s linearattention.Setting) float64 { return limit(s) * 1.1 }, map[string]study.Verdict{"descent": study.Reproduced, "theory": study.NotReproduced}},
		"no peak":      {func(linearattention.Setting) float64 { return linearattention.Setting{Tau: 2}.Theory() }, map[string]study.Verdict{"descent": study.NotReproduced, "theory": study.NotReproduced}},
		"only a rise":  {func(s linearattention.Setting) float64 { return 3 * s.Tau }, map[string]study.Verdict{"descent": study.NotReproduced}},
		"only a fall":  {func(s linearattention.Setting) float64 { return 6 / s.Tau }, map[string]study.Verdict{"descent": study.NotReproduced}},
		"predicting 0": {func(linearattention.Setting) float64 { return 1.01 }, map[string]study.Verdict{"descent": study.NotReproduced, "theory": study.NotReproduced}},
	} {
		t.Run(name, func(t *testing.T) {
			z := luSize{[]int{20, 40}, study.LooksAt(6)}
			want(t, run(t, luPlanted(z, test.err)), test.want)
		})
	}
}

// luPlanted has errors that are known, but for a scatter of 1 % between seeds, in place of
// those of fitted layers.
func luPlanted(z luSize, err func(s linearattention.Setting) float64) *study.Study {
	s := z.study()
	for i := range s.Conditions {
		c, setting := &s.Conditions[i], luSetting(z.Dims[i/len(luRatios)], luRatios[i%len(luRatios)])
		c.Sample = func(uint64) (*datasets.Batch, error) { return datasets.NewBatch(1, setting.Examples()+1, 1, 0), nil }
		c.Derive = beside(luFit{label: luNew}, luFit{label: luSeen})
		c.Test = func(_ context.Context, p eval.Predictor, seed uint64, _ *datasets.Batch, at []int) (*eval.Scores, error) {
			e := err(setting) * (1 + .01*datasets.Normal(datasets.Rand(seed, c.Name)))
			return eval.NewScores(eval.SquaredError, p.Name(), "", at, []float64{e}), nil
		}
	}
	return s
}

// TestLuFits: layers fitted in a few dimensions have the peak. There is none where the weights
// are those of a step of gradient descent, whatever the contexts.
func TestLuFits(t *testing.T) {
	z := luSize{[]int{5, 10}, study.LooksAt(16)}
	want(t, run(t, z.study()), map[string]study.Verdict{"descent": study.Reproduced})
	s := z.study()
	for i := range s.Conditions {
		c, dims := &s.Conditions[i], z.Dims[i/len(luRatios)]
		step := luFitted{Model: linearattention.Model{Gamma: mat.NewDense(dims, dims+1, nil)}}
		for j := range dims {
			step.Gamma.Set(j, j, .5)
		}
		c.Derive = beside(luFit{luNew, func() (luFitted, error) { return step, nil }})
	}
	want(t, run(t, s), map[string]study.Verdict{"descent": study.NotReproduced})
}
