package tensorfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	want := map[string]Tensor{
		"a.weight": {Dims: []int{2, 3}, F64: []float64{1, -2, .5, 0, float64(float32(math.Pi)), 1e-30}},
		"b":        {Dims: []int{1}, F64: []float64{-0.25}},
		"c":        {F64: []float64{7}}, // a scalar
		"d":        {Dims: []int{2, 0}}, // no values
		"e":        {Dims: []int{3}, F32: []float32{-0, math.MaxFloat32, math.SmallestNonzeroFloat32}},
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
		if !slices.Equal(g.Float32s(), w.Float32s()) {
			t.Errorf("%s is %g, want %g", name, g.Float32s(), w.Float32s())
		}
	}
}

// file is a .safetensors file of that header and data.
func file(header string, data ...byte) []byte {
	raw := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(raw, header...), data...)
}

// TestParseErrors: each says what is wrong, in one line.
func TestParseErrors(t *testing.T) {
	for name, test := range map[string]struct {
		raw  []byte
		want string
	}{
		"a huge dimension": {file(`{"w":{"dtype":"F32","shape":[4294967296],"data_offsets":[0,0]}}`), "shape [4294967296] is too large"},
		"a huge shape":     {file(`{"w":{"dtype":"F32","shape":[65536,65536,0],"data_offsets":[0,0]}}`), "[65536 65536 0] is too large"},
		"a negative size":  {file(`{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}`), "shape [-1] is too large"},
		"a fraction":       {file(`{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,0]}}`), `cannot be read at "w"`},
		"integers":         {file(`{"w":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, 0, 0, 0, 0), "want F32 or F64"},
		"no header":        {[]byte("short"), "no header"},
		"a header of text": {file(`hello`), "no JSON object"},
		"a long header":    {binary.LittleEndian.AppendUint64(nil, 1<<40), "its header of 1099511627776 bytes"},
		"a negative one":   {binary.LittleEndian.AppendUint64(nil, math.MaxUint64), "its header of 18446744073709551615 bytes"},
		"no end":           {file(`{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`), "cannot be read"},
		"two objects":      {file(`{}{}`), "goes on behind"},
		"a tensor twice":   {file(`{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`), `two tensors "w"`},
		"missing data":     {file(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 1, 2, 3), "offsets [0 8]"},
		"offsets reversed": {file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 1, 2, 3, 4), "offsets [4 0]"},
		"one offset":       {file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4]}}`, 1, 2, 3, 4), "offsets [4]"},
		"wrong shape":      {file(`{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,4]}}`, 1, 2, 3, 4), "4 bytes of data for shape [1] of F64"},
		"data left over":   {file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 1, 2, 3, 4, 5), "have 4 bytes and the file has 5"},
		"a hole":           {file(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 1, 2, 3, 4, 5, 6, 7, 8), "begins at byte 4"},
		"data shared":      {file(`{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 1, 2, 3, 4), "begins at byte 0 of the data, want 4"},
	} {
		tensors, err := parse(openSafetensors, test.raw)
		if err == nil || tensors != nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: tensors %v, error %v; want an error of one line with %q", name, tensors, err, test.want)
		}
	}
}

// TestReadRefuses what is no file of tensors before it takes it into memory.
func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := Read(filepath.Join(dir, "none.npz")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v; want that there is no such file", err)
	}
	huge := filepath.Join(dir, "huge.safetensors")
	if err := os.WriteFile(huge, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, maxBytes+1); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, huge} {
		if _, _, err := Read(path); err == nil || !strings.Contains(err.Error(), "at most 1024 MB") {
			t.Errorf("%s: error %v; want one with the limit", path, err)
		}
	}
}

// TestFloat64 reads a tensor of float64 exactly, which Write never makes.
func TestFloat64(t *testing.T) {
	raw := file(`{"w":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}`)
	for _, v := range []float64{math.Pi, -1e300} {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	tensors, err := parse(openSafetensors, raw)
	if err != nil {
		t.Fatal(err)
	}
	if got := tensors["w"]; !slices.Equal(got.Float64s(), []float64{math.Pi, -1e300}) || got.Float32s()[0] != math.Pi {
		t.Errorf("read %v", got)
	}
}

// TestChecksum: it depends on the names, shapes and float32 values, and on nothing else.
func TestChecksum(t *testing.T) {
	long := make([]float32, 40_000) // of several chunks
	base := func() map[string]Tensor {
		return map[string]Tensor{"a": {Dims: []int{2}, F32: []float32{1, 2}}, "b": {Dims: []int{len(long)}, F32: slices.Clone(long)}}
	}
	want := Checksum(base())
	same := base()
	same["a"] = Tensor{Dims: []int{2}, F64: []float64{1, 2}}
	if got := Checksum(same); got != want {
		t.Errorf("the same values in float64 give %s, want %s", got, want)
	}
	for name, change := range map[string]func(map[string]Tensor){
		"value":      func(m map[string]Tensor) { m["a"].F32[1] = 3 },
		"last value": func(m map[string]Tensor) { m["b"].F32[len(long)-1] = 1e-45 },
		"sign of 0":  func(m map[string]Tensor) { m["b"].F32[0] = float32(math.Copysign(0, -1)) },
		"shape":      func(m map[string]Tensor) { m["a"] = Tensor{Dims: []int{2, 1}, F32: m["a"].F32} },
		"name":       func(m map[string]Tensor) { m["c"] = m["a"]; delete(m, "a") },
		"one more":   func(m map[string]Tensor) { m["c"] = Tensor{Dims: []int{0}} },
	} {
		m := base()
		change(m)
		if Checksum(m) == want {
			t.Errorf("another %s gives the same checksum", name)
		}
	}
}

// TestWriteIsAtomic: a file that cannot be written leaves what was there, and nothing
// beside it.
func TestWriteIsAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "w.npz")
	if err := Write(path, map[string]Tensor{"a": {Dims: []int{1}, F32: []float32{1}}}, nil); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	if err := Write(path, map[string]Tensor{strings.Repeat("n", 1<<16): {Dims: []int{1}, F32: []float32{2}}}, nil); err == nil {
		t.Error("a name that is too long for an archive is written")
	}
	after, err := os.ReadFile(path)
	if files, _ := os.ReadDir(dir); err != nil || !bytes.Equal(before, after) || len(files) != 1 {
		t.Errorf("%d files are left, error %v; want the one that was there, unchanged", len(files), err)
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
	bad := map[string]Tensor{"w": {Dims: []int{2, 3}, F64: make([]float64, 5)}}
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
	tensors := map[string]Tensor{"w": {Dims: []int{2, 3}, F64: make([]float64, 6)}}
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

// parse reads all tensors of a file in memory.
func parse(from func(io.ReaderAt, int64) (*source, error), raw []byte) (map[string]Tensor, error) {
	s, err := from(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, err
	}
	for name := range s.tensors {
		if s.tensors[name], err = s.read(name); err != nil {
			return nil, err
		}
	}
	return s.tensors, nil
}

// FuzzParse: any bytes give an error or tensors whose data fits their shape.
func FuzzParse(f *testing.F) {
	var raw bytes.Buffer
	if err := encode(&raw, map[string]Tensor{"a": {Dims: []int{2}, F64: []float64{1, 2}}}, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(raw.Bytes())
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Add([]byte("\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) { checkParse(t, openSafetensors, raw) })
}

// FuzzArchive is the same for .npz archives.
func FuzzArchive(f *testing.F) {
	var raw bytes.Buffer
	if err := encodeArchive(&raw, map[string]Tensor{"a": {Dims: []int{2}, F64: []float64{1, 2}}}, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(raw.Bytes())
	f.Add(raw.Bytes()[:raw.Len()/2])
	f.Fuzz(func(t *testing.T, raw []byte) { checkParse(t, openArchive, raw) })
}

func checkParse(t *testing.T, from func(io.ReaderAt, int64) (*source, error), raw []byte) {
	tensors, err := parse(from, raw)
	if err != nil {
		return
	}
	for name, tensor := range tensors {
		size := 1
		for _, d := range tensor.Dims {
			size *= d
		}
		if size != tensor.Len() {
			t.Errorf("%s: shape %v with %d values", name, tensor.Dims, tensor.Len())
		}
	}
}
