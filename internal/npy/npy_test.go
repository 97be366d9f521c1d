package npy

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func bytesOf[T Value](t testing.TB, shape []int, data []T) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := write(&file, shape, data); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestReadFloats: either precision is read, and nothing else.
func TestReadFloats(t *testing.T) {
	single := bytesOf(t, []int{1, 2}, []float32{.5, -3})
	double := bytesOf(t, []int{1, 2}, []float64{.5, -3})
	for _, file := range [][]byte{single, double} {
		shape, data, err := ReadFloats(bytes.NewReader(file), 2)
		if err != nil || !slices.Equal(shape, []int{1, 2}) || !slices.Equal(data, []float64{.5, -3}) {
			t.Errorf("read shape %v, %v, error %v", shape, data, err)
		}
		if _, _, err := ReadFloats(bytes.NewReader(file), 1); err == nil || !strings.Contains(err.Error(), "too large") {
			t.Errorf("2 values where 1 is allowed give error %v", err)
		}
	}
	whole := bytesOf(t, []int{1}, []int32{1})
	if _, _, err := ReadFloats(bytes.NewReader(whole), 9); err == nil || !strings.Contains(err.Error(), `want "<f4" or "<f8"`) {
		t.Errorf("integers give error %v", err)
	}
}

// FuzzReadFloats: any bytes are an error or as many values as the shape says.
func FuzzReadFloats(f *testing.F) {
	f.Add(bytesOf(f, []int{2, 1}, []float32{1, 2}))
	f.Add(bytesOf(f, []int{}, []float64{1}))
	f.Add([]byte("\x93NUMPY\x03\x00\xff\x00\x00\x00{"))
	f.Fuzz(func(t *testing.T, file []byte) {
		shape, data, err := ReadFloats(bytes.NewReader(file), 1<<20)
		if err != nil {
			return
		}
		if n, ok := Product(shape, 1<<20); !ok || n != len(data) {
			t.Errorf("shape %v with %d values", shape, len(data))
		}
	})
}
