package train

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train/internal/rundir"
	"github.com/goicl/goicl/icl/transformer"
)

// atStep calls f once, when a run is at that step.
func atStep(step int, f func()) Option {
	return WithProgress(func(s Step) {
		if s.Step == step {
			f()
		}
	})
}

// TestRunDirectoryVanishes: where the state can no longer be saved, a run ends with an
// error that says where to go.
func TestRunDirectoryVanishes(t *testing.T) {
	folder := func(name string) func(dir string) error {
		return func(dir string) error { return os.MkdirAll(filepath.Join(dir, name), 0o700) }
	}
	for name, test := range map[string]struct {
		vanish func(dir string) error
		want   string
	}{
		"removed":                            {os.RemoveAll, "cannot write the log"},
		"a folder in the checkpoint's place": {folder(rundir.CheckpointFile), "cannot save the checkpoint"},
		"a folder in the log's place":        {folder(rundir.LogFile), "cannot write the log"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			key, err := small().Key()
			if err != nil {
				t.Fatal(err)
			}
			_, err = Train(t.Context(), small(), append(onGo(dir), atStep(20, func() {
				if err := test.vanish(filepath.Join(dir, key)); err != nil {
					t.Error(err)
				}
			}))...)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "WithDir") {
				t.Errorf("error %v; want one with %q and WithDir", err, test.want)
			}
		})
	}
}

// TestUnwritableSnapshots: the error says what could not be kept.
func TestUnwritableSnapshots(t *testing.T) {
	dir := t.TempDir()
	run, err := Open(small(), append(onGo(dir), WithSnapshots(3))...)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, run.Key(), "snapshots"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for step, err := range run.Steps(t.Context()) {
		if step.Step > 3 {
			t.Fatal("the run goes on")
		}
		if err != nil && !strings.Contains(err.Error(), "cannot keep a snapshot") {
			t.Errorf("error %v; want one that names the snapshot", err)
		}
	}
}

// TestTwoOfTheSameRun: what another process has trained meanwhile is not trained again,
// and a run that is locked is waited for as long as ctx allows.
func TestTwoOfTheSameRun(t *testing.T) {
	dir := t.TempDir()
	late, err := Open(small(), onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	first, err := Train(t.Context(), small(), onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	for step := range late.Steps(t.Context()) {
		t.Errorf("step %d is made again", step.Step)
	}
	if !late.Done() || !slices.Equal(late.Fitted(true).Params, first.Params) {
		t.Error("the second run does not have the weights of the first")
	}
	unlock, err := late.dir.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := late.dir.Lock(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("error %v; want that of waiting for another process", err)
	}
}

// TestWaitingIsNotTraining: a process that only waited for another one says that it has
// loaded the run.
func TestWaitingIsNotTraining(t *testing.T) {
	dir := t.TempDir()
	holder := must(Open(small(), onGo(dir)...))
	unlock := must(holder.dir.Lock(t.Context()))
	type result struct {
		f   *Fitted
		err error
	}
	waiter := make(chan result)
	go func() {
		f, err := Train(t.Context(), small(), onGo(dir)...)
		waiter <- result{f, err}
	}()
	time.Sleep(50 * time.Millisecond) // the waiter has most likely opened the run, which is not done
	other := must(Train(t.Context(), small(), onGo(t.TempDir())...))
	for _, name := range []string{rundir.CheckpointFile, rundir.LogFile} {
		if err := os.WriteFile(filepath.Join(holder.dir.Path, name), must(os.ReadFile(filepath.Join(other.Dir, name))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	unlock()
	if r := <-waiter; r.err != nil || !r.f.Loaded || !strings.HasPrefix(r.f.String(), "loaded") {
		t.Errorf("got %v, error %v; want a loaded run", r.f, r.err)
	}
}

// TestSharedFolder: others may lock a run, and who may not learns that it is the lock.
func TestSharedFolder(t *testing.T) {
	run := must(Open(small(), onGo(t.TempDir())...))
	must(run.dir.Lock(t.Context()))()
	lock := filepath.Join(run.dir.Path, rundir.LockFile)
	if mode := must(os.Stat(lock)).Mode().Perm(); mode&0o044 != 0o044 {
		t.Errorf("the lock has permissions %v, which keep others out", mode)
	}
	d := rundir.Dir{Path: filepath.Join(run.dir.Path, "none")}
	if _, err := d.Lock(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot lock") || strings.Contains(err.Error(), "waiting") {
		t.Errorf("error %v; want one that says that the lock failed", err)
	}
}

// TestForeignRunDirectory: a directory of another config is not touched.
func TestForeignRunDirectory(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(small(), onGo(dir)...); err != nil {
		t.Fatal(err)
	}
	other := small()
	other.Seed = 1
	mine, _ := small().Key()
	theirs, _ := other.Key()
	if err := os.Rename(filepath.Join(dir, mine), filepath.Join(dir, theirs)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(other, onGo(dir)...); err == nil || !strings.Contains(err.Error(), "belongs to another config") {
		t.Errorf("error %v; want one that the directory is another's", err)
	}
}

// faulty is a sampler that draws something else than it was asked for.
type faulty struct {
	synthetic.Proto
	draw func(b *datasets.Batch) (*datasets.Batch, error)
}

func (faulty) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

func (f faulty) Sample(rng *rand.Rand, n int) (*datasets.Batch, error) {
	b, err := f.Proto.Sample(rng, n)
	if err != nil {
		return nil, err
	}
	return f.draw(b)
}

// TestFaultySamplers: errors of user-defined samplers name the sampler and what is wrong.
func TestFaultySamplers(t *testing.T) {
	for want, draw := range map[string]func(b *datasets.Batch) (*datasets.Batch, error){
		"sampler proto gave 3 tasks, want 4": func(b *datasets.Batch) (*datasets.Batch, error) { return b.Slice(0, 3), nil },
		"sampler proto:":                     func(b *datasets.Batch) (*datasets.Batch, error) { b.Y[0] = 9; return b, nil },
		"the disk is on fire":                func(*datasets.Batch) (*datasets.Batch, error) { return nil, errors.New("the disk is on fire") },
	} {
		cfg := small()
		cfg.Tasks = faulty{draw: draw}
		if _, err := Open(cfg, onGo(t.TempDir())...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
		if _, err := cfg.Key(); err == nil {
			t.Errorf("a config whose sampler fails (%s) has a key", want)
		}
	}
	if _, _, err := (Config{}).Draw(0); err == nil || !strings.Contains(err.Error(), "needs Tasks") {
		t.Errorf("error %v; want one that asks for Tasks", err)
	}
}

// TestDrawDependsOnTheStepAlone: whatever was drawn before, and when.
func TestDrawDependsOnTheStepAlone(t *testing.T) {
	cfg := small()
	b, at, err := cfg.Draw(5)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := cfg.Draw(6); err != nil {
		t.Fatal(err)
	}
	again, atAgain, err := cfg.Draw(5)
	if err != nil || !slices.Equal(b.X, again.X) || !slices.Equal(at, atAgain) {
		t.Errorf("step 5 draws other tasks the second time (error %v)", err)
	}
	if next, _, _ := cfg.Draw(6); slices.Equal(b.X, next.X) {
		t.Error("steps 5 and 6 draw the same tasks")
	}
	if cfg.Recipe.OnePrefix = false; len(at) != b.T {
		t.Errorf("%d queries for %d tasks, want one each", len(at), b.T)
	}
	if _, all, _ := cfg.Draw(5); len(all) != b.T*(b.N-2) {
		t.Errorf("%d queries for %d tasks of %d points, want all from 2 examples on", len(all), b.T, b.N)
	}
}

func TestRecipeRefuses(t *testing.T) {
	for want, r := range map[string]Recipe{
		"-3 tasks": {Steps: 1, Batch: -3}, "rate +Inf": {Steps: 1, Rate: 1 / zero()}, "warm-up of -1": {Steps: 1, Warmup: -1},
		"clipped at length NaN": {Steps: 1, Clip: zero() / zero()}, "context length -2": {Steps: 1, First: -2}, "decay of -1": {Steps: 1, Optimizer: optim.AdamW(-1)},
	} {
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v; want one with %q", r, err, want)
		}
	}
	for _, r := range []Recipe{Paper(), Fast(10), {Steps: 5, First: NoExamples, Optimizer: optim.SGD}} {
		if err := r.Validate(); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func zero() float64 { return 0 }

// TestAdaptStops: adaptations that ctx ends return the learners before that; weight decay
// needs a rate.
func TestAdaptStops(t *testing.T) {
	f := fit(t, brief(meta(metalearner.Inner{Rate: .05})))
	b := oneDomain(t, 6)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if after, err := f.Adapt(ctx, b, Adaptation{}, 1, 4); !errors.Is(err, context.Canceled) || len(after) != 0 {
		t.Errorf("%d learners, error %v; want none and that of ctx", len(after), err)
	}
	if _, err := f.Adapt(t.Context(), b, Adaptation{Optimizer: optim.Optimizer{Rule: "sgd", Decay: .1}}, 1); err == nil || !strings.Contains(err.Error(), "sgdw 0.1 needs a Rate") {
		t.Errorf("error %v; want one that asks for a Rate", err)
	}
	if after, err := f.Adapt(t.Context(), b, Adaptation{Rate: .01, Optimizer: optim.AdamW(.1)}, 2); err != nil || slices.Equal(after[0].Params, f.Params) {
		t.Errorf("AdamW: error %v; want other weights", err)
	}
	f.Config.Learner = metalearner.M2{Model: metalearner.CNP{Width: 4}, Tasks: 8, Inner: metalearner.Inner{Rate: 1e9}}
	if _, err := f.Adapt(t.Context(), b, Adaptation{}, 9); !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), "with a rate of 1e+09; try 5e+08") {
		t.Errorf("error %v; want a divergence with the rate of the inner loop", err)
	}
}

// TestWorkersDoNotMatter: lanes give the same weights on one goroutine and on three.
func TestWorkersDoNotMatter(t *testing.T) {
	cfg := Config{Learner: transformer.Paper{Depth: 2}, Tasks: synthetic.Pair{N: 8}, Recipe: Recipe{Steps: 10, Batch: 16, OnePrefix: true}}
	var weights [][]float32
	for _, workers := range []int{1, 3} {
		f, err := Train(t.Context(), cfg, WithDir(t.TempDir()), WithEngine("lanes"), WithWorkers(workers))
		if err != nil {
			t.Skip(err)
		}
		weights = append(weights, f.Params)
	}
	if !slices.Equal(weights[0], weights[1]) {
		t.Error("three workers give other weights than one")
	}
}

// TestObserve: a node of the learner's graph, here its own output, is that of prediction.
func TestObserve(t *testing.T) {
	f := fit(t, brief(line()))
	b, err := regression.Linear{N: 6, D: 1}.Sample(datasets.Rand(1, "tasks"), 5)
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := f.Regress(t.Context(), b, []int{4})
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Observe(t.Context(), b, Every(4, 4, b.T), func(w learner.Weights, ep learner.Episode) []*Node {
		return []*Node{f.Config.Learner.Logits(w, ep)}
	})
	if err != nil || len(got) != 1 {
		t.Fatalf("%d nodes, error %v; want 1", len(got), err)
	}
	checkNear(t, want, got[0], 1e-6)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := f.Regress(ctx, b, []int{4}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v; want that of ctx", err)
	}
}

// TestOneStart: BestOf of one start is plain training; a failing one returns its error.
func TestOneStart(t *testing.T) {
	dir := t.TempDir()
	f, starts, err := BestOf(t.Context(), small(), 1, onGo(dir)...)
	if err != nil || starts != (Starts{Tried: 1, Seconds: f.Seconds, Processor: f.Processor}) || f.Processor <= 0 {
		t.Errorf("starts %+v, error %v; want one", starts, err)
	}
	if plain, err := Train(t.Context(), small(), onGo(dir)...); err != nil || !plain.Loaded || plain.Key() != f.Key() {
		t.Errorf("plain training is another run (error %v)", err)
	}
	bad := small()
	bad.Recipe.Rate = -1
	for _, starts := range []int{1, 3} {
		if _, _, err := BestOf(t.Context(), bad, starts, onGo(dir)...); err == nil || !strings.Contains(err.Error(), "-1") {
			t.Errorf("%d starts: error %v; want that of training", starts, err)
		}
	}
}
