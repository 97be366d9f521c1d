package curriculum

import (
	"slices"

	"github.com/goicl/goicl/icl/study"
)

// The statements of claim 4.
const (
	faster  = "faster"
	end     = "end"
	plateau = "plateau"
)

var statements = []study.Statement{
	{ID: faster, Text: "where every seed learns the tasks without a curriculum, a ramp saves steps"},
	{ID: end, Text: "where every seed learns the tasks without a curriculum, a ramp makes no difference in the end"},
	{ID: plateau, Text: "where some seeds stay on the plateau without a curriculum, a ramp gets more of them off it"},
}

// What the checks ask for: the logarithm of the ratio of steps that is worth a schedule, the
// difference of final excess errors that is too small to matter, and the share of seeds.
const (
	leastSaved  = .1
	finalMargin = .05
	leastShare  = .25
)

// checks lists the checks by statement.
func checks(all []*comparison) []study.Check {
	var checks []study.Check
	for _, t := range statements {
		for _, c := range all {
			if slices.Contains(c.about, t.ID) {
				checks = append(checks, c.check(t.ID))
			}
		}
	}
	return checks
}

// check is that of a statement, all of which compare the ramp with none.
func (c *comparison) check(statement string) study.Check {
	ramp := c.of(orderRamp)
	switch statement {
	case faster:
		return study.Above(c.name()+": ln(steps without / steps with a ramp) to half the mean excess error", leastSaved,
			c.against(ramp, stepsMean)).For(faster, "a tenth of the steps: for less nobody would set up a schedule")
	case end:
		return study.Within(c.name()+": final excess error at n = d, ramp − none", finalMargin,
			c.against(ramp, finalAtD)).For(end, "a twentieth of all there is to learn")
	}
	return study.Above(c.name()+": share of seeds that get to half the mean excess error, ramp − none", leastShare,
		share(c.differences(ramp, reached), 1, -1, 0, 0)).For(plateau, "one seed in four: for fewer one would rather train another seed")
}

// headline is what the ramp saves in the first setting, as a ratio.
func headline(c *comparison) study.Finding {
	return study.Find(c.name()+": steps to half the mean excess error without a ramp, as a multiple of those with it", ratio(c.against(c.of(orderRamp), stepsMean)))
}

// findings are, for each setting, how near training without a curriculum comes to the best
// predictor, and what each of the other orders makes different.
func findings(all []*comparison) []study.Finding {
	var found []study.Finding
	for _, c := range all {
		found = append(found,
			study.Find(c.name()+", none: final error at n = d", c.final(func(r run) float64 { return r.final.atD })),
			study.Find(c.name()+", none: final error less that of "+c.best+", mean over n", c.final(func(r run) float64 { return r.over.mean })))
		for _, a := range c.arms[1:] {
			name := c.name() + ", " + a.name + " against none: "
			found = append(found,
				study.Find(name+"steps to half the mean excess, none / "+a.name, ratio(c.against(a, stepsMean))),
				study.Find(name+"steps to half the excess at n = d, none / "+a.name, ratio(c.against(a, stepsAtD))),
				study.Find(name+"share of seeds that save steps", share(c.saves(a), 1, 1, 0, 0)),
				study.Find(name+"mean excess over all steps, "+a.name+" − none", c.against(a, area)),
				study.Find(name+"final excess at n = d, "+a.name+" − none", c.against(a, finalAtD)),
				study.Find(name+"final mean excess, "+a.name+" − none", c.against(a, finalMean)))
		}
	}
	return found
}
