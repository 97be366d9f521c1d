package datasets

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets/internal/tabular"
)

// Groups is a table whose rows come in groups, one for each patient, shop or school: a
// [Sampler] with one task a group. A task is N rows of one group, none twice, in random
// order. Groups are taken in turn, in random order, so that as many tasks as there are
// groups hold each once; those with fewer than N rows are left out, and [Groups.Small]
// names them. Inputs are standardised by all rows and limited to ±3, targets are standardised
// alike and have no limit; after [Groups.Split], by the rows for training. Missing
// values are filled as by [TableTasks].
type Groups struct {
	Label string   // the family's name; "" means that of the column
	N     int      // points of a task; 0 means 8
	Table Table    // without the column of the groups
	Names []string // of the groups
	Rows  [][]int  // of each group

	column string
	units  []int // the rows that inputs and targets are standardised by; nil for all
}

// Groups makes tasks of the rows that agree in a column. The column may be of numbers or texts,
// one that was left out because of its many texts, or one named in [GroupBy]; it is no
// input of the tasks.
func (t Table) Groups(column string) (Groups, error) {
	if err := t.Validate(); err != nil {
		return Groups{}, err
	}
	f, own, err := t.factor(column)
	if err != nil {
		return Groups{}, fmt.Errorf("datasets: %w", err)
	}
	g := Groups{column: column, Names: f.Names, Rows: make([][]int, len(f.Names))}
	for i, code := range f.Code {
		if code < 0 {
			return g, fmt.Errorf("datasets: row %s of the table has no value in column %.100q, and so no group; fill it or drop the row", t.row(i), column)
		}
		g.Rows[code] = append(g.Rows[code], i)
	}
	var inputs []int
	for j := range t.Features {
		if !slices.Contains(own, j) {
			inputs = append(inputs, j)
		}
	}
	if len(inputs) == 0 {
		return g, fmt.Errorf("datasets: the table has no input but %.100q, the column of the groups; want at least one", column)
	}
	g.Table = t.pick(all(len(t.Classes)), inputs)
	return g.filled(), nil
}

// filled are the groups that have rows: a selection may have none of some.
func (g Groups) filled() Groups {
	var names []string
	var rows [][]int
	for i, r := range g.Rows {
		if len(r) > 0 {
			names, rows = append(names, g.Names[i]), append(rows, r)
		}
	}
	g.Names, g.Rows = names, rows
	return g
}

// row names a row in a message.
func (t Table) row(i int) string {
	if t.RowNames != nil {
		return fmt.Sprintf("%d (%.100q)", i+1, t.RowNames[i])
	}
	return fmt.Sprint(i + 1)
}

// Name is the label.
func (g Groups) Name() string { return cmp.Or(g.Label, g.column, "groups") }

func (g Groups) points() int { return cmp.Or(g.N, 8) }

// MarshalJSON writes the settings and a hash of the table and its groups.
func (g Groups) MarshalJSON() ([]byte, error) {
	sum := sha256.Sum256(fmt.Append(nil, g.Rows, g.units))
	return json.Marshal(map[string]any{"table": g.Table.hash(), "groups": hex.EncodeToString(sum[:8]), "n": g.points()})
}

// String says how many groups there are, of which sizes, and which are too small.
func (g Groups) String() string {
	least, most := 0, 0
	for i, rows := range g.Rows {
		if most = max(most, len(rows)); i == 0 || len(rows) < least {
			least = len(rows)
		}
	}
	s := fmt.Sprintf("%s by %s of %d to %d rows; tasks of %s", tabular.Count(len(g.Names), "group"), g.Name(), least, most, tabular.Count(g.points(), "point"))
	if small := g.Small(); len(small) > 0 {
		s += fmt.Sprintf("; %s left out, with fewer rows: %s", tabular.Count(len(small), "group"), list(small))
	}
	return s
}

// Small names the groups that have fewer than N rows, of which there are no tasks.
func (g Groups) Small() (names []string) {
	for i, rows := range g.Rows {
		if len(rows) < g.points() && i < len(g.Names) {
			names = append(names, g.Names[i])
		}
	}
	return names
}

// large are the groups that tasks come from.
func (g Groups) large() (groups []int) {
	for i, rows := range g.Rows {
		if len(rows) >= g.points() {
			groups = append(groups, i)
		}
	}
	return groups
}

// Validate reports the first thing that is wrong with the table or the groups, and tasks that are larger than
// every group.
func (g Groups) Validate() error {
	if err := g.Table.Validate(); err != nil {
		return err
	}
	if g.points() < 2 {
		return fmt.Errorf("datasets: tasks of %d points; want at least 2, an example and a query", g.N)
	}
	if len(g.Names) != len(g.Rows) {
		return fmt.Errorf("datasets: %d groups have %d names; want as many", len(g.Rows), len(g.Names))
	}
	most, largest := 0, 0
	for i, rows := range g.Rows {
		if len(rows) == 0 {
			return fmt.Errorf("datasets: group %.100q has no rows; leave it out", g.Names[i])
		}
		if len(rows) > most {
			most, largest = len(rows), i
		}
		for _, row := range rows {
			if row < 0 || row >= len(g.Table.X) {
				return fmt.Errorf("datasets: group %.100q has row %d of a table of %d; want 0..%d", g.Names[i], row, len(g.Table.X), len(g.Table.X)-1)
			}
		}
	}
	if most == 0 {
		return errors.New("datasets: there are no groups; make them with Table.Groups")
	}
	if most < g.points() {
		return fmt.Errorf("datasets: no group has %d rows, the points of a task; the largest, %.100q, has %d. Set N to %d or less", g.points(), g.Names[largest], most, most)
	}
	return nil
}

// Split keeps that many groups for the test, drawn at random from those with N rows, and leaves the
// others for training. No row of a test group is seen in training, and the test's inputs and
// targets are standardised by the rows for training.
func (g Groups) Split(rng *rand.Rand, testGroups int) (training, test Groups, err error) {
	if err := g.Validate(); err != nil {
		return g, g, err
	}
	if rng == nil {
		return g, g, errors.New("datasets: rng is nil; make one with datasets.Rand")
	}
	large := g.large()
	if testGroups < 1 || testGroups >= len(large) {
		return g, g, fmt.Errorf("datasets: %d groups for the test of %d with %d rows or more; want 1 to %d, so that one is left for training", testGroups, len(large), g.points(), len(large)-1)
	}
	rng.Shuffle(len(large), func(i, j int) { large[i], large[j] = large[j], large[i] })
	training, test = g.without(large[:testGroups])
	return training, test, nil
}

// without leaves out the groups that are held for the test, and returns both.
func (g Groups) without(held []int) (training, test Groups) {
	training, test = g, g
	training.Names, training.Rows, test.Names, test.Rows = nil, nil, nil, nil
	for i, rows := range g.Rows {
		to := &training
		if slices.Contains(held, i) {
			to = &test
		}
		to.Names, to.Rows = append(to.Names, g.Names[i]), append(to.Rows, rows)
	}
	training.units = slices.Sorted(slices.Values(slices.Concat(training.Rows...)))
	test.units = training.units
	return training, test
}

// scales are those of inputs and targets.
func (g Groups) scales() (inputs, targets scale) {
	units := g.units
	if units == nil {
		units = all(len(g.Table.X))
	}
	return g.Table.scale(units), g.Table.targetScale(units)
}

// Sample draws that many tasks. Latent variables: "group", its number in Names, and "row" [N], the points'
// rows in the table.
func (g Groups) Sample(rng *rand.Rand, tasks int) (*Batch, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, errors.New("datasets: rng is nil; make one with datasets.Rand")
	}
	if err := CheckSize(tasks, g.points(), len(g.Table.Features), len(g.Table.Classes)); err != nil {
		return nil, err
	}
	b := NewBatch(tasks, g.points(), len(g.Table.Features), len(g.Table.Classes))
	b.AddLatent("row", b.N)
	group, large := b.AddLatent("group"), g.large()
	inputs, targets := g.scales()
	for t := range tasks {
		at := t % len(large)
		if at == 0 {
			rng.Shuffle(len(large), func(i, j int) { large[i], large[j] = large[j], large[i] })
		}
		group.Row(t)[0] = float32(large[at])
		g.draw(rng, b, t, g.Rows[large[at]], inputs, targets)
	}
	return b, nil
}

// draw draws task t from the rows of a group.
func (g Groups) draw(rng *rand.Rand, b *Batch, t int, of []int, inputs, targets scale) {
	rows, x, drawn := slices.Clone(of), make([]float32, b.D), b.Latent["row"].Row(t)
	for p := range b.N {
		row := deal(rng, rows, p)
		inputs.apply(b.Point(t, p), g.Table.filled(x, row, rows[:p]))
		g.Table.answer(b, t*b.N+p, row, targets)
		drawn[p] = float32(row)
	}
}
