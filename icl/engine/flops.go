package engine

import (
	"regexp"
	"strconv"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/goicl/goicl/icl/learner"
)

// FLOPs counts the floating-point operations of the matrix products of LossGrad for that
// many tasks of n points with queries each: two for each product of two numbers, in all
// products that the loss and its gradient need, as the graph has them. Nothing is compiled
// or computed.
func (e *Compiled[T]) FLOPs(tasks, n, queries int) (flops float64, err error) {
	err = e.build(tasks, n, queries, func(params *Node, ep learner.Episode) {
		loss, grad := e.lossGradGraph(params, ep)
		flops = productFLOPs(loss, grad)
	})
	return flops, err
}

// productFLOPs adds up the matrix products that nodes depend on.
func productFLOPs(nodes ...*Node) (flops float64) {
	seen := map[*Node]bool{}
	for len(nodes) > 0 {
		node := nodes[len(nodes)-1]
		nodes = nodes[:len(nodes)-1]
		if seen[node] {
			continue
		}
		seen[node] = true
		nodes = append(nodes, node.Inputs()...)
		if node.Type() == NodeTypeDotGeneral {
			flops += 2 * float64(node.Shape().Size()*contracted(node))
		}
	}
	return flops
}

// contractedAxes are those of a product's first factor that are summed over, as in the
// node's text: GoMLX shows them nowhere else.
var contractedAxes = regexp.MustCompile(`lhsContractingAxes=\[([\d ]*)\]`)

// contracted is how many products each number of a matrix product is the sum of.
func contracted(node *Node) int {
	match := contractedAxes.FindStringSubmatch(node.String())
	if match == nil {
		exceptions.Panicf("engine: no contracted axes in %q", node)
	}
	size, first := 1, node.Inputs()[0].Shape()
	for _, text := range strings.Fields(match[1]) {
		axis, _ := strconv.Atoi(text)
		size *= first.Dim(axis)
	}
	return size
}
