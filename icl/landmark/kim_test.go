package landmark

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// TestKim: of learners that leave the plateau at known steps, all statements hold where the
// mixture does so in half as many, and none where it needs twice as many or never does; of one
// family that is late only its own fails.
func TestKim(t *testing.T) {
	z := kimSize{4, 3, 4, 1, 2, 60, 12, 1e-3, 1, 0, study.LooksAt(4)}
	yes, no := study.Reproduced, study.NotReproduced
	always := func(ratio float64) func(string) float64 { return func(string) float64 { return ratio } }
	for name, test := range map[string]struct {
		mixed          func(family string) float64 // steps in the mixture over those alone
		linear, sparse study.Verdict
		own            float64 // tasks of a family of its own, as a ratio
	}{
		"half":    {always(.5), yes, yes, .5 / 3},
		"twice":   {always(2), no, no, 2. / 3},
		"never":   {always(100), no, no, 0},
		"but one": {func(family string) float64 { return map[string]float64{"sparse": 1.3}[family] + .5 }, yes, no, .5 / 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := z.study()
			for i := range s.Conditions {
				c := &s.Conditions[i]
				c.Test = func(_ context.Context, p eval.Predictor, seed uint64, _ *datasets.Batch, _ []int) (*eval.Scores, error) {
					f, escape := p.(*train.Fitted), 10+float64(seed)
					if f.Config.Tasks.Name() == "mix" {
						escape *= test.mixed(c.Name) * (1 + .01*float64(seed%2))
					}
					return eval.NewScores(eval.SquaredError, f.Name(), c.Name, []int{0}, []float64{1 - .2*float64(f.Step)/escape}), nil
				}
			}
			r := run(t, s)
			want(t, r, map[string]study.Verdict{"linear": test.linear, "sparse": test.sparse, "parity": test.linear})
			if own := r.Findings[0]; test.own > 0 && math.Abs(own.Estimate-math.Log(test.own)) > .05 || (test.own == 0) != strings.Contains(own.Name, "still on the plateau") {
				t.Errorf("%s: %g, want ln %g", own.Name, own.Estimate, test.own)
			}
			if got := r.Table("steps to an error below .8").Rows[0][1]; got != "10, 11, 12, 13" {
				t.Errorf("steps alone: %s", got)
			}
		})
	}
}

// TestKimFamilies: predicting 0 has an error of 1 in each family, so that all count alike.
func TestKimFamilies(t *testing.T) {
	for i, f := range (kimSize{Dims: 5, Points: 15}).families() {
		b, err := f.Sample(datasets.Rand(1, "test"), 5000)
		if err != nil {
			t.Fatal(err)
		}
		square := 0.0
		for _, z := range b.Z {
			square += float64(z) * float64(z) / float64(len(b.Z))
		}
		if square < .93 || square > 1.07 {
			t.Errorf("%s: mean square %.3f", kimNames[i], square)
		}
	}
}
