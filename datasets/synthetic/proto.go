package synthetic

import (
	"cmp"
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Proto is the family of class prototypes, whose metric ProtoNet learns.
//
// A task is C prototypes w_c ~ N(0, I). Its points come from N(w_k, σ²I), with
// the components k as balanced as N allows and in an order drawn for each task.
// The label is the nearest prototype, argmin_c ‖x − w_c‖, which need not be k.
//
// Latent variables: "w" [C, D].
type Proto struct {
	N     int     `json:"n,omitempty"`     // points a task; 0 means 50
	D     int     `json:"d,omitempty"`     // input dimensions; 0 means 2
	C     int     `json:"c,omitempty"`     // classes; 0 means 2
	Sigma float64 `json:"sigma,omitempty"` // spread around a prototype; 0 means 1
}

// Name is "proto".
func (Proto) Name() string { return "proto" }

func (s Proto) filled() Proto {
	return Proto{cmp.Or(s.N, paperN), cmp.Or(s.D, paperD), cmp.Or(s.C, paperC), cmp.Or(s.Sigma, paperSigma)}
}

// Validate reports the first setting that is out of range.
func (s Proto) Validate() error {
	s = s.filled()
	return cmp.Or(
		checkCount("points", s.N, 1),
		checkCount("dimensions", s.D, 1),
		checkCount("classes", s.C, 2),
		checkSigma(s.Sigma),
	)
}

// Label is the class of the prototype nearest to x; w is the task's [C, D].
func (Proto) Label(w, x []float32) int32 {
	best, least := int32(0), math.Inf(1)
	for c := int32(0); len(x) > 0 && len(w) >= len(x); c++ {
		sum := 0.0
		for i, v := range x {
			diff := float64(v) - float64(w[i])
			sum += float64(diff * diff) // the conversion prevents fusing
		}
		if sum < least {
			best, least = c, sum
		}
		w = w[len(x):]
	}
	return best
}

// Sample draws that many tasks.
func (s Proto) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	s = s.filled()
	b, err := newBatch(s, rng, tasks, s.N, s.D, s.C)
	if err != nil {
		return nil, err
	}
	protos := b.AddLatent("w", s.C, s.D)
	centred(rng, protos.Data, 1)
	order := make([]int, s.N)
	for t := range tasks {
		w := protos.Row(t)
		datasets.Balance(rng, order, s.C)
		for n, k := range order {
			x := b.Point(t, n)
			gaussian(rng, x, w[k*s.D:(k+1)*s.D], s.Sigma)
			b.Y[t*s.N+n] = s.Label(w, x)
		}
	}
	return b, nil
}
