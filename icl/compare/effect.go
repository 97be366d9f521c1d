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

// Effect compares two arms, over the seeds of which neither diverged.
type Effect struct {
	Arm, Against string
	// Difference is the metric of Arm less that of Against, with Student's interval over
	// seeds: see [eval.Interval], and [Hypothesis].Simultaneous for its level.
	Difference eval.Estimate
	Seeds      []float64 // the difference with each seed
	// Superiority is the probability that Arm does better than Against on a test task, where
	// ties count half (McGraw and Wong 1992), with its 95 % interval.
	Superiority eval.Estimate
	// Outcome is "better", "worse" or "equal" (the difference is within the margin) where the
	// interval of the difference lies on one side of 0 or within ±Margin, else "open".
	Outcome string
	// More is how many more seeds would settle it in four of five experiments, if the
	// difference and its spread over seeds stay what they are: at most 1000. From few
	// seeds it is a guess within a factor of a few.
	More int
	// Diverged counts the seeds that are left out since a run diverged.
	Diverged int
}

// comparisons is the number of pairs of arms that are compared.
func (h Hypothesis) comparisons() int {
	n := len(h.Arms)
	if h.Pairs {
		return n * (n - 1) / 2
	}
	return n - 1
}

// level is the probability that an interval leaves out on either side.
func (h Hypothesis) level() float64 {
	const level = .025
	if h.Simultaneous {
		return level / float64(h.comparisons())
	}
	return level
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
		for j := range i {
			if j == 0 || h.Pairs {
				arm, against := h.paired(i, j, finished, perTask)
				r.Effects = append(r.Effects, h.effect(a.Name, h.Arms[j].Name, arm, against))
			}
		}
	}
	return r, nil
}

// paired are the values of the arms number i and j, for the seeds that both are to be trained
// with: see [study.Arm.Seeds].
func (h Hypothesis) paired(i, j int, seeds []uint64, perTask [][][]float64) (arm, against [][]float64) {
	given := func(a study.Arm, seed uint64) bool { return a.Seeds == 0 || seed < uint64(a.Seeds) }
	for s, seed := range seeds {
		if given(h.Arms[i], seed) && given(h.Arms[j], seed) {
			arm, against = append(arm, perTask[i][s]), append(against, perTask[j][s])
		}
	}
	return arm, against
}

// effect compares an arm with another, by seed and task.
func (h Hypothesis) effect(name, other string, arm, against [][]float64) Effect {
	e := Effect{Arm: name, Against: other, Outcome: "open"}
	var gaps, wins [][]float64
	for s := range arm {
		if arm[s] == nil || against[s] == nil {
			e.Diverged++
			continue
		}
		gap := eval.Differences(arm[s:s+1], against[s:s+1])[0]
		gaps, wins = append(gaps, gap), append(wins, h.wins(gap))
		e.Seeds = append(e.Seeds, stat.Mean(gap, nil))
	}
	if len(gaps) < 2 {
		return e
	}
	e.Difference = eval.Interval(gaps)
	if h.Simultaneous {
		e.Difference.Lo, e.Difference.Hi = e.Difference.Bounds(h.level())
	}
	p := eval.Interval(wins)
	p.Lo, p.Hi = max(0, p.Lo), min(1, p.Hi)
	e.Superiority = p
	if e.Outcome = h.outcome(e.Difference); e.Outcome == "open" {
		e.More = max(1, seedsToSettle(e.Difference.Mean, e.Difference.Spread(len(gaps)), h.Margin, h.level())-len(gaps))
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
