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
// the name with a w and the decay, and then momentum and L2 penalty, if there are any:
// "adamw 0.01", "sgd momentum 0.9 l2 0.0001". That of the zero value is empty, and that of a
// user's rule begins with "own" and its name: the rule itself is not read back.
type Optimizer struct {
	Rule string // "sgd" or "adam"; "" means adam
	// Decay is the decoupled weight decay of Loshchilov and Hutter (2019): before each
	// update all weights are multiplied by 1 − rate·Decay.
	Decay float64
	// Momentum is that of "sgd"; see [Momentum].
	Momentum float64
	// L2 is the factor of an L2 penalty: L2·θ is added to the gradient, after clipping, as by
	// weight_decay of PyTorch's SGD and Adam. For "sgd" without momentum it is the same as Decay.
	L2 float64
	// Own is an update rule of a user's own, in place of Rule and Momentum; see [Own].
	Own Rule
}

// The optimizers without weight decay.
var (
	SGD  = Optimizer{Rule: "sgd"}  // θ ← θ − rate·g
	Adam = Optimizer{Rule: "adam"} // Kingma and Ba (2015): β .9 and .999, ε 1e-8, as PyTorch
)

// AdamW is [Adam] with decoupled weight decay. PyTorch's default is 0.01.
func AdamW(decay float64) Optimizer { return Optimizer{Rule: Adam.Rule, Decay: decay} }

// Momentum is [SGD] with momentum, as PyTorch's: v ← momentum·v + g, θ ← θ − rate·v. A usual one is
// .9.
func Momentum(momentum float64) Optimizer { return Optimizer{Rule: SGD.Rule, Momentum: momentum} }

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

func ruleOf[T float32 | float64, N any](o Optimizer) rule[T, N] {
	if o.Own != nil {
		return ownRule[T, N](o.Own)
	}
	if o.name() == SGD.Rule && o.Momentum != 0 {
		return withMomentum[T, N](o.Momentum)
	}
	return rules[T, N]()[o.name()]
}

func (o Optimizer) name() string { return cmp.Or(o.Rule, Adam.Rule) }

// Validate reports a setting that is out of range.
func (o Optimizer) Validate() error {
	if err := o.checkOwn(); err != nil {
		return err
	}
	known := rules[float64, float64]()
	if _, ok := known[o.name()]; !ok && o.Own == nil {
		names := strings.Join(slices.Sorted(maps.Keys(known)), ", ")
		return fmt.Errorf("optim: unknown optimizer %q; want one of %s, or set Own to a rule of your own", o.Rule, names)
	}
	for what, v := range map[string]float64{"weight decay": o.Decay, "an L2 penalty": o.L2} {
		if !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("optim: %s of %g; want a positive number, or 0 for none", what, v)
		}
	}
	if !(o.Momentum >= 0 && o.Momentum < 1) || o.Momentum != 0 && o.name() != SGD.Rule {
		return fmt.Errorf("optim: %s with a momentum of %g; want 0 to less than 1 with sgd, and 0 with other rules", o.name(), o.Momentum)
	}
	return nil
}

// Moments names the vectors that the optimizer keeps, each as long as the weights.
func (o Optimizer) Moments() []string { return ruleOf[float64, float64](o).moments }

// String is the optimizer's text, such as "adam" or "adamw 0.01".
func (o Optimizer) String() string {
	text := o.name()
	switch {
	case o.Own != nil:
		text = ownPrefix + o.ownName()
	case o == Optimizer{}:
		return ""
	}
	switch {
	case o.Decay != 0 && o.Own != nil:
		text += fmt.Sprintf(" decay %g", o.Decay)
	case o.Decay != 0:
		text += fmt.Sprintf("w %g", o.Decay)
	}
	if o.Momentum != 0 {
		text += fmt.Sprintf(" momentum %g", o.Momentum)
	}
	if o.L2 != 0 {
		text += fmt.Sprintf(" l2 %g", o.L2)
	}
	return text
}

// MarshalText is [Optimizer.String].
func (o Optimizer) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (o *Optimizer) UnmarshalText(text []byte) error {
	own, isOwn := strings.CutPrefix(string(text), ownPrefix)
	name, rest, _ := strings.Cut(own, " ")
	read, words := Optimizer{Rule: name}, strings.Fields(rest)
	settings := map[string]*float64{"momentum": &read.Momentum, "l2": &read.L2}
	if isOwn {
		read.Rule, settings["decay"] = "", &read.Decay
	} else if rule, decayed := strings.CutSuffix(name, "w"); decayed && len(words) > 0 {
		read.Rule, settings["weight decay"] = rule, &read.Decay
		words = append([]string{"weight decay"}, words...)
	}
	for ; len(words) > 0; words = words[min(2, len(words)):] {
		into := settings[words[0]]
		if into == nil {
			return fmt.Errorf("optim: the optimizer %q has the unknown setting %q; want momentum or l2", text, words[0])
		}
		v, err := strconv.ParseFloat(append(words, "")[1], 64)
		if err != nil {
			return fmt.Errorf("optim: the %s of %q is no number", words[0], text)
		}
		*into = v
	}
	if err := read.Validate(); err != nil {
		return err
	}
	if isOwn { // its update is not in the text
		read.Rule = ownPrefix + name
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
	penalised []T // the gradient with that of an L2 penalty
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
	if l2 := T(s.optimizer.L2); l2 != 0 {
		s.penalised = append(s.penalised[:0], grad...)
		for i, w := range params {
			s.penalised[i] += l2 * w
		}
		grad = s.penalised
	}
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
