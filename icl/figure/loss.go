package figure

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"

	"github.com/goicl/goicl/icl/eval"
)

// lossBins is the number of stretches a run is summarised in.
const lossBins = 80

// Loss draws training loss against steps: at step N[i] of a run the loss was Mean[i]. Each
// run is cut into 80 stretches of steps; the line is the mean loss of a stretch, the band
// holds the middle 80 % of its losses. The loss axis is logarithmic where the losses span
// more than a factor of four.
func Loss(title string, runs ...eval.Curve) *Figure {
	if len(runs) == 0 {
		return failed("no runs in %q; want at least one", title)
	}
	panel := Panel{XLabel: "training steps", YLabel: "training loss"}
	for _, r := range runs {
		if err := checkRun(r); err != nil {
			return failed("run of %q: %w", r.Learner, err)
		}
		panel.Curves = append(panel.Curves, summary(r))
	}
	if err := panel.check(); err != nil {
		return failed("%w", err)
	}
	styles := stylesFor(learnersOf([]Panel{panel}))
	p := panel.plot(styles)
	setLossAxis(p, panel.Curves)
	legend := curveLegend([]Panel{panel}, styles)
	legend[len(legend)-1].name = "middle 80 % of the batches"
	return &Figure{
		title: clean(title), panels: [][]*plot.Plot{{p}}, aspect: .42, legend: legend,
		alt: altOfLoss(title, panel.Curves),
	}
}

func checkRun(r eval.Curve) error {
	if len(r.N) == 0 || len(r.N) != len(r.Mean) {
		return fmt.Errorf("%d steps and %d losses; want as many of each, at least one", len(r.N), len(r.Mean))
	}
	for i, v := range r.Mean {
		if err := drawable(v); err != nil {
			return fmt.Errorf("the loss at step %d is %w; cut the run before it", r.N[i], err)
		}
		if i > 0 && r.N[i] <= r.N[i-1] {
			return fmt.Errorf("steps go from %d to %d; want them to rise", r.N[i-1], r.N[i])
		}
	}
	return nil
}

// summary has one point for each stretch of steps that holds any.
func summary(r eval.Curve) eval.Curve {
	c := eval.Curve{Learner: r.Learner}
	size := (len(r.N) + lossBins - 1) / lossBins
	for i := 0; i < len(r.N); i += size {
		end := min(i+size, len(r.N))
		part := slices.Sorted(slices.Values(r.Mean[i:end]))
		c.N = append(c.N, r.N[(i+end-1)/2])
		c.Mean = append(c.Mean, stat.Mean(part, nil))
		c.Lo = append(c.Lo, stat.Quantile(.1, stat.Empirical, part, nil))
		c.Hi = append(c.Hi, stat.Quantile(.9, stat.Empirical, part, nil))
	}
	return c
}

func setLossAxis(p *plot.Plot, curves []eval.Curve) {
	lo, hi := spanOf(curves)
	p.X.Min = 0
	p.Y.Min, p.Y.Max = lo, hi
	switch {
	case lo > 0 && hi > 4*lo:
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, logTicks{}
	case lo >= 0 && hi > 0:
		p.Y.Min = 0
	}
}

func altOfLoss(title string, curves []eval.Curve) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s Training loss:", sentence(title))
	for i, c := range curves {
		last := len(c.N) - 1
		fmt.Fprintf(&b, "%s %s from %.3f to %.3f in %d steps", []string{"", ";"}[min(i, 1)],
			clean(c.Learner), c.Mean[0], c.Mean[last], c.N[last])
	}
	return b.String() + "."
}
