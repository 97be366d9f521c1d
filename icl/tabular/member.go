package tabular

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/train"
)

// member is one way to read a table.
type member struct {
	columns []int // of the table, in the order of the inputs
	labels  []int // of the learner, by class
	rows    []int // of the table, in an order that does not depend on theirs
	rotated bool  // whether the inputs are the principal components of the rows
}

// draw draws how a member reads a table, whose rows are in the order of sorted.
func (m *Model) draw(rng *rand.Rand, known datasets.Table) member {
	columns := rng.Perm(len(known.Features))
	if len(columns) > m.prior.Columns {
		columns = columns[:m.prior.Columns]
	}
	return member{columns, rng.Perm(max(1, m.prior.Classes))[:len(known.Classes)], rowsOf(rng, known), false}
}

// rowsOf are the rows that a member reads: all, or MaxRows with each class in its share.
func rowsOf(rng *rand.Rand, known datasets.Table) []int {
	rows := first(len(known.X))
	if len(rows) <= MaxRows {
		return rows
	}
	order := rng.Perm(len(rows))
	if known.Z == nil { // deal the rows of each class evenly
		place := make([]float64, len(rows))
		count, seen := make([]int, len(known.Classes)), make([]int, len(known.Classes))
		for _, y := range known.Y {
			count[y]++
		}
		for _, row := range order {
			y := known.Y[row]
			place[row] = (float64(seen[y]) + rng.Float64()) / float64(count[y])
			seen[y]++
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(place[a], place[b]) })
	}
	part := order[:MaxRows]
	slices.Sort(part)
	return part
}

// sorted is the table with its rows ordered by their values: the same for each order that
// they may have, so that an answer has the same bits.
func sorted(t datasets.Table) datasets.Table {
	rows := first(len(t.X))
	slices.SortStableFunc(rows, func(a, b int) int {
		if c := slices.Compare(t.X[a], t.X[b]); c != 0 {
			return c
		}
		if t.Z != nil {
			return cmp.Compare(t.Z[a], t.Z[b])
		}
		return cmp.Compare(t.Y[a], t.Y[b])
	})
	return take(t, rows)
}

// take is the table of some rows, without their names.
func take(t datasets.Table, rows []int) datasets.Table {
	of := t
	of.X, of.Y, of.Z, of.RowNames = nil, nil, nil, nil
	for _, row := range rows {
		of.X = append(of.X, t.X[row])
		if t.Z != nil {
			of.Z = append(of.Z, t.Z[row])
		} else if len(t.Y) > 0 {
			of.Y = append(of.Y, t.Y[row])
		}
	}
	return of
}

// answer fills in the prediction for the rows of test from lo on, atOnce of them. Each member
// is a task.
func (m *Model) answer(ctx context.Context, reader *train.Fitted, members []member, known, test datasets.Table, lo int, p *Prediction) error {
	chunk := test
	chunk.X, chunk.Y, chunk.Z, chunk.RowNames = test.X[lo:min(lo+atOnce, len(test.X))], nil, nil, nil
	b, at, err := m.tasks(members, known, chunk)
	if err != nil {
		return err
	}
	if b.Regression() {
		mean, _, err := reader.Regress(ctx, b, at)
		if err != nil {
			return err
		}
		for t, mem := range members {
			mu, sd := targetScale(known, mem.rows)
			for i := range chunk.X {
				p.Z[lo+i] += (mu + sd*float64(mean[t*atOnce+i])) / float64(len(members))
			}
		}
		return nil
	}
	probs, err := reader.Predict(ctx, b, at)
	if err != nil {
		return err
	}
	for t, mem := range members {
		for i := range chunk.X {
			p.add(lo+i, probs[(t*atOnce+i)*b.C:(t*atOnce+i+1)*b.C], mem.labels)
		}
	}
	return nil
}

// tasks are one for each member, and the points to predict in them.
func (m *Model) tasks(members []member, known, chunk datasets.Table) (b *datasets.Batch, at []int, err error) {
	n, c := len(members[0].rows), m.prior.Classes
	if m.prior.Targets {
		c = 0
	}
	b = datasets.NewBatch(len(members), n+atOnce, m.prior.Columns, c)
	var plain, rotated view // as all members see the table that read all its rows
	for t, mem := range members {
		seen := &plain
		if mem.rotated {
			seen = &rotated
		}
		if seen.scaled == nil || n < len(known.X) {
			if err := seen.read(mem, known, chunk, m.prior.Columns); err != nil {
				return nil, nil, err
			}
		}
		seen.fill(b, t, mem)
	}
	for i := range atOnce {
		at = append(at, n+i)
	}
	return b, at, nil
}

// view is a member's rows of the table, filled and standardised, with those to predict: a task
// for each of these.
type view struct {
	scaled  *datasets.Batch
	columns []int // of the components to read, where the inputs are rotated
}

// read makes the view of a member, of at most so many components where it is rotated.
func (v *view) read(mem member, known, chunk datasets.Table, components int) (err error) {
	v.scaled, err = take(known, mem.rows).Query(chunk)
	if err == nil && mem.rotated {
		v.columns = rotate(v.scaled, components)
	}
	return err
}

// fill makes task t of a member: its rows of the table, and then those to predict.
func (v *view) fill(b *datasets.Batch, t int, mem member) {
	if mem.rotated {
		mem.columns = v.columns
	}
	n := len(mem.rows)
	for i := range n {
		mem.copy(b.Point(t, i), v.scaled.Point(0, i))
		if b.Regression() {
			b.Z[t*b.N+i] = v.scaled.Z[i]
		} else {
			b.Y[t*b.N+i] = int32(mem.labels[v.scaled.Y[i]])
		}
	}
	for i := range v.scaled.T {
		mem.copy(b.Point(t, n+i), v.scaled.Point(i, n))
	}
}

// targetScale is the unit in which [datasets.Table.Query] has targets.
func targetScale(t datasets.Table, rows []int) (mean, sd float64) {
	return moments(rows, func(row int) float64 { return float64(t.Z[row]) })
}

// copy sets a point to a row of the table.
func (mem member) copy(point, row []float32) {
	for j, column := range mem.columns {
		point[j] = row[column]
	}
}

// add adds a member's share of the probabilities of a row's classes.
func (p *Prediction) add(row int, of []float32, labels []int) {
	sum := 0.
	for _, label := range labels {
		sum += float64(of[label])
	}
	for class, label := range labels {
		share := 1 / float64(len(labels)) // where the learner rules all of them out
		if sum > 0 {
			share = float64(of[label]) / sum
		}
		p.P[row][class] += share / float64(p.members)
	}
}

func wrap(err error) error {
	if err != nil {
		return fmt.Errorf("tabular: %w", err)
	}
	return nil
}
