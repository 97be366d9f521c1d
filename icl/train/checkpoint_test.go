package train

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/train/internal/rundir"
	"github.com/goicl/goicl/internal/tensorfile"
)

// rewrite changes the metadata of a checkpoint.
func rewrite(t *testing.T, dir string, change func(tensors map[string]tensorfile.Tensor, meta map[string]string)) {
	t.Helper()
	file := filepath.Join(dir, rundir.CheckpointFile)
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
	good, err := os.ReadFile(filepath.Join(f.Dir, rundir.CheckpointFile))
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
		if err := os.WriteFile(filepath.Join(f.Dir, rundir.CheckpointFile), good, 0o600); err != nil {
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
	good, err := os.ReadFile(filepath.Join(f.Dir, rundir.CheckpointFile))
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(tensors map[string]tensorfile.Tensor, meta map[string]string){
		`"adam.m" is missing`: func(tensors map[string]tensorfile.Tensor, _ map[string]string) { delete(tensors, "adam.m") },
		`"latest" has shape [1]`: func(tensors map[string]tensorfile.Tensor, _ map[string]string) {
			tensors["latest"] = tensorfile.Tensor{Dims: []int{1}, F32: []float32{1}}
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
		if err := os.WriteFile(filepath.Join(f.Dir, rundir.CheckpointFile), good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
