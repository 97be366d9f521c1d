package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
)

// TestExport: a run is found by its folder, its name or the beginning of its name, and
// its weights are those that were trained.
func TestExport(t *testing.T) {
	dir := t.TempDir()
	var trained *train.Fitted
	for seed := range uint64(2) {
		cfg := train.Config{Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 5}, Seed: seed, Recipe: train.Recipe{Steps: 2, Batch: 4}}
		f, err := train.Train(context.Background(), cfg, train.WithDir(dir), train.WithBackend("go"))
		if err != nil {
			t.Fatal(err)
		}
		trained = f
	}
	for _, run := range []string{trained.Dir, trained.Key(), "ProtoNet-proto-seed1"} {
		path := filepath.Join(t.TempDir(), "w.npz")
		status, stdout, stderr := goicl("export", run, "--dir", dir, "-o", path)
		if status != 0 || stdout != "" || stderr != "wrote the weights of "+trained.Key()+" to "+path+"\n" {
			t.Fatalf("%s: status %d, stdout %q, stderr %q", run, status, stdout, stderr)
		}
		again, err := train.Import(path, metalearner.ProtoNet{}, synthetic.Proto{})
		if err != nil || !slices.Equal(again.Params, trained.Params) {
			t.Errorf("%s: other weights, or error %v", run, err)
		}
	}
	file := filepath.Join(dir, "w.npz")
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{2, `2 runs begin with "ProtoNet": ProtoNet-proto-seed0-`, []string{"ProtoNet", "--dir", dir}},
		{2, `begins with "MatchNet"; there are 2: ProtoNet-`, []string{"MatchNet", "--dir", dir}},
		{1, "say where runs are kept with --dir", []string{"ProtoNet", "--dir", file}},
		{1, "is no run directory", []string{dir}},
		{2, "use .safetensors or .npz", []string{trained.Dir, "-o", "weights"}},
		{2, "accepts 1 arg(s)", nil},
	} {
		status, _, stderr := goicl(append([]string{"export", "-o", file}, c.args...)...)
		if status != c.status || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: status %d, stderr %q; want %d and one line with %q", c.args, status, stderr, c.status, c.want)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a failed export left a file")
	}
}
