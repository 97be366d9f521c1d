package transformer

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// Transparent is a transformer that exposes its residual streams and attention.
type Transparent interface {
	learner.Learner
	// Inside builds, for each query of an episode, the residual stream of every token
	// before each layer and at the end, [B, M, N, W] each, and how much each token
	// takes of each other in the attention of each layer, [B, M, N, N]: rows are the
	// tokens that attend, and sum to 1. Token j is point j of the task, and what is
	// behind the query means nothing.
	Inside(w learner.Weights, ep learner.Episode) (streams, attention []*Node)
}
