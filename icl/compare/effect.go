package compare

import (
	"fmt"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// Result is what came of a [Hypothesis].
type Result struct {
	Hypothesis // with its defaults
	Effects    []Effect
	// Curves are the metric by number of examples, an arm a curve, over all its seeds.
	Curves []eval.Curve
	// Short says why there are fewer seeds than were asked for, if so.
	Short string
	// Notes say where inputs of test tasks lie far outside those in training.
	Notes []string
}

// Effect compares an arm with the first one, over the seeds of which neither diverged.
type Effect struct {
	Arm string
	// Difference is the metric of the arm less that of the first, with Student's interval
	// over seeds: see [eval.Interval]. Each interval errs in one of twenty comparisons, so
	// of many arms some differ by chance.
	Difference eval.Estimate
	Seeds      []float64 // the difference with each seed
	// Superiority is the probability that the arm does better than the first on a test
	// task, where ties count half (McGraw and Wong 1992).
	Superiority eval.Estimate
	// Outcome is "better", "worse" or "equal" (the difference is within the margin) where the
	// 95 % interval of the difference lies on one side of 0 or within ±Margin, else "open".
	Outcome string
	// More is how many more seeds would settle it in four of five experiments, if the
	// difference and its spread over seeds stay what they are: at most 1000. From few
	// seeds it is a guess within a factor of a few.
	More int
	// Diverged counts the seeds that are left out since a run diverged.
	Diverged int
}

// sign is 1 for a metric that grows with quality, else −1.
func (h Hypothesis) sign() float64 {
	if h.Score != nil || h.Metric == eval.Accuracy {
		return 1
	}
	return -1
}

// conclude compares what was finished.
func (h Hypothesis) conclude(d *study.Data) (*Result, error) {
	r := &Result{Hypothesis: h, Notes: d.Notes()}
	finished := d.Finished()
	if n := len(finished); n < h.Seeds {
		r.Short = d.Short()
		if n < 2 {
			return nil, fmt.Errorf("compare: the budget of %s is too short for 2 seeds of %d arms, which give the least interval; what was trained is kept: run it again to go on, or raise Budget or lower the steps", h.Budget, len(h.Arms))
		}
	}
	perTask := make([][][]float64, len(h.Arms)) // by arm and seed; nil where it diverged
	for i, a := range h.Arms {
		var sums []*eval.Summary
		for _, seed := range finished {
			var values []float64
			if s := d.Summary(a.Name, h.Test.Name(), seed); s != nil {
				sums = append(sums, s)
				values = s.Of(h.Metric).PerTask
			}
			perTask[i] = append(perTask[i], values)
		}
		if len(sums) > 0 {
			c := eval.CurveOf(h.Metric, sums...)
			c.Learner = a.Name
			r.Curves = append(r.Curves, c)
		}
		if i > 0 {
			arm, first := h.paired(i, finished, perTask)
			r.Effects = append(r.Effects, h.effect(a.Name, arm, first))
		}
	}
	return r, nil
}

// paired are the values of arm number i and of the first, for the seeds that both are to be
// trained with: see [study.Arm.Seeds].
func (h Hypothesis) paired(i int, seeds []uint64, perTask [][][]float64) (arm, first [][]float64) {
	given := func(a study.Arm, seed uint64) bool { return a.Seeds == 0 || seed < uint64(a.Seeds) }
	for s, seed := range seeds {
		if given(h.Arms[i], seed) && given(h.Arms[0], seed) {
			arm, first = append(arm, perTask[i][s]), append(first, perTask[0][s])
		}
	}
	return arm, first
}

// effect compares an arm with the first, by seed and task.
func (h Hypothesis) effect(name string, arm, first [][]float64) Effect {
	e := Effect{Arm: name, Outcome: "open"}
	var gaps, wins [][]float64
	for s := range arm {
		if arm[s] == nil || first[s] == nil {
			e.Diverged++
			continue
		}
		gap := eval.Differences(arm[s:s+1], first[s:s+1])[0]
		gaps, wins = append(gaps, gap), append(wins, h.wins(gap))
		e.Seeds = append(e.Seeds, stat.Mean(gap, nil))
	}
	if len(gaps) < 2 {
		return e
	}
	e.Difference = eval.Interval(gaps)
	p := eval.Interval(wins)
	p.Lo, p.Hi = max(0, p.Lo), min(1, p.Hi)
	e.Superiority = p
	if e.Outcome = h.outcome(e.Difference); e.Outcome == "open" {
		e.More = max(1, seedsToSettle(e.Difference.Mean, e.Difference.Spread(len(gaps)), h.Margin)-len(gaps))
	}
	return e
}

// wins is 1 for each task on which the difference is for the better, 1/2 for a tie.
func (h Hypothesis) wins(gap []float64) []float64 {
	wins := make([]float64, len(gap))
	for i, g := range gap {
		switch {
		case h.sign()*g > 0:
			wins[i] = 1
		case g == 0:
			wins[i] = .5
		}
	}
	return wins
}

func (h Hypothesis) outcome(d eval.Estimate) string {
	switch sign := h.sign(); {
	case d.Lo > -h.Margin && d.Hi < h.Margin:
		return "equal"
	case d.Lo > 0 && sign > 0 || d.Hi < 0 && sign < 0:
		return "better"
	case d.Lo > 0 || d.Hi < 0:
		return "worse"
	}
	return "open"
}
