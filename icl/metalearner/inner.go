package metalearner

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// Inner is the inner loop of the MAML family (Finn, Abbeel and Levine 2017): some steps
// of gradient descent from weights w that the outer loop learns,
//
//	w_k+1 = w_k − Rate · ∇L(w_k)
//
// with L the mean loss on what is adapted to. It is unrolled, so the outer gradient goes
// through every step of it.
type Inner struct {
	Steps int     `json:"steps,omitempty"` // 0 means 5
	Rate  float64 `json:"rate,omitempty"`  // 0 means .01
	// Order is the gradient that the outer loop follows.
	//
	//	""         the exact one, through all gradients of the inner loop: MAML
	//	"first"    that of the loss at the adapted weights; the inner loop's gradients
	//	           are taken for constants: FOMAML
	//	"reptile"  w − w_K, the direction of the inner loop, without a loss after it
	//	           (Nichol, Achiam and Schulman 2018)
	Order string `json:"order,omitempty"`
	// Rates are the rates of the inner loop: "" is Rate for all parameters, "layer" a
	// learned one for each tensor of parameters, and "weight" one for each number in them
	// (Meta-SGD, Li et al. 2017). They are learned as multiples of Rate, which start at 1:
	// a step of the outer loop then changes them by a like share whatever Rate is.
	Rates string `json:"rates,omitempty"`
	// Frozen names parameters that the inner loop leaves as they are, or beginnings of
	// their names: with all but the last layer frozen, MAML is ANIL (Raghu et al. 2020).
	Frozen []string `json:"frozen,omitempty"`
}

func (in Inner) filled() Inner {
	in.Steps, in.Rate = cmp.Or(in.Steps, 5), cmp.Or(in.Rate, .01)
	return in
}

// Validate reports the first setting that is out of range.
func (in Inner) Validate() error {
	in = in.filled()
	switch {
	case in.Steps < 1:
		return fmt.Errorf("metalearner: an inner loop of %d steps; want at least 1, or 0 for 5; without steps, train the model itself", in.Steps)
	case !(in.Rate > 0) || math.IsInf(in.Rate, 1):
		return fmt.Errorf("metalearner: the inner rate is %g; want a positive number, or 0 for .01", in.Rate)
	case !slices.Contains([]string{"", "first", "reptile"}, in.Order):
		return fmt.Errorf("metalearner: unknown order %q; want \"\" for the exact gradient, \"first\" or \"reptile\"", in.Order)
	case !slices.Contains([]string{"", "layer", "weight"}, in.Rates):
		return fmt.Errorf("metalearner: unknown rates %q; want \"\" for a fixed one, \"layer\" or \"weight\"", in.Rates)
	case in.Order == "reptile" && in.Rates != "":
		return fmt.Errorf("metalearner: Reptile has no gradient for learned rates (%q); leave Rates out or choose another order", in.Rates)
	}
	return checkSteps(in.label(), in.Steps)
}

// label names the member of the family: "MAML", "FOMAML", "ANIL", "Reptile", "Meta-SGD".
func (in Inner) label() string {
	switch {
	case in.Order == "reptile":
		return "Reptile"
	case in.Rates == "weight":
		return "Meta-SGD"
	case len(in.Frozen) > 0:
		return "ANIL"
	case in.Order == "first":
		return "FOMAML"
	}
	return "MAML"
}

// rateName is the name of the parameter that holds the learned rate of another, over Rate.
func rateName(name string) string { return "rate/" + name }

// adapts reports whether the inner loop changes the parameter of that name.
func (in Inner) adapts(name string) bool {
	return !strings.HasPrefix(name, "rate/") && !slices.ContainsFunc(in.Frozen, func(f string) bool { return strings.HasPrefix(name, f) })
}

// params adds the learned rates to a model's parameters.
func (in Inner) params(model []learner.Param) ([]learner.Param, error) {
	if err := in.Validate(); err != nil {
		return nil, err
	}
	for _, f := range in.Frozen {
		if !slices.ContainsFunc(model, func(p learner.Param) bool { return strings.HasPrefix(p.Name, f) }) {
			return nil, fmt.Errorf("metalearner: nothing to freeze begins with %q; the first parameter is %q", f, model[0].Name)
		}
	}
	all, free := slices.Clone(model), 0
	for _, p := range model {
		if !in.adapts(p.Name) {
			continue
		}
		free++
		rate := learner.Param{Name: rateName(p.Name), Dims: []int{1}, Init: learner.Constant(1)}
		if in.Rates == "weight" {
			rate.Dims = p.Dims
		}
		if in.Rates != "" {
			all = append(all, rate)
		}
	}
	if free == 0 {
		return nil, fmt.Errorf("metalearner: all parameters are frozen by %q; leave some for the inner loop", in.Frozen)
	}
	return all, nil
}

// adapt makes the inner loop. Weights may carry leading axes, of tasks that are each
// adapted to on their own, if loss is the sum of theirs.
func (in Inner) adapt(w learner.Weights, loss func(learner.Weights) *Node) learner.Weights {
	in = in.filled()
	fast := w
	for range in.Steps {
		fast = in.step(w, fast, loss(fast))
	}
	return fast
}

func (in Inner) step(w, fast learner.Weights, loss *Node) learner.Weights {
	var names []string
	var nodes []*Node
	for _, name := range fast.Names() {
		if in.adapts(name) {
			names, nodes = append(names, name), append(nodes, fast.Get(name))
		}
	}
	next := map[string]*Node{}
	for i, grad := range Gradient(loss, nodes...) {
		if in.Order != "" {
			grad = StopGradient(grad)
		}
		next[names[i]] = Sub(nodes[i], in.scaled(w, names[i], grad))
	}
	return fast.With(next)
}

// scaled is a gradient times its rate.
func (in Inner) scaled(w learner.Weights, name string, grad *Node) *Node {
	grad = MulScalar(grad, in.Rate)
	if in.Rates == "" {
		return grad
	}
	rate := w.Get(rateName(name))
	if rate.Shape().Size() == 1 {
		rate = Reshape(rate)
	}
	return Mul(ExpandLeftToRank(rate, grad.Rank()), grad)
}

// InnerRate implements [learner.Adaptive]: 0 for what is frozen.
func (in Inner) InnerRate(name string, learned func(name string) []float32) []float32 {
	rate := float32(in.filled().Rate)
	switch {
	case !in.adapts(name):
		return []float32{0}
	case in.Rates == "":
		return []float32{rate}
	}
	if learned == nil {
		return []float32{rate}
	}
	rates := slices.Clone(learned(rateName(name)))
	for i := range rates {
		rates[i] *= rate
	}
	return rates
}

// outer is the loss after the inner loop, from w to fast, as the outer loop is to lower
// it. Its value is that of loss; the gradient is what Order says.
func (in Inner) outer(w, fast learner.Weights, loss *Node) *Node {
	if in.Order != "reptile" {
		return loss
	}
	// ½‖w − w_K‖² has the gradient w − w_K, where w_K is taken for a constant. Of fast
	// weights with leading axes it is the mean.
	way := ScalarZero(loss.Graph(), loss.DType())
	for _, name := range w.Names() {
		if in.adapts(name) {
			from, to := w.Get(name), StopGradient(fast.Get(name))
			gap := Sub(ExpandLeftToRank(from, to.Rank()), to)
			way = Add(way, MulScalar(ReduceAllSum(Square(gap)), .5*float64(from.Shape().Size())/float64(to.Shape().Size())))
		}
	}
	return Add(StopGradient(Sub(loss, way)), way)
}
