package train

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/internal/tensorfile"
)

// rewrite changes the metadata of a checkpoint.
func rewrite(t *testing.T, dir string, change func(tensors map[string]tensorfile.Tensor, meta map[string]string)) {
	t.Helper()
	file := filepath.Join(dir, checkpointFile)
	tensors, meta, err := tensorfile.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	change(tensors, meta)
	if err := tensorfile.Write(file, tensors, meta); err != nil {
		t.Fatal(err)
	}
}

// TestFormat2Loads: a run that an older version trained is loaded, exported and, if it
// was stopped, goes on; one of another version is refused with both versions.
func TestFormat2Loads(t *testing.T) {
	dir := t.TempDir()
	now, err := Train(context.Background(), small(), onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	rewrite(t, now.Dir, func(tensors map[string]tensorfile.Tensor, meta map[string]string) {
		for _, key := range []string{"first_loss", "log", "inputs"} {
			delete(meta, key)
		}
		meta["format"], meta["sha256"] = "2", tensorfile.Checksum(tensors)
	})
	old, err := Train(context.Background(), small(), onGo(dir)...)
	if err != nil || !old.Loaded || !slices.Equal(old.Params, now.Params) || old.Score != now.Score {
		t.Errorf("format 2: error %v; want the run that was trained", err)
	}
	if log, err := old.Log(); err != nil || len(log) == 0 {
		t.Errorf("format 2: a log of %d entries, error %v", len(log), err)
	}
	if err := ExportRun(now.Dir, filepath.Join(t.TempDir(), "w.npz")); err != nil {
		t.Error(err)
	}
	rewrite(t, now.Dir, func(_ map[string]tensorfile.Tensor, meta map[string]string) { meta["format"] = "4" })
	if _, err := Open(small(), onGo(dir)...); err == nil || !strings.Contains(err.Error(), `format "4"`) || !strings.Contains(err.Error(), "delete") {
		t.Errorf("format 4: error %v; want one that names it and says what to delete", err)
	}
}

// TestImpossibleValues: a checkpoint that says what no run can be is refused, be its
// checksum right.
func TestImpossibleValues(t *testing.T) {
	dir := t.TempDir()
	f, err := Train(context.Background(), small(), onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(f.Dir, checkpointFile))
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"step": "9999999", "best_step": "-1", "score": `{"loss":.1,"accuracy":1.5078}`, "seconds": "-3", "first_loss": "NaN",
	} {
		rewrite(t, f.Dir, func(_ map[string]tensorfile.Tensor, meta map[string]string) { meta[key] = value })
		if _, err := Open(small(), onGo(dir)...); err == nil {
			t.Errorf("%s %s is accepted", key, value)
		}
		if err := ExportRun(f.Dir, filepath.Join(t.TempDir(), "w.npz")); err == nil {
			t.Errorf("%s %s is exported", key, value)
		}
		if err := os.WriteFile(filepath.Join(f.Dir, checkpointFile), good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDamagedTensors: a checkpoint with a right checksum but other tensors is refused by
// the name of what is wrong.
func TestDamagedTensors(t *testing.T) {
	dir := t.TempDir()
	f, err := Train(context.Background(), small(), onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(filepath.Join(f.Dir, checkpointFile))
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(tensors map[string]tensorfile.Tensor, meta map[string]string){
		`"adam.m" is missing`: func(tensors map[string]tensorfile.Tensor, _ map[string]string) { delete(tensors, "adam.m") },
		`"latest" has shape [1]`: func(tensors map[string]tensorfile.Tensor, _ map[string]string) {
			tensors["latest"] = flatTensor([]float32{1})
		},
		`parsing "many"`:         func(_ map[string]tensorfile.Tensor, meta map[string]string) { meta["step"] = "many" },
		`parsing "long"`:         func(_ map[string]tensorfile.Tensor, meta map[string]string) { meta["seconds"] = "long" },
		"unexpected end of JSON": func(_ map[string]tensorfile.Tensor, meta map[string]string) { meta["score"] = "{" },
	} {
		rewrite(t, f.Dir, func(tensors map[string]tensorfile.Tensor, meta map[string]string) {
			change(tensors, meta)
		})
		if _, err := Open(small(), onGo(dir)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
		if err := os.WriteFile(filepath.Join(f.Dir, checkpointFile), good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCheckpointRoundTrip: every field is read as it was written.
func TestCheckpointRoundTrip(t *testing.T) {
	moments := optim.Adam.Moments()
	layout := learner.Layout{Params: []learner.Param{{Name: "a", Dims: []int{2, 2}}, {Name: "b", Dims: []int{1}}}, Size: 5}
	want := &checkpoint{
		Step: 7, Params: ramp(5), Moments: [][]float32{ramp(5), {0, 0, 0, 0, 1}},
		Best: []float32{5, 4, 3, 2, 1}, BestStep: 6, BestScore: Score{Loss: .25, Accuracy: .5}, Engine: "lanes", Seconds: 1.5,
		FirstLoss: .7, Log: &logState{Bytes: 3, SHA256: "0f", Loss: .1, GradNorm: .2, Steps: 4}, Inputs: &inputs{Min: []float32{-1.5}, Max: []float32{.1}},
	}
	d := runDir{t.TempDir()}
	if c, err := d.load(layout, moments, 7); c != nil || err != nil {
		t.Errorf("an empty directory gives %v, error %v; want neither", c, err)
	}
	if err := d.save(want, layout, moments); err != nil {
		t.Fatal(err)
	}
	got, err := d.load(layout, moments, 7)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v (error %v), want %+v", got, err, want)
	}
	tensors, _, err := tensorfile.Read(filepath.Join(d.path, checkpointFile))
	names := slices.Sorted(maps.Keys(tensors))
	if err != nil || !slices.Equal(names, []string{"adam.m", "adam.v", "latest", "model.a", "model.b"}) {
		t.Errorf("the file holds %v, error %v", names, err)
	}
}

// BenchmarkCheckpoint saves and loads 9.5 million weights with Adam's moments.
func BenchmarkCheckpoint(b *testing.B) {
	const size = 9_500_000
	moments := optim.Adam.Moments()
	layout := learner.Layout{Params: []learner.Param{{Name: "w", Dims: []int{size}}}, Size: size}
	state := &checkpoint{Params: ramp(size), Moments: [][]float32{ramp(size), ramp(size)}, Best: ramp(size)}
	d := runDir{b.TempDir()}
	b.Run("save", func(b *testing.B) {
		for b.Loop() {
			if err := d.save(state, layout, moments); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.load(layout, moments, 7); err != nil {
				b.Fatal(err)
			}
		}
	})
	if info, err := os.Stat(filepath.Join(d.path, checkpointFile)); err == nil {
		b.ReportMetric(float64(info.Size())/1e6, "MB")
	}
}

// ramp returns weights that differ from each other.
func ramp(size int) []float32 {
	v := make([]float32, size)
	for i := range v {
		v[i] = 1 / float32(i+3)
	}
	return v
}
