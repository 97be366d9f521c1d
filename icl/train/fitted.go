package train

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Fitted is a trained learner. It is an eval.Predictor.
type Fitted struct {
	Config Config
	Dir    string // its run directory
	// Params are the weights with the lowest validation loss, flat; Score and Step
	// tell how low, and after which step.
	Params []float32
	Score  Score
	Step   int
	Engine string // the engine that trained it
	// Seconds were spent on its training and validation, in all calls together.
	Seconds float64
	Loaded  bool // whether it was found trained

	run *Run
}

// Fitted returns the best weights so far; loaded is kept as told.
func (r *Run) Fitted(loaded bool) *Fitted {
	return &Fitted{
		Config: r.cfg, Dir: r.dir.path,
		Params: r.state.Best, Score: r.state.BestScore, Step: r.state.BestStep,
		Engine: r.state.Engine, Seconds: r.state.Seconds, Loaded: loaded, run: r,
	}
}

// Start returns the learner with the run's starting weights.
func (r *Run) Start() *Fitted {
	f := r.Fitted(false)
	f.Params, f.Score, f.Step = r.start(), Score{}, 0
	return f
}

// Key is the name of the run directory.
func (f *Fitted) Key() string { return f.run.key }

// Name is the learner's name.
func (f *Fitted) Name() string { return f.Config.Learner.Name() }

// String tells in one line what was trained, on what, and how well.
func (f *Fitted) String() string {
	verb := "trained"
	if f.Loaded {
		verb = "loaded"
	}
	return fmt.Sprintf("%s %s on %s, seed %d: %d steps, validation accuracy %.3f, loss %.3f",
		verb, f.Name(), f.Config.Tasks.Name(), f.Config.Seed, f.Config.Recipe.Steps, f.Score.Accuracy, f.Score.Loss)
}

// queriesPerCall bounds the memory of one call of the engine.
const queriesPerCall = 2048

// Predict returns class probabilities [T, len(at), C]: those of point n of each
// task given the n points before it, for each n in at.
func (f *Fitted) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if err := checkPredict(f.run, b, at); err != nil {
		return nil, err
	}
	if err := f.run.openEngine(ctx); err != nil {
		return nil, err
	}
	chunk := chunkSize(b.T, len(at))
	queries := make([]int32, 0, chunk*len(at))
	for range chunk {
		for _, n := range at {
			queries = append(queries, int32(n))
		}
	}
	out := make([]float32, 0, b.T*len(at)*b.C)
	for lo := 0; lo < b.T; lo += chunk {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("train: prediction stopped at task %d of %d: %w", lo, b.T, err)
		}
		logits, err := f.run.engine.Logits(f.Params, padded(b, lo, chunk), queries)
		if err != nil {
			return nil, err
		}
		k := len(logits) / len(queries)
		for i := range min(chunk, b.T-lo) * len(at) {
			out = append(out, probabilities(logits[i*k:i*k+b.C])...)
		}
	}
	return out, nil
}

func checkPredict(r *Run, b *datasets.Batch, at []int) error {
	if err := b.WantClasses(); err != nil {
		return err
	}
	if b.D != r.probe.D || b.C != r.probe.C {
		return fmt.Errorf("train: tasks have %d dimensions and %d classes, but %s was trained on %d and %d", b.D, b.C, r.cfg.Learner.Name(), r.probe.D, r.probe.C)
	}
	if len(at) == 0 {
		return fmt.Errorf("train: no context lengths to predict at")
	}
	for _, n := range at {
		if n < 0 || n >= b.N {
			return fmt.Errorf("train: asked for the prediction after %d examples, but tasks have %d points; want 0..%d", n, b.N, b.N-1)
		}
	}
	return nil
}

// chunkSize is the number of tasks a call: a power of two, so that few shapes are
// compiled.
func chunkSize(tasks, queries int) int {
	size := 1
	for size < tasks && 2*size*queries <= queriesPerCall {
		size *= 2
	}
	return size
}

// padded is tasks lo..lo+size-1, the last task repeated where there are fewer.
func padded(b *datasets.Batch, lo, size int) *datasets.Batch {
	if lo+size <= b.T {
		return b.Slice(lo, lo+size)
	}
	p := datasets.NewBatch(size, b.N, b.D, b.C)
	for i := range size {
		t := min(lo+i, b.T-1)
		copy(p.X[i*b.N*b.D:], b.X[t*b.N*b.D:(t+1)*b.N*b.D])
		copy(p.Y[i*b.N:], b.Y[t*b.N:(t+1)*b.N])
	}
	return p
}

// probabilities is the softmax of the logits of the C classes.
func probabilities(logits []float32) []float32 {
	p := make([]float32, len(logits))
	top, sum := float64(slices.Max(logits)), 0.
	for _, v := range logits {
		sum += math.Exp(float64(v) - top)
	}
	for i, v := range logits {
		p[i] = float32(math.Exp(float64(v)-top) / sum)
	}
	return p
}
