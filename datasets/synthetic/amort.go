package synthetic

import (
	"cmp"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Amort is the amortization family, which a CNP learns.
//
// A task is a point w ~ N(0, I). Its inputs come from N(w, σ²I). The label is 0 if
// Σx > Σw, else 1: the hyperplane through w across the diagonal.
//
// Latent variables: "w" [D].
type Amort struct {
	N     int     `json:"n,omitempty"`     // points a task; 0 means 50
	D     int     `json:"d,omitempty"`     // input dimensions; 0 means 2
	Sigma float64 `json:"sigma,omitempty"` // spread around w; 0 means 1
	// Parity repeats a mistake of the authors' code: in a random order, points 0
	// and 1 are "anchors" x ~ N(w−.1, .1²I) with label 0 and x ~ N(w+.1, .1²I) with
	// label 1. In two dimensions the task's rule says otherwise for 92 % of them.
	Parity bool `json:"parity,omitempty"`
}

// Name is "amort".
func (Amort) Name() string { return "amort" }

func (s Amort) filled() Amort {
	return Amort{cmp.Or(s.N, paperN), cmp.Or(s.D, paperD), cmp.Or(s.Sigma, paperSigma), s.Parity}
}

// Validate reports the first setting that is out of range.
func (s Amort) Validate() error {
	s = s.filled()
	least := 1
	if s.Parity {
		least = 2 // the two anchors
	}
	return cmp.Or(
		checkCount("points", s.N, least),
		checkCount("dimensions", s.D, 1),
		checkSigma(s.Sigma),
	)
}

// Label is 0 if Σx > Σw, else 1; w is the task's [D].
func (Amort) Label(w, x []float32) int32 {
	sum := 0.0
	for i := range x {
		sum += float64(x[i]) - float64(w[i])
	}
	if sum > 0 {
		return 0
	}
	return 1
}

// Sample draws that many tasks.
func (s Amort) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	s = s.filled()
	b, err := newBatch(s, rng, tasks, s.N, s.D, 2)
	if err != nil {
		return nil, err
	}
	centres := b.AddLatent("w", s.D)
	centred(rng, centres.Data, 1)
	for t := range tasks {
		w := centres.Row(t)
		for n := range s.N {
			x := b.Point(t, n)
			gaussian(rng, x, w, s.Sigma)
			b.Y[t*s.N+n] = s.Label(w, x)
		}
		if s.Parity {
			anchors(rng, b, t, w)
		}
	}
	return b, nil
}

// anchors overwrites points 0 and 1 of task t, see [Amort.Parity].
func anchors(rng *rand.Rand, b *datasets.Batch, t int, w []float32) {
	swap := rng.IntN(2)
	for label := range 2 {
		n := label ^ swap
		x := b.Point(t, n)
		gaussian(rng, x, w, .1)
		for i := range x {
			x[i] += .2*float32(label) - .1
		}
		b.Y[t*b.N+n] = int32(label)
	}
}
