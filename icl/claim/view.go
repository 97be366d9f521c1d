package claim

import (
	"fmt"
	"math"
	"strings"

	"github.com/goicl/goicl/icl/eval"
)

// Single lists the curves of learners that were trained and tested on the same
// family, one a family and learner, and of those that are not trained.
func (r *Result) Single(learners ...string) []eval.Curve {
	return r.pick(learners, func(c Curve) bool { return c.TrainedOn == c.Family || c.TrainedOn == "" })
}

// OnMixture lists the curves of learners that were trained on the mixture, and of
// those that are not trained.
func (r *Result) OnMixture(learners ...string) []eval.Curve {
	return r.pick(learners, func(c Curve) bool { return c.TrainedOn == mixture || c.TrainedOn == "" })
}

func (r *Result) pick(learners []string, keep func(Curve) bool) []eval.Curve {
	var curves []eval.Curve
	for _, name := range learners {
		for _, c := range r.Curves {
			if c.Learner == name && keep(c) {
				curves = append(curves, c.Curve)
			}
		}
	}
	return curves
}

// Overall is the accuracy, averaged over 2 and more examples, of a learner
// trained on one family and tested on another; zero if there is none.
func (r *Result) Overall(learner, trainedOn, family string) eval.Estimate {
	c, _ := r.Curve(learner, trainedOn, family)
	return c.Overall[eval.Accuracy]
}

// CrossTable is the paper's table of conventional learners: row f is the learner
// it calls optimal for family f, trained on f; column g tests it on g.
func (r *Result) CrossTable() (rows, columns []string, cells [][]eval.Estimate) {
	for _, trained := range singles {
		name := optimal[trained]
		rows = append(rows, name+" trained on "+trained)
		columns = append(columns, trained)
		var row []eval.Estimate
		for _, family := range singles {
			row = append(row, r.Overall(name, trained, family))
		}
		cells = append(cells, row)
	}
	return rows, columns, cells
}

// Summary is a table of accuracies, averaged over 2 and more examples: each
// learner trained on the tested family alone and on the mixture.
func (r *Result) Summary() (header []string, rows [][]string) {
	header = []string{"learner", "weights"}
	for _, how := range []string{"", " (mix)"} {
		for _, f := range singles {
			header = append(header, f+how)
		}
	}
	for _, run := range r.firstRuns() {
		row := []string{run.Learner, fmt.Sprint(run.Params)}
		for _, f := range singles {
			row = append(row, plusMinus(r.Overall(run.Learner, f, f)))
		}
		for _, f := range singles {
			row = append(row, plusMinus(r.Overall(run.Learner, mixture, f)))
		}
		rows = append(rows, row)
	}
	return header, rows
}

func plusMinus(e eval.Estimate) string { return fmt.Sprintf("%.3f ±%.3f", e.Mean, (e.Hi-e.Lo)/2) }

// Sentence is the verdict in words: with [Result.CheckTable] it is how a notebook shows
// the result.
func (r *Result) Sentence() string {
	return fmt.Sprintf("%s: %s. %s: %d of %d checks pass (%s)", r.Claim, r.Title, r.Verdict, passed(r.Checks), len(r.Checks), r.SeedNote())
}

// CheckTable is the checks as a table.
func (r *Result) CheckTable() (header []string, rows [][]string) {
	for _, c := range r.Checks {
		pass := "no"
		if c.Pass {
			pass = "yes"
		}
		rows = append(rows, []string{
			c.Name, c.Signed(), c.Interval(), fmt.Sprintf("%g", c.Threshold), inWords(c.P), pass,
		})
	}
	return []string{"check", "estimate", "95 % interval", "threshold", "p (Holm)", "pass"}, rows
}

// signed writes an estimate: to three decimals, or to its first digit where that would
// be 0.
func signed(v float64) string {
	if v != 0 && math.Abs(v) < .0005 {
		return fmt.Sprintf("%+.0e", v)
	}
	return fmt.Sprintf("%+.3f", v)
}

// Interval writes the check's interval, or nothing where no chance is in it.
func (c Check) Interval() string { return interval(c.CI) }

// Interval writes the interval, or nothing where no chance is in it.
func (h Headline) Interval() string { return interval(h.CI) }

func interval(ci [2]float64) string {
	if ci[0] == ci[1] {
		return ""
	}
	return fmt.Sprintf("[%s, %s]", signed(ci[0]), signed(ci[1]))
}

// Signed writes the check's estimate.
func (c Check) Signed() string { return signed(c.Estimate) }

// Signed writes the estimate.
func (h Headline) Signed() string { return signed(h.Estimate) }

// inWords writes a p-value.
func inWords(p float64) string {
	if p < .001 {
		return "< .001"
	}
	return fmt.Sprintf("%.3f", p)
}

// FindingsTable is the findings as a table.
func (r *Result) FindingsTable() (header []string, rows [][]string) {
	for _, f := range r.Findings {
		rows = append(rows, []string{f.Name, strings.TrimPrefix(f.Signed(), "+"), strings.ReplaceAll(f.Interval(), "+", "")})
	}
	return []string{"finding", "estimate", "95 % interval"}, rows
}

// firstRuns lists the first run of each learner, in the experiment's order.
func (r *Result) firstRuns() []Run {
	var first []Run
	seen := map[string]bool{}
	for _, run := range r.Runs {
		if !seen[run.Learner] {
			seen[run.Learner] = true
			first = append(first, run)
		}
	}
	return first
}

// StartsTable tells, for the learners that got several random starts a run, how
// many of them got stuck; see [train.BestOf].
func (r *Result) StartsTable() (header []string, rows [][]string) {
	for _, first := range r.firstRuns() {
		if first.Starts.Tried < 2 {
			continue
		}
		tried, stuck := 0, 0
		for _, run := range r.Runs {
			if run.Learner == first.Learner {
				tried += run.Starts.Tried
				stuck += run.Starts.Stuck
			}
		}
		rows = append(rows, []string{first.Learner, fmt.Sprint(tried), fmt.Sprint(stuck)})
	}
	return []string{"learner", "starts", "stuck"}, rows
}

// MarkdownHeader heads the rows of [Result.MarkdownRow].
const MarkdownHeader = "| claim | verdict | checks passed | one number | command | core-minutes |\n|---|---|---|---|---|---|"

// MarkdownRow is the claim's row in the README's table.
func (r *Result) MarkdownRow() string {
	h := r.Headline
	number := fmt.Sprintf("%+.4f [%+.4f, %+.4f]", h.Estimate, h.CI[0], h.CI[1])
	if h.Interval() == "" {
		number = h.Signed()
	}
	return fmt.Sprintf("| %s: %s | %s | %d of %d | %s: %s | `goicl reproduce %s --preset %s` | %.0f |",
		r.Claim, r.Title, r.verdictNote(), passed(r.Checks), len(r.Checks), h.Name, number, r.Claim, r.Preset, r.CoreMinutes)
}

// verdictNote is the verdict, with the seeds that failed, if any.
func (r *Result) verdictNote() string {
	if len(r.FailedSeeds) == 0 {
		return fmt.Sprintf("**%s**", r.Verdict)
	}
	return fmt.Sprintf("**%s** (%s)", r.Verdict, r.SeedNote())
}
