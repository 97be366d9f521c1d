package train

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
)

// worsening is an engine with which a learner gets worse from step to step: the logit of the
// right label is a hundred times the first weight, which falls.
type worsening struct{}

func (worsening) Name() string { return "worsening" }

func (worsening) LossGrad(_ []float32, _ *datasets.Batch, _ []int32, grad []float32) (float64, error) {
	clear(grad)
	grad[0] = 1
	return 1, nil
}

func (worsening) Logits(params []float32, b *datasets.Batch, at []int32) ([]float32, error) {
	logits, queries := make([]float32, len(at)*b.C), len(at)/b.T
	for i, n := range at {
		logits[i*b.C+int(b.Y[i/queries*b.N+int(n)])] = 100 * params[0]
	}
	return logits, nil
}

// worse is a run of three validations, each with a higher loss than that before it.
func worse() Config {
	cfg := small()
	cfg.Recipe = Recipe{Steps: 3 * validateEvery, Batch: 4, Rate: 1e-4, OnePrefix: true}
	return cfg
}

func onWorsening(dir string) []Option {
	return append(onGo(dir), WithCustomEngine(func(learner.Learner, int, int) (engine.Engine, error) { return worsening{}, nil }))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestLast: the last weights are those of the last step, with the validation score that they
// have; the best ones came earlier. Loaded it is the same.
func TestLast(t *testing.T) {
	opts := append(onWorsening(t.TempDir()), WithSnapshots(150))
	for _, loaded := range []bool{false, true} {
		f := must(Train(t.Context(), worse(), opts...))
		last := must(f.Last())
		if f.Loaded != loaded || last.Loaded != loaded || !f.Done() || f.Step != 50 || last.Step != 150 {
			t.Errorf("loaded %t, done %t: the best is of step %d, the last of %d; want 50 and 150", f.Loaded, f.Done(), f.Step, last.Step)
		}
		if !slices.Equal(last.Params, must(f.At(150)).Params) || slices.Equal(last.Params, f.Params) {
			t.Error("the last weights are not those of the last step alone")
		}
		valid := must(newValidation(f.run.cfg, f.run.probe))
		if want := must(valid.score(worsening{}, last.Params, f.run.cfg)); last.Score != want || last.Score.Loss <= f.Score.Loss {
			t.Errorf("score %+v after %+v at best; want %+v", last.Score, f.Score, want)
		}
		if slices.Equal(classes(t, last), classes(t, f)) || must(last.Last()).Step != 150 {
			t.Error("the last weights predict what the best ones do")
		}
		if last.Params[0]++; must(f.Last()).Params[0] == last.Params[0] {
			t.Error("changing the weights of a learner changes its run")
		}
	}
}

// TestLastOfAnInterruptedRun: a run that stopped has a last step, without a score where it was
// not validated; resumed it ends as one that never stopped.
func TestLastOfAnInterruptedRun(t *testing.T) {
	whole := must(must(Train(t.Context(), worse(), onWorsening(t.TempDir())...)).Last())
	dir := t.TempDir()
	for _, stop := range []struct {
		step   int
		scored bool
	}{{50, true}, {70, false}} {
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := Train(ctx, worse(), append(onWorsening(dir), atStep(stop.step, cancel))...); !errors.Is(err, ErrInterrupted) {
			t.Fatalf("error %v", err)
		}
		f := must(Open(worse(), onWorsening(dir)...)).Fitted(true)
		last := must(f.Last())
		if f.Done() || last.Step != stop.step || (last.Score != Score{}) != stop.scored {
			t.Errorf("stopped at step %d it is done: %t, its last step %d has the score %+v", stop.step, f.Done(), last.Step, last.Score)
		}
	}
	again := must(must(Train(t.Context(), worse(), onWorsening(dir)...)).Last())
	if !slices.Equal(again.Params, whole.Params) || again.Score != whole.Score || again.Step != whole.Step {
		t.Errorf("resumed it ends after %d steps with %+v; want %+v, and the same weights", again.Step, again.Score, whole.Score)
	}
}

// TestLastOfNothing: weights that are not a run's have no last step.
func TestLastOfNothing(t *testing.T) {
	f := fit(t, small())
	path := filepath.Join(t.TempDir(), "w.npz")
	if err := f.Export(path); err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]*Fitted{
		"imported": must(Import(path, metalearner.ProtoNet{}, synthetic.Proto{N: 8})), "in another learner": must(f.As(metalearner.ProtoNet{})), "made up": {Config: small()},
	} {
		if _, err := other.Last(); err == nil || !strings.Contains(err.Error(), "ProtoNet has no run, and so no last step") || other.Done() {
			t.Errorf("%s: error %v, done: %t", name, err, other.Done())
		}
	}
}
