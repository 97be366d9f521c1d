package npy

import (
	"bytes"
	"math"
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

// readBytes reads an array from the bytes of a file that may unpack to left bytes of values.
func readBytes[T Value](file []byte, left int64) ([]int, []T, error) {
	return read[T](bytes.NewReader(file), uint64(len(file)), &left)
}

// TestRead: values of the right type are read, where they may take as much memory as they do.
func TestRead(t *testing.T) {
	file := bytesOf(t, []int{1, 2}, []float64{.5, -3})
	shape, data, err := readBytes[float64](file, 16)
	if err != nil || !slices.Equal(shape, []int{1, 2}) || !slices.Equal(data, []float64{.5, -3}) {
		t.Errorf("read shape %v, %v, error %v", shape, data, err)
	}
	if _, _, err := readBytes[float64](file, 15); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("16 bytes where 15 are allowed give error %v", err)
	}
	if _, _, err := readBytes[float32](file, 16); err == nil || !strings.Contains(err.Error(), `its type is "<f8", want "<f4"`) {
		t.Errorf("float64 for float32 gives error %v", err)
	}
}

// TestLimit: it grows with the file to 2 GiB, whatever its size.
func TestLimit(t *testing.T) {
	for size, want := range map[int64]int64{0: spare, 1 << 20: spare + 4<<20, 1 << 30: maxUnpacked, math.MaxInt64: maxUnpacked} {
		if got := Limit(size); got != want {
			t.Errorf("a file of %d bytes may unpack to %d, want %d", size, got, want)
		}
	}
}

// FuzzRead: any bytes are an error or as many values as the shape says.
func FuzzRead(f *testing.F) {
	f.Add(bytesOf(f, []int{2, 1}, []float32{1, 2}))
	f.Add(bytesOf(f, []int{}, []float32{1}))
	f.Add([]byte("\x93NUMPY\x03\x00\xff\x00\x00\x00{"))
	f.Fuzz(func(t *testing.T, file []byte) {
		shape, data, err := readBytes[float32](file, 1<<20)
		if err != nil {
			return
		}
		if n, ok := Product(shape, 1<<18); !ok || n != len(data) {
			t.Errorf("shape %v with %d values", shape, len(data))
		}
	})
}
