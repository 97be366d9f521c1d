package lanegraph

import (
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"

	"github.com/goicl/goicl/internal/lanegraph/compile"
	"github.com/goicl/goicl/internal/lanes"
	"github.com/goicl/goicl/internal/vector"
)

// Executable implements [compute.Executable]. Each call that is under way has a runner.
type Executable struct {
	backend *Backend
	program *lanes.Program
	code    *lanes.Compiled
	inputs  []*compile.Node
	outputs []*compile.Node

	runners lanes.FreeList[*lanes.Runner]
}

// Compile implements [compute.Builder].
func (b *builder) Compile() (_ compute.Executable, err error) {
	defer func() { // GoMLX would wait for a compilation that panics for ever
		if p := recover(); p != nil {
			err = errors.Errorf("lanes: compiling the graph panicked: %v; please report it, and use --backend xla", p)
		}
	}()
	f := b.main
	if f.refused != nil {
		return nil, f.refused
	}
	program, err := compile.Graph{Nodes: f.nodes, Parameters: f.parameters, Outputs: f.outputs}.Compile()
	if err != nil {
		return nil, err
	}
	code, err := program.Compile()
	if err != nil {
		return nil, err
	}
	x := &Executable{backend: b.backend, program: program, code: code, inputs: f.parameters, outputs: f.outputs}
	x.runners.New = func() (*lanes.Runner, error) { return lanes.NewRunner(code, b.backend.workers), nil }
	if b.backend.compiled != nil {
		b.backend.compiled(x)
	}
	return x, nil
}

// Finalize implements [compute.Executable].
func (x *Executable) Finalize() { x.runners.Clear() }

// Block is the memory of the values of a block of tasks, in bytes.
func (x *Executable) Block() int64 { return x.program.Block() }

// Inputs implements [compute.Executable].
func (x *Executable) Inputs() (names []string, all []shapes.Shape) {
	for _, r := range x.inputs {
		names, all = append(names, r.Name), append(all, r.Shape())
	}
	return names, all
}

// Outputs implements [compute.Executable].
func (x *Executable) Outputs() (all []shapes.Shape) {
	for _, r := range x.outputs {
		all = append(all, r.Shape())
	}
	return all
}

// Execute implements [compute.Executable].
func (x *Executable) Execute(inputs []compute.Buffer, _ []bool, _ compute.DeviceNum) ([]compute.Buffer, error) {
	if len(inputs) != len(x.inputs) {
		return nil, errors.Errorf("lanes: %d inputs for a graph of %d", len(inputs), len(x.inputs))
	}
	in, out, results := make([]any, len(inputs)), make([]any, len(x.outputs)), make([]compute.Buffer, len(x.outputs))
	for i, r := range x.inputs {
		m, ok := inputs[i].(*memory)
		if !ok || !m.shape.Equal(r.Shape()) {
			return nil, errors.Errorf("lanes: input %d is not a buffer of shape %s of this backend", i, r.Shape())
		}
		in[i] = m.flat
	}
	for i, r := range x.outputs {
		var err error
		if results[i], out[i], err = x.backend.NewSharedBuffer(0, r.Shape()); err != nil {
			return nil, err
		}
	}
	return results, x.Call(in, out)
}

// Call executes the graph without buffers: inputs are read from flat slices, and outputs
// written to some. Their lengths must be those of the shapes.
func (x *Executable) Call(inputs, outputs []any) error {
	runner, err := x.runners.Take()
	if err != nil {
		return err
	}
	defer x.runners.Give(runner)
	for i, r := range x.program.Inputs {
		if !r.Unused {
			read(inputs[i], runner.Shared[r.At:][:r.Size])
		}
	}
	runner.Run()
	for i, r := range x.program.Outputs {
		write(r, runner.Shared[r.At:], outputs[i])
	}
	return nil
}

// AddTo adds a call of the graph to those of b. Its inputs begin at in, in b.In, and its outputs
// follow each other in b.Out, from out on. They must be numbers of 32 bits.
func (x *Executable) AddTo(b *lanes.Blocks, out int, in ...int) {
	for _, o := range x.program.Outputs {
		in = append(in, out)
		out += o.Size
	}
	b.Call(x.code, in...)
}

// OutputSize is the number of elements of all outputs.
func (x *Executable) OutputSize() (n int) {
	for _, o := range x.program.Outputs {
		n += o.Size
	}
	return n
}

// read copies an input to shared memory, where all numbers have 32 bits.
func read(flat any, to []float32) {
	switch flat := flat.(type) {
	case []float32:
		copy(to, flat)
	case []int32:
		copy(to, vector.Bits(flat))
	case []bool:
		for i, x := range flat {
			to[i] = math.Float32frombits(truth(x))
		}
	}
}

// write copies an output from shared memory.
func write(r lanes.Piece, from []float32, flat any) {
	if r.Table == nil {
		from = from[:r.Size]
	} else {
		all := make([]float32, len(r.Table))
		for i, at := range r.Table {
			all[i] = from[at]
		}
		from = all
	}
	switch flat := flat.(type) {
	case []float32:
		copy(flat, from)
	case []int32:
		copy(vector.Bits(flat), from)
	case []bool:
		for i, x := range from {
			flat[i] = math.Float32bits(x) != 0
		}
	}
}
