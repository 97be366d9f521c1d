// Package tensorfile reads and writes named tensors as .safetensors files, or as .npz
// archives where the file's name ends so.
package tensorfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"
	"github.com/nlpodyssey/safetensors"

	"github.com/goicl/goicl/internal/npy"
)

// maxBytes bounds what Read takes into memory. The largest model of the project
// has some 40 MB of weights.
const maxBytes = 1 << 30

// Tensor is a tensor of floating-point numbers. Data holds float32 values
// exactly, whatever the file's type.
type Tensor struct {
	Dims []int
	Data []float64
}

// Float32s returns the values as float32.
func (t Tensor) Float32s() []float32 {
	out := make([]float32, len(t.Data))
	for i, v := range t.Data {
		out[i] = float32(v)
	}
	return out
}

// Read returns the float32 and float64 tensors of the file and its metadata, which an
// archive does not have.
func Read(path string) (map[string]Tensor, map[string]string, error) {
	kind, parse := ".safetensors", Parse
	if filepath.Ext(path) == npzExt {
		kind, parse = npzExt, parseArchive
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if info.IsDir() || info.Size() > maxBytes {
		return nil, nil, fmt.Errorf("%s is no %s file of at most %d MB", path, kind, maxBytes>>20)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	tensors, meta, err := parse(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("%s is no readable %s file: %w", path, kind, err)
	}
	return tensors, meta, nil
}

// Parse reads the bytes of a .safetensors file. Any bytes give a result or an
// error.
func Parse(raw []byte) (tensors map[string]Tensor, meta map[string]string, err error) {
	// The library trusts parts of the header (say, offsets that overlap); what it
	// then does to a slice is caught here.
	defer func() {
		if r := recover(); r != nil {
			tensors, meta, err = nil, nil, fmt.Errorf("its header does not fit its data (%v)", r)
		}
	}()
	_, header, err := safetensors.ReadMetadata(raw)
	if err != nil {
		return nil, nil, err
	}
	file, err := safetensors.Deserialize(raw)
	if err != nil {
		return nil, nil, err
	}
	tensors = make(map[string]Tensor, file.Len())
	for _, view := range file.Tensors() {
		if tensors[view.Name], err = decode(view.TensorView); err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", view.Name, err)
		}
	}
	return tensors, header.Metadata(), nil
}

func decode(view safetensors.TensorView) (Tensor, error) {
	t := Tensor{Data: []float64{}}
	size, raw := uint64(1), view.Data()
	for _, d := range view.Shape() {
		if d > maxBytes {
			return t, fmt.Errorf("dimension %d is too large", d)
		}
		t.Dims = append(t.Dims, int(d))
		size *= d
		if size > maxBytes {
			return t, fmt.Errorf("shape %v is too large", view.Shape())
		}
	}
	width := map[safetensors.DType]uint64{safetensors.F32: 4, safetensors.F64: 8}[view.DType()]
	if width == 0 {
		return t, fmt.Errorf("type %s; want F32 or F64", view.DType())
	}
	if uint64(len(raw)) != size*width {
		return t, fmt.Errorf("%d bytes of data for shape %v of %s", len(raw), view.Shape(), view.DType())
	}
	t.Data = make([]float64, size)
	for i := range t.Data {
		if width == 4 {
			t.Data[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
		} else {
			t.Data[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
		}
	}
	return t, nil
}

// Write stores the tensors as float32, replacing path in one atomic step. The same
// tensors and metadata give the same bytes; an archive leaves the metadata out.
func Write(path string, tensors map[string]Tensor, meta map[string]string) error {
	// As root, the rename would replace even /dev/null.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file; choose another name", path)
	}
	for name, t := range tensors {
		if size, ok := npy.Product(t.Dims, maxBytes/4); !ok || size != len(t.Data) {
			return fmt.Errorf("tensor %q has %d values for shape %v", name, len(t.Data), t.Dims)
		}
	}
	write := encode
	if filepath.Ext(path) == npzExt {
		write = encodeArchive
	}
	raw, err := write(tensors, meta)
	if err != nil {
		return err
	}
	return renameio.WriteFile(path, raw, 0o644)
}

// view is a tensor as the library writes it. The library's own takes no tensor without
// dimensions, which holds one number.
type view struct {
	dims []int
	raw  []byte
}

func (view) DType() safetensors.DType { return safetensors.F32 }
func (v view) Data() []byte           { return v.raw }
func (v view) DataLen() uint64        { return uint64(len(v.raw)) }

func (v view) Shape() []uint64 {
	shape := make([]uint64, len(v.dims))
	for i, d := range v.dims {
		shape[i] = uint64(d)
	}
	return shape
}

func encode(tensors map[string]Tensor, meta map[string]string) ([]byte, error) {
	views := make(map[string]view, len(tensors))
	for name, t := range tensors {
		raw := make([]byte, 0, 4*len(t.Data))
		for _, v := range t.Data {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(v)))
		}
		views[name] = view{t.Dims, raw}
	}
	return safetensors.Serialize(views, meta)
}

// Want returns tensor name of the given dimensions, or an error that names what
// is there instead. A dimension of -1 fits any size.
func Want(tensors map[string]Tensor, name string, dims ...int) (Tensor, error) {
	t, ok := tensors[name]
	if !ok {
		return t, fmt.Errorf("tensor %q is missing", name)
	}
	fits := slices.EqualFunc(t.Dims, dims, func(have, want int) bool { return want < 0 || have == want })
	if !fits {
		return t, fmt.Errorf("tensor %q has shape %v, want %v", name, t.Dims, dims)
	}
	return t, nil
}
