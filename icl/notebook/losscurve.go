package notebook

import (
	"fmt"
	"math"
	"strings"
)

// lossColumns is the number of bins of a [lossCurve].
const lossColumns = 120

// lossCurve is the mean loss in each bin of the steps from 0 to total.
type lossCurve struct {
	total int
	sum   [lossColumns + 1]float64
	count [lossColumns + 1]int
}

// add takes the loss at done of total; 0, NaN and infinities are ignored. A new total
// begins a new curve.
func (c *lossCurve) add(done, total int, loss float64) {
	if total != c.total {
		*c = lossCurve{total: total}
	}
	if loss == 0 || math.IsNaN(loss) || math.IsInf(loss, 0) || done < 0 || done > total || total < 1 {
		return
	}
	at := int(float64(done) / float64(total) * lossColumns)
	c.sum[at] += loss
	c.count[at]++
}

// svg draws the curve in the colour of the text, from the least to the greatest loss; ""
// before there are two points.
func (c *lossCurve) svg() string {
	const width, height, margin = 2 * lossColumns, 48, 2.
	lo, hi, points := math.Inf(1), math.Inf(-1), 0
	for at, n := range c.count {
		if n > 0 {
			lo, hi = min(lo, c.mean(at)), max(hi, c.mean(at))
			points++
		}
	}
	if points < 2 {
		return ""
	}
	var line strings.Builder
	for at, n := range c.count {
		if n > 0 {
			y := margin + (height-2*margin)*(hi-c.mean(at))/max(hi-lo, 1e-12)
			fmt.Fprintf(&line, "%d,%.1f ", 2*at, y)
		}
	}
	return fmt.Sprintf(`<svg width="%d" height="%d" role="img" aria-label="loss between %.3f and %.3f">`+
		`<polyline points="%s" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>`,
		width, height, lo, hi, strings.TrimSpace(line.String()))
}

func (c *lossCurve) mean(at int) float64 { return c.sum[at] / float64(c.count[at]) }
