package construct

import (
	"fmt"
	"math"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/usercode"
)

// Agreement compares a learner with its construction.
type Agreement struct {
	Learner  string `json:"learner"`
	D        int    `json:"d"`
	C        int    `json:"c"`
	Episodes int    `json:"episodes"`
	// Float64 and Float32 are the greatest differences of the predictions, divided by
	// the largest prediction of the episode, if that is more than 1.
	Float64 float64 `json:"float64"`
	Float32 float64 `json:"float32"`
}

// Compare draws weights for l at random and that many random episodes for it, and
// compares l, in float64 on the backend reference, with its construction on the
// backend on, in both number types. Predictions are class probabilities or targets.
func Compare(l learner.Learner, d, c, episodes int, seed uint64, reference, on compute.Backend) (Agreement, error) {
	name, err := usercode.NameOf("learner", l)
	if err == nil {
		err = datasets.CheckSize(episodes, longest+1, d, c)
	}
	if err != nil {
		return Agreement{}, fmt.Errorf("construct: %w", err)
	}
	rng := datasets.Rand(seed, fmt.Sprintf("agreement %s %d %d", name, d, c))
	agreement := Agreement{Learner: name, D: d, C: c, Episodes: episodes}
	weights, err := RandomWeights(l, d, c, rng)
	if err != nil {
		return agreement, err
	}
	written, err := Of(l, weights, d, c)
	if err != nil {
		return agreement, err
	}
	b, at := RandomEpisodes(rng, episodes, d, c)
	want, err := Predict(reference, l, weights, b, at)
	if err != nil {
		return agreement, err
	}
	wide, err := Predict(on, written.Circuit, written.Weights, b, at)
	if err != nil {
		return agreement, err
	}
	narrow, err := Predict(on, written.Circuit, narrowed(written.Weights), b, at)
	if err != nil {
		return agreement, err
	}
	agreement.Float64, agreement.Float32 = Difference(wide, want), Difference(narrow, want)
	return agreement, nil
}

// Difference is the greatest difference between predictions, each divided by the
// largest of its episode if that is more than 1. A NaN counts as infinite.
func Difference(got, want [][]float64) float64 {
	worst := 0.
	for t := range want {
		scale := 1.
		for _, w := range want[t] {
			scale = max(scale, math.Abs(w))
		}
		for i, w := range want[t] {
			gap := math.Abs(got[t][i]-w) / scale
			if math.IsNaN(gap) {
				return math.Inf(1)
			}
			worst = max(worst, gap)
		}
	}
	return worst
}

func narrowed(v []float64) []float32 {
	out := make([]float32, len(v))
	for i := range v {
		out[i] = float32(v[i])
	}
	return out
}
