package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/kernels"
)

// fakePython makes a checkout whose PyTorch is a shell script: it gets -I -c, code, a folder, the program
// and its arguments from $6 on.
func fakePython(t *testing.T, script string) (root, python string) {
	t.Helper()
	root = t.TempDir()
	python = filepath.Join(root, "bench", ".venv", "bin", "python")
	if err := os.MkdirAll(filepath.Dir(python), 0o755); err != nil {
		t.Fatal(err)
	}
	script = "#!/bin/sh\nif [ $# = 3 ]; then exit 0; fi # python -I -c \"import torch\"\n" + script + "\nwhile read n; do echo \"$n.5\"; done\n"
	if err := os.WriteFile(python, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return root, python
}

// TestPeers: each benchmark runs against its programs, with its sizes.
func TestPeers(t *testing.T) {
	needLanes(t)
	opts := short(io.Discard)
	opts.Tasks, opts.Peers = []int{2}, true
	opts.Kernel.Root, _ = fakePython(t, `echo ready "$(basename "$5") $6 $7"`)
	report, err := Run(t.Context(), []string{"step", "regression-step", "m2-step"}, opts)
	if err != nil {
		t.Fatal(err)
	}
	var peers []string
	for _, r := range report.Results {
		if strings.Contains(r.Peer, ".py") {
			peers = append(peers, r.Name+" "+r.Peer)
		}
	}
	want := []string{
		"step/random-prefix/B=2 peer_step.py --mode eager", "step/random-prefix/B=2 peer_step.py --mode compile",
		"step/all-prefixes/B=2 peer_step.py --mode loop", "step/all-prefixes/B=2 peer_step.py --mode compile",
		"regression-step/B=2 peer_regression.py --mode eager", "regression-step/B=2 peer_regression.py --mode compile",
		"m2-step/B=2 peer_m2.py --mode second-order",
	}
	if !slices.Equal(peers, want) {
		t.Errorf("peers\n%s\nwant\n%s", strings.Join(peers, "\n"), strings.Join(want, "\n"))
	}
}

// TestPeersRunWhereGraphsDo: with a CUDA backend PyTorch runs on the GPU, too.
func TestPeersRunWhereGraphsDo(t *testing.T) {
	root, python := fakePython(t, `echo ready "$@"`)
	ours := loop("ours", func() error { return nil })
	for backend, gpu := range map[string]bool{"go": false, "xla:cuda,tf32=false": true} {
		t.Setenv(compute.ConfigEnvVar, backend)
		b := &bench{Options: Options{Kernel: kernels.Options{Root: root}, Time: 1, Log: io.Discard}, python: python}
		if err := b.againstProgram(t.Context(), "step", ours, "peer_step.py", "--tasks", "2"); err != nil || len(b.rows) != 1 {
			t.Fatalf("rows %v, error %v", b.rows, err)
		}
		want := " " + filepath.Join(root, "bench", "peer_step.py") + " --tasks 2"
		if gpu {
			want += " --device cuda"
		}
		if peer := b.rows[0].Peer; !strings.HasPrefix(peer, "-I -c ") || !strings.HasSuffix(peer, want) {
			t.Errorf("on %s the peer is %q, want an isolated one that ends in %q", backend, peer, want)
		}
	}
}

// TestPeerThatBreaks: a peer that ends in the middle costs its row, not the run.
func TestPeerThatBreaks(t *testing.T) {
	root, python := fakePython(t, `echo ready PyTorch; read n; echo out of memory >&2; exit 1`)
	var log strings.Builder
	b := &bench{Options: Options{Kernel: kernels.Options{Root: root}, Time: 1, Log: &log}, python: python}
	ours := loop("ours", func() error { return nil })
	if err := b.againstProgram(t.Context(), "step", ours, "peer_step.py"); err != nil || len(b.rows) != 0 {
		t.Errorf("rows %v, error %v; want neither", b.rows, err)
	}
	if !strings.Contains(log.String(), "PyTorch is left out: bench: PyTorch: out of memory") {
		t.Errorf("the log is %q", log.String())
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.againstProgram(stopped, "step", ours, "peer_step.py"); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped run: %v", err)
	}
}

// TestConfigs: what is timed draws batches of the size asked for, the same ones each time.
func TestConfigs(t *testing.T) {
	for name, c := range map[string]struct {
		cfg              train.Config
		tasks, points, d int
		queries          int // of the loss
	}{
		"random prefix": {setting{6, "random"}.config(), 6, 50, 2, 6},
		"all prefixes":  {setting{6, "all"}.config(), 6, 50, 2, 6 * 48},
		"small decoder": {smallDecoder(4), 4, 29, 14, 4 * 29},
		"paper decoder": {paperDecoder(3), 3, 41, 20, 3 * 41},
		"M²":            {smallM2(8, ""), 8, 11, 1, 8 * 11},
		"sine waves":    {sineWaves(4), 4, 11, 1, 4},
	} {
		b, at, err := c.cfg.Draw(5)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if b.T != c.tasks || b.N != c.points || len(at) != c.queries {
			t.Errorf("%s: %d tasks of %d points, %d queries; want %d, %d, %d", name, b.T, b.N, len(at), c.tasks, c.points, c.queries)
		}
		again, _, _ := c.cfg.Draw(5)
		other, _, _ := c.cfg.Draw(6)
		if !slices.Equal(b.X, again.X) || slices.Equal(b.X, other.X) {
			t.Errorf("%s: a step's tasks differ from call to call, or two steps have the same", name)
		}
	}
}

// TestTrainingStepsLearn: what is timed is a training: the engine's loss falls.
func TestTrainingStepsLearn(t *testing.T) {
	losses, cfg := &recorder{}, smallDecoder(2)
	works, err := drawn(cfg)
	if err != nil {
		t.Fatal(err)
	}
	step, err := trainingStep("recorded", losses, cfg, works)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := step.run(t.Context(), 3*poolSize); err != nil {
		t.Fatal(err)
	}
	if n := len(losses.params); n != 3*poolSize || losses.params[n-1] >= losses.params[0] {
		t.Errorf("%d steps, the first weight goes from %g to %g; want it to follow the gradient down", n, losses.params[0], losses.params[n-1])
	}
	losses.fails = errors.New("no memory")
	if _, err := step.run(t.Context(), 1); !errors.Is(err, losses.fails) {
		t.Errorf("a failing engine: %v", err)
	}
}

// TestTrainingLoopDoesNotEnd: the run is timed for as long as it takes, and stopped.
func TestTrainingLoopDoesNotEnd(t *testing.T) {
	b := &bench{Options: short(io.Discard)}
	if err := b.regressionLoop(t.Context(), smallDecoder(2), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	checkRows(t, b.rows, map[string]string{"regression-paper/B=2": ""})
	root, python := fakePython(t, `echo ready "$(basename "$5") $*"`)
	b = &bench{Options: short(io.Discard), python: python}
	b.Kernel.Root = root
	if err := b.regressionLoop(t.Context(), smallDecoder(2), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if len(b.rows) != 2 || !strings.Contains(fmt.Sprint(b.rows), "--size paper --tasks 2") {
		t.Errorf("rows %v; want two against PyTorch in the paper's size", b.rows)
	}
}
