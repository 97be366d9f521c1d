package landmark

import (
	"context"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/bayes/sequence"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// zero predicts 0.
type zero struct{}

func (zero) Name() string { return "zero" }

func (zero) Regress(_ context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return make([]float32, b.T*len(at)), nil, nil
}

// TestSingh: with decoders that lose new tasks while they learn their own, unless there are many
// functions or weight decay, and with heads that are learned earlier with a clamp, all statements
// hold. They fail where all decoders lose new tasks, or none does, and where clamps do not help.
func TestSingh(t *testing.T) {
	z := singhSize{raventosSize{2, 4, 0, 1, 4, 40, 200, .25, 2e-3, []int{1, 2, 8}, 40, 0, 0, nil}, .1, singhHeads{8, 10, 8, 2, 60, 8, 1e-3, 100}, study.LooksAt(3)}
	_, below, many := z.Functions.roles()
	const few, decay, all = 1, 2, 4 // which decoders lose new tasks
	planted := func(lost int, learned map[string]int) *study.Study {
		s := z.study()
		for i := range s.Conditions { // all seeds have the classes of the first
			if c := &s.Conditions[i]; c.Name == relabels || c.Name == novel {
				c.Sample = tests(z.Heads.sequences(0), c.Name, z.Heads.Tests)
			}
		}
		return planting(s, func(condition, name string, f *train.Fitted) eval.Predictor {
			late, decayed := f.Step == z.Functions.Long, f.Config.Recipe.Optimizer != optim.Optimizer{}
			switch {
			case condition == relabels || condition == novel:
				if f.Step < learned[clamped(z.Heads, name)] {
					return guess{}
				}
				return sequence.NearestItem{Tasks: z.Heads.sequences(0)}
			case condition == onPool(below) && !late,
				condition == onNew(below) && late && !decayed && lost&few > 0,
				condition == onNew(below) && late && decayed && lost&decay > 0,
				condition == onNew(many) && late && lost&all > 0:
				return zero{}
			}
			return bayes.Linear{Noise: z.Functions.Noise}
		})
	}
	sooner := map[string]int{free: 40, previous: 8, matching: 2}
	r := run(t, planted(few, sooner))
	want(t, r, map[string]study.Verdict{"transient": study.Reproduced, "previous": study.Reproduced, "matching": study.Reproduced, "decay": study.Reproduced})
	r = run(t, planted(few|decay|all, map[string]int{free: 8, previous: 40, matching: 8}))
	want(t, r, map[string]study.Verdict{"transient": study.NotReproduced, "previous": study.NotReproduced, "matching": study.NotReproduced, "decay": study.NotReproduced})
	r = run(t, planted(0, sooner))
	want(t, r, map[string]study.Verdict{"transient": study.NotReproduced})
}

// clamped is the arm whose learner has that name.
func clamped(z singhHeads, name string) string {
	for _, arm := range []string{free, previous, matching} {
		if z.learner(arm).Name() == name {
			return arm
		}
	}
	return ""
}
