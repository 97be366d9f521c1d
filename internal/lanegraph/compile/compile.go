package compile

import (
	"github.com/gomlx/compute"
	"github.com/pkg/errors"

	"github.com/goicl/goicl/internal/lanes"
)

// Graph is what a backend has recorded. Nodes come after those that they depend on.
type Graph struct{ Nodes, Parameters, Outputs []*Node }

// Place is where a parameter or an output lies in the shared memory of a program.
type Place struct {
	*Node
	Offset int
	Table  []int32 // of an output whose elements do not follow each other; else nil
	Unused bool    // a parameter that nothing reads
}

// Compile makes the program of a graph, and says where its parameters and outputs lie.
func (g Graph) Compile() (p *lanes.Program, parameters, outputs []Place, err error) {
	l, err := lower(g)
	if err != nil {
		return nil, nil, nil, err
	}
	var kept []value
	for _, o := range g.Outputs {
		kept = append(kept, l.stored(l.output(l.values[o]), o.Dims))
	}
	p = emit(l.ops)
	if err := p.Check(); err != nil {
		return nil, nil, nil, errors.Wrap(compute.ErrNotImplemented, err.Error())
	}
	for _, n := range g.Parameters {
		v := l.values[n]
		parameters = append(parameters, Place{Node: n, Offset: v.buf.offset, Unused: !v.buf.placed})
	}
	for i, n := range g.Outputs {
		o := Place{Node: n, Offset: kept[i].buf.offset}
		if !kept[i].identity() {
			o.Table = kept[i].elements()
		}
		outputs = append(outputs, o)
	}
	return p, parameters, outputs, nil
}

// output is a value that something computes: an input or a constant is copied.
func (l *lowering) output(v value) value {
	if len(v.buf.defs) == 0 || v.table != nil {
		v.access = l.copied(v.access)
	}
	return v
}
