// Package datasets holds few-shot tasks as plain data: a [Batch] of tasks, the
// [Sampler] that draws them, and mixtures of samplers. It knows nothing of
// models and imports no tensor library, so it can be used alone.
//
// A task is a sequence of N points drawn by one rule, each an input x with a label
// y (classification) or a real target z (regression). The convention is
// the same everywhere: point n is the query, the n points before it are its context (its
// in-context examples).
//
// # Tables
//
// [OpenTable], [OpenTargets], [ReadTable] and [ReadTargets] read CSV as it comes, by these
// rules; what was done is in the sentence that [Table.String] gives.
//
//   - The file is UTF-8 or UTF-16, with or without a byte order mark. Cells are separated by
//     the comma, semicolon or tab that splits the header so that the label's column is there.
//     Blanks around cells do not count.
//   - 1,5 is 1.5 if no number has a point. Where every comma could mark thousands, as in
//     1,234, the file is refused until [WithDecimal] says which.
//   - A column is of numbers or of texts; where it has both, or numbers with marks such as
//     5%, it is refused. A column of two texts is one input of zeros and ones, "sex=male" for
//     the second by name; up to ten texts are an input each; more are left out.
//     [Categories], [Ordinal] and [KeepAll] change that.
//   - A missing value is refused, or allowed by [WithMissing] and then filled in each task
//     from its context alone.
//   - Left out, and listed: columns of one value, of texts of which none occurs twice, and of
//     the row numbers 1, 2, 3 … (or 0, 1, 2 …) where there are ten rows or more and other inputs.
//   - A first column without a name, or called rownames, names the rows. Any other column
//     needs a name.
//   - Classes are ordered as numbers if all are numbers, else by name. Equal numbers are one
//     class.
//   - A column that gives the label or target by itself stays an input and is pointed out.
//
// [Table.Like] reads a second file in the same way; [Table.Query] asks about its rows;
// [Table.Groups] makes a task of each group of rows.
package datasets

import (
	"math/rand/v2"
)

// Sampler draws tasks of one family.
//
// An implementation is usually a small struct whose exported fields are its
// settings and whose zero value is the paper's setting. The fields are hashed
// into the key of a training run, so they should be JSON-encodable.
type Sampler interface {
	// Name is the family's short name: "proto", "mix".
	Name() string
	// Sample draws that many tasks; fewer than one are an error. All randomness comes from rng: the same
	// state of rng gives the same bytes, on every machine and backend.
	Sample(rng *rand.Rand, tasks int) (*Batch, error)
}

// Scheduled is a sampler whose training tasks change during training: a curriculum.
// Its own Sample draws the tasks at its end, on which a learner is validated and tested.
type Scheduled interface {
	Sampler
	// At returns the sampler of the training tasks of step ≥ 0. It depends on
	// nothing but the settings and the step, and gives batches of the same sizes at
	// each step.
	At(step int) Sampler
}

// Grouped is a sampler whose tasks come in groups of one domain each, one group after
// another, for learners that learn to adapt to a domain.
type Grouped interface {
	Sampler
	// Group is the number of tasks of a domain.
	Group() int
}

// Batch is a set of T tasks of N points in D dimensions: classification tasks with
// labels 0..C-1, or, where C is 0, regression tasks with real targets.
type Batch struct {
	T, N, D, C int
	X          []float32 // inputs [T, N, D]
	Y          []int32   // labels [T, N] of classification tasks, else nil
	Z          []float32 // targets [T, N] of regression tasks, else nil
	// Latent holds what the tasks were drawn from (prototypes, directions, the
	// family's index in a mixture), by name. Learners never see it; Bayes-optimal
	// predictors, figures and tests do.
	Latent map[string]Latent
}

// Latent is one latent variable of every task of a batch: Data has shape
// [T, Dims...].
type Latent struct {
	Dims []int
	Data []float32
}

// Row returns the latent variable of task t.
func (l Latent) Row(t int) []float32 { return l.rows(t, t+1).Data }

// rows is the latent variable of tasks lo..hi-1 as a view.
func (l Latent) rows(lo, hi int) Latent {
	size := 1
	for _, d := range l.Dims {
		size *= d
	}
	return Latent{Dims: l.Dims, Data: l.Data[lo*size : hi*size]}
}

// NewBatch allocates a batch, all zeros: classification tasks with c classes, or
// regression tasks where c is 0. Sizes that [CheckSize] refuses get no memory, which
// [Batch.Validate] reports.
func NewBatch(t, n, d, c int) *Batch {
	b := &Batch{T: t, N: n, D: d, C: c, Latent: map[string]Latent{}}
	if CheckSize(t, n, d, c) != nil {
		return b
	}
	b.X = make([]float32, t*n*d)
	if b.Regression() {
		b.Z = make([]float32, t*n)
	} else {
		b.Y = make([]int32, t*n)
	}
	return b
}

// Regression reports whether the tasks have real targets Z rather than labels Y.
func (b *Batch) Regression() bool { return b.C == 0 }

// AddLatent allocates the latent variable name with the given dimensions per
// task, stores it in the batch and returns it. Sizes that make no sense get no memory.
func (b *Batch) AddLatent(name string, dims ...int) Latent {
	l := Latent{Dims: dims}
	size := max(0, b.T)
	for _, d := range dims {
		if d < 0 || size > 0 && d > 2*maxValues/size {
			size = 0
			break
		}
		size *= d
	}
	if size <= 2*maxValues {
		l.Data = make([]float32, size)
	}
	if b.Latent == nil {
		b.Latent = map[string]Latent{}
	}
	b.Latent[name] = l
	return l
}

// Point returns the input x of point n of task t.
func (b *Batch) Point(t, n int) []float32 {
	i := (t*b.N + n) * b.D
	return b.X[i : i+b.D]
}

// Slice returns tasks lo..hi-1 as a view: it shares memory with b.
func (b *Batch) Slice(lo, hi int) *Batch {
	s := &Batch{
		T: hi - lo, N: b.N, D: b.D, C: b.C,
		X:      b.X[lo*b.N*b.D : hi*b.N*b.D],
		Latent: make(map[string]Latent, len(b.Latent)),
	}
	if b.Regression() {
		s.Z = b.Z[lo*b.N : hi*b.N]
	} else {
		s.Y = b.Y[lo*b.N : hi*b.N]
	}
	for name, l := range b.Latent {
		s.Latent[name] = l.rows(lo, hi)
	}
	return s
}
