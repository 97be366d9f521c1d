package rundir

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
)

// Inputs is the range of each input in the validation tasks of a run, which stand for what
// it was trained on.
type Inputs struct {
	Min []float32 `json:"min"`
	Max []float32 `json:"max"`
}

// InputsOf is the range of the inputs of tasks.
func InputsOf(b *datasets.Batch) *Inputs {
	in := &Inputs{Min: make([]float32, b.D), Max: make([]float32, b.D)}
	copy(in.Min, b.X)
	copy(in.Max, b.X)
	for i, x := range b.X {
		in.Min[i%b.D] = min(in.Min[i%b.D], x)
		in.Max[i%b.D] = max(in.Max[i%b.D], x)
	}
	return in
}

// outsideShare is the least share of points outside the training range that is told.
const outsideShare = .1

// Outside says how far points of b lie outside the range; it is "" where fewer than
// outsideShare of them do.
func (in *Inputs) Outside(b *datasets.Batch) string {
	if in == nil || len(in.Min) != b.D || len(in.Max) != b.D {
		return ""
	}
	beyond, widest, far := 0, float32(0), ""
	for p := range b.T * b.N {
		out := false
		for d, x := range b.X[p*b.D : (p+1)*b.D] {
			gap := max(in.Min[d]-x, x-in.Max[d])
			if out = out || gap > 0; gap > widest {
				widest, far = gap, fmt.Sprintf("input %d is %.3g, in training %.3g to %.3g", d, x, in.Min[d], in.Max[d])
			}
		}
		if out {
			beyond++
		}
	}
	share := float64(beyond) / float64(b.T*b.N)
	if share < outsideShare {
		return ""
	}
	return fmt.Sprintf("%.0f %% of the points lie outside the range of inputs in training (%s): predictions there can be sure and wrong", math.Floor(100*share), far)
}
