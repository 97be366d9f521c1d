package construct

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
)

// Witness is a learner that a transformer can express, but no gradient-, metric- or
// amortization-based learner can. It finds the direction in which the two classes lie
// apart, by a step of gradient descent from 0,
//
//	t(x) = x · mean_i(s_i x_i),   s_i = ±1 the class of example i,
//
// compares the query with the examples along it, exp(−(t_q − t_i)²/2h²), and adds a
// virtual example of weight exp(prior_c) to each class c:
//
//	p(c) ∝ exp(prior_c) + Σ_{i of class c} exp(−(t_q − t_i)²/2h²)
//
// The metric is learned within the context; that of a metric-based learner is fixed by
// training. The virtual examples weigh less the more examples there are, which is no
// function of averages, and differ between classes, as in no metric-based learner. See
// [Repetition] and [Relabelling].
type Witness struct{}

// Name is "witness".
func (Witness) Name() string { return "witness" }

// Params lists log h, which starts at log(.3), and prior [C], from log 2 down to
// −log 2.
func (Witness) Params(_, c int) ([]learner.Param, error) {
	if c != 2 {
		return nil, fmt.Errorf("construct: the witness has 2 classes, not %d", c)
	}
	return []learner.Param{
		{Name: "log_h", Dims: []int{1}, Init: learner.Constant(float32(math.Log(.3)))},
		{Name: "prior0", Dims: []int{1}, Init: learner.Constant(math.Ln2)},
		{Name: "prior1", Dims: []int{1}, Init: learner.Constant(-math.Ln2)},
	}, nil
}

// Logits returns [B, M, 2].
func (Witness) Logits(w learner.Weights, ep learner.Episode) *Node {
	zero, one := Slice(ep.Y, AxisRange(), AxisRange(), AxisRange(0, 1)), Slice(ep.Y, AxisRange(), AxisRange(), AxisRange(1, 2))
	sign := Mul(Sub(zero, one), ep.X) // s_i x_i, [B, N, D]
	n := ReduceAndKeep(ep.Context, ReduceSum, -1)
	direction := Div(Einsum("bmn,bnd->bmd", ep.Context, sign), Max(n, OnesLike(n)))
	gap := Sub(Einsum("bmd,bnd->bmn", direction, ep.X), InsertAxes(Einsum("bmd,bmd->bm", direction, ep.Queries), -1))
	scale := ExpandLeftToRank(Exp(MulScalar(w.Get("log_h"), -2)), 3)
	weight := Mul(Exp(MulScalar(Mul(Square(gap), scale), -.5)), ep.Context)
	prior := ExpandLeftToRank(Exp(Concatenate([]*Node{w.Get("prior0"), w.Get("prior1")}, 0)), 3)
	return Log(Add(Einsum("bmn,bnc->bmc", weight, ep.Y), prior))
}

// witness: linear attention finds t, a bilinear unit t², and softmax attention compares:
// −(t_q − t_i)²/2h² and (t_q t_i − t_i²/2)/h² differ by t_q²/2h², which is what the
// tokens of the classes get on top of their priors.
func (s source) witness() (*Construction, error) {
	b := New("the witness as a transformer")
	b.Classes()
	x := b.Slot("x", "x", s.d)
	y := b.Slot("y", "y", s.c)
	one := b.Slot("one", "point", 1)
	class := b.Slot("class", "class", s.c)
	isClass := b.Slot("cls", "is class", 1)
	t := b.Slot("t", "", 1)
	tt := b.Slot("t²", "", 1)
	a := b.Slot("a", "", s.c)
	scale := math.Exp(-2 * s.scalar("log_h")) // 1/h²
	b.Attend(toExamples,
		Head{Q: x.Copy(), K: x.Copy(), V: y.Row(1, -1), Out: t.Copy()})
	b.Bilinear(t.Copy(), t.Copy(), tt.Copy())
	b.Attend(transformer.Attention{Kind: "softmax", Keys: "all but the query"}, Head{
		Q: Join(t.Scale(scale), one.Copy(), tt.Scale(scale/2)),
		K: Join(t.Copy(), Sum(tt.Scale(-scale/2), class.Row(s.scalar("prior0"), s.scalar("prior1"))), isClass.Copy()),
		V: Sum(y.Copy(), class.Copy()), Out: a.Copy(),
	})
	return b.Build(a.Copy(), true, s.d, s.c)
}
