package datasets

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
)

// TableTasks draws tasks from a table: a task is N of its rows, none twice, with the
// classes as balanced as the numbers allow. Inputs are standardised by all rows and
// limited to ±3, targets are standardised alike and have no limit. The missing values of a
// point are filled from the points before it, which are its context; what none of them has is 0.
type TableTasks struct {
	Label string // the family's name; "" means "table"
	Table Table
	N     int // points of a task; 0 means 50
	// D is how many features a task has, and C how many classes: each task draws its own,
	// in random order. 0 means all, in the table's order.
	D, C int
}

// Name is the label.
func (r TableTasks) Name() string { return cmp.Or(r.Label, "table") }

// MarshalJSON writes the settings and a hash of the table.
func (r TableTasks) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"table": r.Table.hash(), "n": r.points(), "d": r.D, "c": r.C})
}

// hash is that of the values. Tables without missing values have the one that they always had.
func (t Table) hash() string {
	values := fmt.Append(nil, struct {
		Features, Classes []string
		X                 [][]float32
		Y                 []int32
		Z                 []float32
	}{t.Features, t.Classes, t.X, t.Y, t.Z})
	if t.Missing {
		values = fmt.Append(values, t.fill)
	}
	sum := sha256.Sum256(values)
	return hex.EncodeToString(sum[:8])
}

func (r TableTasks) points() int { return cmp.Or(r.N, 50) }

// Validate reports the first thing that is wrong with the table, and tasks for which it has too
// few rows, features or classes.
func (r TableTasks) Validate() error {
	if err := r.Table.Validate(); err != nil {
		return err
	}
	features, classes := len(r.Table.Features), len(r.Table.Classes)
	switch {
	case r.D < 0 || r.D > features:
		return fmt.Errorf("datasets: tasks with %d features of a table that has %d; want 1 to %d, or 0 for all", r.D, features, features)
	case r.C < 0 || r.C == 1 || r.C > classes:
		return fmt.Errorf("datasets: tasks with %d classes of a table that has %d; want 2 to %d, or 0 for all", r.C, classes, classes)
	case r.points() < 1:
		return fmt.Errorf("datasets: tasks of %d points; want at least 1", r.N)
	}
	need := (r.points()-1)/max(1, cmp.Or(r.C, classes)) + 1
	for c, rows := range r.Table.byClass() {
		if len(rows) < need && r.Table.Z == nil {
			return fmt.Errorf("datasets: class %q has %d rows; tasks of %d points need %d", r.Table.Classes[c], len(rows), r.points(), need)
		}
		if len(rows) < need {
			return fmt.Errorf("datasets: the table has %d rows; tasks of %d points need as many", len(rows), r.points())
		}
	}
	return nil
}

// Sample draws that many tasks. Latent variables: "row" [N], the points' rows in the
// table.
func (r TableTasks) Sample(rng *rand.Rand, tasks int) (*Batch, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, errors.New("datasets: rng is nil; make one with datasets.Rand")
	}
	d, c := cmp.Or(r.D, len(r.Table.Features)), cmp.Or(r.C, len(r.Table.Classes))
	if err := CheckSize(tasks, r.points(), d, c); err != nil {
		return nil, err
	}
	b := NewBatch(tasks, r.points(), d, c)
	b.AddLatent("row", b.N)
	rows, inputs, targets := r.Table.byClass(), r.Table.scale(all(len(r.Table.X))), r.Table.targetScale(all(len(r.Table.X)))
	for t := range tasks {
		r.draw(rng, b, t, rows, inputs, targets)
	}
	return b, nil
}

// draw draws task t. It changes the order of rows, which does not matter.
func (r TableTasks) draw(rng *rand.Rand, b *Batch, t int, rows [][]int, inputs, targets scale) {
	features := some(rng, len(r.Table.Features), r.D)
	classes := some(rng, len(rows), r.C)
	order, taken, x := make([]int, b.N), make([]int, len(rows)), make([]float32, len(r.Table.Features))
	full, before := make([]float32, len(x)), make([]int, 0, b.N)
	Balance(rng, order, len(classes))
	for p, label := range order {
		class := classes[label]
		row := deal(rng, rows[class], taken[class])
		taken[class]++
		inputs.apply(x, r.Table.filled(full, row, before))
		before = append(before, row)
		copy(b.Point(t, p), pick(x, features))
		r.Table.answer(b, t*b.N+p, row, targets)
		if !b.Regression() {
			b.Y[t*b.N+p] = int32(label)
		}
		b.Latent["row"].Row(t)[p] = float32(row)
	}
}

// some draws k of n in random order; all in their order for k = 0.
func some(rng *rand.Rand, n, k int) []int {
	if k == 0 {
		return all(n)
	}
	return rng.Perm(n)[:k]
}

// deal draws a row that is not among the first that are taken, and moves it there.
func deal(rng *rand.Rand, rows []int, taken int) int {
	i := taken + rng.IntN(len(rows)-taken)
	rows[taken], rows[i] = rows[i], rows[taken]
	return rows[taken]
}
