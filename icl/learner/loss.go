package learner

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
)

// CrossEntropy is the mean over all tasks and queries of −log p(y), with p the
// softmax over all K logits [B, M, K].
func CrossEntropy(logits *Node, ep Episode) *Node {
	target := Einsum("bmn,bnc->bmc", ep.IsQuery, ep.Y) // [B, M, C]
	logp := LogSoftmax(logits, -1)
	if k := logits.Shape().Dim(-1); k > ep.C() {
		logp = Slice(logp, AxisRange(), AxisRange(), AxisRange(0, ep.C()))
	}
	return Neg(ReduceAllMean(ReduceSum(Mul(target, logp), -1)))
}

// SquaredError is the mean over all tasks and queries of (z − pred)², for predicted
// targets pred [B, M, 1].
func SquaredError(pred *Node, ep Episode) *Node {
	pred.AssertDims(ep.B(), ep.M(), 1)
	target := Einsum("bmn,bnc->bmc", ep.IsQuery, ep.Y)
	return ReduceAllMean(Square(Sub(target, pred)))
}
