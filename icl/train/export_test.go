package train

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train/internal/rundir"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/tensorfile"
)

// classes draws test tasks and returns what f makes of them.
func classes(t *testing.T, f *Fitted) []float32 {
	t.Helper()
	b, err := synthetic.Proto{N: 8}.Sample(datasets.Rand(0, "test"), 5)
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Predict(context.Background(), b, []int{0, 7})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestExportedWeightsComeBack: in both formats an imported learner has the same weights
// and predictions, and a run that starts from it is the one that starts from the first.
func TestExportedWeightsComeBack(t *testing.T) {
	f := fit(t, small())
	for _, name := range []string{"w.safetensors", "w.npz"} {
		path := filepath.Join(t.TempDir(), name)
		if err := f.Export(path); err != nil {
			t.Fatal(err)
		}
		again, err := Import(path, metalearner.ProtoNet{}, synthetic.Proto{N: 8}, onGo(t.TempDir())...)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(again.Params, f.Params) || !slices.Equal(classes(t, again), classes(t, f)) {
			t.Errorf("%s: other weights or predictions", name)
		}
		if want := "imported ProtoNet from " + path; again.String() != want {
			t.Errorf("it is called %q, want %q", again, want)
		}
		next := small()
		next.From = again
		if start, err := Open(next, onGo(t.TempDir())...); err != nil || !slices.Equal(start.Fitted(false).Params, f.Params) {
			t.Errorf("%s: a run does not start from the weights (error %v)", name, err)
		}
	}
}

// TestExportRunIsExport: a run directory holds all that a trained learner does.
func TestExportRunIsExport(t *testing.T) {
	f := fit(t, small())
	dir := t.TempDir()
	one, two := filepath.Join(dir, "1.safetensors"), filepath.Join(dir, "2.safetensors")
	if err := f.Export(one); err != nil {
		t.Fatal(err)
	}
	if err := ExportRun(f.Dir, two); err != nil {
		t.Fatal(err)
	}
	a, _ := os.ReadFile(one)
	b, _ := os.ReadFile(two)
	if len(a) == 0 || string(a) != string(b) {
		t.Errorf("files of %d and %d bytes differ", len(a), len(b))
	}
	_, meta, err := tensorfile.Read(one)
	if err != nil || !strings.Contains(meta["goicl"], `"learner":"ProtoNet"`) || !strings.Contains(meta["score"], "accuracy") || meta["step"] == "" {
		t.Errorf("metadata %v, error %v", meta, err)
	}
}

func TestExportErrors(t *testing.T) {
	f := fit(t, small())
	dir := t.TempDir()
	run, err := Open(small(), onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	damaged := t.TempDir()
	for name, text := range map[string]string{rundir.ConfigFile: "{}", rundir.CheckpointFile: "short"} {
		if err := os.WriteFile(filepath.Join(damaged, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "w.npz")
	for want, err := range map[string]error{
		"want one that ends in .safetensors or .npz": f.Export(filepath.Join(dir, "weights")),
		"torch.load":           f.Export(filepath.Join(dir, "weights.pt")),
		"no such file":         f.Export(filepath.Join(dir, "absent", "w.npz")),
		"no weights yet":       ExportRun(filepath.Join(dir, run.Key()), file),
		"is no run directory":  ExportRun(dir, file),
		"cut short or damaged": ExportRun(damaged, file),
	} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v; want one line with %q", err, want)
		}
	}
}

// TestImportNamesWhatDoesNotFit: names, shapes and values are checked.
func TestImportNamesWhatDoesNotFit(t *testing.T) {
	dir := t.TempDir()
	good := startingWeights(t, transformer.Paper{Depth: 1})
	write := func(name string, change func(map[string]tensorfile.Tensor)) string {
		tensors := maps.Clone(good)
		change(tensors)
		path := filepath.Join(dir, name)
		if err := tensorfile.Write(path, tensors, nil); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const q = "layers.0.to_q.weight"
	nan := tensorfile.Tensor{Dims: good[q].Dims, F64: append([]float64{1e300}, good[q].Float64s()[1:]...)}
	for want, path := range map[string]string{
		`"layers.0.to_q.weight" is missing; the file has "layers.0.to_k.weight" [6 6], `: write("a.npz", func(w map[string]tensorfile.Tensor) { delete(w, q) }),
		"is missing; the file has no tensors":                                            write("b.npz", func(w map[string]tensorfile.Tensor) { clear(w) }),
		`"layers.0.to_q.weight" has shape [4 6], want [6 6]`:                             write("c.npz", func(w map[string]tensorfile.Tensor) { w[q] = w["readout.weight"] }),
		`ICL has no parameter for "layers.1.to_q.weight" [6 6]`:                          write("d.npz", func(w map[string]tensorfile.Tensor) { w["layers.1.to_q.weight"] = w[q] }),
		`"layers.0.to_q.weight" holds NaN or infinite`:                                   write("e.npz", func(w map[string]tensorfile.Tensor) { w[q] = nan }),
		"no such file":                filepath.Join(dir, "absent.npz"),
		"which only Python can open":  filepath.Join(dir, "model.pt"),
		"of no known format":          filepath.Join(dir, "model"),
		"on tasks with 2 inputs and ": write("f.npz", func(w map[string]tensorfile.Tensor) { delete(w, q) }),
	} {
		_, err := Import(path, transformer.Paper{Depth: 1}, synthetic.Proto{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v; want one line with %q", err, want)
		}
	}
	if _, err := Import("w.npz", nil, nil); err == nil || !strings.Contains(err.Error(), "needs a learner") {
		t.Errorf("no learner gives error %v", err)
	}
}

// TestImportComparesShapesFirst: weights of other shapes are refused before they are
// unpacked, which would show here that they are damaged.
func TestImportComparesShapesFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.npz")
	if err := tensorfile.Write(path, startingWeights(t, transformer.Paper{Depth: 1}), nil); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[200]++ // a value of the first array
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for depth, want := range map[int]string{1: "checksum error", 2: `"layers.1.to_q.weight" is missing`} {
		if _, err := Import(path, transformer.Paper{Depth: depth}, synthetic.Proto{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("depth %d: error %v, want one with %q", depth, err, want)
		}
	}
}

// TestImportedHasNoHistory: what only a run directory knows is an error.
func TestImportedHasNoHistory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := tensorfile.Write(path, startingWeights(t, transformer.Paper{}), nil); err != nil {
		t.Fatal(err)
	}
	f, err := Import(path, transformer.Paper{}, synthetic.Proto{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Log(); err == nil || !strings.Contains(err.Error(), "imported from "+path) {
		t.Errorf("its log gives error %v", err)
	}
	if _, err := f.At(0); err == nil || !strings.Contains(err.Error(), "imported from "+path) {
		t.Errorf("its start gives error %v", err)
	}
}

// startingWeights are weights of l before training, by name.
func startingWeights(t *testing.T, l learner.Learner) map[string]tensorfile.Tensor {
	t.Helper()
	layout, err := learner.NewLayout(l, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	flat, tensors := layout.Init(datasets.Rand(1, "weights")), map[string]tensorfile.Tensor{}
	layout.All(func(p learner.Param, lo, hi int) {
		tensors[p.Name] = tensorfile.Tensor{Dims: p.Dims, F32: flat[lo:hi]}
	})
	return tensors
}

// FuzzImport: any bytes give an error or finite weights.
func FuzzImport(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"), true)
	f.Add([]byte("PK"), false)
	f.Fuzz(func(t *testing.T, raw []byte, safe bool) {
		path := filepath.Join(t.TempDir(), "w.npz")
		if safe {
			path = filepath.Join(t.TempDir(), "w.safetensors")
		}
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = Import(path, transformer.Paper{Depth: 1}, synthetic.Proto{}) // must return
	})
}
