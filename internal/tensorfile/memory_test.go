package tensorfile

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/goicl/goicl/internal/memorytest"
)

// weights is an archive with an array w of that many zeros, compressed.
func weights(path string, values int) error {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	w, err := z.Create("w.npy")
	if err != nil {
		return err
	}
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }\n", values)
	if _, err := io.WriteString(w, "\x93NUMPY\x01\x00"+string([]byte{byte(len(header)), 0})+header); err != nil {
		return err
	}
	zeros := make([]byte, 1<<16)
	for left := 4 * values; left > 0; left -= len(zeros) {
		if _, err := w.Write(zeros[:min(left, len(zeros))]); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, file.Bytes(), 0o600)
}

// headerOf writes a .safetensors file whose header is begin, many times middle, and end.
func headerOf(begin, middle, end string, bytes int) func(path string) error {
	return func(path string) error {
		return os.WriteFile(path, file(begin+strings.Repeat(middle, bytes/len(middle))+end), 0o600)
	}
}

// manyTensors is a header of that many tensors without values.
func manyTensors(n int) func(path string) error {
	return func(path string) error {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `,"%x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`, i)
		}
		return os.WriteFile(path, file("{"+b.String()[1:]+"}"), 0o600)
	}
}

// TestMemory: a file takes no more than ten times its size and 100 MB, whatever it says.
func TestMemory(t *testing.T) {
	const mega = 1 << 20
	long := strings.Repeat("m", 100)
	memorytest.Check(t, func(path string) error { _, _, err := Read(path); return err },
		memorytest.File{Name: "bomb.npz", Write: func(path string) error { return weights(path, 100*mega) },
			Error: `bomb.npz is no readable .npz file: its arrays unpack to 400 MiB, "w.npy" alone to 400 MiB, and a file of 398 KiB may unpack to 66 MiB; if you trust it, save`},
		memorytest.File{Name: "most.npz", Write: func(path string) error { return weights(path, 16*mega) }},
		memorytest.File{Name: "tensors.safetensors", Write: manyTensors(130_000)},
		memorytest.File{Name: "dims.safetensors", Write: headerOf(`{"w":{"dtype":"F32","shape":[0`, ",0", `],"data_offsets":[0,0]}}`, 7*mega), Error: `tensor "w": 3670017 dimensions; want at most 64`},
		memorytest.File{Name: "deep.safetensors", Write: headerOf(`{"w":`, "[", "", 7*mega), Error: "cannot be read"},
		memorytest.File{Name: "meta.safetensors", Write: headerOf(`{"__metadata__":{"a":"`, long, `"}}`, 7*mega)},
		memorytest.File{Name: "header.safetensors", Write: headerOf(`{"__metadata__":{"a":"`, long, `"}}`, 9*mega), Error: "or than the 8 MiB that are read"},
		memorytest.File{Name: "values.safetensors", Write: func(path string) error {
			return Write(path, map[string]Tensor{"w": {Dims: []int{10 * mega}, F32: make([]float32, 10*mega)}}, nil)
		}})
}

// TestShapes: they are there without the values.
func TestShapes(t *testing.T) {
	for _, name := range []string{"w.npz", "w.safetensors"} {
		path := t.TempDir() + "/" + name
		if err := Write(path, map[string]Tensor{"a": {Dims: []int{2, 3}, F32: make([]float32, 6)}}, nil); err != nil {
			t.Fatal(err)
		}
		tensors, _, err := Shapes(path)
		if err != nil || len(tensors) != 1 || tensors["a"].Len() != 0 {
			t.Errorf("%s: %v, error %v", name, tensors, err)
		}
		if _, err := Want(tensors, "a", 2, 3); err != nil {
			t.Error(err)
		}
	}
}
