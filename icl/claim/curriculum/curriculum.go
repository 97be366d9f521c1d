// Package curriculum is the study of claim 4 (paper, Fig. 4): a curriculum over tasks, whose
// number of non-zero input dimensions grows, makes a transformer learn in-context regression
// faster, and makes no difference in the end.
//
// Arms see equally many tasks in different orders: all dimensions throughout (none), the
// paper's curriculum (ramp), and a number of dimensions drawn for each task (mixed). They are
// compared seed by seed, for linear regression and for classification at sizes at which every
// seed learns the tasks without a curriculum, and for linear regression at the paper's shape,
// 2d + 1 points, where some seeds stay on the plateau before any learning.
package curriculum

import (
	"context"
	"slices"

	"github.com/goicl/goicl/icl/study"
)

// Claim is the study by name.
var Claim = study.Definition{
	Name: "claim4", CoreMinutes: 10, Title: "a curriculum over tasks makes in-context learning faster, and no different in the end", New: build,
}

// looksAt are the numbers of seeds of each preset at which checks are judged.
var looksAt = map[string][]int{"smoke": {2}, "quick": {8, 16}, "paper": {3, 5}}

func build(preset string) (*study.Study, error) {
	settings, err := settingsOf(preset)
	if err != nil {
		return nil, err
	}
	return newStudy(study.LooksAt(looksAt[preset]...), settings), nil
}

// newStudy compares the orders of each setting.
func newStudy(at []study.Look, settings []setting) *study.Study {
	s := &study.Study{
		Looks: at, Settings: []any{halfLevel, leastSaved, finalMargin, leastShare},
	}
	for _, t := range statements {
		if slices.ContainsFunc(settings, func(e setting) bool { return slices.Contains(e.about, t.ID) }) {
			s.Statements = append(s.Statements, t)
		}
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

func report(d *study.Data, r *study.Result, settings []setting) error {
	r.Tasks = settings[0].tests
	var all []*comparison
	for _, e := range settings {
		c, err := newComparison(d, e)
		if err != nil {
			return err
		}
		if err := c.addCurves(r); err != nil {
			return err
		}
		r.Tables = append(r.Tables, c.table())
		all = append(all, c)
	}
	r.Figure = study.Figure{
		Title: "Excess error at n = d by training steps", XLabel: "training steps", YLabel: "excess error at n = d",
		Rows: []study.Row{{Title: "{family}", Group: excessAtD, YMax: 1.4}},
	}
	r.Checks, r.Headline, r.Findings = checks(all), headline(all[0]), findings(all)
	return nil
}
