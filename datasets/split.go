package datasets

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
)

// Splits are random splits of a table into a context to learn from and queries
// to classify: the few-shot tasks of a real data set. A split keeps its queries
// as n, the number of context points, grows, and the points it has at n it has
// at n+1, too: curves over n compare like with like.
type Splits struct {
	table   Table
	target  scale   // of targets
	context [][]int // rows of each split's context points, in order
	queries [][]int // rows of each split's queries
}

// Split draws that many splits, each with context points to learn from (the
// largest n) and queries. No row occurs twice in a split. The classes are as
// balanced as the numbers allow, in the context and in the queries apart, and in
// random order: chance level is 1/C, whatever the table's shares. Of a
// table with targets, rows are drawn at random.
func (t Table) Split(rng *rand.Rand, splits, context, queries int) (*Splits, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, errors.New("datasets: rng is nil; make one with datasets.Rand")
	}
	if splits < 1 || context < 1 || queries < 1 {
		return nil, fmt.Errorf("datasets: %d splits of %d context points and %d queries; want at least 1 of each", splits, context, queries)
	}
	if err := t.checkRows(context, queries); err != nil {
		return nil, err
	}
	// The product fits an int: a split needs rows that are in memory.
	if err := CheckSize(splits, (context+1)*queries, len(t.Features), len(t.Classes)); err != nil {
		return nil, err
	}
	s := &Splits{table: t, target: t.targetScale(all(len(t.X)))}
	for range splits {
		rows := t.byClass()
		for _, r := range rows {
			rng.Shuffle(len(r), func(i, j int) { r[i], r[j] = r[j], r[i] })
		}
		s.context = append(s.context, take(rng, rows, context))
		s.queries = append(s.queries, take(rng, rows, queries))
	}
	return s, nil
}

// checkRows reports a class with too few rows for a split.
func (t Table) checkRows(context, queries int) error {
	c := max(1, len(t.Classes))
	// Shares rounded up, written so that no sum overflows.
	need := (context-1)/c + 1
	need += (queries-1)/c + 1
	for class, rows := range t.byClass() {
		if len(rows) < need && t.Z != nil {
			return fmt.Errorf("datasets: the table has %d rows; %d context points and %d queries need %d", len(rows), context, queries, need)
		}
		if len(rows) < need {
			return fmt.Errorf("datasets: class %q has %d rows; %d context points and %d queries of %d classes need %d", t.Classes[class], len(rows), context, queries, c, need)
		}
	}
	return nil
}

// take removes n rows from the ends of the classes' lists, in balanced order.
func take(rng *rand.Rand, byClass [][]int, n int) []int {
	order := make([]int, n)
	Balance(rng, order, len(byClass))
	for i, c := range order {
		last := len(byClass[c]) - 1
		order[i] = byClass[c][last]
		byClass[c] = byClass[c][:last]
	}
	return order
}

// Balance fills order with classes 0..c-1, each as often as the others up to
// one, in random order. Which classes come once more is random, too. Without classes it leaves
// order as it is.
func Balance(rng *rand.Rand, order []int, c int) {
	if c < 1 {
		return
	}
	first := rng.IntN(c)
	for i := range order {
		order[i] = (first + i) % c
	}
	for i := len(order) - 1; i > 0; i-- {
		j := rng.IntN(i + 1)
		order[i], order[j] = order[j], order[i]
	}
}

// Batch returns the tasks with n context points: one task for each query, the
// queries of a split one after the other. Points 0..n-1 are the context and point
// n is the query; the rest of the split's context follows, so that batches of all
// n have one shape, but has no part in the task. Look at position n only.
//
// Inputs are standardised by the n context points alone: x becomes (x − mean)/sd,
// per feature, with the sd of a population (divided by n), limited to ±3. The
// limit is rarely felt except where n is small: at n = 1, sd is 0, the context
// point is 0 and every other value is ±3. Targets are standardised by all rows of the
// table, which is a choice of unit: a squared error of 1 is that of predicting the mean.
// Missing values are filled from the n context points: a number is at their mean, which is 0,
// a text is their most frequent. An input that no context point has is 0 everywhere.
// It is an error if n is less than 1 or more than the number of context points drawn.
//
// Latent variables: "row" [N], the points' rows in the table.
func (s *Splits) Batch(n int) (*Batch, error) {
	if len(s.context) == 0 {
		return nil, errors.New("datasets: there are no splits; make some with Table.Split")
	}
	points, queries := len(s.context[0])+1, len(s.queries[0])
	if n < 1 || n >= points {
		return nil, fmt.Errorf("datasets: a context of %d points; want 1..%d, the number drawn by Split", n, points-1)
	}
	b := NewBatch(len(s.context)*queries, points, len(s.table.Features), len(s.table.Classes))
	latent := b.AddLatent("row", points)
	x := make([]float32, b.D)
	for i, context := range s.context {
		scale := s.table.scale(context[:n])
		for q, query := range s.queries[i] {
			task := i*queries + q
			for p, row := range slices.Insert(slices.Clone(context), n, query) {
				latent.Row(task)[p] = float32(row)
				s.table.answer(b, task*points+p, row, s.target)
				scale.apply(b.Point(task, p), s.table.filled(x, row, context[:n]))
			}
		}
	}
	return b, nil
}

// Queries is the number of queries a split: tasks i·Queries..(i+1)·Queries−1 of a
// batch belong to split i, and an interval should be taken over the splits.
func (s *Splits) Queries() int {
	if len(s.queries) == 0 {
		return 0
	}
	return len(s.queries[0])
}
