package construct

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
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
	rng := datasets.Rand(seed, fmt.Sprintf("agreement %s %d %d", l.Name(), d, c))
	agreement := Agreement{Learner: l.Name(), D: d, C: c, Episodes: episodes}
	weights, err := RandomWeights(l, d, c, rng)
	if err != nil {
		return agreement, err
	}
	written, err := Of(l, weights, d, c)
	if err != nil {
		return agreement, err
	}
	b, at := Episodes(rng, episodes, d, c)
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

// RandomWeights draws weights for l: its starting values, in float64, plus normal
// noise of .1.
func RandomWeights(l learner.Learner, d, c int, rng *rand.Rand) ([]float64, error) {
	layout, err := learner.NewLayout(l, d, c)
	if err != nil {
		return nil, err
	}
	weights := make([]float64, layout.Size)
	for i, v := range layout.Init(rng) {
		weights[i] = float64(v) + .1*datasets.Normal(rng)
	}
	return weights, nil
}

// longest is the greatest number of examples in a random episode.
const longest = 12

// Episodes draws episodes of points x ~ N(0, I) whose labels follow no rule: each has
// class frequencies of its own, so that classes may be rare or missing, or N(0, 1)
// targets where c is 0. Half of them have n ≤ 3 examples, one in sixteen has none.
// The query of episode i is point at[i].
func Episodes(rng *rand.Rand, episodes, d, c int) (b *datasets.Batch, at []int32) {
	b = datasets.NewRegression(episodes, longest+1, d)
	if c > 0 {
		b = datasets.NewBatch(episodes, longest+1, d, c)
	}
	for i := range b.X {
		b.X[i] = float32(datasets.Normal(rng))
	}
	for i := range b.Z {
		b.Z[i] = float32(datasets.Normal(rng))
	}
	for t := range episodes {
		unevenLabels(rng, b, t)
		n := 1 + rng.IntN(longest)
		switch t % 16 {
		case 0:
			n = 0
		case 1, 2, 3, 4, 5, 6, 7:
			n = 1 + t%3
		}
		at = append(at, int32(n))
	}
	return b, at
}

// unevenLabels draws the labels of a task from frequencies that fall off by a random
// factor from class to class, the classes in random order.
func unevenLabels(rng *rand.Rand, b *datasets.Batch, t int) {
	if b.C == 0 {
		return
	}
	order, keep := rng.Perm(b.C), rng.Float64()
	for n := range b.N {
		k := 0
		for k < b.C-1 && rng.Float64() > keep {
			k++
		}
		b.Y[t*b.N+n] = int32(order[k])
	}
}

// Predict returns what l predicts for the query at[t] of each task: class
// probabilities [T, K], or targets [T].
func Predict[T float32 | float64](on compute.Backend, l learner.Learner, weights []T, b *datasets.Batch, at []int32) ([][]float64, error) {
	e, err := engine.Compile[T](on, l, b.D, b.C)
	if err != nil {
		return nil, err
	}
	return ask(e, weights, b, at)
}

// Answer is whoever predicts for the query at[t] of each task: class probabilities
// [T, K], or targets [T, 1].
type Answer func(b *datasets.Batch, at []int32) ([][]float64, error)

// Answers is how l answers with its weights, in float64: [Predict] that compiles only
// once for batches of one shape, of tasks with d inputs and c classes.
func Answers(on compute.Backend, l learner.Learner, weights []float64, d, c int) (Answer, error) {
	e, err := engine.Compile[float64](on, l, d, c)
	if err != nil {
		return nil, err
	}
	return func(b *datasets.Batch, at []int32) ([][]float64, error) { return ask(e, weights, b, at) }, nil
}

// ask returns an engine's predictions, see [Predict].
func ask[T float32 | float64](e *engine.Compiled[T], weights []T, b *datasets.Batch, at []int32) ([][]float64, error) {
	flat, err := e.Logits(weights, b, at)
	if err != nil {
		return nil, err
	}
	k := len(flat) / b.T
	out := make([][]float64, b.T)
	for t := range out {
		for _, v := range flat[t*k : (t+1)*k] {
			out[t] = append(out[t], float64(v))
		}
		if b.C > 0 {
			softmax(out[t])
		}
	}
	return out, nil
}

// softmax turns logits into probabilities, in place.
func softmax(v []float64) {
	top, sum := math.Inf(-1), 0.
	for _, x := range v {
		top = max(top, x)
	}
	for i, x := range v {
		v[i] = math.Exp(x - top)
		sum += v[i]
	}
	for i := range v {
		v[i] /= sum
	}
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
