// Package rank compares ways to predict the rows of real tables from few labelled ones.
package rank

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// Method predicts the classes of rows from labelled rows.
type Method interface {
	Name() string
	// Predict returns the probability of each class of known for each row of test.
	Predict(ctx context.Context, known, test datasets.Table) ([][]float64, error)
}

// Named is a table with its name.
type Named struct {
	Name string
	datasets.Table
}

// Options say how much is compared.
type Options struct {
	Rows    []int // numbers of labelled rows
	Splits  int   // random splits of a table, for each number of rows
	Queries int   // rows to predict in a split, fewer where the table has fewer
	Seed    uint64
	Log     func(string)
}

// Cell is how a method does on a table with a number of labelled rows: a value a split.
type Cell struct {
	Table  string
	Method string
	Rows   int
	AUC    []float64 // area under the ROC curve; the mean of one against the rest for more than two classes
	Loss   []float64 // mean log-loss, in nats
}

// Report holds all cells.
type Report struct {
	Options
	Tables  []string
	Methods []string
	Cells   []Cell
	Left    []string // tables that are too small for a number of rows
}

// Tables compares methods on tables. The splits of a table are the same for all methods, and
// those of fewer rows are the beginnings of those of more.
func Tables(ctx context.Context, tables []Named, methods []Method, o Options) (*Report, error) {
	r := &Report{Options: o}
	for _, m := range methods {
		r.Methods = append(r.Methods, m.Name())
	}
	for i, t := range tables {
		r.Tables = append(r.Tables, t.Name)
		if o.Log != nil {
			o.Log(fmt.Sprintf("%d of %d: %s, %d rows, %d columns", i+1, len(tables), t.Name, len(t.X), len(t.Features)))
		}
		if err := r.table(ctx, t, methods); err != nil {
			return nil, fmt.Errorf("rank: %s: %w", t.Name, err)
		}
	}
	return r, nil
}

// table compares the methods on a table.
func (r *Report) table(ctx context.Context, t Named, methods []Method) error {
	for _, n := range r.Rows {
		queries := r.queries(t.Table, n)
		if queries < 10 {
			r.Left = append(r.Left, fmt.Sprintf("%s at %d rows", t.Name, n))
			continue
		}
		splits, err := t.Split(datasets.Rand(r.Seed, "splits of "+t.Name), r.Splits, n, queries)
		if err != nil {
			return err
		}
		b, err := splits.Batch(n)
		if err != nil {
			return err
		}
		cells := make([]Cell, len(methods))
		for s := range r.Splits {
			known, test := cut(t.Table, b.Latent["row"], n, s*queries, queries)
			for i, m := range methods {
				p, err := m.Predict(ctx, known, test)
				if err != nil {
					return fmt.Errorf("%s: %w", m.Name(), err)
				}
				auc, loss := score(p, test)
				cells[i].AUC, cells[i].Loss = append(cells[i].AUC, auc), append(cells[i].Loss, loss)
			}
		}
		for i, m := range methods {
			cells[i].Table, cells[i].Method, cells[i].Rows = t.Name, m.Name(), n
			r.Cells = append(r.Cells, cells[i])
		}
	}
	return nil
}

// queries is the number of rows to predict beside n labelled ones, with the classes balanced.
func (r *Report) queries(t datasets.Table, n int) int {
	count := make([]int, len(t.Classes))
	for _, y := range t.Y {
		count[y]++
	}
	per := slices.Min(count) - ((n-1)/len(count) + 1)
	return min(r.Queries, max(0, per*len(count)))
}

// cut returns the n labelled rows and those to predict of a split: of so many tasks from the
// first on, whose points are these rows.
func cut(t datasets.Table, rows datasets.Latent, n, first, queries int) (known, test datasets.Table) {
	known, test = t, t
	known.X, known.Y, known.RowNames, test.X, test.Y, test.RowNames = nil, nil, nil, nil, nil, nil
	for _, row := range rows.Row(first)[:n] {
		known.X, known.Y = append(known.X, t.X[int(row)]), append(known.Y, t.Y[int(row)])
	}
	for q := range queries {
		row := int(rows.Row(first + q)[n])
		test.X, test.Y = append(test.X, t.X[row]), append(test.Y, t.Y[row])
	}
	return known, test
}

// score is the area under the ROC curve and the log-loss of predictions.
func score(p [][]float64, test datasets.Table) (auc, loss float64) {
	for i, row := range p {
		loss -= math.Log(max(row[test.Y[i]], eval.ProbFloor)) / float64(len(p))
	}
	classes := len(test.Classes)
	if classes == 2 {
		return area(p, test.Y, 1), loss
	}
	for c := range classes {
		auc += area(p, test.Y, c) / float64(classes)
	}
	return auc, loss
}

// area is the probability that a row of class c gets a higher probability of it than another
// row; ties count half.
func area(p [][]float64, y []int32, c int) float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p[a][c], p[b][c]) })
	sum, positives := 0., 0.
	for lo := 0; lo < len(order); {
		hi := lo
		for hi < len(order) && p[order[hi]][c] == p[order[lo]][c] {
			hi++
		}
		for _, i := range order[lo:hi] {
			if int(y[i]) == c {
				sum += float64(lo+hi+1) / 2 // mean rank of those that tie
				positives++
			}
		}
		lo = hi
	}
	negatives := float64(len(p)) - positives
	if positives == 0 || negatives == 0 {
		return .5
	}
	return (sum - positives*(positives+1)/2) / (positives * negatives)
}
