package landmark

import (
	"context"
	"slices"
	"sync"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark/internal/measure"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// VonOswald is the result of von Oswald, Niklasson, Randazzo, Sacramento, Mordvintsev, Zhmoginov and
// Vladymyrov, "Transformers Learn In-Context by Gradient Descent" (ICML 2023): a layer of linear
// self-attention that is trained on linear regression predicts as one step of gradient descent on
// its context does, and two layers predict better than two steps, as well as GD++, which
// also changes the inputs by what the layer knows of their covariance.
//
// These are the paper's sizes: 10 dimensions, 10 examples and a query whose target is 0, no noise, one
// head and no softmax, norm, network or bias. It trains with clipped Adam for 5,000 steps of 2,048
// tasks; here it is fewer, at a greater rate from a larger start, and the readout is trained, not
// fixed. Its size would add a learning curve as long as its own, and deeper networks.
var VonOswald = study.Definition{Name: "vonoswald2023", CoreMinutes: 1, Title: "a layer of linear attention learns to predict as a step of gradient descent does", New: newVonOswald}

// vonOswaldSize is the size of the study: Steps are those of one layer and of two.
type vonOswaldSize struct {
	Dims  int // and as many examples
	Steps [2]int
	Batch int
	Tests int
	Looks []study.Look
}

func newVonOswald(preset string) (*study.Study, error) {
	z, err := size(preset,
		vonOswaldSize{3, [2]int{60, 60}, 64, 64, study.LooksAt(2)},
		vonOswaldSize{10, [2]int{3000, 5000}, 512, 2000, study.LooksAt(4, 8)},
		vonOswaldSize{10, [2]int{5000, 50_000}, 2048, 10_000, study.LooksAt(5)})
	if err != nil {
		return nil, err
	}
	return z.study(), nil
}

// Arms and conditions.
const (
	oneLayer  = "1 layer"
	twoLayers = "2 layers"
	onUniform = "1 layer, uniform"
	normal    = "normal inputs"
	uniform   = "uniform inputs"
	cosine    = ": cosine"

	twoSteps   = "2 GD steps"
	plusShared = "2 GD++ steps, one rate"
	plusPlus   = "2 GD++ steps"
)

// cosineMetric is the cosine of a predictor's sensitivity to that of a step of gradient descent.
const cosineMetric eval.Metric = "cosine of sensitivities"

// linearLayers is a transformer of layers of linear self-attention on tokens (x, z), where z of
// the query is 0. As in the authors' code, all tokens attend to the examples, and none to the query:
// where they do, two layers got no further than two steps of gradient descent in 5,000 steps. Its
// starting weights are small, but not so small that nothing happens for thousands of steps.
func linearLayers(dims, layers int) transformer.Circuit {
	attention := transformer.Layer{Attention: &transformer.Attention{Kind: "linear", Key: dims + 1, Value: dims + 1, Keys: "examples", Mean: true}}
	return transformer.Circuit{
		Label:  []string{oneLayer, twoLayers}[layers-1],
		Slots:  []transformer.Slot{{Name: "x", From: "x", Width: dims}, {Name: "z", From: "y", Width: 1}},
		Layers: slices.Repeat([]transformer.Layer{attention}, layers), Spread: .1,
	}
}

// tasks are linear functions with inputs of a condition: normal, or uniform in −1..1, whose
// variance and kurtosis they come with.
func (z vonOswaldSize) tasks(condition string) (tasks regression.Linear, variance, kurtosis float64) {
	tasks = regression.Linear{N: z.Dims + 1, D: z.Dims}
	if condition == normal {
		return tasks, 1, 3
	}
	tasks.Inputs.Uniform = 1
	return tasks, 1. / 3, 1.8
}

// step is the best single step of gradient descent under a condition.
func (z vonOswaldSize) step(condition string) baseline.Descent {
	_, variance, kurtosis := z.tasks(condition)
	rate, _ := baseline.BestStep(z.Dims, z.Dims, variance, kurtosis, 0)
	return baseline.Descent{Steps: []baseline.DescentStep{{Rate: rate}}}
}

// arm trains layers on tasks of a condition; the loss is that of the last query alone.
func (z vonOswaldSize) arm(name, condition string, layers int) study.Arm {
	tasks, _, _ := z.tasks(condition)
	recipe := train.Fast(z.Steps[layers-1])
	recipe.First, recipe.Batch, recipe.Rate = z.Dims, z.Batch, 3e-3
	return study.Arm{
		Name: name, Learner: linearLayers(z.Dims, layers), Tasks: tasks, Recipe: recipe,
		TestAt: train.LogSpaced(min(30, recipe.Steps), recipe.Steps, 9),
	}
}

func (z vonOswaldSize) study() *study.Study {
	const one, two = "one", "two"
	s := &study.Study{Looks: z.Looks, Settings: z, Statements: []study.Statement{
		{ID: one, Text: "a trained layer of linear attention predicts as the best step of gradient descent does"},
		{ID: two, Text: "two trained layers predict better than two steps of gradient descent, and as well as GD++"},
	}}
	s.Arms = []study.Arm{z.arm(oneLayer, normal, 1), z.arm(onUniform, uniform, 1), z.arm(twoLayers, normal, 2)}
	s.Conditions = []study.Condition{z.errors(normal), z.errors(uniform), z.cosines(normal), z.cosines(uniform)}
	oracles := sync.OnceValues(z.oracles)
	s.Conditions[0].Derive = func(context.Context, *study.Session, uint64) ([]eval.Predictor, error) { return oracles() }
	s.Conditions[1].Derive = beside(z.step(uniform))
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		r.Tasks = z.Tests
		for _, condition := range []string{normal, uniform} {
			r.Checks = append(r.Checks, z.oneChecks(d, r, one, condition)...)
		}
		r.Headline = r.Findings[0]
		last := d.Summaries(twoLayers, normal, z.Steps[1])
		less := func(other string) eval.Estimate {
			return measure.Difference(eval.SquaredError, last, d.Summaries(other, normal))
		}
		r.Checks = append(r.Checks,
			study.Below("2 layers: error less that of two steps", -.02, less(twoSteps)).
				For(two, "a quarter of what GD++ gains over two steps"),
			study.Below("2 layers: error less that of GD++ with one rate for both steps", .02, less(plusShared)).
				For(two, "a quarter of what GD++ gains over two steps"))
		r.Findings = append(r.Findings, study.Find("2 layers: error less that of GD++ with the best rate for each step", less(plusPlus)))
		z.draw(d, r)
		return nil
	}
	return s
}

// armOf is the arm of one layer that is trained under a condition.
func armOf(condition string) string {
	if condition == normal {
		return oneLayer
	}
	return onUniform
}

// errors is the condition of new tasks of a kind: errors and distances to the predictions of a
// step of gradient descent.
func (z vonOswaldSize) errors(condition string) study.Condition {
	family, variance, _ := z.tasks(condition)
	c := study.Condition{
		Name: condition, Sample: tests(family, condition, z.Tests), Unit: variance * float64(z.Dims), At: []int{z.Dims},
		Arms: []string{armOf(condition)},
	}
	if condition == normal {
		c.Arms = append(c.Arms, twoLayers)
	}
	c.Test = func(ctx context.Context, p eval.Predictor, _ uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
		return eval.Evaluate(ctx, p, condition, b, at, eval.WithUnit(c.Unit), eval.WithDistanceTo(z.step(condition)))
	}
	return c
}

// cosines is the condition of how a prediction changes with the query's input: the cosine of that
// gradient to the weights after a step of gradient descent.
func (z vonOswaldSize) cosines(condition string) study.Condition {
	family, _, _ := z.tasks(condition)
	return study.Condition{
		Name: condition + cosine, Family: condition, Sample: tests(family, condition+cosine, min(z.Tests, 500)), At: []int{z.Dims},
		Arms: []string{armOf(condition)},
		Test: func(ctx context.Context, p eval.Predictor, _ uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
			of, err := eval.Sensitivity(ctx, p, b, at[0])
			if err != nil {
				return nil, err
			}
			to, err := eval.Sensitivity(ctx, z.step(condition), b, at[0])
			return eval.NewScores(cosineMetric, p.Name(), condition, at, eval.Cosines(of, to, b.D)), err
		},
	}
}

// oracles are predictors of two steps with their best rates, beside the one of a single step.
func (z vonOswaldSize) oracles() ([]eval.Predictor, error) {
	family, _, _ := z.tasks(normal)
	b, err := family.Sample(datasets.Rand(0, "rates"), 4096)
	if err != nil {
		return nil, err
	}
	all := []eval.Predictor{z.step(normal)}
	for label, fit := range map[string]baseline.DescentFit{
		twoSteps: {Steps: 2}, plusShared: {Steps: 2, PlusPlus: true, Shared: true}, plusPlus: {Steps: 2, PlusPlus: true},
	} {
		best, _, err := fit.Best(b, z.Dims)
		if err != nil {
			return nil, err
		}
		best.Label = label
		all = append(all, best)
	}
	return all, nil
}

// oneChecks compare a layer with a step of gradient descent. The difference of their errors on the
// same tasks says how far the layer's is from the closed form, which is the step's.
func (z vonOswaldSize) oneChecks(d *study.Data, r *study.Result, statement, condition string) []study.Check {
	_, variance, kurtosis := z.tasks(condition)
	_, closed := baseline.BestStep(z.Dims, z.Dims, variance, kurtosis, 0)
	step := z.step(condition)
	last, steps := d.Summaries(armOf(condition), condition, z.Steps[0]), z.Steps[0]
	excess := measure.Difference(eval.SquaredError, last, d.Summaries(step.Name(), condition))
	r.Findings = append(r.Findings,
		study.Find(condition+": error of a layer", measure.After(d, eval.SquaredError, armOf(condition), condition, steps)),
		study.Find(condition+": error of a step, closed form", study.Exactly(closed)))
	return []study.Check{
		study.Within(condition+": error less that of a step", .01, excess).
			For(statement, "2 % of the error of about 1/2 that a step leaves"),
		study.Below(condition+": squared distance to a step's prediction", .01, measure.After(d, eval.SquaredDistanceTo(step.Name()), armOf(condition), condition, steps)).
			For(statement, "1 % of the targets' mean square, a fiftieth of the error of a step"),
		study.Above(condition+": cosine of the sensitivities", .99, measure.After(d, cosineMetric, armOf(condition), condition+cosine, steps)).
			For(statement, "an angle of 8°"),
	}
}

// closedForm is the expected error of the best single step of gradient descent, from one training
// step to the last.
func (z vonOswaldSize) closedForm(condition string, from int) eval.Curve {
	_, variance, kurtosis := z.tasks(condition)
	_, closed := baseline.BestStep(z.Dims, z.Dims, variance, kurtosis, 0)
	c := eval.Curve{Learner: "1 GD step, closed form", Family: condition, Metric: eval.SquaredError, N: []int{from, z.Steps[1]}}
	c.Add(study.Exactly(closed))
	c.Add(study.Exactly(closed))
	return c
}

// draw adds the figure, curves by training step beside what does not train, and the table.
func (z vonOswaldSize) draw(d *study.Data, r *study.Result) {
	const byStep, angle = "error by training step", "cosine by training step"
	for _, condition := range []string{normal, uniform} {
		one, at := oneLayer, z.arm(oneLayer, condition, 1).TestAt
		curve := measure.Learning(d, eval.SquaredError, armOf(condition), condition, at)
		curve.Learner = one
		r.Add(byStep, curve)
		if condition == normal {
			r.Add(byStep, measure.Learning(d, eval.SquaredError, twoLayers, normal, z.arm(twoLayers, normal, 2).TestAt))
		}
		for _, subject := range d.Subjects(condition) {
			r.Add(byStep, measure.Level(d, eval.SquaredError, subject, condition, at[0], z.Steps[1]))
		}
		r.Add(byStep, z.closedForm(condition, at[0]))
		curve = measure.Learning(d, cosineMetric, armOf(condition), condition+cosine, at)
		curve.Learner, curve.Family = one, condition
		r.Add(angle, curve)
	}
	table := eval.Table{Title: "error after training", Header: []string{"tasks", "predictor", "error"}}
	for _, c := range r.Curves(byStep) {
		k := len(c.N) - 1
		e := eval.Estimate{Mean: c.Mean[k], Lo: c.Lo[k], Hi: c.Hi[k]}
		table.Rows = append(table.Rows, []string{c.Family, c.Learner, e.String()})
	}
	r.Tables = append(r.Tables, table)
	r.Figure = study.Figure{Title: "Layers of linear attention and steps of gradient descent", XLabel: "training steps", YLabel: "squared error", LogX: true, Rows: []study.Row{
		{Title: "{family}: error", Group: byStep, YMax: 1.2}, {Title: "{family}: cosine", Group: angle, YMax: 1},
	}}
}
