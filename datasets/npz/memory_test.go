package npz

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/goicl/goicl/internal/memorytest"
)

// bomb is an archive of those arrays of zeros, compressed; each value has 4 bytes.
func bomb(path string, shapes ...string) error {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for i, shape := range shapes {
		name, descr := []string{"x", "y", "w"}[i], []string{"<f4", "<i4", "<f4"}[i]
		w, err := z.Create(name + ".npy")
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, array(descr, "False", shape, 0)); err != nil {
			return err
		}
		values, zeros := 1, make([]byte, 1<<16)
		for _, size := range numbers(shape) {
			values *= size
		}
		for left := 4 * values; left > 0; left -= len(zeros) {
			if _, err := w.Write(zeros[:min(left, len(zeros))]); err != nil {
				return err
			}
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, file.Bytes(), 0o600)
}

// numbers are those of a shape like (2, 3).
func numbers(shape string) (sizes []int) {
	for _, field := range bytes.FieldsFunc([]byte(shape), func(r rune) bool { return r < '0' || r > '9' }) {
		var n int
		_, _ = fmt.Sscan(string(field), &n)
		sizes = append(sizes, n)
	}
	return sizes
}

// liar is the bomb whose directory says that it unpacks to little.
func liar(path string) error {
	if err := bomb(path, "(50000, 1000, 1)", "(50000, 1000)"); err != nil {
		return err
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	const unpacked = 24 // where the size stands in an entry of the directory
	for at := 0; ; {
		next := bytes.Index(file[at:], []byte("PK\x01\x02"))
		if next < 0 {
			return os.WriteFile(path, file, 0o600)
		}
		at += next + 4
		binary.LittleEndian.PutUint32(file[at-4+unpacked:], 1000)
	}
}

// crowd is an archive of very many arrays without names.
func crowd(path string) error {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for range 300_000 {
		if _, err := z.Create(""); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, file.Bytes(), 0o600)
}

// TestMemory: a file takes no more than ten times its size and 100 MB, whatever it says.
func TestMemory(t *testing.T) {
	memorytest.Check(t, func(path string) error { _, err := ReadFile(path); return err },
		memorytest.File{Name: "bomb.npz", Write: func(path string) error { return bomb(path, "(50000, 1000, 1)", "(50000, 1000)") },
			Error: `unpack to 382 MiB, "x.npy" alone to 191 MiB, and a file of`},
		memorytest.File{Name: "most.npz", Write: func(path string) error { return bomb(path, "(8000, 1000, 1)", "(8000, 1000)", "(8000, 50)") }},
		memorytest.File{Name: "liar.npz", Write: liar, Error: `array "x": shape [50000 1000 1] does not fit its 9`},
		memorytest.File{Name: "crowd.npz", Write: crowd, Error: "the archive has 300000 arrays; want at most 65535"})
}
