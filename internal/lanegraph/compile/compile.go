package compile

import (
	"github.com/gomlx/compute"
	"github.com/pkg/errors"

	"github.com/goicl/goicl/internal/lanes"
)

// Graph is what a backend has recorded. Nodes come after those that they depend on.
type Graph struct{ Nodes, Parameters, Outputs []*Node }

// Compile makes the program of a graph.
func (g Graph) Compile() (p *lanes.Program, err error) {
	l, err := lower(g)
	if err != nil {
		return nil, err
	}
	var kept []value
	for _, o := range g.Outputs {
		kept = append(kept, l.stored(l.output(l.values[o]), o.Dims))
	}
	p = emit(l.ops)
	if err := p.Check(); err != nil {
		return nil, errors.Wrap(compute.ErrNotImplemented, err.Error())
	}
	for _, n := range g.Parameters {
		b := l.values[n].buf
		p.Inputs = append(p.Inputs, lanes.Piece{At: b.offset, Size: n.Size(), Unused: !b.placed})
	}
	for i, n := range g.Outputs {
		o := lanes.Piece{At: kept[i].buf.offset, Size: n.Size()}
		if !kept[i].identity() {
			o.Table = kept[i].elements()
		}
		p.Outputs = append(p.Outputs, o)
	}
	return p, nil
}

// output is a value that something computes: an input or a constant is copied.
func (l *lowering) output(v value) value {
	if len(v.buf.defs) == 0 || v.table != nil {
		v.access = l.copied(v.access)
	}
	return v
}
