package synthetic

import (
	"cmp"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Radius is the family of discs around 0, in the plane; none of the learners is
// made for it. The paper tests on it and never trains.
//
// A task is a radius R ~ U(RMin, RMax). Its points come from N(0, (.849 σR)²I). The
// label is 0 if ‖x‖ > R, else 1; at σ = 1 the two are equally likely (.499).
//
// Latent variables: "R", without dimensions.
type Radius struct {
	N     int     `json:"n,omitempty"`     // points a task; 0 means 50
	RMin  float64 `json:"r_min,omitempty"` // least radius; 0 means 2
	RMax  float64 `json:"r_max,omitempty"` // greatest radius; 0 means 4
	Sigma float64 `json:"sigma,omitempty"` // factor on the spread of the inputs; 0 means 1
}

// radiusSpread is the spread of the inputs in radii, 1/√(2 ln 2): it puts half of
// the points outside.
const radiusSpread = .849

// Name is "radius".
func (Radius) Name() string { return "radius" }

func (s Radius) filled() Radius {
	return Radius{cmp.Or(s.N, paperN), cmp.Or(s.RMin, 2), cmp.Or(s.RMax, 4), cmp.Or(s.Sigma, paperSigma)}
}

// Validate reports the first setting that is out of range.
func (s Radius) Validate() error {
	s = s.filled()
	if !(s.RMin > 0 && s.RMin <= s.RMax && s.RMax <= 1e6) {
		return fmt.Errorf("synthetic: radii from %g to %g; want 0 < RMin ≤ RMax ≤ 1e6", s.RMin, s.RMax)
	}
	return cmp.Or(checkCount("points", s.N, 1), checkSigma(s.Sigma))
}

// Label is 0 if x lies outside the disc, else 1; r holds the task's radius.
func (Radius) Label(r, x []float32) int32 {
	// The products are exact in float64: fusing changes nothing.
	if float64(x[0])*float64(x[0])+float64(x[1])*float64(x[1]) > float64(r[0])*float64(r[0]) {
		return 0
	}
	return 1
}

// Sample draws that many tasks.
func (s Radius) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	s = s.filled()
	b, err := newBatch(s, rng, tasks, s.N, 2, 2)
	if err != nil {
		return nil, err
	}
	radii := b.AddLatent("R")
	for t := range radii.Data {
		radii.Data[t] = float32(s.RMin + float64(rng.Float64()*(s.RMax-s.RMin)))
		for n := range s.N {
			x := b.Point(t, n)
			centred(rng, x, radiusSpread*s.Sigma*float64(radii.Data[t]))
			b.Y[t*s.N+n] = s.Label(radii.Row(t), x)
		}
	}
	return b, nil
}
