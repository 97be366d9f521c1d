package tensorfile

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/goicl/goicl/internal/npy"
)

// npzExt ends the names of NumPy archives.
const npzExt = ".npz"

// parseArchive reads the bytes of an .npz archive, as [Parse] does .safetensors.
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
		left -= len(t.Data)
	}
	return tensors, nil, nil
}

func readArray(f *zip.File, limit int) (t Tensor, err error) {
	r, err := f.Open()
	if err != nil {
		return t, err
	}
	defer r.Close()
	t.Dims, t.Data, err = npy.ReadFloats(r, limit)
	return t, err
}

// encodeArchive makes an .npz archive, its arrays in the order of their names.
func encodeArchive(tensors map[string]Tensor, _ map[string]string) ([]byte, error) {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		t := tensors[name]
		if err := npy.Add(z, name, t.Dims, t.Float32s()); err != nil {
			return nil, fmt.Errorf("array %q: %w", name, err)
		}
	}
	err := z.Close()
	return file.Bytes(), err
}
