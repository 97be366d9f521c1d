package metalearner_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
)

// A domain has five tasks, three of which are adapted to.
const perDomain, support = 5, 3

func m2Over(model learner.Learner, in metalearner.Inner) metalearner.M2 {
	in.Steps, in.Rate = 2, .1
	return metalearner.M2{Model: model, Tasks: perDomain, Support: support, Inner: in}
}

// adaptPlainly takes the inner steps of M2 on the support tasks of the domain that begins
// with task lo, by an engine of its model.
func adaptPlainly(t *testing.T, model *engine.Compiled[float64], w []float64, in metalearner.Inner, b *datasets.Batch, lo int, at []int32) []float64 {
	t.Helper()
	w = slices.Clone(w)
	for range in.Steps {
		_, grad := lossGrad(t, model, w, b.Slice(lo, lo+support), at...)
		for i := range w {
			w[i] -= in.Rate * grad[i]
		}
	}
	return w
}

// TestM2StepByStep compares M2 over several models with its inner loop as a plain one
// over an engine of the model.
func TestM2StepByStep(t *testing.T) {
	at := []int32{1, 4}
	for _, order := range []string{"", "first", "reptile"} {
		for _, model := range []learner.Learner{metalearner.MLP{Width: 4}, metalearner.CNP{}, transformer.PreNorm{Width: 4, Depth: 1}} {
			l := m2Over(model, metalearner.Inner{Order: order})
			whole, plain := network(t, l, 2, 0), network(t, model, 2, 0)
			b := learnertest.Noise(10, 2*perDomain, 6, 2, 0)
			w := start(whole)
			var loss float64
			there, way := make([]float64, len(w)), make([]float64, len(w))
			for lo := 0; lo < b.T; lo += perDomain {
				fast := adaptPlainly(t, plain, w, l.Inner, b, lo, at)
				value, grad := lossGrad(t, plain, fast, b.Slice(lo+support, lo+perDomain), at...)
				loss += value / 2
				for i := range w {
					there[i] += grad[i] / 2
					way[i] += (w[i] - fast[i]) / 2
				}
			}
			value, grad := lossGrad(t, whole, w, b, at...)
			wantClose(t, l.Name()+", loss", []float64{value}, []float64{loss}, 1e-12)
			switch order {
			case "first":
				wantClose(t, l.Name()+", gradient", grad, there, 1e-11)
			case "reptile":
				wantClose(t, l.Name()+", gradient", grad, way, 1e-11)
			default:
				wantSlopes(t, whole, w, b, at, grad)
			}
		}
	}
}

// wantSlopes compares a gradient with central differences in random directions. The loss
// after steps on a network with ReLU jumps where a unit switches, so no switch may be
// nearer than the differences are wide.
func wantSlopes(t *testing.T, e *engine.Compiled[float64], w []float64, b *datasets.Batch, at []int32, grad []float64) {
	t.Helper()
	const h = 1e-6
	rng := rand.New(rand.NewPCG(3, 4))
	for range 5 {
		up, down, slope := slices.Clone(w), slices.Clone(w), 0.
		for i := range w {
			along := rng.NormFloat64()
			up[i], down[i] = w[i]+h*along, w[i]-h*along
			slope += along * grad[i]
		}
		above, _ := lossGrad(t, e, up, b, at...)
		below, _ := lossGrad(t, e, down, b, at...)
		wantClose(t, "slope", []float64{slope}, []float64{(above - below) / (2 * h)}, 1e-7)
	}
}
