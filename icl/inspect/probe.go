package inspect

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// Probe measures how well a linear map reads a quantity off a model's states
// (Alain and Bengio, "Understanding intermediate layers using linear classifier probes",
// 2016): the share R² of its variance that ridge regression explains. States are [T, W],
// target is [T]. The map is fitted to the first half of the tasks and evaluated on
// the second, so states without information get about 0, or a little less. The interval
// is that of a bootstrap over the tasks of the second half.
//
// Channels are standardised first; the penalty is a thousandth of the number of tasks.
func Probe(states [][]float64, target []float64) (eval.Estimate, error) {
	half := len(target) / 2
	if err := checkProbe(states, target); err != nil {
		return eval.Estimate{}, err
	}
	x := standardised(states, half)
	mean := stat.Mean(target[:half], nil)
	w, err := ridge(x[:half], target[:half], mean)
	if err != nil {
		return eval.Estimate{}, err
	}
	residual, known := make([]float64, len(target)-half), target[half:]
	for i := range residual {
		residual[i] = known[i] - mean - floats.Dot(w, x[half+i])
	}
	return eval.BootstrapOf(datasets.Rand(0, "probe"), []int{len(known)}, 200, func(_ int, tasks []int) []float64 {
		return []float64{explained(residual, known, tasks)}
	})[0], nil
}

func checkProbe(states [][]float64, target []float64) error {
	const least = 10
	if len(states) != len(target) || len(target) < least {
		return fmt.Errorf("inspect: %d states and %d targets for a probe; want as many of each, at least %d", len(states), len(target), least)
	}
	if lo, hi := floats.Min(target), floats.Max(target); !(hi > lo) || math.IsInf(hi-lo, 0) {
		return fmt.Errorf("inspect: the targets of a probe go from %g to %g; want finite ones that differ", lo, hi)
	}
	for t, s := range states {
		if len(s) != len(states[0]) || len(s) == 0 {
			return fmt.Errorf("inspect: state %d has %d channels, the first one %d; want as many, at least one", t, len(s), len(states[0]))
		}
		if sum := floats.Sum(s); math.IsNaN(sum) || math.IsInf(sum, 0) {
			return fmt.Errorf("inspect: state %d holds a number that is not finite", t)
		}
	}
	return nil
}

// standardised shifts and scales each channel to mean 0 and variance 1 over the first
// half of the tasks; a channel that is constant there becomes 0.
func standardised(states [][]float64, half int) [][]float64 {
	out := make([][]float64, len(states))
	for t := range out {
		out[t] = make([]float64, len(states[t]))
	}
	column := make([]float64, half)
	for c := range states[0] {
		for t := range half {
			column[t] = states[t][c]
		}
		mean, sd := stat.PopMeanStdDev(column, nil)
		for t := range out {
			if sd > 0 {
				out[t][c] = (states[t][c] - mean) / sd
			}
		}
	}
	return out
}

// ridge minimises Σ (target − mean − w·x)² + λ‖w‖² with λ = T/1000.
func ridge(x [][]float64, target []float64, mean float64) ([]float64, error) {
	width := len(x[0])
	gram, right := mat.NewSymDense(width, nil), mat.NewVecDense(width, nil)
	for c := range width {
		gram.SetSym(c, c, float64(len(x))/1000)
	}
	for t, row := range x {
		v := mat.NewVecDense(width, row)
		gram.SymRankOne(gram, 1, v)
		right.AddScaledVec(right, target[t]-mean, v)
	}
	var chol mat.Cholesky
	var w mat.VecDense
	if !chol.Factorize(gram) {
		return nil, fmt.Errorf("inspect: the states of a probe are too large to be standardised")
	}
	if err := chol.SolveVecTo(&w, right); err != nil {
		return nil, fmt.Errorf("inspect: a probe cannot be fitted: %w", err)
	}
	return w.RawVector().Data, nil
}

// explained is 1 − Σ residual² / Σ (target − mean)² over some tasks.
func explained(residual, target []float64, tasks []int) float64 {
	mean, rest, all := 0., 0., 0.
	for _, t := range tasks {
		mean += target[t] / float64(len(tasks))
	}
	for _, t := range tasks {
		rest += residual[t] * residual[t]
		all += (target[t] - mean) * (target[t] - mean)
	}
	if all == 0 {
		return 0
	}
	return 1 - rest/all
}
