package npz

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"pgregory.net/rapid"
)

// write returns the bytes of a batch's file.
func write(t testing.TB, b *datasets.Batch) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := writeTo(&file, b); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func read(file []byte) (*datasets.Batch, error) {
	return readFrom(bytes.NewReader(file), int64(len(file)))
}

// sample is a batch of each family.
func sample(t testing.TB, family string) *datasets.Batch {
	t.Helper()
	s, err := synthetic.ByName(family, 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Sample(datasets.Rand(1, "npz"), 7)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRoundTripFamilies(t *testing.T) {
	for _, family := range synthetic.Families() {
		b := sample(t, family)
		got, err := read(write(t, b))
		if err != nil {
			t.Fatal(err)
		}
		checkEqual(t, got, b)
		if !bytes.Equal(write(t, b), write(t, got)) {
			t.Errorf("%s: the same batch gives other bytes", family)
		}
	}
}

type failer interface{ Fatalf(string, ...any) }

func checkEqual(t failer, got, want *datasets.Batch) {
	if got.T != want.T || got.N != want.N || got.D != want.D || got.C != want.C {
		t.Fatalf("read T %d, N %d, D %d, C %d; wrote %d, %d, %d, %d", got.T, got.N, got.D, got.C, want.T, want.N, want.D, want.C)
	}
	if !slices.Equal(got.X, want.X) || !slices.Equal(got.Y, want.Y) || !slices.Equal(got.Z, want.Z) {
		t.Fatalf("read other inputs, labels or targets than were written")
	}
	if len(got.Latent) != len(want.Latent) {
		t.Fatalf("read %d latent variables, wrote %d", len(got.Latent), len(want.Latent))
	}
	for name, l := range want.Latent {
		if !slices.Equal(got.Latent[name].Dims, l.Dims) || !slices.Equal(got.Latent[name].Data, l.Data) {
			t.Fatalf("latent variable %q: read %v, wrote %v", name, got.Latent[name], l)
		}
	}
}

func TestRoundTripProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 5)
		b := datasets.NewBatch(size.Draw(t, "T"), size.Draw(t, "N"), size.Draw(t, "D"), 1+size.Draw(t, "C"))
		if rapid.Bool().Draw(t, "regression") {
			b = datasets.NewBatch(b.T, b.N, b.D, 0)
		}
		for i := range b.Z {
			b.Z[i] = rapid.Float32().Draw(t, "z")
		}
		for i := range b.X {
			b.X[i] = rapid.Float32().Draw(t, "x")
		}
		for i := range b.Y {
			b.Y[i] = rapid.Int32Range(0, int32(b.C-1)).Draw(t, "y")
		}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"w", "R", "proto.w", "µ δ", "w.npy"}), rapid.ID).Draw(t, "names") {
			l := b.AddLatent(name, rapid.SliceOfN(rapid.IntRange(0, 3), 0, 3).Draw(t, "dims")...)
			for i := range l.Data {
				l.Data[i] = rapid.Float32().Draw(t, "latent")
			}
		}
		var file bytes.Buffer
		if err := writeTo(&file, b); err != nil {
			t.Fatal(err)
		}
		got, err := read(file.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		checkEqual(t, got, b)
	})
}

// TestEveryFlip: each flipped bit of a file is an error, or changes nothing.
func TestEveryFlip(t *testing.T) {
	b := datasets.NewBatch(2, 3, 1, 3)
	b.AddLatent("w", 1).Data[1] = 1
	raw := write(t, b)
	seen := 0
	for bit := range 8 * len(raw) {
		raw[bit/8] ^= 1 << (bit % 8)
		if got, err := read(raw); err == nil {
			if got.C != 3 || len(got.Latent) != 1 {
				t.Errorf("byte %d of %d: read %+v", bit/8, len(raw), got)
			} else {
				checkEqual(t, got, b)
			}
		} else {
			seen++
		}
		raw[bit/8] ^= 1 << (bit % 8)
	}
	if seen < 4*len(raw) {
		t.Errorf("%d of %d flips are seen", seen, 8*len(raw))
	}
}

// TestLargeArray crosses the border between the pieces that are read at once.
func TestLargeArray(t *testing.T) {
	b, err := synthetic.Amort{N: 101}.Sample(datasets.Rand(1, "npz"), 333)
	if err != nil {
		t.Fatal(err)
	}
	got, err := read(write(t, b))
	if err != nil {
		t.Fatal(err)
	}
	checkEqual(t, got, b)
}

// TestReadNumPy reads files that NumPy 2.4 wrote.
func TestReadNumPy(t *testing.T) {
	want := datasets.NewBatch(2, 4, 3, 3)
	for i := range want.X {
		want.X[i] = float32(i) / 8
	}
	copy(want.Y, []int32{0, 1, 2, 0, 2, 2, 1, 0})
	copy(want.AddLatent("w", 2).Data, []float32{1, 2, 3, 4})
	copy(want.AddLatent("R").Data, []float32{5, 6})
	for _, name := range []string{"numpy.npz", "numpy_compressed.npz"} {
		got, err := ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		checkEqual(t, got, want)
	}
}

// TestWriteLikeNumPy: every array that is written has the bytes that NumPy 2.4 writes.
func TestWriteLikeNumPy(t *testing.T) {
	b, err := ReadFile(filepath.Join("testdata", "numpy.npz"))
	if err != nil {
		t.Fatal(err)
	}
	numpy, err := os.ReadFile(filepath.Join("testdata", "numpy.npz"))
	if err != nil {
		t.Fatal(err)
	}
	want, got := entries(t, numpy), entries(t, write(t, b))
	if names := slices.Sorted(maps.Keys(want)); len(names) < 3 || !slices.Equal(names, slices.Sorted(maps.Keys(got))) {
		t.Fatalf("arrays %v, want %v", slices.Sorted(maps.Keys(got)), names)
	}
	for name := range want {
		if !bytes.Equal(got[name], want[name]) {
			t.Errorf("%s is %q, want %q", name, got[name], want[name])
		}
	}
}

// entries are the files in an archive.
func entries(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if all[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestWriteErrors(t *testing.T) {
	nan := sample(t, "proto")
	nan.X[5] = float32(math.NaN())
	taken := sample(t, "proto")
	taken.AddLatent("x")
	path := sample(t, "proto")
	path.AddLatent("../w")
	target := datasets.NewBatch(2, 3, 1, 0)
	target.AddLatent("z")
	short := sample(t, "proto")
	short.Latent["w"] = datasets.Latent{Dims: []int{2, 2}, Data: make([]float32, 3)}
	for want, b := range map[string]*datasets.Batch{
		"the batch is nil":                         nil,
		"x is NaN in task 0, point 2, dimension 1": nan,
		`cannot be called "x"`:                     taken,
		`cannot be called "../w"`:                  path,
		`cannot be called "z"`:                     target,
		`"w" has 3 values for 7 tasks`:             short,
	} {
		var file bytes.Buffer
		if err := writeTo(&file, b); err == nil || !strings.Contains(err.Error(), want) || file.Len() > 0 {
			t.Errorf("got error %v and %d bytes, want an error with %q and none", err, file.Len(), want)
		}
	}
}

// TestWriteFile: a file is replaced as a whole, or stays as it is.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "tasks.npz")
	b := sample(t, "pair")
	for range 2 {
		if err := WriteFile(path, b); err != nil {
			t.Fatal(err)
		}
	}
	bad := sample(t, "pair")
	bad.Y[0] = -1
	if err := WriteFile(path, bad); err == nil {
		t.Error("an invalid batch is written")
	}
	got, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	checkEqual(t, got, b)

	link := filepath.Join(dir, "device")
	if err := os.Symlink(os.DevNull, link); err != nil {
		t.Fatal(err)
	}
	for want, path := range map[string]string{
		"not a regular file; choose another name": dir,
		"device is not a regular file":            link,
		"no such file or directory":               filepath.Join(dir, "absent", "tasks.npz"),
		"not a directory":                         filepath.Join(path, "tasks.npz"),
	} {
		err := WriteFile(path, b)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("got error %v, want one with %q and %s", err, want, path)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// archive zips arrays: names with contents.
func archive(t testing.TB, entries ...[2]string) []byte {
	t.Helper()
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for _, e := range entries {
		w, err := z.Create(e[0] + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// array is an .npy file with so many zero bytes as data.
func array(descr, order, shape string, data int) string {
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape)
	return "\x93NUMPY\x01\x00" + string([]byte{byte(len(header)), 0}) + header + strings.Repeat("\x00", data)
}

func TestReadErrors(t *testing.T) {
	x, y := array("<f4", "False", "(2, 3, 1)", 24), array("<i4", "False", "(2, 3)", 24)
	whole := archive(t, [2]string{"x", x}, [2]string{"y", y})
	if _, err := read(whole); err != nil {
		t.Fatal(err)
	}
	flipped := write(t, sample(t, "proto"))
	flipped[200]++ // one of the first inputs
	withX := func(x string) []byte { return archive(t, [2]string{"x", x}, [2]string{"y", y}) }
	withY := func(y string) []byte { return archive(t, [2]string{"x", x}, [2]string{"y", y}) }
	with := func(name, data string) []byte {
		return archive(t, [2]string{"x", x}, [2]string{"y", y}, [2]string{name, data})
	}
	for _, c := range []struct {
		want string
		file []byte
	}{
		{"not an .npz archive: zip: not a valid zip file", nil},
		{"not an .npz archive", whole[:len(whole)-30]},
		{`has no array "x"; it has: "y"`, archive(t, [2]string{"y", y})},
		{`has no array "y"; it has: "x"`, archive(t, [2]string{"x", x})},
		{`two arrays "x"`, archive(t, [2]string{"x", x}, [2]string{"x", x})},
		{`array "x": zip: checksum error`, flipped},
		{`array "x": not in .npy format`, withX("hello")},
		{`array "x": the header is cut short`, withX(x[:9])},
		{`array "x": the header is cut short`, withX(x[:30])},
		{`array "x": a header of 4294967295 bytes; want`, withX("\x93NUMPY\x02\x00\xff\xff\xff\xff")},
		{`array "x": shape [2 3 1] does not fit its 23 bytes of values`, withX(x[:len(x)-1])},
		{`array "x": shape [2 3 1] does not fit its 25 bytes of values`, withX(x + "\x00")},
		{`array "x": its type is "<f8", want "<f4"; save it with .astype("float32")`, withX(array("<f8", "False", "(2, 3, 1)", 48))},
		{`array "y": its type is "<i8", want "<i4"; save it with .astype("int32")`, withY(array("<i8", "False", "(2, 3)", 48))},
		{`array "x": it is in Fortran order; save`, withX(array("<f4", "True", "(2, 3, 1)", 24))},
		{`array "x": cannot read the header`, withX(array("<f4", "Perhaps", "(2, 3, 1)", 24))},
		{`array "x": cannot read the header`, withX(array("<f4", "False", "(2, -3, 1)", 24))},
		{`array "x": size "99999999999999999999" in its shape`, withX(array("<f4", "False", "(99999999999999999999,)", 24))},
		{`array "x": shape [4294967296 4294967296 1] does not fit its 24 bytes`, withX(array("<f4", "False", "(4294967296, 4294967296, 1)", 24))},
		{`array "x": shape [268435456 1 1] does not fit its 24 bytes`, withX(array("<f4", "False", "(268435456, 1, 1)", 24))},
		{`array "x" has shape [6]; want [T, N, D]`, withX(array("<f4", "False", "(6,)", 24))},
		{`array "y" has shape [3 2]; want [2, 3]`, withY(array("<i4", "False", "(3, 2)", 24))},
		{`array "y" has shape [0 3]; want [0, 3] as x has, and not empty`, archive(t, [2]string{"x", array("<f4", "False", "(0, 3, 1)", 0)}, [2]string{"y", array("<i4", "False", "(0, 3)", 0)})},
		{"0 dimensions; want at least 1", withX(array("<f4", "False", "(2, 3, 0)", 0))},
		{`array "z" has shape [3 2]; want [2, 3]`, archive(t, [2]string{"x", x}, [2]string{"z", array("<f4", "False", "(3, 2)", 24)})},
		{`array "z": its type is "<f8", want "<f4"`, archive(t, [2]string{"x", x}, [2]string{"z", array("<f8", "False", "(2, 3)", 48)})},
		{`array "w" has shape [3]; want [2, ...], a row for each task`, with("w", array("<f4", "False", "(3,)", 12))},
		{`array "w" has shape []; want [2, ...]`, with("w", array("<f4", "False", "()", 4))},
		{"label -1 in task 0, point 0; want 0..1", withY(y[:len(y)-24] + "\xff\xff\xff\xff" + y[len(y)-20:])},
		{"too many values", withY(y[:len(y)-24] + "\xff\xff\xff\x7f" + y[len(y)-20:])},
		{"x is NaN in task 0, point 0", withX(x[:len(x)-24] + "\x00\x00\xc0\x7f" + x[len(x)-20:])},
	} {
		b, err := read(c.file)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want one with %q", err, c.want)
		} else if b != nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("beside the error a batch %v; or an error of two lines: %q", b, err)
		}
	}
	if _, err := ReadFile("testdata/absent.npz"); err == nil || !strings.Contains(err.Error(), "absent.npz") {
		t.Errorf("an absent file gives error %v", err)
	}
}

// FuzzRead: any bytes are an error or a valid batch, which can be written again
// and read as the same.
func FuzzRead(f *testing.F) {
	f.Add(write(f, sample(f, "mix")))
	f.Add(write(f, datasets.NewBatch(2, 3, 1, 0)))
	f.Add(archive(f, [2]string{"x", array("<f4", "False", "(2, 1, 1)", 8)}, [2]string{"y", array("<i4", "False", "(2, 1)", 8)}))
	for _, name := range []string{"numpy.npz", "numpy_compressed.npz"} {
		file, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		b, err := read(file)
		if err != nil {
			return
		}
		if err := b.Validate(); err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if writeTo(&again, b) != nil {
			return // for instance a latent variable with a strange name
		}
		got, err := read(again.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Y, b.Y) || !reflect.DeepEqual(got.Z, b.Z) || got.C != b.C {
			t.Error("a batch changes when written and read")
		}
	})
}

// FuzzArray feeds the bytes of an array past the checksum of the archive.
func FuzzArray(f *testing.F) {
	f.Add(array("<f4", "False", "(2, 1, 1)", 8))
	f.Add(array("<f4", "False", "(2, 100000000, 1)", 8))
	f.Add("\x93NUMPY\x03\x00\xff\x00\x00\x00{")
	f.Fuzz(func(t *testing.T, x string) {
		b, err := read(archive(t, [2]string{"x", x}, [2]string{"y", array("<i4", "False", "(2, 1)", 8)}))
		if err != nil {
			return
		}
		if err := b.Validate(); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	tasks, err := synthetic.Proto{}.Sample(datasets.Rand(1, "bench"), 10_000)
	if err != nil {
		b.Fatal(err)
	}
	var file bytes.Buffer
	for b.Loop() {
		file.Reset()
		if err := writeTo(&file, tasks); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*500_000/b.Elapsed().Seconds()/1e6, "Mpoints/s")
}

func BenchmarkRead(b *testing.B) {
	tasks, err := synthetic.Proto{}.Sample(datasets.Rand(1, "bench"), 10_000)
	if err != nil {
		b.Fatal(err)
	}
	file := write(b, tasks)
	for b.Loop() {
		if _, err := read(file); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*500_000/b.Elapsed().Seconds()/1e6, "Mpoints/s")
}
