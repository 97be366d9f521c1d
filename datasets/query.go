package datasets

import (
	"fmt"
	"slices"
)

// Query makes a task of each row of q, a table that [Table.Like] has read: all rows of t are
// its context, in their order, and the row is its query, point len(t.X). Inputs are
// standardised by the rows of t alone, limited to ±3, and filled from them, targets are standardised by
// those of t. Where q has no labels or targets, those of the queries are 0, and no one should look.
//
// Latent variables: "row", the query's row in q.
func (t Table) Query(q Table) (*Batch, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	if !slices.Equal(q.Features, t.Features) || !slices.Equal(q.Classes, t.Classes) {
		return nil, fmt.Errorf("datasets: the queries have the inputs %s and the classes %s, the table has %s and %s; read them with Table.Like", list(q.Features), list(q.Classes), list(t.Features), list(t.Classes))
	}
	n, d := len(t.X), len(t.Features)
	if err := CheckSize(len(q.X), n+1, d, len(t.Classes)); err != nil {
		return nil, err
	}
	b := NewBatch(len(q.X), n+1, d, len(t.Classes))
	at, context := b.AddLatent("row"), all(n)
	inputs, targets := t.scale(context), t.targetScale(context)
	x := make([]float32, d)
	for i := range n {
		t.answer(b, i, i, targets)
		inputs.apply(b.Point(0, i), t.filled(x, i, context))
	}
	for row := range q.X {
		if err := q.checkQuery(row, t.Missing || q.Missing); err != nil {
			return nil, err
		}
		at.Row(row)[0] = float32(row)
		if row > 0 {
			copy(b.X[row*(n+1)*d:], b.X[:n*d])
			copyAnswers(b, row)
		}
		inputs.apply(b.Point(row, n), t.fillFrom(x, q.X[row], context))
		if len(q.Y)+len(q.Z) > 0 {
			q.answer(b, row*(n+1)+n, row, targets)
		}
	}
	return b, nil
}

// copyAnswers gives the context of a task the answers of the first task's.
func copyAnswers(b *Batch, task int) {
	if b.Regression() {
		copy(b.Z[task*b.N:], b.Z[:b.N-1])
		return
	}
	copy(b.Y[task*b.N:], b.Y[:b.N-1])
}

// checkQuery reports a row that cannot be a query.
func (t Table) checkQuery(i int, missing bool) error {
	if len(t.X[i]) != len(t.Features) {
		return fmt.Errorf("datasets: row %d of the queries has %d values, want %d", i, len(t.X[i]), len(t.Features))
	}
	for j, x := range t.X[i] {
		if !finite(x) && !(missing && x != x) {
			return fmt.Errorf("datasets: row %d of the queries has %g in column %q; drop the row or fill the value", i, x, t.Features[j])
		}
	}
	return nil
}
