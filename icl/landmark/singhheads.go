package landmark

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/classes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark/internal/measure"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// singhHeads is the size of the part of the study on induction heads, and Each the number of looks
// at a curve.
type singhHeads struct {
	Dims, Classes, Width, Heads int
	Steps, Each                 int
	Rate                        float64
	Tests                       int
}

// The arms of that part: what is clamped in training. In all, layer 1 has one head only, as in the
// paper's experiments with clamps.
const (
	free     = "no clamp"
	previous = "a head of layer 0 on the token before"
	matching = "the head of layer 1 on the matching label"
)

// singhPairs is the number of labelled items of a sequence.
const singhPairs = 2

// sequences are those of the paper: two items of different classes, with labels that are drawn anew
// for each sequence, so that they stand in the context alone.
func (z singhHeads) sequences(seed uint64) classes.Sequences {
	return classes.Sequences{N: singhPairs, D: z.Dims, Classes: z.Classes, Labels: 5, Burst: 1, Distinct: true, Labelling: "redrawn", Seed: seed}
}

func (z singhHeads) learner(arm string) transformer.AttentionOnly {
	others := transformer.HeadClamp{Layer: 1, To: "ablated"}
	for head := 1; head < z.Heads; head++ {
		others.Heads = append(others.Heads, head)
	}
	clamps := []transformer.HeadClamp{others}
	switch arm {
	case previous:
		clamps = append(clamps, transformer.HeadClamp{Layer: 0, Heads: []int{0}, To: "previous token"})
	case matching:
		clamps = append(clamps, transformer.HeadClamp{Layer: 1, Heads: []int{0}, To: "matching"})
	}
	return transformer.AttentionOnly{Width: z.Width, Heads: z.Heads, Positions: "rotary", Norm: true, Clamps: clamps}
}

// steps are those after which arms are tested.
func (z singhHeads) steps() []int { return train.LogSpaced(max(1, z.Steps/500), z.Steps, z.Each) }

// arm trains with seeds from first on.
func (z singhHeads) arm(name string, first uint64) study.Arm {
	return study.Arm{
		Name: name, TestAt: z.steps(), Learner: z.learner(name), Tasks: z.sequences(0),
		Recipe: train.Recipe{Steps: z.Steps, Batch: 32, Rate: z.Rate, Clip: 1, First: singhPairs},
		Make: func(_ context.Context, _ *study.Session, seed uint64, c train.Config) (train.Config, error) {
			c.Seed += first
			c.Tasks = z.sequences(c.Seed) // each seed has classes of its own
			return c, nil
		},
	}
}

// The conditions of that part.
const (
	relabels = "known classes, labels drawn anew"
	novel    = "novel classes"
)

func (z singhHeads) conditions(first uint64) (all []study.Condition) {
	for _, name := range []string{relabels, novel} {
		all = append(all, study.Condition{
			Name: name, Arms: []string{free, previous, matching}, At: []int{singhPairs},
			Sample: func(seed uint64) (*datasets.Batch, error) {
				s := z.sequences(seed + first)
				if name == novel {
					s = s.InContext()
				}
				return s.Sample(datasets.Rand(seed+first, "test/"+name), z.Tests)
			},
		})
	}
	return all
}

// check compares the steps to an accuracy of .9.
func (z singhHeads) check(d *study.Data, r *study.Result) error {
	const accurate = .9
	t := eval.Table{Title: "training steps to an accuracy of .9, by seed", Header: []string{"clamp", relabels}}
	crossed := map[string][]eval.Crossing{}
	for _, arm := range []string{free, previous, matching} {
		curves, err := measure.BySeed(d, eval.Accuracy, arm, relabels, z.steps())
		if err != nil {
			return err
		}
		crossed[arm] = measure.Crossings(eval.Level{At: accurate, Above: true, Stay: 1}, z.steps(), curves)
		t.Rows = append(t.Rows, []string{arm, measure.Written(crossed[arm])})
		r.Findings = append(r.Findings, study.Find("accuracy on novel classes after training, "+arm, measure.After(d, eval.Accuracy, arm, novel, z.Steps)))
	}
	for _, c := range []struct{ statement, arm string }{{"previous", previous}, {"matching", matching}} {
		r.Checks = append(r.Checks, study.Below(fmt.Sprintf("ln(steps to an accuracy of .9, %s / %s)", c.arm, free), -.7, measure.LogRatio(crossed[c.arm], crossed[free])).
			For(c.statement, "half of the steps"))
	}
	r.Tables = append(r.Tables, t)
	return nil
}

func (z singhHeads) draw(d *study.Data, r *study.Result) study.Row {
	const group = "accuracy by training step"
	for _, arm := range []string{free, previous, matching} {
		r.Add(group, measure.Learning(d, eval.Accuracy, arm, relabels, z.steps()))
	}
	return study.Row{Title: "{family}", Group: group, YMin: 0, YMax: 1}
}
