// Package construct constructs transformers that are equal to conventional learners: not
// trained to resemble them, but with weights for which a [transformer.Circuit] computes
// the same numbers, for all inputs and any number of examples. An in-context-learning
// transformer can thus be a gradient-based, a metric-based or an amortization-based learner
// (Wu, Wang and Yao, ICLR 2025; the step of gradient descent follows von Oswald et al.,
// "Transformers Learn In-Context by Gradient Descent", ICML 2023).
//
// [Of] constructs a learner of package metalearner, [New] a custom transformer. Slots of
// the residual stream have names, and weight matrices are composed of maps that read or
// write slots:
//
//	slot.Copy()           as it is
//	slot.Scale(a)         times a
//	slot.Through(matrix)  through a matrix
//	Join(a, b)            one vector after the other
//	Sum(a, b)             added up
package construct

import (
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
)

// Learners lists the conventional learners that [Of] constructs, gradient descent with one
// and with four steps.
func Learners() []learner.Learner {
	return []learner.Learner{
		metalearner.GradientDescent{}, metalearner.GradientDescent{Steps: 4}, metalearner.ANIL{},
		metalearner.MatchNet{}, metalearner.MatchNet{Sum: true}, metalearner.ProtoNet{}, metalearner.Kernel{},
		metalearner.CNP{},
	}
}
