// Package tensorfile reads and writes named tensors as .safetensors files, or as .npz
// archives where the file's name ends so.
package tensorfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/npy"
)

// maxBytes bounds what Read takes into memory. The largest model of the project
// has some 40 MB of weights.
const maxBytes = 1 << 30

// Tensor is a tensor of floating-point numbers, which one of F32 and F64 holds.
type Tensor struct {
	Dims []int
	F32  []float32
	F64  []float64
}

// Len is the number of values.
func (t Tensor) Len() int { return len(t.F32) + len(t.F64) }

// Float32s returns the values as float32, F32 itself where it has them.
func (t Tensor) Float32s() []float32 {
	if t.F64 == nil {
		return t.F32
	}
	return convert[float32](t.F64)
}

// Float64s returns the values as float64, F64 itself where it has them.
func (t Tensor) Float64s() []float64 {
	if t.F32 == nil {
		return t.F64
	}
	return convert[float64](t.F32)
}

func convert[To, From float32 | float64](values []From) []To {
	out := make([]To, len(values))
	for i, v := range values {
		out[i] = To(v)
	}
	return out
}

// source is an open file of tensors.
type source struct {
	tensors map[string]Tensor // their shapes, without values
	meta    map[string]string
	read    func(name string) (Tensor, error)
}

// Read returns the float32 and float64 tensors of the file and its metadata, which an
// archive does not have. It takes no more memory than the file has bytes, of an archive
// as much as its arrays unpack to, which [npy.Limit] bounds. A file with the checksum of
// [Write] is compared with it.
func Read(path string) (map[string]Tensor, map[string]string, error) {
	return open(path, func(s *source) error {
		for _, name := range slices.Sorted(maps.Keys(s.tensors)) {
			t, err := s.read(name)
			if err != nil {
				return fmt.Errorf("tensor %.100q: %w", name, err)
			}
			s.tensors[name] = t
		}
		if sum, ok := s.meta[checksumKey]; ok && sum != checksum(s.tensors, s.meta) {
			return errors.New("it is damaged: its checksum does not match")
		}
		return nil
	})
}

// Shapes is [Read] without the values: the tensors have only dimensions. Compare them
// with what you want before you read a file that is not your own.
func Shapes(path string) (map[string]Tensor, map[string]string, error) {
	return open(path, func(*source) error { return nil })
}

// open opens a file and lets read do the rest.
func open(path string, read func(*source) error) (map[string]Tensor, map[string]string, error) {
	kind, from := ".safetensors", openSafetensors
	if filepath.Ext(path) == npzExt {
		kind, from = npzExt, openArchive
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxBytes {
		return nil, nil, fmt.Errorf("%s is no %s file of at most %d MB", path, kind, maxBytes>>20)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	s, err := from(file, info.Size())
	if err == nil {
		err = read(s)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s is no readable %s file: %w", path, kind, err)
	}
	return s.tensors, s.meta, nil
}

// ReadSealed is [Read] of a .safetensors file that must have the checksum of [Write].
func ReadSealed(path string) (map[string]Tensor, map[string]string, error) {
	tensors, meta, err := Read(path)
	if err == nil {
		err = WantSealed(meta)
	}
	return tensors, meta, err
}

// Write stores the tensors, in an archive all as float32, replacing path in one atomic step. The same
// tensors and metadata give the same bytes. A .safetensors file gets a checksum of both
// in its metadata; an archive leaves the metadata out and has checksums of its own.
func Write(path string, tensors map[string]Tensor, meta map[string]string) error {
	for name, t := range tensors {
		if size, ok := npy.Product(t.Dims, maxBytes/4); !ok || size != t.Len() {
			return fmt.Errorf("tensor %q has %d values for shape %v", name, t.Len(), t.Dims)
		}
	}
	file, err := files.Create(path)
	if err != nil {
		return err
	}
	defer file.Discard()
	write := encode
	if filepath.Ext(path) == npzExt {
		write = encodeArchive
	}
	sealed := maps.Clone(meta)
	if sealed == nil {
		sealed = map[string]string{}
	}
	sealed[checksumKey] = checksum(tensors, meta)
	if err := write(file, tensors, sealed); err != nil {
		return err
	}
	return file.Commit()
}

// view is a tensor as the library writes it. The library's own takes no tensor without
// dimensions, which holds one number.
type view struct{ Tensor }

func (v view) DType() safetensors.DType {
	if v.F64 != nil {
		return safetensors.F64
	}
	return safetensors.F32
}

func (v view) DataLen() uint64 { return 4*uint64(len(v.F32)) + 8*uint64(len(v.F64)) }
func (v view) Data() []byte    { return wide(littleEndian(make([]byte, 0, v.DataLen()), v.F32), v.F64) }

func (v view) Shape() []uint64 {
	shape := make([]uint64, len(v.Dims))
	for i, d := range v.Dims {
		shape[i] = uint64(d)
	}
	return shape
}

// wide is [littleEndian] for float64.
func wide(raw []byte, values []float64) []byte {
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	return raw
}

// littleEndian appends the bytes of values to raw.
func littleEndian(raw []byte, values []float32) []byte {
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return raw
}

func encode(w io.Writer, tensors map[string]Tensor, meta map[string]string) error {
	views := make(map[string]view, len(tensors))
	for name, t := range tensors {
		views[name] = view{t}
	}
	return safetensors.SerializeToWriter(views, meta, w)
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
