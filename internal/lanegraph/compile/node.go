// Package compile turns a graph of operations on a batch of tasks into a program for
// package lanes.
//
// It goes in four steps. Lowering (lower.go, views.go, lower_dot.go) decides which values
// belong to a task and which are the same for all, and turns nodes into ops on buffers; what
// only moves elements becomes an access, a view of a buffer (access.go). The schedule fuses
// elementwise ops and puts those of each phase in order (schedule.go). Buffers get their
// place (place.go), and ops become instructions (emit.go, steps.go).
package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// Kind is what a node does.
type Kind int

// The kinds of nodes.
const (
	Parameter   Kind = iota
	Constant         // Bits holds its elements
	Elementwise      // Step says what, on operands that broadcast along axes of size 1
	Reshape
	Transpose // Axes is the permutation
	Broadcast // Axes[i] is where axis i goes
	Slice     // Starts, Strides
	Pad       // with the second operand's value; Starts, and Strides between elements
	Concat    // along Axes[0]
	Dot       // Axes and Batch of the left side, Starts and Strides are those of the right one
	Reduce    // over Axes; Step is the reduction
)

// Node is a value of a graph, of numbers of 32 bits: a truth value is all ones or zero.
type Node struct {
	ID              int // in the order in which nodes are made
	Kind            Kind
	In              []*Node
	Dims            []int
	DType           dtypes.DType
	Step            string
	Axes, Batch     []int
	Starts, Strides []int
	Bits            []uint32
	Name            string // of a parameter
	Owner           any    // the function that the node belongs to
}

// Shape is the node's shape.
func (n *Node) Shape() shapes.Shape { return shapes.Make(n.DType, n.Dims...) }

// Size is the number of elements.
func (n *Node) Size() int { return product(n.Dims) }

// Key is the same for nodes that compute the same.
func (n *Node) Key() string {
	var b strings.Builder
	fmt.Fprint(&b, n.Kind, n.Step, n.DType, n.Dims, n.Axes, n.Starts, n.Strides, n.Batch)
	in := n.In
	if n.Step == "add" || n.Step == "mul" { // in either order
		in = slices.SortedFunc(slices.Values(in), func(a, b *Node) int { return a.ID - b.ID })
	}
	for _, in := range in {
		fmt.Fprint(&b, " ", in.ID)
	}
	if n.Kind == Constant {
		fmt.Fprint(&b, n.Bits)
	}
	return b.String()
}

func product(dims []int) int {
	p := 1
	for _, d := range dims {
		p *= d
	}
	return p
}
