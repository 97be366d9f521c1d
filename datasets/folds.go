package datasets

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// Folds divides the groups with N rows at random into that many parts, as equal as can be, for
// cross-validation: each part is the test once, as by [Groups.Split], and the other groups,
// with those of fewer rows, are the training.
func (g Groups) Folds(rng *rand.Rand, folds int) (training, test []Groups, err error) {
	if err := g.Validate(); err != nil {
		return nil, nil, err
	}
	if rng == nil {
		return nil, nil, errors.New("datasets: rng is nil; make one with datasets.Rand")
	}
	large := g.large()
	if folds < 2 || folds > len(large) {
		return nil, nil, fmt.Errorf("datasets: %d folds of %d groups with %d rows or more; want 2 to as many as there are groups", folds, len(large), g.points())
	}
	rng.Shuffle(len(large), func(i, j int) { large[i], large[j] = large[j], large[i] })
	for f := range folds {
		in, out := g.without(large[f*len(large)/folds : (f+1)*len(large)/folds])
		training, test = append(training, in), append(test, out)
	}
	return training, test, nil
}

// Whole returns a batch of one task for each group, small ones included: all its rows in the
// table's order, with inputs and targets as in Sample. Latent variables: "row", as there.
func (g Groups) Whole() ([]*Batch, error) {
	g.N = 2 // of Validate: what is asked for has no size
	if err := g.Validate(); err != nil {
		return nil, err
	}
	inputs, targets := g.scales()
	x, d := make([]float32, len(g.Table.Features)), len(g.Table.Features)
	whole := make([]*Batch, len(g.Rows))
	for i, rows := range g.Rows {
		if err := CheckSize(1, len(rows), d, len(g.Table.Classes)); err != nil {
			return nil, err
		}
		b := NewBatch(1, len(rows), d, len(g.Table.Classes))
		drawn := b.AddLatent("row", b.N)
		for p, row := range rows {
			inputs.apply(b.Point(0, p), g.Table.filled(x, row, rows[:p]))
			g.Table.answer(b, p, row, targets)
			drawn.Data[p] = float32(row)
		}
		whole[i] = b
	}
	return whole, nil
}
