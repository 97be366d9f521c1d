package compile

import "slices"

// value is a node's value: how many tasks it has, which axis they are, the outer factor of,
// and where it lies. A value without tasks is the same for all. In lanes an access has the
// axes of one task: the task axis is divided by the number of tasks. With one task only there
// is nothing to divide, and no task axis.
type value struct {
	tasks int
	axis  int
	access
}

func (v value) inLanes() bool { return v.buf.tasks > 0 }

// local are dims without the tasks.
func local(dims []int, axis, tasks int) []int {
	dims = slices.Clone(dims)
	if axis >= 0 {
		dims[axis] /= tasks
	}
	return dims
}

// opKind is what an op does.
type opKind int

const (
	elementwiseOp opKind = iota
	scatterOp            // an elementwise move to some elements
	reduceOp
	dotOp
	loadOp
	storeOp
)

// op is an instruction to be: the elements of out from those of reads.
type op struct {
	index    int
	kind     opKind
	tasks    int // 0 for one on shared values
	level    int
	reads    []access
	out      *buffer
	step     string  // of an elementwise op; the reduction of a reduce
	table    []int32 // the elements that a scatter writes, and a load or a store reads
	n        int     // elements of an elementwise op
	axes     []int   // that are reduced
	taskStep int     // of a load or a store: how far tasks lie apart
	sumTasks bool    // of a reduce or a dot: over tasks as well
	dot      dotAxes

	depth int // elementwise ops of one depth can be one instruction
	unit  *unit
}

// dotAxes are the axes of a dot's operands, a and b, and the numbers of its result's
// elements along its batch axes, those of a and those of b.
type dotAxes struct {
	aBatch, aFree, aSum, bBatch, bFree, bSum []int
	toM, toN                                 int // steps of the result
}
