package engine

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/usercode"
)

// Memory implements [MemoryPredictor]: the peak of the bytes of all values that are alive
// at once if they are computed in the order of the graph and each is freed after its last
// use. Nothing is compiled or computed. A backend that fuses operations takes less.
func (e *Compiled[T]) Memory(tasks, n, queries int) (bytes int64, err error) {
	err = e.build(tasks, n, queries, func(params *Node, ep learner.Episode) {
		e.lossGradGraph(params, ep)
		bytes = peakAlive(params.Graph().Nodes())
	})
	return bytes, err
}

// build makes a graph that is only looked at, of the weights and an episode of that many
// tasks of n points with queries each.
func (e *Compiled[T]) build(tasks, n, queries int, of func(params *Node, ep learner.Episode)) error {
	return e.buildOn(e.backend, tasks, n, queries, of)
}

// buildOn is build on another backend.
func (e *Compiled[T]) buildOn(on compute.Backend, tasks, n, queries int, of func(params *Node, ep learner.Episode)) error {
	g := NewGraph(on, "built")
	defer g.Finalize()
	dtype, answer := dtypes.FromGenericsType[T](), dtypes.Int32
	if e.c == 0 {
		answer = dtypes.Float32
	}
	err := usercode.Try("the graph", func() error {
		params := Parameter(g, "params", shapes.Make(dtype, e.Layout.Size))
		x := Parameter(g, "x", shapes.Make(dtypes.Float32, tasks, n, e.d))
		y := Parameter(g, "y", shapes.Make(answer, tasks, n))
		at := Parameter(g, "at", shapes.Make(dtypes.Int32, tasks, queries))
		of(params, e.episode([]*Node{x, y, at}))
		return nil
	})
	if err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	return nil
}

// peakAlive is the greatest sum of the sizes of nodes that are alive at once, each
// from where it stands to the last node that it is an input of.
func peakAlive(nodes []*Node) int64 {
	last := make(map[*Node]int, len(nodes))
	for i, node := range nodes {
		last[node] = i
		for _, input := range node.Inputs() {
			last[input] = i
		}
	}
	ending := make([][]*Node, len(nodes))
	for node, i := range last {
		ending[i] = append(ending[i], node)
	}
	var alive, greatest int64
	for i, node := range nodes {
		alive += sizeOf(node)
		greatest = max(greatest, alive)
		for _, over := range ending[i] {
			alive -= sizeOf(over)
		}
	}
	return greatest
}

// sizeOf is what a node's value takes. A view of another value takes nothing.
func sizeOf(node *Node) int64 {
	switch node.Type() {
	case NodeTypeReshape, NodeTypeBroadcastInDim, NodeTypeConstant, NodeTypeIota, NodeTypeIdentity:
		return 0
	}
	if node.NumOutputs() != 1 {
		return 0
	}
	return node.Shape().ByteSize()
}
