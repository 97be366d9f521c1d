package landmark

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark/internal/measure"
	"github.com/goicl/goicl/icl/study"
)

// Akyurek is the result of Akyürek, Schuurmans, Andreas, Ma and Zhou, "What learning algorithm
// is in-context learning? Investigations with linear models" (ICLR 2023, arXiv 2022): a decoder
// that is trained on linear functions predicts as gradient descent does with few layers, as
// ridge regression with more, and as least squares with many; with noisy targets it is near to
// the ridge regression that is optimal for the noise. The paper's code has 20 dimensions and 40
// points. Its size would add whether the order holds in more dimensions, where each of these
// algorithms takes more computation than a layer has, and the dependence on width.
//
// Distances are squared differences of predictions, divided by the number of dimensions, in
// the mean over 1 to 2D examples.
var Akyurek = study.Definition{Name: "akyurek2022", CoreMinutes: 10, Title: "with depth a decoder goes from gradient descent over ridge regression to least squares", New: newAkyurek}

// akyurekSize is the size of the study.
type akyurekSize struct {
	Dims, Width, Heads, Steps, Tests int
	Depths                           []int   // of the decoders, growing
	Noise                            float64 // standard deviation, of the arm that has it
	Looks                            []study.Look
}

func newAkyurek(preset string) (*study.Study, error) {
	z, err := size(preset,
		akyurekSize{2, 0, 0, 60, 64, []int{1, 2}, .5, study.LooksAt(2)},
		akyurekSize{4, 0, 0, 8000, 1000, []int{1, 2, 3, 5}, .5, study.LooksAt(4, 6)},
		akyurekSize{20, 256, 8, 500_000, 1280, []int{1, 2, 4, 8, 12}, .5, study.LooksAt(3)})
	if err != nil {
		return nil, err
	}
	return z.study(), nil
}

// Penalties λ of ridge regression, by their logarithms to the base 2.
const (
	leastPenalty    = -8
	greatestPenalty = 6
)

// ridges are those of all penalties.
func ridges() (all []eval.Predictor) {
	for log := leastPenalty; log <= greatestPenalty; log++ {
		all = append(all, ridgeOf(float64(log)))
	}
	return all
}

// steps are single steps of gradient descent, at fifths of the best rate.
func steps() (all []eval.Predictor) {
	for fifths := 1; fifths <= 6; fifths++ {
		all = append(all, times{baseline.Descent{}, float32(fifths) / 5})
	}
	return all
}

// times is a multiple of the predictions of a regressor. Those of a step of gradient descent
// are in proportion to its rate.
type times struct {
	eval.Regressor
	factor float32
}

func (p times) Name() string { return fmt.Sprintf("%g × %s", p.factor, p.Regressor.Name()) }

func (p times) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	mean, _, err = p.Regressor.Regress(ctx, b, at)
	for i := range mean {
		mean[i] *= p.factor
	}
	return mean, nil, err
}

// distancesTo are the mean distances to predictors, by seed and predictor.
func distancesTo(d *study.Data, predictors []eval.Predictor, subject, condition string) [][]float64 {
	var all [][]float64
	for _, s := range d.Summaries(subject, condition) {
		var distances []float64
		for _, p := range predictors {
			distances = append(distances, measure.Mean(s, eval.SquaredDistanceTo(p.Name())))
		}
		all = append(all, distances)
	}
	return all
}

// nearestDistance is the least of the distances to predictors, by seed.
func nearestDistance(d *study.Data, predictors []eval.Predictor, subject, condition string) (least []float64) {
	for _, distances := range distancesTo(d, predictors, subject, condition) {
		least = append(least, floats.Min(distances))
	}
	return least
}

// nearestPenalty is the logarithm of the penalty whose ridge regression is nearest, by seed:
// the minimum of the parabola through the least distance and those beside it.
func nearestPenalty(d *study.Data, subject, condition string) (logs []float64) {
	for _, distances := range distancesTo(d, ridges(), subject, condition) {
		logs = append(logs, leastPenalty+vertex(distances))
	}
	return logs
}

// vertex is the place of the minimum of values at 0, 1, …: between the places beside the
// least value, unless it is the first or the last.
func vertex(values []float64) float64 {
	i := floats.MinIdx(values)
	if i == 0 || i == len(values)-1 {
		return float64(i)
	}
	left, right := values[i-1]-values[i], values[i+1]-values[i]
	if left+right == 0 {
		return float64(i)
	}
	return float64(i) + (left-right)/(left+right)/2
}

// The conditions, with the arm of noisy targets, and the oracles.
const (
	clean, noisy = "no noise", "noise"
	oneStep      = "1 GD step"
	ols          = "least squares"
)

var toStep, toOLS = eval.SquaredDistanceTo(oneStep), eval.SquaredDistanceTo(ols)

func akyurekArm(depth int) string {
	if depth == 1 {
		return "1 layer"
	}
	return fmt.Sprintf("%d layers", depth)
}

func (z akyurekSize) family(noise float64) regression.Linear {
	return regression.Linear{N: 2*z.Dims + 1, D: z.Dims, Noise: noise}
}

func (z akyurekSize) deepest() int { return z.Depths[len(z.Depths)-1] }

func (z akyurekSize) study() *study.Study {
	s := &study.Study{Looks: z.Looks, Settings: z, Statements: []study.Statement{
		{ID: "shallow", Text: "one layer predicts more as a step of gradient descent does than as least squares"},
		{ID: "deep", Text: "more layers predict more as least squares does, and as ridge regressions of lower penalty"},
		{ID: "noise", Text: "trained with noise, the deepest decoder predicts as the ridge regression that is optimal for the noise"},
	}}
	arm := func(name string, depth int, noise float64) study.Arm {
		tasks := z.family(noise)
		return study.Arm{Name: name, Learner: decoderOf(tasks.N, z.Width, depth, z.Heads), Tasks: tasks, Recipe: everyPoint(z.Steps, 2e-3), Last: true}
	}
	var cleanArms []string
	for _, depth := range z.Depths {
		s.Arms = append(s.Arms, arm(akyurekArm(depth), depth, 0))
		cleanArms = append(cleanArms, akyurekArm(depth))
	}
	s.Arms = append(s.Arms, arm(noisy, z.deepest(), z.Noise))
	condition := func(name string, noise float64, arms []string, others []eval.Predictor) study.Condition {
		return study.Condition{
			Name: name, Sample: tests(z.family(noise), name, z.Tests), At: eval.AllLengths(2*z.Dims + 1)[1:], Arms: arms,
			Test: measure.NearTo(name, float64(z.Dims), func(uint64) ([]eval.Predictor, error) { return others, nil }),
		}
	}
	s.Conditions = []study.Condition{
		condition(clean, 0, cleanArms, slices.Concat(ridges(), steps(), []eval.Predictor{baseline.Descent{}, baseline.LeastSquares{}})),
		condition(noisy, z.Noise, []string{noisy}, ridges()),
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		r.Tasks = z.Tests
		z.check(d, r)
		z.draw(d, r)
		return nil
	}
	return s
}

// penalty is the logarithm of the nearest ridge regression's penalty for the decoder of a depth.
func (z akyurekSize) penalty(d *study.Data, depth int) []float64 {
	return nearestPenalty(d, akyurekArm(depth), clean)
}

func (z akyurekSize) check(d *study.Data, r *study.Result) {
	first, deepest := z.Depths[0], z.deepest()
	shallow := eval.Interval(eval.Differences(d.PerTask(toStep, akyurekArm(first), clean), d.PerTask(toOLS, akyurekArm(first), clean)))
	r.Checks = []study.Check{study.Below(akyurekArm(first)+": squared distance to the best GD step − to least squares", -.05, shallow).
		For("shallow", "5 % of the mean square of targets")}
	for i, depth := range z.Depths[1:] {
		before := z.Depths[i]
		r.Checks = append(r.Checks, study.Below(fmt.Sprintf("squared distance to least squares, %d − %d layers", depth, before), 0,
			d.Difference(toOLS, akyurekArm(depth), akyurekArm(before), clean)).For("deep", "the order is the question"))
	}
	fall := eval.OfSeeds(measure.LessBy(z.penalty(d, deepest), z.penalty(d, first)))
	r.Headline = study.Find(fmt.Sprintf("log₂ λ of the nearest ridge regression, %d − %d layers", deepest, first), fall)
	optimal, with := 2*math.Log2(z.Noise), nearestPenalty(d, noisy, noisy)
	off := make([]float64, len(with))
	for i, v := range with {
		off[i] = v - optimal
	}
	r.Checks = append(r.Checks,
		study.Below(r.Headline.Name, -1, fall).For("deep", "half the penalty"),
		study.Within("log₂ λ of the nearest ridge regression − the optimal one for the noise", 1, eval.OfSeeds(off)).
			For("noise", "a factor of two in the penalty, which hardly changes predictions"),
		study.Above(fmt.Sprintf("log₂ λ of the nearest ridge regression, trained with − without noise, %d layers", deepest), 1,
			eval.OfSeeds(measure.LessBy(with, z.penalty(d, deepest)))).For("noise", "twice the penalty: noise and not lack of training"))
}

// draw adds the figure, the tables, and what is told and not checked.
func (z akyurekSize) draw(d *study.Data, r *study.Result) {
	const distances, penalties, byExamples = "distance by depth", "penalty by depth", "distance by examples"
	row := func(depth int, m eval.Metric) eval.Estimate { return d.Mean(m, akyurekArm(depth), clean) }
	for _, o := range []string{oneStep, ridgeOf(0).Label, ridgeOf(-2).Label, ridgeOf(-4).Label, ols} {
		m := eval.SquaredDistanceTo(o)
		r.Add(distances, measure.Across("to "+o, clean, m, z.Depths, func(i int) eval.Estimate { return row(z.Depths[i], m) }))
		for _, depth := range z.Depths {
			c := d.Curve(m, akyurekArm(depth), clean)
			c.Learner, c.Family = "to "+o, akyurekArm(depth)
			r.Add(byExamples, c)
		}
	}
	r.Add(penalties, measure.Across("nearest ridge regression", clean, "log₂ λ", z.Depths, func(i int) eval.Estimate { return eval.OfSeeds(z.penalty(d, z.Depths[i])) }))
	t := eval.Table{Title: "squared distance", Header: []string{"layers", "to the best GD step", "to the nearest GD step", "to the nearest ridge", "log₂ λ of that ridge", "to least squares", "squared error"}}
	for _, depth := range z.Depths {
		nearest := func(of []eval.Predictor) string {
			return eval.OfSeeds(nearestDistance(d, of, akyurekArm(depth), clean)).String()
		}
		t.Rows = append(t.Rows, []string{
			fmt.Sprint(depth), row(depth, toStep).String(), nearest(steps()), nearest(ridges()), eval.OfSeeds(z.penalty(d, depth)).String(),
			row(depth, toOLS).String(), row(depth, eval.SquaredError).String(),
		})
	}
	r.Tables = append(r.Tables, t)
	first := akyurekArm(z.Depths[0])
	closest := measure.LessBy(nearestDistance(d, steps(), first, clean), nearestDistance(d, ridges(), first, clean))
	r.Findings = append(r.Findings,
		study.Find(first+": squared distance to the nearest GD step − to the nearest ridge regression", eval.OfSeeds(closest)),
		study.Find("trained with noise: log₂ λ of the nearest ridge regression", eval.OfSeeds(nearestPenalty(d, noisy, noisy))),
		study.Find("trained with noise: squared distance to the nearest ridge regression", eval.OfSeeds(nearestDistance(d, ridges(), noisy, noisy))))
	r.Figure = study.Figure{Title: "Linear functions in context, by depth", XLabel: "layers", Rows: []study.Row{
		{Title: "squared distance", Group: distances}, {Title: "log₂ λ", Group: penalties},
	}}
}
