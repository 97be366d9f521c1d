package study

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// Look is a point of a study at which its checks are judged: after a number of seeds, each
// test at a level. Looks are fixed before the study begins. It goes on until no check is open
// or the last look is made, and a check stays as the look that closed it found it.
//
// At each look a check passes if the one-sided p-value of the other side is at most Level. A
// claim needs all its checks, so no correction for their number is due (an intersection-union
// test, Berger 1982). One failing check is enough to fail a claim, so failing is judged with
// Holm's correction for the number of checks that do not pass. The levels of all looks add up to at most .025
// (Bonferroni over looks), so that a study whose truths all lie at the thresholds gets a wrong
// verdict, for or against, with a probability of at most .05.
type Look struct {
	Seeds int     `json:"seeds"`
	Level float64 `json:"level"`
}

// MaxSeeds is the greatest number of seeds of a study.
const MaxSeeds = 10_000

// level is the sum of the levels of a study's looks.
const level = .025

// LooksAt are looks after these numbers of seeds, which share the level of .025 equally.
func LooksAt(seeds ...int) []Look {
	looks := make([]Look, len(seeds))
	for i, n := range seeds {
		looks[i] = Look{n, level / float64(len(seeds))}
	}
	return looks
}

// Looked is a look that was made.
type Looked struct {
	Look
	Made int `json:"made"` // seeds that were finished, less than Seeds where the budget was up
	Open int `json:"open"` // checks that were open after it
}

// looks are those of the study: its Looks, or one at its Seeds.
func (s *Study) looks() []Look {
	if len(s.Looks) > 0 {
		return s.Looks
	}
	return LooksAt(s.Seeds)
}

// most is the number of seeds at the last look.
func (s *Study) most() int { return slices.MaxFunc(s.looks(), bySeeds).Seeds }

func bySeeds(a, b Look) int { return cmp.Compare(a.Seeds, b.Seeds) }

func (s *Study) validateLooks() error {
	if len(s.Looks) > 0 && s.Seeds != 0 {
		return fmt.Errorf("study: %s has Seeds and Looks; set Seeds for one look, or Looks for several", s.Name)
	}
	sum, before := 0., 0
	for _, l := range s.looks() {
		switch {
		case l.Seeds < 1:
			return fmt.Errorf("study: %s with %d seeds; want at least 2, or 1 for intervals over test tasks alone", s.Name, l.Seeds)
		case l.Seeds > MaxSeeds:
			return fmt.Errorf("study: %s with %d seeds; want at most %d", s.Name, l.Seeds, MaxSeeds)
		case l.Seeds <= before:
			return fmt.Errorf("study: a look of %s after %d seeds follows one after %d; want growing numbers", s.Name, l.Seeds, before)
		case !(l.Level > 0):
			return fmt.Errorf("study: a look of %s at level %g; want a positive one, such as those of LooksAt", s.Name, l.Level)
		}
		sum, before = sum+l.Level, l.Seeds
	}
	if sum > level*(1+1e-9) {
		return fmt.Errorf("study: the levels of the looks of %s add up to %g; want at most %g", s.Name, sum, level)
	}
	return nil
}

// lookByLook makes the study look by look, until no check is open.
func (x *runner) lookByLook(ctx context.Context) (r *Result, err error) {
	looks, closed := x.study.looks(), map[string]Check{}
	var made []Looked
	for k, look := range looks {
		x.clock.look(k+1, len(looks))
		before := len(x.data.seeds)
		if err := x.work(ctx, look.Seeds); err != nil {
			return nil, err
		}
		if k > 0 && len(x.data.seeds) == before {
			break // the budget is up, and there is nothing new to look at
		}
		if r, err = x.conclude(ctx); err != nil {
			return nil, err
		}
		r.Checks = judge(r.Checks, closed, k+1, look)
		made = append(made, Looked{look, len(x.data.seeds), count(r.Checks, Open)})
		if made[k].Open == 0 || x.data.unfinished > 0 {
			break
		}
	}
	r.Looks, r.Short = made, x.data.Short()
	for i := range r.Checks {
		r.Checks[i].measure()
	}
	r.decide()
	return r, nil
}

// judge judges checks at the k-th look, from 1 on. Those that earlier looks closed stay as
// they were.
func judge(checks []Check, closed map[string]Check, k int, at Look) []Check {
	against := failing(checks, at.Level)
	for i, c := range checks {
		if before, ok := closed[c.ID]; ok {
			checks[i] = before
			continue
		}
		c.level = at.Level
		switch {
		case c.pPass() <= at.Level:
			c.Status, c.Look = Pass, k
		case against[i] <= at.Level:
			c.Status, c.Look = Fail, k
		}
		checks[i] = c
		if c.Status != Open {
			closed[c.ID] = c
		}
	}
	return checks
}

// failing are the checks' adjusted p-values for failing; 1 for those that pass at the level.
func failing(checks []Check, level float64) []float64 {
	adjusted := slices.Repeat([]float64{1}, len(checks))
	var p []float64
	var of []int
	for i, c := range checks {
		if c.pPass() > level {
			p, of = append(p, c.pFail()), append(of, i)
		}
	}
	for k, v := range holm(p) {
		adjusted[of[k]] = v
	}
	return adjusted
}

// measure fills in what there is to say of a judged check: its interval and, if it is open, the
// seeds that would close it.
func (c *Check) measure() {
	c.CI[0], c.CI[1] = c.of.Bounds(c.level)
	if c.Status == Open {
		c.More = max(1, c.seedsToClose()-len(c.Seeds))
	}
}

// holm adjusts the p-values of several hypotheses (Holm 1979): rejecting those
// whose adjusted value is at most α keeps the probability of any false rejection
// at α, however the tests depend on each other.
func holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted, most := make([]float64, len(p)), 0.
	for rank, i := range order {
		most = math.Min(1, math.Max(most, p[i]*float64(len(p)-rank)))
		adjusted[i] = most
	}
	return adjusted
}

// count is the number of checks of a status.
func count(checks []Check, status Status) int {
	n := 0
	for _, c := range checks {
		if c.Status == status {
			n++
		}
	}
	return n
}
