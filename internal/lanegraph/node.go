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

// add records a node, or returns one that computes the same.
func (f *function) add(n *node) (compute.Value, error) {
	if err := checkType(n.DType); err != nil {
		return nil, err
	}
	for _, d := range n.Dims {
		if d < 1 {
			return nil, errors.Wrapf(compute.ErrNotImplemented, "lanes has no values of shape %v", n.Dims)
		}
	}
	key := ""
	if n.Kind != compile.Parameter {
		key = n.Key()
		if same, ok := f.byKey[key]; ok {
			return same, nil
		}
	}
	n.ID, n.Owner = len(f.nodes), f
	f.nodes = append(f.nodes, n)
	if key != "" {
		f.byKey[key] = n
	}
	return n, nil
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
