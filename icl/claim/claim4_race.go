package claim

import (
	"context"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// Race is what claim 4 tells of one family of tasks: how fast a learner gets to know
// it that is trained with one curriculum or another.
//
// Errors are squared errors divided by d, or log-losses in bits, so that who knows
// nothing has an error of 1. Where it says excess, an error e is (e − b)/(1 − b) with b
// the error of the best predictor known on the same tasks: 1 knows nothing, 0 knows all
// there is to know. At n = d, where linear regression without noise is exact, that is
// the error itself.
type Race struct {
	Family string `json:"family"`
	D      int    `json:"d"`
	Points int    `json:"points"`
	// Start tells what is special about the starting weights; "" is the authors' way.
	Start string `json:"start,omitempty"`
	Steps []int  `json:"steps"` // at which runs were tested; the first is 0
	// Common is half the way, an excess of .5 at n = d, where all runs without a
	// curriculum and with a ramp get there; else the smallest of .6, .7, .8 and .9 that all
	// of them get below, or .9.
	Common float64 `json:"common"`
	Best   string  `json:"best"` // the best predictor known
	Arms   []Arm   `json:"arms"`
	// Baselines are the errors, by number of examples, of predictors without training,
	// the best known first.
	Baselines []eval.Curve `json:"baselines"`
}

// Arm is how a learner did that was trained in one order.
type Arm struct {
	Name  string      `json:"name"`
	Rate  float64     `json:"rate"` // chosen on validation tasks
	Tried []RateScore `json:"tried"`
	// AtD and Mean are the excess at n = d examples and that of the mean over all
	// numbers of examples, after each of the race's steps.
	AtD  []eval.Estimate `json:"at_d"`
	Mean []eval.Estimate `json:"mean"`
	// Of holds the measures; Against compares them with the arm without a curriculum:
	// the share that is saved of steps and of areas, and the difference of final
	// excesses. Both are means over seeds.
	Of      map[Measure]eval.Estimate `json:"of"`
	Against map[Measure]eval.Estimate `json:"against"`
	// Seeds are the comparisons of single seeds; their intervals are over tasks.
	Seeds []map[Measure]eval.Estimate `json:"seeds"`
	// Reached is the number of seeds that got to half the way; others count with all
	// their steps.
	Reached int `json:"reached"`
	// Shown are errors by number of examples, after some of the steps, and Excess is
	// what they exceed those of the best predictor by.
	Shown  []StepCurve `json:"shown"`
	Excess []StepCurve `json:"excess"`
}

// StepCurve is a curve of a learner as it was after a step.
type StepCurve struct {
	Step int `json:"step"`
	eval.Curve
}

// RateScore is the mean validation loss over a run with that rate.
type RateScore struct {
	Rate float64 `json:"rate"`
	Loss float64 `json:"loss"`
}

// field is one race's data by arm and seed.
type field struct {
	steps  []int
	common float64
	lanes  [][]*lane // [arm][seed], their errors less those of the best predictor
	// The same for who knows nothing, by seed and task.
	atD, mean [][]float64
}

// race sums an event up.
func (c *curriculum) race(ctx context.Context, i int, seeds []uint64) (*Race, error) {
	e := c.events[i]
	d, _ := e.family.Space()
	r := &Race{Family: e.family.Name(), D: d, Points: e.learner.WithDefaults().Points, Start: e.start, Steps: e.steps()}
	best, err := c.baselines(ctx, e, r, seeds)
	if err != nil {
		return nil, err
	}
	f := &field{steps: r.Steps}
	for s, seed := range seeds {
		if err := f.learnNothing(e, seed, best[s]); err != nil {
			return nil, err
		}
	}
	for _, arm := range e.arms {
		lanes := c.lanesOf(i, arm, seeds)
		for s, l := range lanes {
			atD, mean := e.errorsOf(best[s])
			less(atD, l.atD...)
			less(mean, l.mean...)
		}
		f.lanes = append(f.lanes, lanes)
	}
	f.common = f.commonLevel(2)
	r.Common = f.common
	var summaries []*eval.Summary
	for _, s := range best {
		summaries = append(summaries, s.Summarize(0))
	}
	for k, arm := range e.arms {
		r.Arms = append(r.Arms, f.arm(e, k, arm, summaries))
	}
	f.compare(r.Arms)
	return r, nil
}

// baselines tests what is not trained and returns the scores of the best, one a seed.
func (c *curriculum) baselines(ctx context.Context, e event, r *Race, seeds []uint64) (best []*eval.Scores, err error) {
	all, err := e.baselines()
	if err != nil {
		return nil, err
	}
	r.Best = all[0].Name()
	for k, p := range all {
		c.report(train.Step{}, p.Name()+" on "+e.name(), 0)
		var summaries []*eval.Summary
		for _, seed := range seeds {
			b, err := e.sample(seed)
			if err != nil {
				return nil, err
			}
			s, err := e.score(ctx, p, b)
			if err != nil {
				return nil, err
			}
			if k == 0 {
				best = append(best, s)
			}
			summaries = append(summaries, s.Summarize(0))
		}
		r.Baselines = append(r.Baselines, e.curve(summaries))
	}
	return best, nil
}

// curve is the error by number of examples.
func (e event) curve(seeds []*eval.Summary) eval.Curve {
	m, unit := e.metric()
	return inUnits(eval.CurveOf(m, seeds...), unit)
}

func inUnits(c eval.Curve, unit float64) eval.Curve {
	for _, v := range [][]float64{c.Mean, c.Lo, c.Hi} {
		floats.Scale(1/unit, v)
	}
	return c
}

// learnNothing adds the errors of who knows nothing, less those of the best predictor,
// on the test tasks of a seed.
func (f *field) learnNothing(e event, seed uint64, best *eval.Scores) error {
	b, err := e.sample(seed)
	if err != nil {
		return err
	}
	atD, mean := e.nothing(b)
	bestAtD, bestMean := e.errorsOf(best)
	less(bestAtD, atD)
	less(bestMean, mean)
	f.atD, f.mean = append(f.atD, atD), append(f.mean, mean)
	return nil
}

// less subtracts from each of the others.
func less(what []float64, others ...[]float64) {
	for _, v := range others {
		floats.Sub(v, what)
	}
}

// scaled divides errors, one set of tasks a seed, by the means of those of who knows
// nothing.
func scaled(errors, nothing [][]float64) [][]float64 {
	var all [][]float64
	for s, v := range errors {
		all = append(all, floats.ScaleTo(make([]float64, len(v)), 1/stat.Mean(nothing[s], nil), v))
	}
	return all
}

// arm is what there is to tell of an arm but for measures.
func (f *field) arm(e event, k int, name string, best []*eval.Summary) Arm {
	lanes := f.lanes[k]
	a := Arm{Name: name, Rate: lanes[0].rate, Tried: lanes[0].tried}
	for i := range f.steps {
		var atD, mean [][]float64
		for _, l := range lanes {
			atD, mean = append(atD, l.atD[i]), append(mean, l.mean[i])
		}
		a.AtD, a.Mean = append(a.AtD, eval.Interval(scaled(atD, f.atD))), append(a.Mean, eval.Interval(scaled(mean, f.mean)))
	}
	m, unit := e.metric()
	for _, i := range shownLooks {
		var shown []*eval.Summary
		for _, l := range lanes {
			shown = append(shown, l.shown[i])
		}
		curve, excess := e.curve(shown), inUnits(eval.Regret(m, shown, best), unit)
		curve.Learner, excess.Learner = name, name
		a.Shown = append(a.Shown, StepCurve{f.steps[i], curve})
		a.Excess = append(a.Excess, StepCurve{f.steps[i], excess})
	}
	for s := range lanes {
		atD, _ := f.curves(k, s, eval.AllLengths(len(lanes[s].atD[0])))
		if slices.Min(atD) < halfLevel {
			a.Reached++
		}
	}
	return a
}

// Name is "linear, d = 10".
func (r *Race) Name() string { return raceName(r.Family, r.D, r.Start) }
