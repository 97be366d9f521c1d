package ranking

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/icl/eval"
)

// find is the cell of a table, a method and a number of rows; nil where there is none.
func (r *Report) find(table, method string, rows int) *Cell {
	for i, c := range r.Cells {
		if c.Table == table && c.Method == method && c.Rows == rows {
			return &r.Cells[i]
		}
	}
	return nil
}

// At are the tables that are large enough for a number of labelled rows.
func (r *Report) At(rows int) (tables []string) {
	for _, t := range r.Tables {
		if len(r.Methods) > 0 && r.find(t, r.Methods[0], rows) != nil {
			tables = append(tables, t)
		}
	}
	return tables
}

// splits are the values of a metric, [AUC] or [eval.LogLoss], on the splits of a table; none
// for other metrics.
func (r *Report) splits(m eval.Metric, table, method string, rows int) []float64 {
	c := r.find(table, method, rows)
	switch {
	case c != nil && m == AUC:
		return c.AUC
	case c != nil && m == eval.LogLoss:
		return c.Loss
	}
	return nil
}

// values are a method's means over splits, table by table.
func (r *Report) values(m eval.Metric, method string, rows int) (v []float64) {
	for _, t := range r.At(rows) {
		v = append(v, stat.Mean(r.splits(m, t, method, rows), nil))
	}
	return v
}

// Gaps are the differences of each method's [AUC] or [eval.LogLoss] from the first's with a
// number of labelled rows: for each table of [Report.At] an estimate, with its 95 % interval
// over splits, which are paired. A curve a method, to draw with figure.Dots.
func (r *Report) Gaps(m eval.Metric, rows int) []eval.Curve {
	var all []eval.Curve
	for _, method := range r.Methods[min(1, len(r.Methods)):] {
		c := eval.Curve{Learner: method, Metric: m}
		for _, t := range r.At(rows) {
			c.Add(eval.OfSeeds(r.gaps(m, t, method, rows)))
		}
		all = append(all, c)
	}
	return all
}

// gaps are the differences of a method from the first, split by split of a table.
func (r *Report) gaps(m eval.Metric, table, method string, rows int) []float64 {
	of, first := r.splits(m, table, method, rows), r.splits(m, table, r.Methods[0], rows)
	gaps := make([]float64, min(len(of), len(first)))
	for i := range gaps {
		gaps[i] = of[i] - first[i]
	}
	return gaps
}

// Ranks are, for each method, its rank among all by mean AUC on each table of [Report.At];
// ties share a rank.
func (r *Report) Ranks(rows int) map[string][]float64 {
	ranks := map[string][]float64{}
	for _, t := range r.At(rows) {
		var values []float64
		for _, m := range r.Methods {
			values = append(values, stat.Mean(r.splits(AUC, t, m, rows), nil))
		}
		for i, m := range r.Methods {
			rank := .5
			for _, v := range values {
				switch {
				case v > values[i]:
					rank++
				case v == values[i]:
					rank += .5
				}
			}
			ranks[m] = append(ranks[m], rank)
		}
	}
	return ranks
}

// Table is the ranking with a number of labelled rows: the mean rank, AUC and log-loss of
// each method, with 95 % intervals over tables, and on how many tables its AUC is ahead of and
// behind that of the first method by more than its interval over splits.
func (r *Report) Table(rows int) eval.Table {
	tables, ranks := r.At(rows), r.Ranks(rows)
	t := eval.Table{Title: fmt.Sprintf("%d labelled rows, %d tables", rows, len(tables))}
	if len(tables) == 0 {
		return t
	}
	t.Header = []string{"method", "mean rank", "AUC", "AUC − " + r.Methods[0], "log-loss", "ahead", "behind"}
	order := slices.Clone(r.Methods)
	slices.SortStableFunc(order, func(a, b string) int {
		return cmp.Compare(stat.Mean(ranks[a], nil), stat.Mean(ranks[b], nil))
	})
	first := r.values(AUC, r.Methods[0], rows)
	for _, m := range order {
		auc := r.values(AUC, m, rows)
		row := []string{m, interval(ranks[m], 2), interval(auc, 3), "", interval(r.values(eval.LogLoss, m, rows), 3), "", ""}
		if m != r.Methods[0] {
			for i := range auc {
				auc[i] -= first[i]
			}
			ahead, behind := r.against(m, rows)
			row[3], row[5], row[6] = interval(auc, 3), strconv.Itoa(ahead), strconv.Itoa(behind)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// Markdown is the ranking for each number of labelled rows that some table is large enough for.
func (r *Report) Markdown() string {
	var parts []string
	for _, rows := range r.Rows {
		if len(r.At(rows)) > 0 {
			parts = append(parts, r.Table(rows).Markdown()+"\n")
		}
	}
	return strings.Join(parts, "\n")
}

// against counts the tables on which the interval of a method's AUC less the first's, paired
// by split, lies above and below 0.
func (r *Report) against(method string, rows int) (ahead, behind int) {
	for _, t := range r.At(rows) {
		switch e := eval.OfSeeds(r.gaps(AUC, t, method, rows)); {
		case e.Lo > 0:
			ahead++
		case e.Hi < 0:
			behind++
		}
	}
	return ahead, behind
}

// interval writes a mean with Student's 95 % interval; of one value there is none.
func interval(v []float64, digits int) string {
	e := eval.OfSeeds(v)
	if len(v) < 2 {
		return fmt.Sprintf("%.*f", digits, e.Mean)
	}
	return fmt.Sprintf("%.*f [%.*f, %.*f]", digits, e.Mean, digits, e.Lo, digits, e.Hi)
}
