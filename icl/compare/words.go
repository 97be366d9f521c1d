package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
)

// String tells what was found: a sentence for each comparison, and what it is about.
func (c *Result) String() string {
	var lines []string
	for _, e := range c.Effects {
		lines = append(lines, c.sentence(e))
	}
	lo, hi := slices.Min(c.At), slices.Max(c.At)
	at := fmt.Sprintf("after %d examples", lo)
	if lo < hi {
		at = fmt.Sprintf("averaged over %d numbers of examples from %d to %d", len(c.At), lo, hi)
	}
	about := fmt.Sprintf("Measured: %s on %d tasks of %s a seed, %s.", c.Metric, c.Tests, c.Test.Name(), at)
	about += c.levels()
	if c.Short != "" {
		about += " Stopped after " + c.Short + "."
	}
	for _, note := range c.Notes {
		about += " Note: " + note + "."
	}
	return strings.Join(append(lines, about), "\n\n")
}

// levels says with which probability the intervals of several comparisons hold, at once or each
// by itself.
func (c *Result) levels() string {
	n := c.comparisons()
	switch {
	case n < 2:
		return ""
	case c.Simultaneous:
		return fmt.Sprintf(" All %d intervals hold at once with 95 %%, each with %.4g %%.", n, 100-200*c.level())
	}
	return fmt.Sprintf(" Each of the %d intervals holds with 95 %% by itself; Simultaneous widens them so that all hold at once.", n)
}

// pair names the arms that are compared.
func (e Effect) pair() string { return e.Arm + " against " + e.Against }

func (c *Result) sentence(e Effect) string {
	against := e.pair()
	if len(e.Seeds) < 2 {
		if e.Diverged == 0 {
			return fmt.Sprintf("%s: no comparison, for both were trained with %s only; raise their Seeds.", against, count(len(e.Seeds), "seed"))
		}
		return fmt.Sprintf("%s: no comparison, for runs of %s diverged; lower the rate or set Clip.", against, count(e.Diverged, "seed"))
	}
	d, p := e.Difference, e.Superiority
	s := fmt.Sprintf("%s: %s %s [%s, %s] over %s, better on %.0f %% of the tasks.", against, c.Metric,
		signed(d.Mean, d), signed(d.Lo, d), signed(d.Hi, d), count(len(e.Seeds), "seed"), 100*p.Mean)
	if e.Diverged > 0 {
		s += fmt.Sprintf(" %s more diverged and took no part.", count(e.Diverged, "seed"))
	}
	return s + " " + c.verdict(e)
}

func (c *Result) verdict(e Effect) string {
	switch e.Outcome {
	case "equal":
		return fmt.Sprintf("Settled: equal within ±%g.", c.Margin)
	case "better", "worse":
		return fmt.Sprintf("Settled: %s.", e.Outcome)
	}
	more := fmt.Sprintf("about %s", count(e.More, "more seed"))
	if e.More+len(e.Seeds) >= eval.ManySeeds {
		more = fmt.Sprintf("more than %d seeds", eval.ManySeeds)
		if c.Margin == 0 {
			more += " (or a Margin)"
		}
	}
	return fmt.Sprintf("Not settled; %s would settle it, if difference and spread stay as they are.", more)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// signed writes v with two digits of the width of an interval.
func signed(v float64, of eval.Estimate) string {
	digits := 3
	if width := of.Hi - of.Lo; width > 0 {
		digits = min(max(1-int(math.Floor(math.Log10(width))), 0), 9)
	}
	return strings.Replace(fmt.Sprintf("%+.*f", digits, v), "-", "−", 1)
}

// Figure draws the difference of each comparison, with its interval and seeds.
func (c *Result) Figure() *figure.Figure {
	var rows []figure.Row
	less := "that of " + c.Arms[0].Name
	if c.Pairs {
		less = "that of the other arm"
	}
	for _, e := range c.Effects {
		row := figure.Row{Name: e.Arm, Mean: e.Difference, Seeds: e.Seeds}
		if c.Pairs {
			row.Name = e.pair()
		}
		if len(e.Seeds) > 1 {
			rows = append(rows, row)
		}
	}
	better := "higher"
	if c.sign() < 0 {
		better = "lower"
	}
	return figure.Forest(c.title(), fmt.Sprintf("%s less %s (%s is better)", c.Metric, less, better), c.Margin, rows...)
}

// ByExamples draws the metric of every arm by number of examples.
func (c *Result) ByExamples() *figure.Figure {
	p := figure.Panel{YLabel: string(c.Metric), Curves: c.Curves}
	if c.Metric != eval.Accuracy {
		p.YMin, p.YMax = span(c.Curves)
	}
	return figure.Curves(c.title(), []figure.Panel{p})
}

// span is a range around all intervals of the curves.
func span(curves []eval.Curve) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		lo, hi = min(lo, slices.Min(c.Lo)), max(hi, slices.Max(c.Hi))
	}
	rim := max(.05*(hi-lo), 1e-6)
	return lo - rim, hi + rim
}

func (c *Result) title() string {
	return cmp.Or(c.Title, fmt.Sprintf("%s on %s", c.Metric, c.Test.Name()))
}
