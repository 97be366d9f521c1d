package metalearner

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// Kernel is the kernel regression of Nadaraya and Watson (1964) with a Gaussian
// kernel of learned bandwidth h: the mean of the context's labels with weights
// exp(−‖x_q − x_i‖²/2h²). For small h it is the nearest neighbour. As a classifier it
// returns the logarithms of such means of one-hot labels, and equal ones for an empty
// context.
type Kernel struct{}

// Name is "kernel".
func (Kernel) Name() string { return "kernel" }

// Params lists the bandwidth's logarithm, which starts at 0.
func (Kernel) Params(_, _ int) ([]learner.Param, error) {
	return []learner.Param{{Name: "log_h", Dims: []int{1}, Init: learner.Constant(0)}}, nil
}

// Logits returns [B, M, C], or the predicted targets [B, M, 1] of regression tasks.
func (Kernel) Logits(w learner.Weights, ep learner.Episode) *Node {
	gap := Sub(InsertAxes(ep.Queries, 2), InsertAxes(ep.X, 1))                        // [B, M, N, D]
	scale := ExpandLeftToRank(Exp(MulScalar(w.Get("log_h"), -2)), 3)                  // 1/h²
	score := Mul(MulScalar(ReduceSum(Square(gap), -1), -.5), scale)                   // [B, M, N]
	mean := Einsum("bmn,bnc->bmc", learner.AttentionWeights(score, ep.Context), ep.Y) // [B, M, C]
	if ep.C() == 1 {                                                                  // real targets
		return mean
	}
	return Log(MaxScalar(mean, learner.LeastProbability))
}
