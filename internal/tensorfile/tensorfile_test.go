package tensorfile

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	want := map[string]Tensor{
		"a.weight": {Dims: []int{2, 3}, Data: []float64{1, -2, .5, 0, float64(float32(math.Pi)), 1e-30}},
		"b":        {Dims: []int{1}, Data: []float64{-0.25}},
		"c":        {Data: []float64{7}}, // a scalar
	}
	for _, file := range []string{"w.safetensors", "w.npz"} {
		path := filepath.Join(t.TempDir(), file)
		var bytesOf [2]string
		for i := range bytesOf {
			if err := Write(path, want, map[string]string{"step": "7", "a": "b", "c": "d"}); err != nil {
				t.Fatal(err)
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			bytesOf[i] = string(raw)
		}
		if bytesOf[0] != bytesOf[1] {
			t.Errorf("%s: the same tensors give other bytes", file)
		}
		got, meta, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) || strings.HasSuffix(file, ".safetensors") != (meta["step"] == "7") {
			t.Errorf("%s: metadata %v, %d tensors", file, meta, len(got))
		}
		checkSame(t, got, want)
	}
}

func checkSame(t *testing.T, got, want map[string]Tensor) {
	t.Helper()
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

// TestErrorsNameTheFile: each is one line.
func TestErrorsNameTheFile(t *testing.T) {
	dir := t.TempDir()
	for name, raw := range map[string]string{"a.npz": "no zip", "b.safetensors": "short"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Read(path); err == nil || !strings.Contains(err.Error(), path+" is no readable") || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v; want one line that names %s", err, path)
		}
	}
	bad := map[string]Tensor{"w": {Dims: []int{2, 3}, Data: make([]float64, 5)}}
	for _, name := range []string{"c.npz", "c.safetensors"} {
		if err := Write(filepath.Join(dir, name), bad, nil); err == nil || !strings.Contains(err.Error(), `"w" has 5 values for shape [2 3]`) {
			t.Errorf("%s: 5 values of 6 give error %v", name, err)
		}
	}
	if err := Write(dir, nil, nil); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a folder is written to: %v", err)
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
	raw, err := encode(map[string]Tensor{"a": {Dims: []int{2}, Data: []float64{1, 2}}}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Add([]byte("\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) { checkParse(t, Parse, raw) })
}

// FuzzArchive is the same for .npz archives.
func FuzzArchive(f *testing.F) {
	raw, err := encodeArchive(map[string]Tensor{"a": {Dims: []int{2}, Data: []float64{1, 2}}}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:len(raw)/2])
	f.Fuzz(func(t *testing.T, raw []byte) { checkParse(t, parseArchive, raw) })
}

func checkParse(t *testing.T, parse func([]byte) (map[string]Tensor, map[string]string, error), raw []byte) {
	tensors, _, err := parse(raw)
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
}
