package rank

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/icl/eval"
)

// means are the mean AUC and loss of a method on each table at a number of rows.
func (r *Report) means(method string, rows int, of func(Cell) []float64) map[string]float64 {
	m := map[string]float64{}
	for _, c := range r.Cells {
		if c.Method == method && c.Rows == rows {
			m[c.Table] = stat.Mean(of(c), nil)
		}
	}
	return m
}

func auc(c Cell) []float64  { return c.AUC }
func loss(c Cell) []float64 { return c.Loss }

// Ranks are, for each method, its rank among all by mean AUC on each table at a number of
// rows; ties share a rank.
func (r *Report) Ranks(rows int) map[string][]float64 {
	ranks := map[string][]float64{}
	for _, table := range r.Tables {
		var values []float64
		for _, m := range r.Methods {
			v, ok := r.means(m, rows, auc)[table]
			if !ok {
				break
			}
			values = append(values, v)
		}
		if len(values) < len(r.Methods) {
			continue
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

// Markdown is the ranking as tables: for each number of rows the mean rank, AUC and log-loss
// of each method, with 95 % intervals over tables, and on how many tables it is ahead of and
// behind the first method by more than its interval over splits.
func (r *Report) Markdown() string {
	var b strings.Builder
	for _, rows := range r.Rows {
		ranks := r.Ranks(rows)
		if len(ranks) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%d labelled rows, %d tables\n\n| method | mean rank | AUC | AUC − %s | log-loss | ahead | behind |\n|---|---|---|---|---|---|---|\n", rows, len(ranks[r.Methods[0]]), r.Methods[0])
		order := slices.Clone(r.Methods)
		slices.SortFunc(order, func(a, b string) int {
			return cmp.Compare(stat.Mean(ranks[a], nil), stat.Mean(ranks[b], nil))
		})
		for _, m := range order {
			ahead, behind := r.against(m, rows)
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %d | %d |\n", m, interval(ranks[m], 2), interval(r.values(m, rows, auc), 3),
				interval(r.gaps(m, rows), 3), interval(r.values(m, rows, loss), 3), ahead, behind)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// values are a method's means, table by table.
func (r *Report) values(method string, rows int, of func(Cell) []float64) (v []float64) {
	means := r.means(method, rows, of)
	for _, t := range r.Tables {
		if m, ok := means[t]; ok {
			v = append(v, m)
		}
	}
	return v
}

// gaps are the differences of a method's mean AUC from the first method's.
func (r *Report) gaps(method string, rows int) []float64 {
	v, first := r.values(method, rows, auc), r.values(r.Methods[0], rows, auc)
	for i := range v {
		v[i] -= first[i]
	}
	return v
}

// against counts the tables on which the interval of a method's AUC less the first's, paired
// by split, lies above and below 0.
func (r *Report) against(method string, rows int) (ahead, behind int) {
	for _, t := range r.Tables {
		a, b := r.cell(t, method, rows), r.cell(t, r.Methods[0], rows)
		if a == nil || method == r.Methods[0] {
			continue
		}
		gaps := make([]float64, len(a.AUC))
		for i := range gaps {
			gaps[i] = a.AUC[i] - b.AUC[i]
		}
		switch e := eval.OfSeeds(gaps); {
		case e.Lo > 0:
			ahead++
		case e.Hi < 0:
			behind++
		}
	}
	return ahead, behind
}

func (r *Report) cell(table, method string, rows int) *Cell {
	for i, c := range r.Cells {
		if c.Table == table && c.Method == method && c.Rows == rows {
			return &r.Cells[i]
		}
	}
	return nil
}

// interval writes a mean with Student's 95 % interval.
func interval(v []float64, digits int) string {
	e := eval.OfSeeds(v)
	return fmt.Sprintf("%.*f [%.*f, %.*f]", digits, e.Mean, digits, e.Lo, digits, e.Hi)
}
