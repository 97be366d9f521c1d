package tensorfile

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/goicl/goicl/internal/npy"
)

// npzExt ends the names of NumPy archives.
const npzExt = ".npz"

// parseArchive reads the bytes of an .npz archive, as parseSafetensors does .safetensors.
func parseArchive(raw []byte) (tensors map[string]Tensor, meta map[string]string, err error) {
	arrays, _, err := npy.Open(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, nil, err
	}
	tensors, left := make(map[string]Tensor, len(arrays)), maxBytes/8
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		t, err := readArray(arrays[name], left)
		if err != nil {
			return nil, nil, fmt.Errorf("array %q: %w", name, err)
		}
		tensors[name] = t
		left -= t.Len()
	}
	return tensors, nil, nil
}

func readArray(f *zip.File, limit int) (t Tensor, err error) {
	r, err := f.Open()
	if err != nil {
		return t, err
	}
	defer r.Close()
	t.Dims, t.F64, err = npy.ReadFloats(r, limit)
	return t, err
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
