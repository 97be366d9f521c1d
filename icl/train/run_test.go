package train

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train/internal/rundir"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/files"
)

// small is a run of a second on the Go backend.
func small() Config {
	return Config{
		Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 8},
		Recipe: Recipe{Steps: 40, Batch: 8, Rate: 1e-2, Warmup: 5, Cosine: true, Clip: 1, OnePrefix: true},
	}
}

func onGo(dir string) []Option {
	return []Option{WithDir(dir), WithBackend("go"), WithEngine("gomlx")}
}

// TestInterruptedRunGoesOn stops a run three times, by the context and by leaving
// the loop, and wants the weights of a run that was never stopped.
func TestInterruptedRunGoesOn(t *testing.T) { goesOn(t, small()) }

// TestMomentumGoesOn: momentum is a part of the state.
func TestMomentumGoesOn(t *testing.T) {
	cfg := small()
	cfg.Recipe.Optimizer = optim.Optimizer{Rule: "sgd", Momentum: .9, L2: 1e-3}
	goesOn(t, cfg)
}

func goesOn(t *testing.T, cfg Config) {
	whole, err := Train(context.Background(), cfg, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, stop := range []int{7, 20} {
		ctx, cancel := context.WithCancel(context.Background())
		opts := append(onGo(dir), WithProgress(func(s Step) {
			if s.Step == stop {
				cancel()
			}
		}))
		_, err := Train(ctx, cfg, opts...)
		if !errors.Is(err, ErrInterrupted) || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "run again to go on") {
			t.Fatalf("error %v; want an interruption that says how to go on", err)
		}
	}
	run, err := Open(cfg, onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	for step, err := range run.Steps(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if step.Step <= 20 {
			t.Fatalf("step %d was made again", step.Step)
		}
		if step.Step == 30 {
			break
		}
	}
	again, err := Train(context.Background(), cfg, onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(whole.Params, again.Params) || whole.Score != again.Score {
		t.Error("a run that was interrupted ends with other weights")
	}
	a, _ := whole.Log()
	b, _ := again.Log()
	if len(a) == 0 || len(a) != len(b) {
		t.Errorf("logs of %d and %d entries", len(a), len(b))
	}
}

// TestFittedStaysAsItIs: steps that a run makes later do not change what it handed out.
func TestFittedStaysAsItIs(t *testing.T) {
	cfg := small()
	cfg.Recipe.Steps = 2 * validateEvery
	run, err := Open(cfg, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	var early *Fitted
	var then []float32
	for step, err := range run.Steps(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if step.Step == validateEvery { // the first validation
			early = run.Fitted(false)
			then = slices.Clone(early.Params)
		}
	}
	if !slices.Equal(early.Params, then) {
		t.Error("training on changed the weights of a learner that was taken before")
	}
	late := run.Fitted(false)
	if late.Params[0]++; slices.Equal(run.Fitted(false).Params, late.Params) {
		t.Error("changing the weights of a learner changes its run")
	}
}

func TestEqualConfigsShareARun(t *testing.T) {
	key := func(change func(*Config)) string {
		c := small()
		change(&c)
		k, err := c.Key()
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	base := key(func(*Config) {})
	if want := "ProtoNet-proto-seed0-281fb6eae47d"; base != want {
		t.Errorf("the key is %s; want %s, under which older versions keep this run", base, want)
	}
	if same := key(func(c *Config) { c.Recipe.First, c.Recipe.Optimizer = 2, optim.Adam }); same != base {
		t.Error("writing defaults out changes the key")
	}
	for name, change := range map[string]func(*Config){
		"learner": func(c *Config) { c.Learner = metalearner.ProtoNet{Width: 3} },
		"sampler": func(c *Config) { c.Tasks = synthetic.Proto{N: 8, Sigma: 2} },
		"family":  func(c *Config) { c.Tasks = synthetic.Pair{N: 8} },
		"rate":    func(c *Config) { c.Recipe.Rate = 2e-2 },
		"seed":    func(c *Config) { c.Seed = 1 },
		"try":     func(c *Config) { c.Try = 1 },
		"rule":    func(c *Config) { c.Recipe.Optimizer = optim.SGD },
		"decay":   func(c *Config) { c.Recipe.Optimizer = optim.AdamW(.1) },
		"penalty": func(c *Config) { c.Recipe.Optimizer.L2 = .1 },
	} {
		if key(change) == base {
			t.Errorf("another %s gives the same key", name)
		}
	}
}

// relabelled is a sampler whose code changed but not its name.
type relabelled struct{ synthetic.Proto }

func (r relabelled) Sample(rng *rand.Rand, n int) (*datasets.Batch, error) {
	b, err := r.Proto.Sample(rng, n)
	if err == nil {
		b.Y[0] = 1 - b.Y[0]
	}
	return b, err
}

func TestChangedSamplerIsAnotherRun(t *testing.T) {
	a := small()
	b := small()
	b.Tasks = relabelled{synthetic.Proto{N: 8}}
	ka, errA := a.Key()
	kb, errB := b.Key()
	if errA != nil || errB != nil || ka == kb {
		t.Errorf("keys %q and %q, errors %v %v", ka, kb, errA, errB)
	}
}

// TestDamagedRunDirectories: each is an error of one line that says what to do,
// and nothing is overwritten.
func TestDamagedRunDirectories(t *testing.T) {
	edit := func(name string, change func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, name)
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, change(raw), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	otherFormat := func(raw []byte) []byte {
		var id map[string]any
		if err := files.OpenJSON(raw, &id); err != nil {
			t.Fatal(err)
		}
		id["format"] = 99
		return must(json.Marshal(id)) // as earlier versions wrote it, without a checksum
	}
	half := func(raw []byte) []byte { return raw[:len(raw)/2] }
	flip := func(raw []byte) []byte { raw[len(raw)-3] ^= 64; return raw }
	for name, test := range map[string]struct {
		damage func(*testing.T, string)
		want   string
	}{
		"another version":     {edit(rundir.ConfigFile, otherFormat), "format 99"},
		"config bit flip":     {edit(rundir.ConfigFile, flip), "damaged"},
		"config cut short":    {edit(rundir.ConfigFile, half), "cut short"},
		"checkpoint cut":      {edit(rundir.CheckpointFile, half), "cut short"},
		"checkpoint emptied":  {edit(rundir.CheckpointFile, func([]byte) []byte { return nil }), "cut short"},
		"checkpoint bit flip": {edit(rundir.CheckpointFile, flip), "checksum"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			f, err := Train(context.Background(), small(), onGo(dir)...)
			if err != nil {
				t.Fatal(err)
			}
			test.damage(t, f.Dir)
			_, err = Train(context.Background(), small(), onGo(dir)...)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "delete") {
				t.Errorf("error %v; want one with %q that says what to delete", err, test.want)
			}
		})
	}
}

func TestUnwritableDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Train(context.Background(), small(), onGo(filepath.Join(file, "runs"))...)
	if err == nil || !strings.Contains(err.Error(), "WithDir") {
		t.Errorf("error %v; want one that names WithDir", err)
	}
}

func TestWrongConfigs(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"no learner":        {func(c *Config) { c.Learner = nil }, "Learner"},
		"no tasks":          {func(c *Config) { c.Tasks = nil }, "Tasks"},
		"negative steps":    {func(c *Config) { c.Recipe.Steps = -5 }, "-5"},
		"negative rate":     {func(c *Config) { c.Recipe.Rate = -1 }, "-1"},
		"optimizer":         {func(c *Config) { c.Recipe.Optimizer = optim.Optimizer{Rule: "lion"} }, `"lion"`},
		"weight decay":      {func(c *Config) { c.Recipe.Optimizer = optim.AdamW(-1) }, "-1"},
		"NaN rate":          {func(c *Config) { c.Recipe.Rate = math.NaN() }, "NaN"},
		"warm-up too long":  {func(c *Config) { c.Recipe.Warmup = 41 }, "41"},
		"First too large":   {func(c *Config) { c.Recipe.First = 8 }, "8"},
		"sampler's setting": {func(c *Config) { c.Tasks = synthetic.Proto{Sigma: -1} }, "-1"},
		"learner's setting": {func(c *Config) { c.Learner = metalearner.CNP{Width: -2} }, "-2"},
	} {
		t.Run(name, func(t *testing.T) {
			c := small()
			test.change(&c)
			_, err := Train(context.Background(), c, onGo(t.TempDir())...)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v; want one with %q", err, test.want)
			}
		})
	}
	if _, err := Train(context.Background(), small(), WithDir(t.TempDir()), WithEngine("abacus")); err == nil || !strings.Contains(err.Error(), "abacus") {
		t.Errorf("error %v; want one that names the engine", err)
	}
}

// TestDivergenceIsSeen trains at an absurd rate: the run must stop, say at which
// step, and keep the last good state.
func TestDivergenceIsSeen(t *testing.T) {
	c := Config{Learner: transformer.Paper{Depth: 2}, Tasks: synthetic.Pair{N: 8}, Recipe: Recipe{Steps: 50, Batch: 8, Rate: 1e20}}
	dir := t.TempDir()
	_, err := Train(context.Background(), c, onGo(dir)...)
	if err == nil || !strings.Contains(err.Error(), "diverged at step") {
		t.Fatalf("error %v; want a divergence", err)
	}
	if !strings.Contains(err.Error(), "seed 0") {
		t.Errorf("error %v does not name the seed", err)
	}
	run, err := Open(c, onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range run.state.Params {
		if math.IsNaN(float64(v)) {
			t.Fatal("the saved weights hold NaN")
		}
	}
}

// TestBlownUpRunIsRefused: a run whose loss is finite but a thousand times its first one
// stops at the next validation, and does so again.
func TestBlownUpRunIsRefused(t *testing.T) {
	c := small()
	c.Learner = transformer.Paper{Depth: 1}
	c.Seed, c.Recipe = 3, Recipe{Steps: 100, Batch: 8, Rate: 1e4, OnePrefix: true}
	dir := t.TempDir()
	for range 2 {
		_, err := Train(t.Context(), c, onGo(dir)...)
		if !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), "seed 3, diverged at step") {
			t.Fatalf("error %v; want a divergence that names step and seed", err)
		}
		t.Log(err)
	}
}

func TestEnginesAgree(t *testing.T) {
	c := Config{Learner: transformer.Paper{Depth: 2}, Tasks: synthetic.Pair{N: 8}, Recipe: Recipe{Steps: 10, Batch: 16, OnePrefix: true}}
	a, err := Train(context.Background(), c, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Train(context.Background(), c, WithDir(t.TempDir()), WithEngine("lanes"))
	if err != nil {
		t.Skip(err)
	}
	if a.Key() != b.Key() {
		t.Error("the engine changes the run's key")
	}
	for i := range a.Params {
		if math.Abs(float64(a.Params[i]-b.Params[i])) > 1e-4 {
			t.Fatalf("weight %d is %g on GoMLX and %g on lanes after 10 steps", i, a.Params[i], b.Params[i])
		}
	}
}

func TestBestOfLeavesStuckStarts(t *testing.T) {
	c := Config{Learner: metalearner.MatchNet{}, Tasks: synthetic.Proto{N: 8}, Recipe: Recipe{Steps: 50, Batch: 8, Rate: 1e-2}}
	f, starts, err := BestOf(context.Background(), c, 3, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	if starts.Tried != 3 || starts.Stuck < 0 || starts.Stuck > 2 {
		t.Errorf("starts %+v", starts)
	}
	if f.Config.Recipe.Steps != 50 {
		t.Errorf("the best start was trained for %d steps, want 50", f.Config.Recipe.Steps)
	}
}

func TestPredictRefuses(t *testing.T) {
	f, err := Train(context.Background(), small(), onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	good, _ := synthetic.Proto{N: 8}.Sample(datasets.Rand(0, "t"), 2)
	for name, test := range map[string]struct {
		b    *datasets.Batch
		at   []int
		want string
	}{
		"n > N":       {good, []int{9}, "9"},
		"negative n":  {good, []int{-1}, "-1"},
		"no lengths":  {good, nil, "no context lengths"},
		"dimensions":  {datasets.NewBatch(2, 8, 3, 2), []int{1}, "3 dimensions"},
		"regression":  {datasets.NewBatch(2, 8, 2, 0), []int{1}, "regression tasks"},
		"nil batch":   {nil, []int{1}, "nil"},
		"empty batch": {&datasets.Batch{}, []int{1}, "0 tasks"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := f.Predict(context.Background(), test.b, test.at); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v; want one with %q", err, test.want)
			}
		})
	}
}

// TestClassifiersDoNotTrainOnTargets: a learner without a meaning for regression is
// an error.
func TestClassifiersDoNotTrainOnTargets(t *testing.T) {
	cfg := small()
	cfg.Tasks = regression.Linear{N: 8, D: 2}
	if _, err := Train(context.Background(), cfg, onGo(t.TempDir())...); err == nil || !strings.Contains(err.Error(), "ProtoNet is a classifier") {
		t.Errorf("error %v; want one that says what the learner cannot do", err)
	}
}

// panics is a sampler with a bug that shows in the second step.
type panics struct {
	synthetic.Proto
	calls *int
}

func (panics) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

func (p panics) Sample(rng *rand.Rand, n int) (*datasets.Batch, error) {
	if *p.calls++; n == 8 && *p.calls > 3 {
		var none []int
		_ = none[*p.calls]
	}
	return p.Proto.Sample(rng, n)
}

// TestASamplerThatPanics must not end the process: tasks are prefetched in a goroutine.
func TestASamplerThatPanics(t *testing.T) {
	c := small()
	c.Tasks = panics{synthetic.Proto{N: 8}, new(int)}
	_, err := Train(context.Background(), c, onGo(t.TempDir())...)
	if err == nil || !strings.Contains(err.Error(), `Sample of sampler "proto" (train.panics) panicked`) || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("error %v; want one that names the sampler and its panic", err)
	}
}
