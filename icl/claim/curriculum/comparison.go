package curriculum

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// comparison is how a learner gets to know a family of tasks in one order or another.
//
// Errors are squared errors divided by d, or log-losses in bits, so that predicting without
// any knowledge has an error of 1. Where it says excess, an error e is (e − b)/(u − b), with
// b the error of the best predictor known and u that without knowledge, on the same tasks: 1
// knows nothing, 0 knows all there is to know.
type comparison struct {
	setting
	data *study.Data
	at   []int  // steps at which runs were tested; the first is 0
	best string // the best predictor known
	arms []*arm // none first
}

// arm is how a learner did that was trained in an order, with each seed.
type arm struct {
	name string
	runs []run
}

// run is one seed's: excess errors after each look, and of the last look the error and how
// far it lies above that of the best predictor.
type run struct {
	atD, mean   []float64
	final, over meanErrors
}

// meanErrors are those of a predictor over tasks: at as many examples as there are
// dimensions, and the mean over all numbers of examples.
type meanErrors struct{ atD, mean float64 }

func (v meanErrors) less(other meanErrors) meanErrors {
	return meanErrors{v.atD - other.atD, v.mean - other.mean}
}

func newComparison(d *study.Data, e setting) (*comparison, error) {
	c := &comparison{setting: e, data: d, at: e.steps()}
	baselines, err := e.baselines()
	if err != nil {
		return nil, err
	}
	c.best = baselines[0].Name()
	best := d.Summaries(c.best, e.name())
	for _, order := range e.orders {
		c.arms = append(c.arms, &arm{order, make([]run, len(best))})
	}
	for s, seed := range d.Seeds() {
		b, err := e.condition().Sample(seed)
		if err != nil {
			return nil, err
		}
		least := e.errorsOf(best[s])
		most := e.nothing(b).less(least)
		for _, a := range c.arms {
			for _, step := range c.at {
				r, v := &a.runs[s], e.errorsOf(d.Summaries(c.armName(a.name), e.name(), step)[s])
				r.final, r.over = v, v.less(least)
				r.atD, r.mean = append(r.atD, r.over.atD/most.atD), append(r.mean, r.over.mean/most.mean)
			}
		}
	}
	return c, nil
}

// of returns the arm of an order.
func (c *comparison) of(order string) *arm {
	return c.arms[slices.IndexFunc(c.arms, func(a *arm) bool { return a.name == order })]
}

// errorsOf are a predictor's errors.
func (e setting) errorsOf(s *eval.Summary) meanErrors {
	d, _ := e.family.Space()
	m, unit := e.metric()
	byN := s.Of(m).Mean
	return meanErrors{byN[d] / unit, stat.Mean(byN, nil) / unit}
}

// nothing are the errors without knowledge: of always predicting 0, or equal probabilities.
func (e setting) nothing(b *datasets.Batch) meanErrors {
	if e.classifies() {
		return meanErrors{1, 1}
	}
	var v meanErrors
	for i, z := range b.Z {
		x := float64(z) * float64(z) / float64(b.D)
		if i%b.N == b.D {
			v.atD += x / float64(b.T)
		}
		v.mean += x / float64(len(b.Z))
	}
	return v
}

// The groups of curves.
const (
	excessAtD  = "excess at n = d"
	excessMean = "mean excess"
	byExamples = "error by examples"
	seedBySeed = "seed by seed, " // and the order
)

// addCurves adds the curves of a comparison to the result: excess errors by training steps,
// of all seeds and of each, and final errors by number of examples.
func (c *comparison) addCurves(r *study.Result) error {
	atD, mean := func(r run) []float64 { return r.atD }, func(r run) []float64 { return r.mean }
	for _, a := range c.arms {
		r.Add(excessAtD, c.bySteps(a, atD))
		r.Add(excessMean, c.bySteps(a, mean))
		r.Add(seedBySeed+a.name, c.ofSeeds(a)...)
	}
	for _, group := range []string{excessAtD, excessMean} {
		floor := eval.Curve{Learner: c.best, Family: c.name(), N: []int{0, c.at[len(c.at)-1]}, Mean: make([]float64, 2)}
		r.Add(group, floor)
	}
	return c.addByExamples(r)
}

// bySteps is a mean over seeds by training steps.
func (c *comparison) bySteps(a *arm, of func(run) []float64) eval.Curve {
	curve := eval.Curve{Learner: a.name, Family: c.name(), N: c.at}
	for look := range c.at {
		curve.Add(a.over(func(r run) float64 { return of(r)[look] }))
	}
	return curve
}

// ofSeeds lists the excess errors at n = d by training steps, one curve a seed.
func (c *comparison) ofSeeds(a *arm) (curves []eval.Curve) {
	for s, seed := range c.data.Seeds() {
		curves = append(curves, eval.Curve{Learner: fmt.Sprint("seed ", seed), Family: c.name(), N: c.at, Mean: a.runs[s].atD})
	}
	return curves
}

// addByExamples adds the errors by number of examples of all arms after the last step, and of
// the predictors that are not trained.
func (c *comparison) addByExamples(r *study.Result) error {
	m, unit := c.metric()
	add := func(name string, of []*eval.Summary) {
		curve := eval.CurveOf(m, of...)
		curve.Learner = name
		for _, v := range [][]float64{curve.Mean, curve.Lo, curve.Hi} {
			floats.Scale(1/unit, v)
		}
		r.Add(byExamples, curve)
	}
	for _, a := range c.arms {
		add(a.name, c.data.Summaries(c.armName(a.name), c.name(), c.at[len(c.at)-1]))
	}
	baselines, err := c.baselines()
	if err != nil {
		return err
	}
	for _, p := range baselines {
		add(p.Name(), c.data.Summaries(p.Name(), c.name()))
	}
	return nil
}

// over is the mean of a measure over an arm's seeds.
func (a *arm) over(of func(run) float64) eval.Estimate { return eval.OfSeeds(a.values(of)) }

// values are a measure of each seed.
func (a *arm) values(of func(run) float64) []float64 {
	values := make([]float64, len(a.runs))
	for s, r := range a.runs {
		values[s] = of(r)
	}
	return values
}

// final is a measure of the arm without a curriculum.
func (c *comparison) final(of func(run) float64) eval.Estimate { return c.arms[0].over(of) }

// ratio turns an estimate of a logarithm into one of what it is the logarithm of.
func ratio(e eval.Estimate) eval.Estimate {
	return eval.Estimate{Mean: math.Exp(e.Mean), Lo: math.Exp(e.Lo), Hi: math.Exp(e.Hi)}
}
