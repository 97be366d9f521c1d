package tensorfile

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/goicl/goicl/internal/npy"
)

// npzExt ends the names of NumPy archives.
const npzExt = ".npz"

// openArchive reads the shapes of the arrays in an .npz archive of that many bytes.
func openArchive(r io.ReaderAt, size int64) (*source, error) {
	archive, err := npy.Open(r, size)
	if err != nil {
		return nil, err
	}
	s, types := &source{tensors: map[string]Tensor{}}, map[string]string{}
	for _, name := range archive.Names() {
		descr, shape, err := archive.Shape(name)
		if err != nil {
			return nil, fmt.Errorf("array %.100q: %w", name, err)
		}
		s.tensors[name], types[name] = Tensor{Dims: shape}, descr
	}
	s.read = func(name string) (t Tensor, err error) {
		switch descr := types[name]; descr {
		case "<f4":
			t.Dims, t.F32, err = npy.Read[float32](archive, name)
		case "<f8":
			t.Dims, t.F64, err = npy.Read[float64](archive, name)
		default:
			err = fmt.Errorf("its type is %q, want %q or %q; save it with .astype(%q)", descr, "<f4", "<f8", "float32")
		}
		return t, err
	}
	return s, nil
}

// encodeArchive writes an .npz archive, its arrays in the order of their names.
func encodeArchive(w io.Writer, tensors map[string]Tensor, _ map[string]string) error {
	z := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		t := tensors[name]
		if err := npy.Add(z, name, t.Dims, t.Float32s()); err != nil {
			return fmt.Errorf("array %q: %w", name, err)
		}
	}
	return z.Close()
}
