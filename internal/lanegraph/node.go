package lanegraph

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/pkg/errors"

	"github.com/goicl/goicl/internal/lanegraph/compile"
)

// node is a value of a function.
type node = compile.Node

// function records the nodes of a graph's main function.
type function struct {
	unsupported
	builder    *builder
	nodes      []*node
	byKey      map[string]*node
	parameters []*node
	outputs    []*node
	refused    error // why there is no program of it
}

// refuse says which operation the backend lacks.
func refuse(op any) error {
	return errors.Wrapf(compute.ErrNotImplemented, "lanes has no operation %v", op)
}

// checkType refuses types that do not fit a lane.
func checkType(dtype dtypes.DType) error {
	switch dtype {
	case dtypes.Float32, dtypes.Int32, dtypes.Bool:
		return nil
	}
	return errors.Wrapf(compute.ErrNotImplemented, "lanes has no numbers of type %s, only Float32, Int32 and Bool", dtype)
}

// check refuses nodes that lanes has no values for.
func check(n *node) error {
	if err := checkType(n.DType); err != nil {
		return err
	}
	for _, d := range n.Dims {
		if d < 1 {
			return errors.Wrapf(compute.ErrNotImplemented, "lanes has no values of shape %v", n.Dims)
		}
	}
	return nil
}

// add records a node, or returns one that computes the same.
func (f *function) add(n *node) (compute.Value, error) {
	if err := check(n); err != nil {
		return nil, err
	}
	key := n.Key()
	if same, ok := f.byKey[key]; ok {
		return same, nil
	}
	f.byKey[key] = n
	return f.record(n), nil
}

// record appends a node.
func (f *function) record(n *node) *node {
	n.ID, n.Owner = len(f.nodes), f
	f.nodes = append(f.nodes, n)
	return n
}

// inputs checks that values are nodes of this function.
func (f *function) inputs(values ...compute.Value) ([]*node, error) {
	nodes := make([]*node, len(values))
	for i, v := range values {
		n, ok := v.(*node)
		if !ok || n.Owner != f {
			return nil, errors.Errorf("lanes: operand %d belongs to another graph", i)
		}
		nodes[i] = n
	}
	return nodes, nil
}
