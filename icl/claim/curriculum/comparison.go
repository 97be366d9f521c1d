package curriculum

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// comparison is how fast a learner gets to know a family of tasks that is trained in one
// order or another.
//
// Errors are squared errors divided by d, or log-losses in bits, so that predicting without
// any knowledge has an error of 1. Where it says excess, an error e is (e − b)/(1 − b) with
// b the error of the best predictor known on the same tasks: 1 knows nothing, 0 knows all
// there is to know. At n = d, where linear regression without noise is exact, that is
// the error itself.
type comparison struct {
	setting
	data *study.Data
	at   []int // steps at which runs were tested; the first is 0
	best string
	// common is half the way, an excess of .5 at n = d, where all runs without a
	// curriculum and with a ramp get there; else the smallest of .6, .7, .8 and .9 that all
	// of them get below, or .9.
	common float64
	arms   []*arm
	// unknowing are the errors of a predictor without knowledge, less those of the best.
	unknowing []taskErrors
}

// arm is how a learner did that was trained in one order.
type arm struct {
	name  string
	rate  float64
	tried []study.Trial
	// runs are the errors less those of the best predictor, by seed and look.
	runs [][]taskErrors
	// of holds the measures; against compares them with the arm without a curriculum:
	// the share that is saved of steps and of areas, and the difference of final
	// excesses. Both are means over seeds.
	of, against map[measure]eval.Estimate
	// seeds are the comparisons of single seeds; their intervals are over tasks.
	seeds []map[measure]eval.Estimate
	// reached is the number of seeds that got to half the way; others count with all
	// their steps.
	reached int
}

// taskErrors are the errors of a predictor, task by task: at as many examples as there are
// dimensions, and the mean over all numbers of examples.
type taskErrors struct{ atD, mean []float64 }

func newComparison(d *study.Data, e setting) (*comparison, error) {
	c := &comparison{setting: e, data: d, at: e.steps()}
	baselines, err := e.baselines()
	if err != nil {
		return nil, err
	}
	c.best = baselines[0].Name()
	best := d.Scores(c.best, e.name())
	for s, seed := range d.Seeds() {
		b, err := e.condition().Sample(seed)
		if err != nil {
			return nil, err
		}
		nothing := e.nothing(b)
		nothing.less(e.errorsOf(best[s]))
		c.unknowing = append(c.unknowing, nothing)
	}
	for _, order := range e.orders {
		a := &arm{name: order, runs: make([][]taskErrors, len(best))}
		if a.rate, a.tried, err = d.Rate(e.armName(order)); err != nil {
			return nil, err
		}
		for _, step := range c.at {
			for s, scores := range d.Scores(e.armName(order), e.name(), step) {
				v := e.errorsOf(scores)
				v.less(e.errorsOf(best[s]))
				a.runs[s] = append(a.runs[s], v)
			}
		}
		c.arms = append(c.arms, a)
	}
	c.common = c.commonLevel(2)
	for _, a := range c.arms {
		for s := range a.runs {
			atD, _ := c.curves(a, s, eval.AllLengths(len(c.unknowing[s].atD)))
			if slices.Min(atD) < halfLevel {
				a.reached++
			}
		}
	}
	c.compare()
	return c, nil
}

// of returns the arm of an order.
func (c *comparison) of(order string) *arm {
	return c.arms[slices.IndexFunc(c.arms, func(a *arm) bool { return a.name == order })]
}

// errorsOf are a predictor's errors.
func (e setting) errorsOf(s *eval.Scores) taskErrors {
	d, _ := e.family.Space()
	m, unit := e.metric()
	values, width := s.Values(m), len(s.At)
	v := taskErrors{make([]float64, s.Tasks), make([]float64, s.Tasks)}
	for t := range s.Tasks {
		row := values[t*width : (t+1)*width]
		v.atD[t] = row[d] / unit
		for _, x := range row {
			v.mean[t] += x / unit / float64(width)
		}
	}
	return v
}

// nothing are the errors without knowledge: of always predicting 0, or equal probabilities.
func (e setting) nothing(b *datasets.Batch) taskErrors {
	v := taskErrors{make([]float64, b.T), make([]float64, b.T)}
	for t := range b.T {
		for n := range b.N {
			x := 1.
			if !e.classifies() {
				z := float64(b.Z[t*b.N+n])
				x = z * z / float64(b.D)
			}
			if n == b.D {
				v.atD[t] = x
			}
			v.mean[t] += x / float64(b.N)
		}
	}
	return v
}

// less subtracts other errors in place.
func (v taskErrors) less(other taskErrors) {
	floats.Sub(v.atD, other.atD)
	floats.Sub(v.mean, other.mean)
}

// excess is the mean excess of an arm after a look, at n = d or of the mean error.
func (c *comparison) excess(a *arm, look int, of func(taskErrors) []float64) eval.Estimate {
	var all [][]float64
	for s := range a.runs {
		v := of(a.runs[s][look])
		all = append(all, floats.ScaleTo(make([]float64, len(v)), 1/stat.Mean(of(c.unknowing[s]), nil), v))
	}
	return eval.Interval(all)
}

// excessAtD is the group of the first comparison's errors by training steps.
const excessAtD = "excess at n = d"

// addCurves adds the curves of a comparison to the result. For the first one, errors by
// number of examples after two of the looks have groups of their own.
func (c *comparison) addCurves(r *study.Result, first bool) {
	atD, mean := excessAtD, "mean excess"
	if !first {
		atD, mean = atD+", other settings", mean+", other settings"
	}
	for _, a := range c.arms {
		r.Add(atD, c.bySteps(a, func(v taskErrors) []float64 { return v.atD }))
		r.Add(mean, c.bySteps(a, func(v taskErrors) []float64 { return v.mean }))
	}
	for i, look := range shownLooks {
		after := fmt.Sprintf("after %d steps", c.at[look])
		for _, curve := range c.byExamples(look) {
			curve.Family = after
			r.Add("error by examples: "+c.name(), curve)
			if first && (i == len(shownLooks)/2 || i == len(shownLooks)-1) {
				r.Add("error by examples", curve)
			}
		}
		for _, a := range c.arms {
			_, unit := c.metric()
			m, _ := c.metric()
			curve := inUnits(eval.Regret(m, c.data.Summaries(c.armName(a.name), c.name(), c.at[look]), c.data.Summaries(c.best, c.name())), unit)
			curve.Learner, curve.Family = a.name, after
			r.Add("excess by examples: "+c.name(), curve)
		}
	}
}

func (c *comparison) bySteps(a *arm, of func(taskErrors) []float64) eval.Curve {
	curve := eval.Curve{Learner: a.name, Family: c.name(), N: c.at}
	for look := range c.at {
		curve.Add(c.excess(a, look, of))
	}
	return curve
}

// byExamples lists the errors by number of examples of all arms after a look, and of the
// baselines. For linear functions there is also the Bayes line, max(1 − n/d, 0).
func (c *comparison) byExamples(look int) []eval.Curve {
	m, unit := c.metric()
	var curves []eval.Curve
	for _, a := range c.arms {
		curve := inUnits(eval.CurveOf(m, c.data.Summaries(c.armName(a.name), c.name(), c.at[look])...), unit)
		curve.Learner = a.name
		curves = append(curves, curve)
	}
	baselines, err := c.baselines()
	if err != nil {
		return curves // newComparison has reported it
	}
	for _, p := range baselines {
		curves = append(curves, inUnits(eval.CurveOf(m, c.data.Summaries(p.Name(), c.name())...), unit))
	}
	if c.family.Name() != "linear" {
		return curves
	}
	d, _ := c.family.Space()
	line := eval.Curve{Learner: "max(1 − n/d, 0)", Metric: eval.SquaredError}
	for n := range c.learner.WithDefaults().Points {
		line.N = append(line.N, n)
		line.Mean = append(line.Mean, max(1-float64(n)/float64(d), 0))
	}
	return append(curves, line)
}

func inUnits(c eval.Curve, unit float64) eval.Curve {
	for _, v := range [][]float64{c.Mean, c.Lo, c.Hi} {
		floats.Scale(1/unit, v)
	}
	return c
}
