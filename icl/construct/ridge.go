package construct

import (
	"cmp"
	"fmt"
	"math"

	"github.com/goicl/goicl/icl/learner"
)

// Ridge approximates ridge regression, which minimises the mean over the examples of
// ½‖Wx_i − y_i‖² plus ½Penalty‖W‖², by an iteration with one layer of attention and
// one feed-forward network a step. It starts at W = 0.
//
// The weights are fixed, so they hold for contexts whose matrix XᵀX/n has no
// eigenvalue above Largest. With κ = (Largest + Penalty)/Penalty, the error ‖W − W*‖
// after k steps is at most [Ridge.Bound] times ‖W*‖.
type Ridge struct {
	Steps   int     // 0 means 8
	Penalty float64 // 0 means .1
	Largest float64 // 0 means 4
	// Chebyshev takes the steps of the Chebyshev semi-iteration (Golub and Varga 1961),
	// which use the previous update, instead of those of gradient descent with
	// the best constant rate.
	Chebyshev bool
}

func (r Ridge) withDefaults() Ridge {
	return Ridge{cmp.Or(r.Steps, 8), cmp.Or(r.Penalty, .1), cmp.Or(r.Largest, 4), r.Chebyshev}
}

// validate reports settings that make no iteration.
func (r Ridge) validate() error {
	r = r.withDefaults()
	if r.Steps < 1 || !(r.Penalty > 0) || !(r.Largest > 0) || math.IsInf(r.Penalty+r.Largest, 0) {
		return fmt.Errorf("construct: ridge regression with %d steps, penalty %g and largest eigenvalue %g; want positive numbers, or 0 for 8, .1 and 4", r.Steps, r.Penalty, r.Largest)
	}
	return learner.CheckLimit("ridge regression", "Steps", r.Steps, learner.MaxDepth)
}

// condition is κ, the largest over the smallest eigenvalue of XᵀX/n + Penalty·I.
func (r Ridge) condition() float64 { return (r.Largest + r.Penalty) / r.Penalty }

// Bound is the largest relative error that the steps can leave: ((κ−1)/(κ+1))^k of
// gradient descent, 2c^k/(1+c^2k) with c = (√κ−1)/(√κ+1) of Chebyshev's iteration.
func (r Ridge) Bound() float64 {
	r = r.withDefaults()
	k := float64(r.Steps)
	if !r.Chebyshev {
		return math.Pow((r.condition()-1)/(r.condition()+1), k)
	}
	root := math.Sqrt(r.condition())
	c := math.Pow((root-1)/(root+1), k)
	return 2 * c / (1 + c*c)
}

// step is one update of the iteration: memory times the last update, plus rate times the
// negative gradient.
type step struct{ memory, rate float64 }

func (r Ridge) schedule() []step {
	low, high := r.Penalty, r.Largest+r.Penalty
	middle, half := (high+low)/2, (high-low)/2
	steps := []step{{0, 1 / middle}}
	ratio := half / middle
	for len(steps) < r.Steps {
		if !r.Chebyshev {
			steps = append(steps, steps[0])
			continue
		}
		next := 1 / (2*middle/half - ratio)
		steps = append(steps, step{next * ratio, 2 * next / half})
		ratio = next
	}
	return steps
}

// Construct returns the iteration as a transformer for tasks with d inputs and c classes,
// whose one-hot labels it fits, or real targets where c is 0. Slot r holds y − Wx, v the
// last update of Wx.
func (r Ridge) Construct(d, c int) (*Construction, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	r = r.withDefaults()
	channels := learner.Channels(c)
	b := New("ridge as a transformer")
	x := b.Slot("x", "x", d)
	y := b.Slot("y", "y", channels)
	rest := b.Slot("r", "", channels)
	move := b.Slot("v", "", channels)
	b.Linear(y.Copy(), rest.Copy())
	steps := r.schedule()
	for k, s := range steps {
		b.Attend(toExamples,
			Head{Q: x.Copy(), K: x.Copy(), V: rest.Copy(), Out: move.Scale(s.rate)})
		if k+1 == len(steps) {
			b.Linear(move.Copy(), rest.Scale(-1))
			break
		}
		// The residual r shrinks by the update. The next update starts as memory times this
		// one plus the gradient of the penalty, −Penalty·Wx = Penalty·(r − y).
		next := steps[k+1]
		pull := Sum(rest.Copy(), move.Scale(-1), y.Scale(-1)).Times(next.rate * r.Penalty)
		b.Linear(
			Join(move.Scale(-1), Sum(move.Scale(next.memory-1), pull)),
			Join(rest.Copy(), move.Copy()),
		)
	}
	return b.Build(Sum(y.Copy(), rest.Scale(-1)), false, d, c)
}
