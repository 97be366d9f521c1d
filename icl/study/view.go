package study

import (
	"fmt"
	"math"
	"strings"

	"github.com/goicl/goicl/icl/eval"
)

// Sentence is the verdict in words: with the table of [Result.CheckTable] it is how a
// notebook shows the result.
func (r *Result) Sentence() string {
	if len(r.Checks) == 0 {
		return fmt.Sprintf("%s: %s (%s)", r.Study, r.Title, r.SeedNote())
	}
	return fmt.Sprintf("%s: %s. %s: %d of %d checks pass (%s)", r.Study, r.Title, r.Verdict, passed(r.Checks), len(r.Checks), r.SeedNote())
}

// HTML is the verdict and the checks as an HTML table.
func (r *Result) HTML() string {
	t := r.CheckTable()
	t.Title = r.Sentence()
	return t.HTML()
}

// CheckTable is the checks as a table.
func (r *Result) CheckTable() eval.Table {
	t := eval.Table{
		Title:  fmt.Sprintf("%s: %s", r.Study, r.Verdict),
		Header: []string{"check", "estimate", "95 % interval", "threshold", "p (Holm)", "pass"},
	}
	for _, c := range r.Checks {
		pass := "no"
		if c.Pass {
			pass = "yes"
		}
		t.Rows = append(t.Rows, []string{
			c.Name, signed(c.Estimate), interval(c.CI), fmt.Sprintf("%g", c.Threshold), inWords(c.P), pass,
		})
	}
	return t
}

// FindingsTable is the findings as a table.
func (r *Result) FindingsTable() eval.Table {
	t := eval.Table{Title: "findings", Header: []string{"finding", "estimate", "95 % interval"}}
	for _, f := range r.Findings {
		t.Rows = append(t.Rows, []string{f.Name, strings.TrimPrefix(signed(f.Estimate), "+"), strings.ReplaceAll(interval(f.CI), "+", "")})
	}
	return t
}

// StartsTable shows, for the arms' learners that got several random starts a run, how many
// of them got stuck; see [train.BestOf].
func (r *Result) StartsTable() eval.Table {
	t := eval.Table{Title: "random starts", Header: []string{"learner", "starts", "stuck"}}
	tried, stuck := map[string]int{}, map[string]int{}
	var order []string
	for _, run := range r.Runs {
		if run.Starts.Tried < 2 {
			continue
		}
		if tried[run.Learner] == 0 {
			order = append(order, run.Learner)
		}
		tried[run.Learner] += run.Starts.Tried
		stuck[run.Learner] += run.Starts.Stuck
	}
	for _, l := range order {
		t.Rows = append(t.Rows, []string{l, fmt.Sprint(tried[l]), fmt.Sprint(stuck[l])})
	}
	return t
}

// String is the result as text: verdict, checks and findings.
func (r *Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", r.Study, r.Title)
	if r.Verdict != "" {
		fmt.Fprintf(&b, "%s ", strings.ToUpper(string(r.Verdict)))
	}
	fmt.Fprintf(&b, "(preset %s, %s, %d test tasks each)\n", r.Preset, r.SeedNote(), r.Tasks)
	for _, c := range r.Checks {
		mark := "no "
		if c.Pass {
			mark = "yes"
		}
		fmt.Fprintf(&b, "  %s  %-78s %s  %s  threshold %g\n", mark, c.Name, signed(c.Estimate), interval(c.CI), c.Threshold)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "       %-78s %s  %s\n", f.Name, signed(f.Estimate), interval(f.CI))
	}
	for _, row := range r.StartsTable().Rows {
		fmt.Fprintf(&b, "  %s: %s of %s starts got stuck; each run went on with its best\n", row[0], row[2], row[1])
	}
	return b.String()
}

// MarkdownHeader heads the rows of [Result.MarkdownRow].
const MarkdownHeader = "| claim | verdict | checks passed | one number | command | core-minutes |\n|---|---|---|---|---|---|"

// MarkdownRow is the study's row in the README's table.
func (r *Result) MarkdownRow() string {
	h := r.Headline
	number := fmt.Sprintf("%+.4f [%+.4f, %+.4f]", h.Estimate, h.CI[0], h.CI[1])
	if h.CI[0] == h.CI[1] {
		number = signed(h.Estimate)
	}
	verdict := fmt.Sprintf("**%s**", r.Verdict)
	if len(r.FailedSeeds) > 0 {
		verdict += fmt.Sprintf(" (%s)", r.SeedNote())
	}
	return fmt.Sprintf("| %s: %s | %s | %d of %d | %s: %s | `goicl reproduce %s --preset %s` | %.0f |",
		r.Study, r.Title, verdict, passed(r.Checks), len(r.Checks), h.Name, number, r.Study, r.Preset, r.CoreMinutes)
}

// signed writes an estimate: to three decimals, or to its first digit where that would
// be 0.
func signed(v float64) string {
	if v != 0 && math.Abs(v) < .0005 {
		return fmt.Sprintf("%+.0e", v)
	}
	return fmt.Sprintf("%+.3f", v)
}

// interval writes an interval, or nothing where there is no sampling error.
func interval(ci [2]float64) string {
	if ci[0] == ci[1] {
		return ""
	}
	return fmt.Sprintf("[%s, %s]", signed(ci[0]), signed(ci[1]))
}

// inWords writes a p-value.
func inWords(p float64) string {
	if p < .001 {
		return "< .001"
	}
	return fmt.Sprintf("%.3f", p)
}
