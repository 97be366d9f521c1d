// Package curriculum is the study of claim 4 (paper, Fig. 4): a curriculum over tasks, whose
// number of non-zero input dimensions grows, makes a transformer learn in-context regression
// faster, and need not change how well it does in the end.
//
// Arms see equally many tasks in different orders: the paper's curriculum (ramp), all
// dimensions throughout (none), a number of its own for each task (mixed), and the ramp
// backwards (reverse). The comparison is made for linear regression, for classification,
// and from starting weights that leave less to gain.
package curriculum

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// Claim is the study by name.
var Claim = study.Definition{
	Name: "claim4", Title: "a curriculum over tasks makes in-context learning faster, and no different in the end", New: build,
}

// seeds in each preset.
var seeds = map[string]int{"smoke": 2, "quick": 5, "paper": 5}

func build(preset string) (*study.Study, error) {
	settings, err := settingsOf(preset)
	if err != nil {
		return nil, err
	}
	return newStudy(seeds[preset], settings), nil
}

// newStudy compares the orders of each setting.
func newStudy(seeds int, settings []setting) *study.Study {
	s := &study.Study{
		Seeds:    seeds,
		Settings: []any{shownLooks, plateauLevel, halfLevel, commonLevels, finalMargin, leastSaved, looks},
	}
	for _, e := range settings {
		c := e.condition()
		for _, order := range e.orders {
			arm := e.arm(order)
			s.Arms, c.Arms = append(s.Arms, arm), append(c.Arms, arm.Name)
		}
		s.Conditions = append(s.Conditions, c)
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error { return report(d, r, settings) }
	return s
}

// arm trains in an order, with the rate that learns fastest on validation tasks, and is
// tested on the way.
func (e setting) arm(order string) study.Arm {
	return study.Arm{
		Name: e.armName(order), Learner: e.learner, Tasks: e.tasks(order), Recipe: e.recipe,
		Rates: e.rates, Criterion: meanValidation, TestAt: e.steps(),
	}
}

func (e setting) armName(order string) string { return e.name() + ", " + order }

// meanValidation is the mean of a run's validation losses, which are evenly spaced.
func meanValidation(_ context.Context, f *train.Fitted) (float64, error) {
	entries, err := f.Log()
	if err != nil {
		return 0, err
	}
	sum, count := 0., 0.
	for _, e := range entries {
		if e.Score != nil {
			sum += e.Score.Loss
			count++
		}
	}
	if count == 0 {
		return 0, fmt.Errorf("the log in %s has no validation losses; delete the directory to train again", f.Dir)
	}
	return sum / count, nil
}

func report(d *study.Data, r *study.Result, settings []setting) error {
	r.Tasks = settings[0].tests
	var all []*comparison
	for _, e := range settings {
		c, err := newComparison(d, e)
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	for i, c := range all {
		c.addCurves(r, i == 0)
		r.Tables = append(r.Tables, c.table())
	}
	r.Figure = study.Figure{
		Title: "Excess error at n = d by training steps", XLabel: "training steps", YLabel: "excess error at n = d",
		Rows: []study.Row{{Title: "{family}", Group: excessAtD}},
	}
	r.Checks, r.Headline, r.Findings = checks(all), headline(all[0]), findings(all)
	return nil
}

// What the checks of claim 4 ask for: the share of steps that a ramp saves, and the
// difference at the end that is too small to matter.
const (
	leastSaved  = .2
	finalMargin = .05
)

// checks are made of the settings in which the ramp is claimed to be faster: the first of
// each family. In every seed must the ramp save so many steps, so the seed counts that
// supports it least.
func checks(all []*comparison) []study.Check {
	var checks []study.Check
	seen := map[string]bool{}
	for _, c := range all {
		if seen[c.family.Name()] {
			continue
		}
		seen[c.family.Name()] = true
		ramp := c.of(orderRamp)
		worst := slices.MaxFunc(ramp.seeds, func(a, b map[measure]eval.Estimate) int {
			return cmp.Or(cmp.Compare(pSaved(a), pSaved(b)), cmp.Compare(-a[stepsToCommon].Mean, -b[stepsToCommon].Mean))
		})
		checks = append(checks,
			study.Above(fmt.Sprintf("%s: share of the steps to an excess error of %g at n = d that a ramp saves, in the worst seed", c.name(), c.common), leastSaved, worst[stepsToCommon]),
			study.Within(c.name()+": final excess error at n = d, ramp − none", finalMargin, ramp.against[finalAtD]))
	}
	return checks
}

// pSaved is the p-value of a seed in the check of what is saved.
func pSaved(seed map[measure]eval.Estimate) float64 { return seed[stepsToCommon].PAbove(leastSaved) }

func headline(c *comparison) study.Finding {
	return study.Find(fmt.Sprintf("%s: share of the steps to an excess error of %g at n = d that a ramp saves, mean over seeds", c.name(), c.common), c.of(orderRamp).against[stepsToCommon])
}

// findings are, for each setting and order, what it saves and how it ends.
func findings(all []*comparison) []study.Finding {
	var found []study.Finding
	for _, c := range all {
		for _, o := range c.arms[1:] {
			name := fmt.Sprintf("%s, %s against none: ", c.name(), o.name)
			found = append(found,
				study.Find(fmt.Sprintf("%sshare of the steps to an excess of %g saved", name, c.common), o.against[stepsToCommon]),
				study.Find(name+"share of the area under the error saved", o.against[areaUnder]),
				study.Find(name+"share of the plateau saved", o.against[plateauLength]),
				study.Find(name+"difference of the final excess at n = d", o.against[finalAtD]))
		}
	}
	return found
}
