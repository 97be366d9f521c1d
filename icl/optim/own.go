package optim

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goicl/goicl/internal/usercode"
)

// Rule is an update rule of a user's own, for [Optimizer].Own. A run is continued and kept by
// what it does: equal arguments must give equal weights.
type Rule interface {
	// Name is short, such as "lion".
	Name() string
	// Moments names the vectors that the rule keeps, each as long as the weights. They start
	// at 0; nil means none.
	Moments() []string
	// Update is update number step ≥ 1. It changes params and moments along grad at a
	// learning rate, which has warm-up and decay in it.
	Update(step int, rate float64, params, grad []float64, moments [][]float64)
}

// Own is the optimizer of a user's rule. Weight decay and an L2 penalty may be added to it.
func Own(r Rule) Optimizer { return Optimizer{Own: r} }

// ownPrefix begins the text of an optimizer with a user's rule, before the rule's name.
const ownPrefix = "own "

// checkOwn reports a user's rule that cannot be used.
func (o Optimizer) checkOwn() error {
	switch {
	case o.Own == nil && strings.HasPrefix(o.Rule, ownPrefix):
		return fmt.Errorf("optim: the rule %q is a user's, and only its name was read; set Own to the rule", strings.TrimPrefix(o.Rule, ownPrefix))
	case o.Own == nil:
		return nil
	case o.Rule != "" || o.Momentum != 0:
		return fmt.Errorf("optim: Own with the rule %q and a momentum of %g; leave Rule and Momentum out, a rule of your own replaces both", o.Rule, o.Momentum)
	}
	name, err := usercode.NameOf("rule", o.Own)
	if err == nil && len(strings.Fields(name)) > 1 {
		err = fmt.Errorf("the Name of the rule %T is %q; return one word", o.Own, name)
	}
	if err != nil {
		return fmt.Errorf("optim: Own: %w", err)
	}
	moments, err := usercode.Get("Moments of "+usercode.Of("rule", o.Own), o.Own.Moments)
	if err != nil {
		return fmt.Errorf("optim: %w", err)
	}
	seen := map[string]bool{}
	for _, m := range moments {
		if strings.TrimSpace(m) == "" || seen[m] {
			return fmt.Errorf("optim: Moments of the rule %s returned %q; want names that differ", name, moments)
		}
		seen[m] = true
	}
	return nil
}

// ownName is the name of a user's rule, "" for one that has none.
func (o Optimizer) ownName() string {
	name, _ := usercode.NameOf("rule", o.Own)
	return name
}

// OnHost reports whether the optimizer has no graph: the rule of a user has none.
func (o Optimizer) OnHost() bool { return o.Own != nil }

// ownRule is a user's rule on the host, computed in float64. It has no graph.
func ownRule[T float32 | float64, N any](r Rule) rule[T, N] {
	var names []string
	if moments, err := usercode.Get("Moments of "+usercode.Of("rule", r), r.Moments); err == nil { // Validate reports it
		for _, name := range moments {
			names = append(names, "own."+name)
		}
	}
	var wide [][]float64 // weights, gradient, moments; kept from step to step
	return rule[T, N]{
		moments: names,
		numbers: func(step int, rate float64) []float64 { return []float64{float64(step), rate} },
		update: func(params, grad []T, moments [][]T, numbers []float64) {
			vectors := slices.Concat([][]T{params, grad}, moments)
			wide = slices.Grow(wide[:0], len(vectors))[:len(vectors)]
			for i, v := range vectors {
				wide[i] = widen(wide[i], v)
			}
			r.Update(int(numbers[0]), numbers[1], wide[0], wide[1], wide[2:])
			for i, v := range vectors {
				if i != 1 { // the gradient is the caller's
					narrow(v, wide[i])
				}
			}
		},
		graph: func(Ops[N], N, N, []N, []N) []N {
			panic(errors.New("optim: a rule of a user's own has no graph; update on the host, by State"))
		},
	}
}

// widen copies v into to, which it makes longer if need be.
func widen[T float32 | float64](to []float64, v []T) []float64 {
	to = slices.Grow(to[:0], len(v))[:len(v)]
	for i, x := range v {
		to[i] = float64(x)
	}
	return to
}

func narrow[T float32 | float64](to []T, v []float64) {
	for i, x := range v {
		to[i] = T(x)
	}
}
