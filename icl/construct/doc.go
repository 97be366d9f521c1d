// Package construct writes conventional learners down as transformers: not trained
// to resemble them, but with weights that make a [transformer.Circuit] compute the
// same numbers, for all inputs and any number of examples. It is the constructive
// half of claim 1: an in-context-learning transformer can be a gradient-based, a
// metric-based or an amortization-based learner (Wu, Wang and Yao, ICLR 2025; the step
// of gradient descent follows von Oswald et al., "Transformers Learn In-Context by
// Gradient Descent", ICML 2023).
//
// [Of] writes a learner of package metalearner down; [New] starts a transformer of
// one's own. Slots of the residual stream have names, and a weight matrix is put
// together from maps that read or write them:
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

// Learners lists the conventional learners that [Of] knows, gradient descent with one and with
// four steps.
func Learners() []learner.Learner {
	return []learner.Learner{
		metalearner.GradientDescent{}, metalearner.GradientDescent{Steps: 4}, metalearner.ANIL{},
		metalearner.MatchNet{}, metalearner.MatchNet{Sum: true}, metalearner.ProtoNet{}, metalearner.Kernel{},
		metalearner.CNP{},
	}
}
