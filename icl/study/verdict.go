package study

import (
	"cmp"
	"fmt"
	"slices"
)

// Verdict is what the checks say about a study or a statement.
type Verdict string

// The verdicts. Of a statement: all its checks pass, one of them fails, or one is open and
// none fails. A study is Mixed where one statement is reproduced and another is not, else
// Undecided where one is undecided.
const (
	Reproduced    Verdict = "reproduced"
	NotReproduced Verdict = "not reproduced"
	Mixed         Verdict = "mixed"
	Undecided     Verdict = "undecided"
)

// Statement is a part of what a study tests, with a verdict of its own.
type Statement struct {
	ID      string  `json:"id"`   // by which checks name it: "matching"
	Text    string  `json:"text"` // in words, a sentence without its period
	Verdict Verdict `json:"verdict,omitempty"`
}

// statements are those of the study or, where it has none, the one of its title.
func (s *Study) statements() []Statement {
	if len(s.Statements) > 0 {
		return slices.Clone(s.Statements)
	}
	return []Statement{{ID: s.Name, Text: s.Title}}
}

// number gives each check its ID, and reports checks and statements that do not fit.
func (s *Study) number(checks []Check) error {
	of := map[string]int{}
	for i, c := range checks {
		if len(s.Statements) == 0 {
			c.Statement = s.Name
		}
		if !slices.ContainsFunc(s.statements(), func(t Statement) bool { return t.ID == c.Statement }) {
			return fmt.Errorf("study: check %q of %s is for the unknown statement %q; name one of its Statements with For", c.Name, s.Name, c.Statement)
		}
		of[c.Statement]++
		c.ID = fmt.Sprintf("%s.%d", c.Statement, of[c.Statement])
		checks[i] = c
	}
	for _, t := range s.Statements {
		if of[t.ID] == 0 {
			return fmt.Errorf("study: statement %q of %s has no check", t.ID, s.Name)
		}
	}
	return nil
}

// decide fills in the verdicts of statements and study; without a check there are none.
func (r *Result) decide() {
	r.Verdict = ""
	if len(r.Checks) == 0 {
		r.Statements = nil
		return
	}
	has := map[Verdict]bool{}
	for i, t := range r.Statements {
		checks := r.ChecksOf(t.ID)
		switch {
		case count(checks, Fail) > 0:
			t.Verdict = NotReproduced
		case count(checks, Open) > 0:
			t.Verdict = Undecided
		default:
			t.Verdict = Reproduced
		}
		r.Statements[i] = t
		has[t.Verdict] = true
	}
	switch {
	case has[Reproduced] && has[NotReproduced]:
		r.Verdict = Mixed
	case has[Undecided]:
		r.Verdict = Undecided
	case has[NotReproduced]:
		r.Verdict = NotReproduced
	default:
		r.Verdict = Reproduced
	}
}

// ChecksOf lists the checks of a statement.
func (r *Result) ChecksOf(statement string) []Check {
	return slices.DeleteFunc(slices.Clone(r.Checks), func(c Check) bool { return c.Statement != statement })
}

// decisive is the check on which the verdict of a statement rests: the first that fails or
// else is open, or of those that pass the one that comes nearest to its threshold.
func (r *Result) decisive(t Statement) Check {
	checks := r.ChecksOf(t.ID)
	for _, status := range []Status{Fail, Open} {
		if i := slices.IndexFunc(checks, func(c Check) bool { return c.Status == status }); i >= 0 {
			return checks[i]
		}
	}
	if len(checks) == 0 {
		return Check{}
	}
	return slices.MinFunc(checks, func(a, b Check) int { return cmp.Compare(a.margin(), b.margin()) })
}

// margin is the distance of the estimate from the threshold, in standard errors or, where
// there is no sampling error, in thresholds.
func (c Check) margin() float64 {
	gap := c.Estimate - c.Threshold
	switch c.Want {
	case "below":
		gap = -gap
	case "within":
		gap = c.Threshold - max(c.Estimate, -c.Estimate)
	}
	return gap / cmp.Or((c.CI[1]-c.CI[0])/2, max(c.Threshold, -c.Threshold), 1)
}
