package learner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // the house dot-imports graph in graph files

	"github.com/goicl/goicl/datasets"
)

// keptConstants is the size from which on the values of a constant are not part of
// [Engine.Code]. GoMLX's own limit would leave out a small table of positions.
const keptConstants = 1 << 16

func init() { MinConstValueSizeToKeep = keptConstants }

// Code is a hash of what the learner's code does: the graph of its loss, operation by
// operation, on tasks of n points with that many queries each, and the weights that it
// starts with. It tells two learners apart whose names and settings are the same. Nothing
// is compiled or computed.
func (e *Engine[T]) Code(tasks, n, queries int) (string, error) {
	sum := sha256.New()
	for _, p := range e.Layout.Params {
		fmt.Fprintln(sum, p.Name, p.Dims)
	}
	fmt.Fprintf(sum, "%x\n", e.Layout.Init(datasets.Rand(0, "code")))
	err := e.build(tasks, n, queries, func(params *Node, ep Episode) {
		e.lossGraph(e.Layout.Bind(params), ep)
		for _, node := range params.Graph().Nodes() {
			fmt.Fprintln(sum, node)
		}
	})
	return hex.EncodeToString(sum.Sum(nil)[:8]), err
}
