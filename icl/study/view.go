package study

import (
	"fmt"
	"math"
	"strings"

	"github.com/goicl/goicl/icl/eval"
)

// Sentence is the verdict in words.
func (r *Result) Sentence() string {
	if len(r.Checks) == 0 {
		return fmt.Sprintf("%s: %s (%s)", r.Study, r.Title, r.SeedNote())
	}
	of, n, hold := "statements hold", len(r.Statements), 0
	for _, t := range r.Statements {
		if t.Verdict == Reproduced {
			hold++
		}
	}
	if n == 1 {
		of, n, hold = "checks pass", len(r.Checks), count(r.Checks, Pass)
	}
	return fmt.Sprintf("%s: %s. %s: %d of %d %s (%s)", r.Study, r.Title, r.Verdict, hold, n, of, r.SeedNote())
}

// HTML is the verdict, that of each statement, and the checks, as HTML tables. With
// [Result.Sentence] it is how a notebook shows the result.
func (r *Result) HTML() string {
	t := r.StatementTable()
	t.Title = r.Sentence()
	return t.HTML() + "\n" + r.CheckTable().HTML()
}

// StatementTable is the verdict of each statement, with the check that decides it.
func (r *Result) StatementTable() eval.Table {
	t := eval.Table{Title: r.Title, Header: []string{"statement", "verdict", "decided by", "estimate", "wanted"}}
	for _, s := range r.Statements {
		c := r.decisive(s)
		t.Rows = append(t.Rows, []string{s.Text, string(s.Verdict), c.Name, c.numbers(), c.wanted()})
	}
	return t
}

// CheckTable is the checks as a table, with the reason for each threshold.
func (r *Result) CheckTable() eval.Table {
	t := eval.Table{
		Title:  "checks",
		Header: []string{"check", "estimate", "interval", "wanted", "status", "why this threshold"},
	}
	for _, c := range r.Checks {
		t.Rows = append(t.Rows, []string{c.Name, signed(c.Estimate), interval(c.CI), c.wanted(), r.closing(c), c.Why})
	}
	return t
}

// closing is the status of a check, with the look that closed it where there are several, or
// what would close it.
func (r *Result) closing(c Check) string {
	switch {
	case c.Status == Open && c.More+len(c.Seeds) >= eval.ManySeeds:
		return fmt.Sprintf("open: more than %d seeds would close it", eval.ManySeeds)
	case c.Status == Open:
		return fmt.Sprintf("open: about %s would close it", counted(c.More, "more seed"))
	case len(r.Looks) > 1 && len(c.Seeds) > 0:
		return fmt.Sprintf("%s after %d seeds", c.Status, len(c.Seeds))
	}
	return string(c.Status)
}

// counted is a number of things: "1 seed", "2 seeds".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// numbers are the estimate and its interval.
func (c Check) numbers() string { return strings.TrimSpace(signed(c.Estimate) + " " + interval(c.CI)) }

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

// String is the result as text: verdict, statements with their checks, and findings.
func (r *Result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", r.Study, r.Title)
	if r.Verdict != "" {
		fmt.Fprintf(&b, "%s ", strings.ToUpper(string(r.Verdict)))
	}
	seeds := strings.TrimSuffix(fmt.Sprintf("%s, %d test tasks each", r.SeedNote(), r.Tasks), ", 0 test tasks each")
	fmt.Fprintf(&b, "(preset %s, %s)\n", r.Preset, seeds)
	for _, t := range r.Statements {
		fmt.Fprintf(&b, " %s: %s\n", t.Verdict, t.Text)
		for _, c := range r.ChecksOf(t.ID) {
			fmt.Fprintf(&b, "  %-4s  %-78s %s  want %s", c.Status, c.Name, c.numbers(), c.wanted())
			if status := r.closing(c); status != string(c.Status) {
				fmt.Fprintf(&b, "  (%s)", status)
			}
			b.WriteString("\n")
		}
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "        %-78s %s  %s\n", f.Name, signed(f.Estimate), interval(f.CI))
	}
	for _, row := range r.StartsTable().Rows {
		fmt.Fprintf(&b, "  %s: %s of %s starts got stuck; each run went on with its best\n", row[0], row[2], row[1])
	}
	const few = 3
	for _, note := range r.Notes[:min(few, len(r.Notes))] {
		fmt.Fprintf(&b, "  note: %s\n", note)
	}
	if more := len(r.Notes) - few; more > 0 {
		fmt.Fprintf(&b, "  note: so it is under %s\n", counted(more, "more condition"))
	}
	return b.String()
}

// MarkdownHeader heads the rows of [Result.MarkdownRows].
const MarkdownHeader = "| study | verdict | decided by | estimate | wanted | seeds | core-minutes |\n|---|---|---|---|---|---|---|"

// MarkdownRows are the study's rows in the README's table: its verdict with its headline,
// then that of each statement with the check that decides it.
func (r *Result) MarkdownRows() string {
	h := r.Headline
	rows := []string{fmt.Sprintf("| **%s: %s** | **%s** | %s | %s | | %s | %.0f |",
		r.Study, r.Title, r.Verdict, h.Name, strings.TrimSpace(signed(h.Estimate)+" "+interval(h.CI)), r.SeedNote(), r.CoreMinutes)}
	for _, t := range r.Statements {
		c := r.decisive(t)
		seeds := ""
		if n := len(c.Seeds); n > 0 {
			seeds = fmt.Sprint(n)
		}
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s | %s | %s | |", t.Text, t.Verdict, c.Name, c.numbers(), c.wanted(), seeds))
	}
	return strings.Join(rows, "\n")
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
