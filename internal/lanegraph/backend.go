package lanegraph

import (
	"fmt"
	"reflect"
	"runtime"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/notimplemented"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"

	"github.com/goicl/goicl/internal/lanes"
)

// Name is the backend's name.
const Name = "lanes"

// Backend implements [compute.Backend].
type Backend struct {
	notimplemented.Backend
	workers   int
	finalized bool
	compiled  func(*Executable)
}

// Watched is a backend like b, with that many threads, that hands what it compiles to
// compiled.
func (b *Backend) Watched(workers int, compiled func(*Executable)) *Backend {
	return &Backend{workers: workers, compiled: compiled}
}

// New makes a backend whose graphs run on that many threads, GOMAXPROCS for workers ≤ 0.
// It fails where the machine has no kernels.
func New(workers int) (*Backend, error) {
	if ok, reason := lanes.Available(); !ok {
		return nil, fmt.Errorf("lanes: %s", reason)
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &Backend{workers: workers}, nil
}

// Workers is the number of threads that graphs run on.
func (b *Backend) Workers() int { return b.workers }

// Name implements [compute.Backend].
func (b *Backend) Name() string   { return Name }
func (b *Backend) String() string { return Name }

// Description implements [compute.Backend].
func (b *Backend) Description() string {
	return fmt.Sprintf("one task in each of %d lanes of a register", lanes.Width())
}

// DeviceDescription implements [compute.Backend].
func (b *Backend) DeviceDescription(compute.DeviceNum) string { return "CPU" }

// NumDevices implements [compute.Backend].
func (b *Backend) NumDevices() int { return 1 }

// Finalize implements [compute.Backend].
func (b *Backend) Finalize() { b.finalized = true }

// IsFinalized implements [compute.Backend].
func (b *Backend) IsFinalized() bool { return b.finalized }

// Capabilities lists the types of numbers. Operations that are missing say so when a graph
// is built.
func (b *Backend) Capabilities() compute.Capabilities {
	return compute.Capabilities{
		Functions:  true, // so that what takes a function is refused by its own name
		Operations: map[compute.OpType]bool{},
		DTypes:     map[dtypes.DType]bool{dtypes.Float32: true, dtypes.Int32: true, dtypes.Bool: true},
	}
}

// Builder implements [compute.Backend].
func (b *Backend) Builder(name string) compute.Builder {
	own := &builder{name: name, backend: b}
	own.main = newFunction(own)
	return own
}

// HasSharedBuffers implements [compute.Backend].
func (b *Backend) HasSharedBuffers() bool { return true }

// NewSharedBuffer implements [compute.Backend].
func (b *Backend) NewSharedBuffer(_ compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	flat := reflect.MakeSlice(reflect.SliceOf(shape.DType.GoType()), shape.Size(), shape.Size()).Interface()
	return &memory{b, shape, flat}, flat, nil
}

// BufferFromFlatData implements [compute.Backend].
func (b *Backend) BufferFromFlatData(device compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	m, own, err := b.NewSharedBuffer(device, shape)
	if err != nil {
		return nil, err
	}
	return m, copyFlat(own, flat)
}

func copyFlat(to, from any) error {
	if t, f := reflect.TypeOf(to), reflect.TypeOf(from); t != f {
		return errors.Errorf("lanes: %s for numbers of type %s", f, t)
	}
	if n := reflect.Copy(reflect.ValueOf(to), reflect.ValueOf(from)); n != reflect.ValueOf(to).Len() {
		return errors.Errorf("lanes: %d numbers for %d", n, reflect.ValueOf(to).Len())
	}
	return nil
}

// memory implements [compute.Buffer].
type memory struct {
	backend *Backend
	shape   shapes.Shape
	flat    any
}

func (m *memory) Backend() compute.Backend              { return m.backend }
func (m *memory) Finalize() error                       { return nil }
func (m *memory) Shape() (shapes.Shape, error)          { return m.shape, nil }
func (m *memory) DeviceNum() (compute.DeviceNum, error) { return 0, nil }
func (m *memory) ToFlatData(flat any) error             { return copyFlat(flat, m.flat) }
func (m *memory) Data() (any, error)                    { return m.flat, nil }
func (m *memory) CopyToDevice(compute.DeviceNum) (compute.Buffer, error) {
	return m.backend.BufferFromFlatData(0, m.flat, m.shape)
}

// builder implements [compute.Builder].
type builder struct {
	notimplemented.Builder
	name    string
	backend *Backend
	main    *function
}

func (b *builder) Name() string           { return b.name }
func (b *builder) Main() compute.Function { return b.main }

// NewFunction makes a function that nothing can call.
func (b *builder) NewFunction(string) (compute.Function, error) { return newFunction(b), nil }

// OpShape implements [compute.Builder].
func (b *builder) OpShape(v compute.Value) (shapes.Shape, error) {
	if n, ok := v.(*node); ok {
		return n.Shape(), nil
	}
	return shapes.Invalid(), errors.New("lanes: a value of another backend")
}
