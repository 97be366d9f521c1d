// Package ranking compares ways to predict the classes of a table's rows from few labelled
// ones, on several tables: transformers that read the labelled rows in context, and methods
// that are fitted to them.
package ranking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/usercode"
)

// Method predicts the classes of rows from labelled rows.
type Method interface {
	Name() string
	// Predict returns the probability of each class of known for each row of test, whose
	// labels it does not read. The tables share their memory with others: it changes neither.
	Predict(ctx context.Context, known, test datasets.Table) ([][]float64, error)
}

// Named is a table with its name.
type Named struct {
	Name string
	datasets.Table
}

// Options say how much is compared.
type Options struct {
	Rows    []int        // numbers of labelled rows; none means 10, 30, 50 and 100
	Splits  int          // random splits of a table, for each number of rows; 0 means 20
	Queries int          // rows to predict in a split, fewer where the table has fewer; 0 means 60
	Seed    uint64       // of the splits
	Log     func(string) // gets a line a table; nil for none
}

// most bounds the numbers of Options.
const most = 10_000

func (o Options) withDefaults() (Options, error) {
	if len(o.Rows) == 0 {
		o.Rows = []int{10, 30, 50, 100}
	}
	o.Splits, o.Queries = cmp.Or(o.Splits, 20), cmp.Or(o.Queries, 60)
	for _, n := range o.Rows {
		if n < 2 || n > most {
			return o, fmt.Errorf("%d labelled rows; want 2 to %d", n, most)
		}
	}
	if o.Splits < 2 || o.Splits > most || o.Queries < fewest || o.Queries > most {
		return o, fmt.Errorf("%d splits of %d rows to predict; want at least 2, which give an interval, and %d, and at most %d of each", o.Splits, o.Queries, fewest, most)
	}
	return o, nil
}

// fewest is the least number of rows to predict in a split.
const fewest = 10

// Cell is how a method does on a table with a number of labelled rows: a value a split.
type Cell struct {
	Table  string
	Method string
	Rows   int
	AUC    []float64 // see [AUC]
	Loss   []float64 // mean log-loss, in nats
}

// Report holds all cells.
type Report struct {
	Rows    []int    // numbers of labelled rows
	Tables  []string // names
	Methods []string // names; others are compared with the first
	Cells   []Cell
	Left    []string // tables that are too small for a number of rows
}

// Tables compares methods on tables. A split draws labelled rows and rows to predict, the
// classes balanced in both; the splits of a table are the same for all methods.
func Tables(ctx context.Context, tables []Named, methods []Method, o Options) (*Report, error) {
	o, err := o.withDefaults()
	if err == nil {
		err = usercode.WantContext(ctx)
	}
	if err == nil && len(tables)*len(methods) == 0 {
		err = errors.New("no tables or no methods; want at least one of each")
	}
	if err != nil {
		return nil, fmt.Errorf("ranking: %w", err)
	}
	r := &Report{Rows: o.Rows}
	for i, m := range methods {
		name, err := usercode.NameOf("method", m)
		if err == nil && slices.Contains(r.Methods, name) {
			err = fmt.Errorf("two methods are called %q; give them different names", name)
		}
		if err != nil {
			return nil, fmt.Errorf("ranking: method %d: %w", i, err)
		}
		r.Methods = append(r.Methods, name)
	}
	for i, t := range tables {
		if slices.Contains(r.Tables, t.Name) {
			return nil, fmt.Errorf("ranking: two tables are called %q; give them different names", t.Name)
		}
		r.Tables = append(r.Tables, t.Name)
		if o.Log != nil {
			o.Log(fmt.Sprintf("%d of %d: %s, %d rows, %d columns", i+1, len(tables), t.Name, len(t.X), len(t.Features)))
		}
		if err := r.table(ctx, t, methods, o); err != nil {
			return nil, fmt.Errorf("ranking: table %q: %w", t.Name, err)
		}
	}
	return r, nil
}

// table compares the methods on a table.
func (r *Report) table(ctx context.Context, t Named, methods []Method, o Options) error {
	if err := t.Validate(); err != nil {
		return err
	}
	if t.Z != nil {
		return errors.New("it has real targets; want classes")
	}
	for _, n := range o.Rows {
		queries := min(o.Queries, left(t.Table, n))
		if queries < fewest {
			r.Left = append(r.Left, fmt.Sprintf("%s at %d rows", t.Name, n))
			continue
		}
		splits, err := t.Split(datasets.Rand(o.Seed, "splits of "+t.Name), o.Splits, n, queries)
		if err != nil {
			return err
		}
		b, err := splits.Batch(n)
		if err != nil {
			return err
		}
		cells := make([]Cell, len(methods))
		for s := range o.Splits {
			known, test := cut(t.Table, b.Latent["row"], n, s*queries, queries)
			for i, m := range methods {
				p, err := ask(ctx, m, known, test)
				if err != nil {
					return fmt.Errorf("%s: %w", r.Methods[i], err)
				}
				auc, loss := score(p, test)
				cells[i].AUC, cells[i].Loss = append(cells[i].AUC, auc), append(cells[i].Loss, loss)
			}
		}
		for i := range methods {
			cells[i].Table, cells[i].Method, cells[i].Rows = t.Name, r.Methods[i], n
			r.Cells = append(r.Cells, cells[i])
		}
	}
	return nil
}

// left is the number of rows that are left to predict beside n labelled ones, with the
// classes balanced.
func left(t datasets.Table, n int) int {
	count := make([]int, len(t.Classes))
	for _, y := range t.Y {
		count[y]++
	}
	per := slices.Min(count) - ((n-1)/len(count) + 1)
	return max(0, per*len(count))
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

// ask lets a method predict, and reports what it did wrong.
func ask(ctx context.Context, m Method, known, test datasets.Table) (p [][]float64, err error) {
	err = usercode.Try("its prediction", func() (err error) {
		p, err = m.Predict(ctx, known, test)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(p) != len(test.X) {
		return nil, fmt.Errorf("%d rows are predicted; want %d", len(p), len(test.X))
	}
	for i, row := range p {
		if err := checkRow(row, len(known.Classes)); err != nil {
			return nil, fmt.Errorf("row %d to predict: %w", i, err)
		}
	}
	return p, nil
}

// checkRow reports numbers that are no probabilities of so many classes.
func checkRow(p []float64, classes int) error {
	if len(p) != classes {
		return fmt.Errorf("%d probabilities; want %d, one a class", len(p), classes)
	}
	sum := 0.
	for _, v := range p {
		if !(v >= 0) {
			return fmt.Errorf("a probability is %g", v)
		}
		sum += v
	}
	if !(math.Abs(sum-1) < 1e-3) {
		return fmt.Errorf("the probabilities %.4g add up to %.4g; want 1", p, sum)
	}
	return nil
}
