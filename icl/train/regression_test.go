package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
)

var (
	_ eval.Classifier = (*Fitted)(nil)
	_ eval.Regressor  = (*Fitted)(nil)
)

// line is a run of a second on tasks with real targets.
func line() Config {
	return Config{
		Learner: transformer.PreNorm{Width: 8, Depth: 2}, Tasks: regression.Linear{N: 6, D: 1},
		Recipe: Recipe{Steps: 300, Batch: 16, Rate: 5e-3, First: NoExamples},
	}
}

// TestRegressionRun: a run on real targets learns, can be stopped, goes on, is loaded
// and evaluated.
func TestRegressionRun(t *testing.T) {
	whole, err := Train(context.Background(), line(), onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	dir, ctx := t.TempDir(), context.Background()
	stopped, cancel := context.WithCancel(ctx)
	_, err = Train(stopped, line(), append(onGo(dir), WithProgress(func(s Step) {
		if s.Step == 120 {
			cancel()
		}
	}))...)
	if !errors.Is(err, ErrInterrupted) {
		t.Fatalf("error %v; want an interruption", err)
	}
	again, err := Train(ctx, line(), onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(whole.Params, again.Params) || whole.Score != again.Score {
		t.Error("a run that was interrupted ends with other weights")
	}
	loaded, err := Train(ctx, line(), onGo(dir)...)
	if err != nil || !loaded.Loaded || !strings.Contains(loaded.String(), "validation squared error 0.") {
		t.Fatalf("%v, error %v; want a loaded run that tells its squared error", loaded, err)
	}
	tasks, err := regression.Linear{N: 6, D: 1}.Sample(datasets.Rand(0, "test"), 300)
	if err != nil {
		t.Fatal(err)
	}
	scores, err := eval.Evaluate(ctx, loaded, "linear", tasks, []int{0, 5})
	if err != nil {
		t.Fatal(err)
	}
	var none, five float64
	for i, v := range scores.Values(eval.SquaredError) {
		if i%2 == 0 {
			none += v / 300
		} else {
			five += v / 300
		}
	}
	if math.Abs(none-1) > .3 || five > .6*none {
		t.Errorf("squared error %.3f without examples and %.3f after five; want about 1 and much less", none, five)
	}
}

// TestValidationOfTargets: the score is the mean squared error of what the run
// predicts on its validation tasks.
func TestValidationOfTargets(t *testing.T) {
	cfg := line()
	cfg.Recipe.Steps = 1
	f, err := Train(context.Background(), cfg, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	valid, err := newValidation(f.Config, f.run.probe)
	if err != nil {
		t.Fatal(err)
	}
	mean, _, err := f.Regress(context.Background(), valid.batch, eval.AllLengths(6))
	if err != nil {
		t.Fatal(err)
	}
	var want float64
	shortest := int32(6)
	for task, n := range valid.at {
		gap := float64(mean[task*6+int(n)] - valid.batch.Z[task*6+int(n)])
		want += gap * gap / float64(len(valid.at))
		shortest = min(shortest, n)
	}
	if math.Abs(f.Score.Loss-want) > 1e-5*want || f.Score.Accuracy != 0 {
		t.Errorf("score %+v, want a loss of %g and no accuracy", f.Score, want)
	}
	if shortest != 0 {
		t.Errorf("the shortest context is %d, want 0", shortest)
	}
}

func TestFittedSaysWhatItPredicts(t *testing.T) {
	ctx := context.Background()
	cfg := line()
	cfg.Recipe.Steps = 1
	regressor, err := Train(ctx, cfg, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	classifier, err := Train(ctx, small(), onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	targets, labels := datasets.NewBatch(2, 6, 1, 0), datasets.NewBatch(2, 6, 1, 2)
	for name, test := range map[string]struct {
		call func() error
		want string
	}{
		"classes of a regressor":   {func() error { _, err := regressor.Predict(ctx, targets, []int{1}); return err }, "use Regress"},
		"targets of a classifier":  {func() error { _, _, err := classifier.Regress(ctx, targets, []int{1}); return err }, "use Predict"},
		"a regressor given labels": {func() error { _, _, err := regressor.Regress(ctx, labels, []int{1}); return err }, "classification tasks"},
		"too many dimensions": {func() error {
			_, _, err := regressor.Regress(ctx, datasets.NewBatch(2, 6, 3, 0), []int{1})
			return err
		}, "3 dimensions"},
	} {
		if err := test.call(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v; want one with %q", name, err, test.want)
		}
	}
}

// TestTargetsWithoutKernels: the kernels of the paper's transformer serve classes; on real
// targets its graph is computed.
func TestTargetsWithoutKernels(t *testing.T) {
	cfg := Config{Learner: transformer.Paper{Depth: 1}, Tasks: regression.Linear{N: 4, D: 2}, Recipe: Recipe{Steps: 1, Batch: 2}}
	f, err := Train(context.Background(), cfg, WithDir(t.TempDir()), WithBackend("go"))
	if err != nil || f.Engine != "gomlx/go" {
		t.Errorf("%v, error %v; want a run on gomlx/go", f, err)
	}
}

// TestKeysOfClassificationRuns: what people have trained must be found again.
func TestKeysOfClassificationRuns(t *testing.T) {
	for want, cfg := range map[string]Config{
		"ICL-mix-seed0-1fde58623910":          {Learner: transformer.Paper{}, Tasks: synthetic.Mixture(1, 50), Recipe: Fast(20_000)},
		"ICL-softmax-pair-seed3-cb77977c71bf": {Learner: transformer.PreNorm{}, Tasks: synthetic.Pair{}, Recipe: Fast(2_000), Seed: 3, Try: 1},
		"CNP-64-proto-seed0-cfaeeb4d5582":     {Learner: metalearner.CNP{Width: 64}, Tasks: synthetic.Proto{N: 8}, Recipe: Paper()},
	} {
		if got, err := cfg.Key(); err != nil || got != want {
			t.Errorf("key %s, error %v; want %s", got, err, want)
		}
	}
}

// TestKeysTellTargetsApart: two samplers that differ in the targets alone.
func TestKeysTellTargetsApart(t *testing.T) {
	a, b := line(), line()
	a.Tasks, b.Tasks = hidden{1}, hidden{2}
	ka, errA := a.Key()
	kb, errB := b.Key()
	if errA != nil || errB != nil || ka == kb {
		t.Errorf("keys %q and %q, errors %v %v", ka, kb, errA, errB)
	}
}

// hidden is a sampler whose setting is not in its JSON.
type hidden struct{ target float32 }

func (hidden) Name() string { return "hidden" }

func (h hidden) Sample(_ *rand.Rand, n int) (*datasets.Batch, error) {
	b := datasets.NewBatch(n, 4, 1, 0)
	b.Z[0] = h.target
	return b, nil
}

// TestLossFromTheFirstPoint: NoExamples draws queries from 0 on, one of each or all.
func TestLossFromTheFirstPoint(t *testing.T) {
	cfg := line()
	for _, one := range []bool{true, false} {
		cfg.Recipe.OnePrefix = one
		_, at, err := cfg.Draw(3)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[int32]int{}
		for _, n := range at {
			seen[n]++
		}
		if len(seen) != 6 || seen[0] == 0 || !one && seen[0] != 16 {
			t.Errorf("one prefix %v: queries %v, want all of 0..5", one, seen)
		}
	}
}

// TestAnswersKeepTheirPlace: many queries are answered in several calls, the last of
// which overlaps the one before; each task's answers are those it gets alone.
func TestAnswersKeepTheirPlace(t *testing.T) {
	ctx, cfg := context.Background(), line()
	cfg.Recipe.Steps = 1
	f, err := Train(ctx, cfg, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	const tasks = 7
	b, err := cfg.Tasks.Sample(datasets.Rand(0, "test"), tasks)
	if err != nil {
		t.Fatal(err)
	}
	at := make([]int, queriesPerCall/4) // four tasks a call
	for i := range at {
		at[i] = i % b.N
	}
	all, _, err := f.Regress(ctx, b, at)
	if err != nil || len(all) != tasks*len(at) {
		t.Fatalf("%d answers, error %v; want %d", len(all), err, tasks*len(at))
	}
	for task := range tasks {
		alone, _, err := f.Regress(ctx, b.Slice(task, task+1), at[:b.N])
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range alone {
			if got := all[task*len(at)+i]; math.Abs(float64(got-v)) > 1e-5 {
				t.Errorf("task %d, %d examples: %g among others, %g alone", task, i, got, v)
			}
		}
	}
}
