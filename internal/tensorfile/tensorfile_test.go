package tensorfile

import (
	"math"
	"path/filepath"
	"strings"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	want := map[string]Tensor{
		"a.weight": {Dims: []int{2, 3}, Data: []float64{1, -2, .5, 0, float64(float32(math.Pi)), 1e-30}},
		"b":        {Dims: []int{1}, Data: []float64{-0.25}},
	}
	if err := Write(path, want, map[string]string{"step": "7"}); err != nil {
		t.Fatal(err)
	}
	got, meta, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if meta["step"] != "7" || len(got) != len(want) {
		t.Errorf("metadata %v, %d tensors", meta, len(got))
	}
	for name, w := range want {
		g, err := Want(got, name, w.Dims...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range w.Data {
			if float32(g.Data[i]) != float32(w.Data[i]) {
				t.Errorf("%s[%d] = %g, want %g", name, i, g.Data[i], w.Data[i])
			}
		}
	}
}

func TestWantNamesTheShape(t *testing.T) {
	tensors := map[string]Tensor{"w": {Dims: []int{2, 3}, Data: make([]float64, 6)}}
	if _, err := Want(tensors, "w", -1, 3); err != nil {
		t.Errorf("-1 does not fit any size: %v", err)
	}
	for _, dims := range [][]int{{3, 2}, {6}, {2, 3, 1}} {
		if _, err := Want(tensors, "w", dims...); err == nil || !strings.Contains(err.Error(), "[2 3]") {
			t.Errorf("shape %v: error %v; want one with the shape that is there", dims, err)
		}
	}
	if _, err := Want(tensors, "v"); err == nil || !strings.Contains(err.Error(), `"v"`) {
		t.Errorf("error %v; want one with the missing name", err)
	}
}

// FuzzParse: any bytes give an error or tensors whose data fits their shape.
func FuzzParse(f *testing.F) {
	path := filepath.Join(f.TempDir(), "w.safetensors")
	if err := Write(path, map[string]Tensor{"a": {Dims: []int{2}, Data: []float64{1, 2}}}, nil); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Add([]byte("\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		tensors, _, err := Parse(raw)
		if err != nil {
			return
		}
		for name, tensor := range tensors {
			size := 1
			for _, d := range tensor.Dims {
				size *= d
			}
			if size != len(tensor.Data) {
				t.Errorf("%s: shape %v with %d values", name, tensor.Dims, len(tensor.Data))
			}
		}
	})
}
