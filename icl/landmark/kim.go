package landmark

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark/internal/measure"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Kim is the result of Kim, Kwon, Choi, Park, Cho, Lee and Ryu, "Task Diversity Shortens the ICL
// Plateau" (2024; arXiv 2410.05448): in training, the loss stays for long where no example is made
// use of, and for less long if a batch is shared by several families of tasks, although it then
// has fewer tasks of each.
//
// The paper has 10 dimensions, 120 points, 12 layers of 256 channels, Adam at 1e-4 and up to a
// million steps of 64 tasks, of one to six families. Its size would tell whether it takes
// plateaus as long as there for the mixture to help the family that is learnt first, too.
var Kim = study.Definition{Name: "kim2024", CoreMinutes: 27, Title: "training on several families of tasks shortens the plateau of each", New: newKim}

// kimSize is the size of the study. Looks at a curve are from step First on.
type kimSize struct {
	Dims, Points       int
	Width, Depth       int
	First, Steps, Each int // Each is the number of looks at a curve
	Rate               float64
	Tests              int
	From               uint64 // the first seed
	Looks              []study.Look
}

// In the quick preset most checks were open after looks at seeds 0 to 7. It has twice as many, all
// new.
func newKim(preset string) (*study.Study, error) {
	z, err := size(preset,
		kimSize{3, 5, 16, 1, 20, 60, 5, 1e-3, 64, 0, study.LooksAt(2)},
		kimSize{5, 15, 32, 3, 200, 4000, 40, 1e-3, 500, 2000, study.LooksAt(8, 16)},
		kimSize{10, 120, 256, 12, 1000, 1_000_000, 100, 1e-4, 500, 0, study.LooksAt(3)})
	if err != nil {
		return nil, err
	}
	return z.study(), nil
}

// kimMix is the arm of all families, and kimCurves the group of curves.
const (
	kimMix    = "mixture"
	kimCurves = "error by training step"
)

// kimEscape is the error, relative to that of the best prediction without examples, below which
// the plateau has been left: that of the paper.
const kimEscape = .8

// families are three of the paper, each with its targets' root mean square as a unit: their errors
// add up with the weights of the paper, one over the error of the best prediction without examples.
// In a pilot (seed 1000, 4,000 steps) quadratic functions, which are the paper's, too, did not
// leave their plateau, neither alone (.91) nor in a mixture with these three (.88).
func (z kimSize) families() []datasets.Sampler {
	return []datasets.Sampler{
		regression.Weighted(regression.Linear{N: z.Points, D: z.Dims}, 1/float64(z.Dims)),
		regression.Weighted(regression.Sparse{N: z.Points, D: z.Dims}, 1./3),
		regression.Weighted(regression.Parity{N: z.Points, D: z.Dims}, 1),
	}
}

// kimNames are the names of the families, of their arms and of the conditions.
var kimNames = []string{"linear", "sparse", "parity"}

// steps are those after which arms are tested.
func (z kimSize) steps() []int { return train.LogSpaced(z.First, z.Steps, z.Each) }

// arm trains a decoder that starts as small as GPT-2, so that there is a plateau, with the loss at
// every point and Adam at a constant rate.
func (z kimSize) arm(name string, tasks datasets.Sampler) study.Arm {
	return study.Arm{
		Name: name, Tasks: tasks, TestAt: z.steps(),
		Learner: transformer.Decoder{Points: z.Points, Width: z.Width, Depth: z.Depth, Heads: 2},
		Recipe:  train.Recipe{Steps: z.Steps, Batch: 64, Rate: z.Rate, First: train.NoExamples},
	}
}

func (z kimSize) study() *study.Study {
	s := &study.Study{Looks: z.Looks, Settings: z}
	for _, name := range kimNames {
		s.Statements = append(s.Statements, study.Statement{ID: name, Text: name + ": a batch shared by three families leaves the plateau after fewer steps than a batch of this one alone"})
	}
	families := z.families()
	s.Arms = []study.Arm{z.arm(kimMix, datasets.Mix{Samplers: families})}
	for i, name := range kimNames {
		s.Arms = append(s.Arms, z.arm(name, families[i]))
		s.Conditions = append(s.Conditions, study.Condition{Name: name, Sample: tests(families[i], name, z.Tests), Arms: []string{kimMix, name}})
	}
	later(s, z.From)
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error { return z.report(d, r) }
	return s
}

// report compares the steps of each family alone and in the mixture. The tasks of a family's own
// are told and not checked: a run that is still on the plateau gives a bound on the wrong side.
func (z kimSize) report(d *study.Data, r *study.Result) error {
	r.Tasks = z.Tests
	table := eval.Table{Title: "steps to an error below .8", Header: []string{"family", "alone", "mixture", "ln(mixture/alone)"}}
	all := make([]float64, len(d.Seeds()))
	for _, name := range kimNames {
		alone, err := z.crossings(d, name, name)
		if err != nil {
			return err
		}
		mixed, err := z.crossings(d, kimMix, name)
		if err != nil {
			return err
		}
		ratio, _, atMost := eval.LogRatios(mixed, alone)
		perTask := slices.Clone(ratio.Seeds)
		floats.AddConst(-math.Log(float64(len(kimNames))), perTask)
		for i, v := range ratio.Seeds {
			all[i] += v / float64(len(kimNames))
		}
		r.Checks = append(r.Checks,
			study.Below(name+": ln(steps in the mixture/alone)", 0, ratio).For(name, "any shorter plateau"))
		own := name + ": ln(own tasks in the mixture/alone)"
		if !atMost {
			own += ", where runs still on the plateau count with all their steps"
		}
		r.Findings = append(r.Findings, study.Find(own, eval.OfSeeds(perTask)))
		table.Rows = append(table.Rows, []string{name, measure.Written(alone), measure.Written(mixed), ratio.String()})
		curve := measure.Learning(d, eval.SquaredError, name, name, z.steps())
		curve.Learner = "alone"
		r.Add(kimCurves, curve, measure.Learning(d, eval.SquaredError, kimMix, name, z.steps()))
	}
	r.Headline = study.Find("ln(steps in the mixture/alone), mean of the families", eval.OfSeeds(all))
	table.Note = fmt.Sprintf("> means that it was not reached in %d steps; the logarithm then takes that number.", z.Steps)
	r.Tables = append(r.Tables, table)
	r.Figure = study.Figure{Title: "Families alone and in a mixture", XLabel: "training steps", YLabel: "squared error", LogX: true, Rows: []study.Row{{Title: "{family}", Group: kimCurves, YMax: 1.2}}}
	return nil
}

// crossings are the steps at which an arm leaves the plateau of a family, by seed.
func (z kimSize) crossings(d *study.Data, arm, family string) ([]eval.Crossing, error) {
	curves, err := measure.BySeed(d, eval.SquaredError, arm, family, z.steps())
	return measure.Crossings(eval.Level{At: kimEscape, Stay: 1}, z.steps(), curves), err
}
