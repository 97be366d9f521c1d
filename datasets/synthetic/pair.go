package synthetic

import (
	"cmp"
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Pair is the family of pair-wise similarities, whose metric MatchNet learns.
//
// A task has NC anchors a class, w_cj ~ N(0, I), whose unit vectors add up to the
// class direction u_c = Σ_j w_cj/‖w_cj‖. Its points come from N(0, σ²I). The label
// is argmax_c x·u_c: for two classes, the side of a random hyperplane through 0.
//
// The authors' code divides by the L3 norm, and its mixture has no anchors, so
// that all labels of a task are equal; here the norm is L2 and NC ≥ 1.
//
// Latent variables: "u" [C, D].
type Pair struct {
	N     int     `json:"n,omitempty"`     // points a task; 0 means 50
	D     int     `json:"d,omitempty"`     // input dimensions; 0 means 2
	C     int     `json:"c,omitempty"`     // classes; 0 means 2
	NC    int     `json:"n_c,omitempty"`   // anchors a class; 0 means 1
	Sigma float64 `json:"sigma,omitempty"` // spread of the inputs; 0 means 1
}

// Name is "pair".
func (Pair) Name() string { return "pair" }

func (s Pair) filled() Pair {
	return Pair{cmp.Or(s.N, paperN), cmp.Or(s.D, paperD), cmp.Or(s.C, paperC), cmp.Or(s.NC, 1), cmp.Or(s.Sigma, paperSigma)}
}

// Validate reports the first setting that is out of range.
func (s Pair) Validate() error {
	s = s.filled()
	return cmp.Or(
		checkCount("points", s.N, 1),
		checkCount("dimensions", s.D, 1),
		checkCount("classes", s.C, 2),
		checkCount("anchors a class", s.NC, 1),
		datasets.CheckSize(1, s.NC, 1, 0), // so many are drawn for each
		checkSigma(s.Sigma),
	)
}

// Label is the class whose direction has the greatest inner product with x; u is
// the task's [C, D].
func (Pair) Label(u, x []float32) int32 {
	best, most := int32(0), math.Inf(-1)
	for c := int32(0); len(x) > 0 && len(u) >= len(x); c++ {
		sum := 0.0
		for i, v := range x {
			sum += float64(v) * float64(u[i]) // exact in float64: fusing changes nothing
		}
		if sum > most {
			best, most = c, sum
		}
		u = u[len(x):]
	}
	return best
}

// Sample draws that many tasks.
func (s Pair) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	s = s.filled()
	b, err := newBatch(s, rng, tasks, s.N, s.D, s.C)
	if err != nil {
		return nil, err
	}
	directions := b.AddLatent("u", s.C, s.D)
	sum := make([]float64, s.D)
	anchor := make([]float32, s.D)
	for i := 0; i < len(directions.Data); i += s.D {
		clear(sum)
		for range s.NC {
			addUnit(rng, sum, anchor)
		}
		for j, v := range sum {
			directions.Data[i+j] = float32(v)
		}
	}
	centred(rng, b.X, s.Sigma)
	for t := range tasks {
		u := directions.Row(t)
		for n := range s.N {
			b.Y[t*s.N+n] = s.Label(u, b.Point(t, n))
		}
	}
	return b, nil
}

// addUnit draws an anchor and adds its unit vector to sum.
func addUnit(rng *rand.Rand, sum []float64, anchor []float32) {
	norm := 0.0
	for norm == 0 {
		centred(rng, anchor, 1)
		for _, v := range anchor {
			norm += float64(v) * float64(v)
		}
	}
	norm = math.Sqrt(norm)
	for i, v := range anchor {
		sum[i] += float64(v) / norm
	}
}
