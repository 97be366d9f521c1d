// Package tabular classifies the rows of a table, or predicts their targets, in context: a
// transformer that was trained once, on synthetic tables, reads the labelled rows and
// answers for the others. Nothing is fitted to the table.
package tabular

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/tables"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Settings say what is trained, on what and how. The zero value is what is recommended.
type Settings struct {
	Learner transformer.Tabular // its zero value is that with Ridge
	Prior   tables.Prior        // Targets makes a model for real targets
	Recipe  train.Recipe        // its zero value is that of [Recipe]
	Seed    uint64
}

// Recipe is the training of a model: some twenty minutes on two cores.
func Recipe(steps int) train.Recipe {
	r := train.Fast(steps)
	r.Batch, r.Rate, r.First, r.LogPrefix = 32, 2e-3, 3, true
	return r
}

// steps of the recommended recipe.
const steps = 12_000

// Model is a trained transformer for tables.
type Model struct {
	fitted  *train.Fitted
	prior   tables.Prior // with its sizes
	learner transformer.Tabular

	// Members is the number of times that a table is read, each time with its columns and
	// classes in another order, and a quarter of the times as its principal components; the mean is
	// the answer. 0 means 16, which is as many as a register has lanes.
	Members int

	mu      sync.Mutex
	readers map[int]*train.Fitted // by the number of rows that are read
}

// reader is the learner with a context of n points. The last few are kept, since their graphs
// take longer to make than an answer.
func (m *Model) reader(n int) (*train.Fitted, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f := m.readers[n]; f != nil {
		return f, nil
	}
	if m.fitted == nil {
		return nil, errors.New("a model that was not trained; make one with Train")
	}
	l := m.learner
	l.Context = n
	f, err := m.fitted.As(l)
	if err != nil {
		return nil, err
	}
	if len(m.readers) >= 8 || m.readers == nil {
		m.readers = map[int]*train.Fitted{}
	}
	m.readers[n] = f
	return f, nil
}

// Train trains a model, or loads it if it was trained before.
func Train(ctx context.Context, s Settings, opts ...train.Option) (*Model, error) {
	if s.Recipe.IsZero() {
		s.Recipe = Recipe(steps)
	}
	if s.Learner == (transformer.Tabular{}) {
		s.Learner.Ridge = true
	}
	if s.Learner.Context != 0 {
		return nil, fmt.Errorf("tabular: the learner has a context of %d points; leave it 0, Predict sets it", s.Learner.Context)
	}
	// The learner standardises the inputs, so that none lie outside those in training.
	opts = append([]train.Option{train.WithNotices(func(string) {})}, opts...)
	f, err := train.Train(ctx, train.Config{Learner: s.Learner, Tasks: s.Prior, Recipe: s.Recipe, Seed: s.Seed}, opts...)
	if err != nil {
		return nil, err
	}
	return &Model{fitted: f, prior: s.Prior.WithDefaults(), learner: s.Learner}, nil
}

// Fitted is the learner as it was trained.
func (m *Model) Fitted() *train.Fitted { return m.fitted }

// String says what was trained.
func (m *Model) String() string { return m.fitted.String() }

// MaxRows is the number of rows that the model reads at once; of more, each member reads a
// random part, with the classes as they are in the whole.
const MaxRows = 200

// Prediction is what a model says of the rows of a table.
type Prediction struct {
	Classes []string    // of the table that was learned from; none for targets
	P       [][]float64 // probability of each class, a row each; nil for targets
	Z       []float64   // predicted targets; nil for classes
	members int
}

// Class is the likeliest class of a row; "" where there is no such row, or no classes.
func (p *Prediction) Class(row int) string {
	if row < 0 || row >= len(p.P) || len(p.P[row]) == 0 || len(p.P[row]) != len(p.Classes) {
		return ""
	}
	best := 0
	for c, v := range p.P[row] {
		if v > p.P[row][best] {
			best = c
		}
	}
	return p.Classes[best]
}

// Predict answers for the rows of test, whose labels are not read, from the rows of known.
// The answer for a row has the same bits whatever the order of the rows of known, and
// whichever other rows test has. A class of known without a row gets the probability
// 1/(n+C) of Laplace's rule, as one that has all of them leaves to each of the others.
func (m *Model) Predict(ctx context.Context, known, test datasets.Table) (*Prediction, error) {
	if err := m.check(known, test); err != nil {
		return nil, err
	}
	present, places := classesOf(known)
	p := m.newPrediction(present, len(test.X))
	if len(places) == 1 { // nothing to tell apart
		for row := range p.P {
			p.P[row][0] = 1
		}
		return p.spread(known, places), nil
	}
	ordered := sorted(present)
	rng := datasets.Rand(0, "members") // the same for each table, so that an answer can be repeated
	members := make([]member, p.members)
	for i := range members {
		members[i] = m.draw(rng, ordered)
		members[i].rotated = i%rotatedEvery == 1
	}
	reader, err := m.reader(len(members[0].rows))
	if err != nil {
		return nil, wrap(err)
	}
	test.Classes = ordered.Classes
	for lo := 0; lo < len(test.X); lo += atOnce {
		if err := m.answer(ctx, reader, members, ordered, test, lo, p); err != nil {
			return nil, wrap(err)
		}
	}
	return p.spread(known, places), nil
}

// classesOf is the table with the classes that have rows, and their places among all.
func classesOf(t datasets.Table) (present datasets.Table, places []int) {
	if t.Z != nil {
		return t, nil
	}
	number := make([]int32, len(t.Classes))
	for c, class := range t.Classes {
		if slices.Contains(t.Y, int32(c)) {
			number[c] = int32(len(places))
			places = append(places, c)
			present.Classes = append(present.Classes, class)
		}
	}
	classes := present.Classes
	present = t
	present.Classes, present.Y = classes, make([]int32, len(t.Y))
	for i, y := range t.Y {
		present.Y[i] = number[y]
	}
	return present, places
}

func (m *Model) newPrediction(known datasets.Table, rows int) *Prediction {
	p := &Prediction{members: cmp.Or(m.Members, defaultMembers)}
	if known.Z != nil {
		p.Z = make([]float64, rows)
		return p
	}
	p.Classes, p.P = slices.Clone(known.Classes), make([][]float64, rows)
	for i := range p.P {
		p.P[i] = make([]float64, len(known.Classes))
	}
	return p
}

// spread gives the classes without a row their share.
func (p *Prediction) spread(known datasets.Table, places []int) *Prediction {
	if p.P == nil || len(places) == len(known.Classes) {
		return p
	}
	rest := 1 / float64(len(known.X)+len(known.Classes))
	left := 1 - rest*float64(len(known.Classes)-len(places))
	all := &Prediction{Classes: slices.Clone(known.Classes), members: p.members}
	for _, of := range p.P {
		row := make([]float64, len(known.Classes))
		for c := range row {
			row[c] = rest
		}
		for i, c := range places {
			row[c] = of[i] * left
		}
		all.P = append(all.P, row)
	}
	return all
}

// check reports tables that the model cannot read.
func (m *Model) check(known, test datasets.Table) error {
	targets := m.prior.Targets
	switch {
	case len(known.X) == 0 || len(known.Features) == 0:
		return errors.New("tabular: no rows or no columns to learn from; want at least one of each")
	case len(test.X) == 0:
		return errors.New("tabular: no rows to predict; want at least one")
	case targets != (known.Z != nil) && targets:
		return errors.New("tabular: the table has classes, but the model was trained for real targets; train one without Prior.Targets")
	case targets != (known.Z != nil):
		return errors.New("tabular: the table has real targets, but the model was trained for classes; train one with Prior.Targets")
	case !targets && len(known.Classes) > m.prior.Classes:
		return fmt.Errorf("tabular: the table has %d classes and the model takes %d; join some, or train one with more Prior.Classes", len(known.Classes), m.prior.Classes)
	case len(known.X) != len(known.Y)+len(known.Z):
		return fmt.Errorf("tabular: %d rows to learn from, and %d labels or targets; want as many", len(known.X), len(known.Y)+len(known.Z))
	case !slices.Equal(known.Features, test.Features):
		return fmt.Errorf("tabular: the rows to predict have the columns %q; want those that are learned from, %q", test.Features, known.Features)
	}
	for i, y := range known.Y {
		if y < 0 || int(y) >= len(known.Classes) {
			return fmt.Errorf("tabular: row %d has label %d; want 0..%d", i, y, len(known.Classes)-1)
		}
	}
	return nil
}

// rotatedEvery is how many members there are for each that reads principal components.
const rotatedEvery = 4

// atOnce is the number of rows that are predicted in one pass. Where there are fewer, rows of
// zeros fill it up: another size may round otherwise.
const atOnce = 64

// defaultMembers is how many times a table is read.
const defaultMembers = 16

// moments are the mean and deviation of a value over rows, 0 for one that is constant.
func moments(rows []int, of func(row int) float64) (mean, sd float64) {
	for _, row := range rows {
		mean += of(row) / float64(len(rows))
	}
	for _, row := range rows {
		gap := of(row) - mean
		sd += gap * gap / float64(len(rows))
	}
	return mean, math.Sqrt(sd)
}
