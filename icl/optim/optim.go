// Package optim has optimizers and learning-rate schedules as values. Each rule stands
// once, in one file, in two forms: on the host and as a computation graph. The package
// needs no tensor library: a graph's operations are an argument, [Ops].
package optim

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Optimizer is an update rule with its settings. The zero value is [Adam].
//
// Its text, in JSON too, is the name of the rule, "sgd" or "adam", or with weight decay
// the name with a w and the decay: "adamw 0.01". That of the zero value is empty.
type Optimizer struct {
	Rule string // "sgd" or "adam"; "" means adam
	// Decay is the decoupled weight decay of Loshchilov and Hutter (2019): before each
	// update all weights are multiplied by 1 − rate·Decay.
	Decay float64
}

// The optimizers without weight decay.
var (
	SGD  = Optimizer{Rule: "sgd"}  // θ ← θ − rate·g
	Adam = Optimizer{Rule: "adam"} // Kingma and Ba (2015): β .9 and .999, ε 1e-8, as PyTorch
)

// AdamW is [Adam] with decoupled weight decay. PyTorch's default is 0.01.
func AdamW(decay float64) Optimizer { return Optimizer{Rule: Adam.Rule, Decay: decay} }

// rule is an update rule for weights of type T on the host and of type N in a graph.
type rule[T float32 | float64, N any] struct {
	// moments names the vectors that the rule keeps, each as long as the weights. They
	// start at 0.
	moments []string
	// numbers returns what update number step ≥ 1 at a learning rate is computed with.
	numbers func(step int, rate float64) []float64
	// update changes params and moments along grad.
	update func(params, grad []T, moments [][]T, numbers []float64)
	// graph returns the next state: params, then moments.
	graph func(ops Ops[N], params, grad N, moments, numbers []N) []N
}

// rules has all update rules by name.
func rules[T float32 | float64, N any]() map[string]rule[T, N] {
	return map[string]rule[T, N]{
		"sgd":  {nil, sgdNumbers, sgd[T], sgdGraph[N]},
		"adam": {[]string{"adam.m", "adam.v"}, adamNumbers, adam[T], adamGraph[N]},
	}
}

func ruleOf[T float32 | float64, N any](o Optimizer) rule[T, N] { return rules[T, N]()[o.name()] }

func (o Optimizer) name() string { return cmp.Or(o.Rule, Adam.Rule) }

// Validate reports a setting that is out of range.
func (o Optimizer) Validate() error {
	known := rules[float64, float64]()
	if _, ok := known[o.name()]; !ok {
		names := strings.Join(slices.Sorted(maps.Keys(known)), ", ")
		return fmt.Errorf("optim: unknown optimizer %q; want one of %s", o.Rule, names)
	}
	if !(o.Decay >= 0) || math.IsInf(o.Decay, 1) {
		return fmt.Errorf("optim: weight decay of %g; want a positive number, or 0 for none", o.Decay)
	}
	return nil
}

// Moments names the vectors that the optimizer keeps, each as long as the weights.
func (o Optimizer) Moments() []string { return ruleOf[float64, float64](o).moments }

// String is the optimizer's text, such as "adam" or "adamw 0.01".
func (o Optimizer) String() string {
	if o.Decay == 0 {
		return o.Rule
	}
	return fmt.Sprintf("%sw %g", o.name(), o.Decay)
}

// MarshalText is [Optimizer.String].
func (o Optimizer) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (o *Optimizer) UnmarshalText(text []byte) error {
	read := Optimizer{Rule: string(text)}
	if name, decay, ok := strings.Cut(read.Rule, "w "); ok {
		v, err := strconv.ParseFloat(decay, 64)
		if err != nil {
			return fmt.Errorf("optim: the weight decay of %q is no number", text)
		}
		read = Optimizer{Rule: name, Decay: v}
	}
	if err := read.Validate(); err != nil {
		return err
	}
	*o = read
	return nil
}

// State is an optimizer at work on one vector of weights. Set Step and Moments to go on
// with an earlier one.
type State[T float32 | float64] struct {
	Step    int   // updates made so far
	Moments [][]T // see [Optimizer.Moments]

	optimizer Optimizer
	rule      rule[T, T]
}

// New starts a valid optimizer for size weights.
func New[T float32 | float64](o Optimizer, size int) *State[T] {
	var moments [][]T
	for range o.Moments() {
		moments = append(moments, make([]T, max(0, size)))
	}
	return &State[T]{Moments: moments, optimizer: o, rule: ruleOf[T, T](o)}
}

// Update changes params by one step at a learning rate along grad.
func (s *State[T]) Update(params, grad []T, rate float64) {
	s.Step++
	if keep := T(s.optimizer.keep(rate)); keep != 1 {
		for i := range params {
			params[i] *= keep
		}
	}
	s.rule.update(params, grad, s.Moments, s.rule.numbers(s.Step, rate))
}

// keep is what weight decay multiplies the weights by.
func (o Optimizer) keep(rate float64) float64 { return 1 - rate*o.Decay }

// ClipNorm scales grad down to the Euclidean length limit where it is longer, and
// returns the length it had. A limit of 0 leaves it alone.
func ClipNorm[T float32 | float64](grad []T, limit float64) float64 {
	var sum float64
	for _, g := range grad {
		sum += float64(g) * float64(g)
	}
	norm := math.Sqrt(sum)
	if limit > 0 && norm > limit {
		scale := T(limit / norm)
		for i := range grad {
			grad[i] *= scale
		}
	}
	return norm
}
