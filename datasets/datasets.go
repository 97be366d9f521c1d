// Package datasets holds few-shot tasks as plain data: a [Batch] of tasks, the
// [Sampler] that draws them, and mixtures of samplers. It knows nothing of
// models and imports no tensor library, so it can be used alone.
//
// A task is a sequence of N labelled points (x, y) drawn by one rule. Everybody
// who looks at a batch reads it the same way: point n is the query, the n points
// before it are its context (its in-context examples).
package datasets

import (
	"fmt"
	"math"
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
	// Sample draws that many tasks. All randomness comes from rng: the same
	// state of rng gives the same bytes, on every machine and backend.
	Sample(rng *rand.Rand, tasks int) (*Batch, error)
}

// Batch is a set of T classification tasks of N points in D dimensions with
// labels 0..C-1.
type Batch struct {
	T, N, D, C int
	X          []float32 // inputs [T, N, D]
	Y          []int32   // labels [T, N]
	// Latent holds what the tasks were drawn from (prototypes, directions, the
	// family's index in a mixture), by name. Learners never see it; oracles,
	// figures and tests do.
	Latent map[string]Latent
}

// Latent is one latent variable of every task of a batch: Data has shape
// [T, Dims...].
type Latent struct {
	Dims []int
	Data []float32
}

// Row returns the latent variable of task t.
func (l Latent) Row(t int) []float32 {
	size := 1
	for _, d := range l.Dims {
		size *= d
	}
	return l.Data[t*size : (t+1)*size]
}

// NewBatch allocates a batch of zeros.
func NewBatch(t, n, d, c int) *Batch {
	return &Batch{
		T: t, N: n, D: d, C: c,
		X:      make([]float32, t*n*d),
		Y:      make([]int32, t*n),
		Latent: map[string]Latent{},
	}
}

// AddLatent allocates the latent variable name with the given dimensions per
// task, stores it in the batch and returns it.
func (b *Batch) AddLatent(name string, dims ...int) Latent {
	size := b.T
	for _, d := range dims {
		size *= d
	}
	l := Latent{Dims: dims, Data: make([]float32, size)}
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
		Y:      b.Y[lo*b.N : hi*b.N],
		Latent: make(map[string]Latent, len(b.Latent)),
	}
	for name, l := range b.Latent {
		size := 1
		for _, d := range l.Dims {
			size *= d
		}
		s.Latent[name] = Latent{Dims: l.Dims, Data: l.Data[lo*size : hi*size]}
	}
	return s
}

// Validate reports the first thing that makes the batch unusable: sizes that do
// not fit, an input that is not finite, a label outside 0..C-1.
func (b *Batch) Validate() error {
	if b == nil {
		return fmt.Errorf("datasets: the batch is nil")
	}
	if b.T < 1 || b.N < 1 || b.D < 1 || b.C < 2 {
		return fmt.Errorf("datasets: a batch of %d tasks × %d points × %d dimensions with %d classes; want at least 1, 1, 1 and 2", b.T, b.N, b.D, b.C)
	}
	if len(b.X) != b.T*b.N*b.D {
		return fmt.Errorf("datasets: X has %d values, want T·N·D = %d·%d·%d = %d", len(b.X), b.T, b.N, b.D, b.T*b.N*b.D)
	}
	if len(b.Y) != b.T*b.N {
		return fmt.Errorf("datasets: Y has %d labels, want T·N = %d·%d = %d", len(b.Y), b.T, b.N, b.T*b.N)
	}
	for i, x := range b.X {
		if v := float64(x); math.IsNaN(v) || math.IsInf(v, 0) {
			t, n, d := i/(b.N*b.D), i/b.D%b.N, i%b.D
			return fmt.Errorf("datasets: x is %g in task %d, point %d, dimension %d; drop the point or fill the value", x, t, n, d)
		}
	}
	for i, y := range b.Y {
		if y < 0 || int(y) >= b.C {
			return fmt.Errorf("datasets: label %d in task %d, point %d; want 0..%d", y, i/b.N, i%b.N, b.C-1)
		}
	}
	return nil
}
