// Package grouped compares ways to predict the rows of a group, such as a patient or a school,
// from a few rows of it and from other groups of the same table: few-shot regression on real
// tasks.
package grouped

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/internal/rank"
)

// Method predicts rows of groups.
type Method interface {
	Name() string
	// Sees reports whether the method learns from the training groups of a table.
	Sees() bool
	// Fit returns what predicts the rows of other groups of the same table, each from the
	// rows before it in its task. Randomness is from rng.
	Fit(ctx context.Context, training datasets.Groups, rng *rand.Rand) (eval.Regressor, error)
}

// LookedAt are the tables on which the prior and the settings of the transformers were decided,
// chosen before any result: growth, a line, several inputs, schools, and a curve of concentrations.
var LookedAt = []string{"datasets/ChickWeight", "lme4/sleepstudy", "Ecdat/Gasoline", "nlme/MathAchieve", "datasets/Theoph"}

// Options say how much is compared. Each group is a test group once: the groups of a table are
// divided into Folds parts, and those of each part are predicted after methods are fitted to the
// groups of the other parts.
type Options struct {
	Given []int // numbers of rows of a test group that are given; they rise
	Folds int   // fewer where a table has fewer groups
	Draws int   // of the rows that are given, for each test group
	Seed  uint64
	Log   func(string)
}

// leastRows is the number of rows of the smallest groups that are tested on.
const leastRows = 8

// Validate reports the first setting that is out of range.
func (o Options) Validate() error {
	switch {
	case len(o.Given) == 0 || !slices.IsSorted(o.Given) || o.Given[0] < 1 || o.Given[len(o.Given)-1] >= leastRows:
		return fmt.Errorf("grouped: %v given rows; want rising numbers from 1 to %d", o.Given, leastRows-1)
	case o.Folds < 2 || o.Draws < 1 || o.Draws > 1000:
		return fmt.Errorf("grouped: %d folds and %d draws; want at least 2, and 1 to 1000", o.Folds, o.Draws)
	}
	return nil
}

// Cell is how a method does on a table with a number of given rows.
type Cell struct {
	Table, Method string
	Given         int
	// Errors are those of each test group: squared errors over the variance of the target in
	// the rows for training, averaged over the rows that are predicted and over draws.
	Errors []float64
}

// Report holds all cells.
type Report struct {
	Options
	Tables  []string
	Methods []Method
	Cells   []Cell
}

// Run compares methods on tables. The rows that are given are the same for all methods, fewer
// are the beginnings of more, and what is predicted are the rows that are never given, so that
// they are the same for all numbers of given rows.
func Run(ctx context.Context, tables []rank.Grouped, methods []Method, o Options) (*Report, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	r := &Report{Options: o, Methods: methods}
	for i, t := range tables {
		t.N = leastRows
		groups := len(t.Names) - len(t.Small())
		if o.Log != nil {
			o.Log(fmt.Sprintf("%d of %d: %s, %d groups, %d columns", i+1, len(tables), t.Name, groups, len(t.Table.Features)))
		}
		if err := r.table(ctx, t, groups); err != nil {
			return nil, fmt.Errorf("grouped: %s: %w", t.Name, err)
		}
		r.Tables = append(r.Tables, t.Name)
	}
	return r, nil
}

// table compares the methods on a table.
func (r *Report) table(ctx context.Context, t rank.Grouped, groups int) error {
	training, test, err := t.Folds(datasets.Rand(r.Seed, "folds of "+t.Name), min(r.Folds, groups))
	if err != nil {
		return err
	}
	first := len(r.Cells)
	for _, m := range r.Methods {
		for _, n := range r.Given {
			r.Cells = append(r.Cells, Cell{Table: t.Name, Method: m.Name(), Given: n})
		}
	}
	for fold := range training {
		tasks, err := r.draw(t.Name, test[fold])
		if err != nil {
			return err
		}
		for i, m := range r.Methods {
			p, err := m.Fit(ctx, training[fold], datasets.Rand(r.Seed, fmt.Sprintf("fit to fold %d of %s", fold, t.Name)))
			if err != nil {
				return fmt.Errorf("%s: %w", m.Name(), err)
			}
			for k, of := range tasks {
				errs, err := of.errors(ctx, p)
				if err != nil {
					return fmt.Errorf("%s: %w", m.Name(), err)
				}
				cell := &r.Cells[first+i*len(r.Given)+k]
				cell.Errors = append(cell.Errors, errs...)
			}
		}
	}
	return nil
}

// tasks are the rows to predict of the test groups of a fold, a task for each, after the same
// number of given rows.
type tasks struct {
	*datasets.Batch
	group  []int // of each task
	groups int
}

// draw makes the tasks of the test groups for each number of given rows.
func (r *Report) draw(name string, test datasets.Groups) ([]tasks, error) {
	whole, err := test.Whole()
	if err != nil {
		return nil, err
	}
	most, count, orders := r.Given[len(r.Given)-1], 0, make([][][]int, len(whole))
	for i, g := range whole {
		rng := datasets.Rand(r.Seed, fmt.Sprintf("rows of %s of %s", test.Names[i], name))
		for range r.Draws {
			orders[i] = append(orders[i], rng.Perm(g.N))
		}
		count += r.Draws * (g.N - most)
	}
	var all []tasks
	for _, n := range r.Given {
		if err := datasets.CheckSize(count, n+1, whole[0].D, 0); err != nil {
			return nil, err
		}
		of := tasks{Batch: datasets.NewBatch(count, n+1, whole[0].D, 0), groups: len(whole)}
		for i, g := range whole {
			for _, order := range orders[i] {
				for _, row := range order[most:] {
					of.add(i, g, order[:n], row)
				}
			}
		}
		all = append(all, of)
	}
	return all, nil
}

// add adds a task: the given rows of group i, and then the row to predict.
func (of *tasks) add(i int, g *datasets.Batch, given []int, row int) {
	t := len(of.group)
	of.group = append(of.group, i)
	for p := range of.N {
		from := row
		if p < len(given) {
			from = given[p]
		}
		copy(of.Point(t, p), g.Point(0, from))
		of.Z[t*of.N+p] = g.Z[from]
	}
}

// errors are the mean squared errors of a predictor, group by group.
func (of tasks) errors(ctx context.Context, p eval.Regressor) ([]float64, error) {
	last := of.N - 1
	mean, _, err := p.Regress(ctx, of.Batch, []int{last})
	if err != nil {
		return nil, err
	}
	sums, counts := make([]float64, of.groups), make([]float64, of.groups)
	for t, i := range of.group {
		gap := float64(mean[t]) - float64(of.Z[t*of.N+last])
		sums[i] += gap * gap
		counts[i]++
	}
	for i := range sums {
		sums[i] /= counts[i]
	}
	return sums, nil
}
