package train

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/gomlx/gomlx/core/graph"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train/internal/rundir"
	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/usercode"
)

// Fitted is a trained learner. It is an eval.Predictor where it was trained on
// classes and an eval.Regressor where it was trained on real targets.
type Fitted struct {
	Config Config
	Dir    string // its run directory; "" for weights from a file or from memory
	File   string // the file that [Import] read, else ""
	// Params are the weights with the lowest validation loss, flat. Score and Step are that
	// loss, and the step after which it was measured.
	Params []float32
	Score  Score
	Step   int
	Engine string // the engine that trained it
	// Seconds is the wall time of training and validation, over all calls.
	Seconds float64
	// Processor is the processor time of that in seconds; of several runs that are trained at
	// the same time each has its share. It is 0 for runs of versions that did not measure it.
	Processor float64
	Loaded    bool // whether it was trained before

	run    *Run
	inputs *rundir.Inputs // in training; nil if not known
}

// Fitted returns a copy of the best weights so far. loaded becomes Fitted.Loaded.
func (r *Run) Fitted(loaded bool) *Fitted {
	return &Fitted{
		Config: r.cfg, Dir: r.dir.Path,
		Params: slices.Clone(r.state.Best), Score: Score(r.state.BestScore), Step: r.state.BestStep,
		Engine: r.state.Engine, Seconds: r.state.Seconds, Processor: r.state.Processor, Loaded: loaded, run: r, inputs: r.state.Inputs,
	}
}

// Key is the name of the run directory.
func (f *Fitted) Key() string {
	if f.check() != nil {
		return ""
	}
	return f.run.key
}

// Name is the learner's name.
func (f *Fitted) Name() string {
	if f == nil || usercode.Nil(f.Config.Learner) {
		return "an untrained learner"
	}
	return f.Config.Learner.Name()
}

// check reports a Fitted that was not made by training or importing.
func (f *Fitted) check() error {
	if f == nil || f.run == nil || f.run.probe == nil {
		return errors.New("train: this Fitted holds no trained learner; take one from Train, BestOf, Import, FromWeights or a study")
	}
	return nil
}

// String says in one line what was trained, on what, and how well.
func (f *Fitted) String() string {
	if f != nil && f.File != "" {
		return fmt.Sprintf("imported %s from %s", f.Name(), f.File)
	}
	if f.check() != nil {
		return f.Name()
	}
	if f.Dir == "" {
		return fmt.Sprintf("%s with weights from memory", f.Name())
	}
	verb := "trained"
	if f.Loaded {
		verb = "loaded"
	}
	score := fmt.Sprintf("accuracy %.3f, loss %.3f", f.Score.Accuracy, f.Score.Loss)
	if f.run.probe.Regression() {
		score = fmt.Sprintf("squared error %.3f", f.Score.Loss)
	}
	return fmt.Sprintf("%s %s on %s, seed %d: %d steps, validation %s",
		verb, f.Name(), f.Config.Tasks.Name(), f.Config.Seed, f.Config.Recipe.Steps, score)
}

// Predict returns class probabilities [T, len(at), C]: those of point n of each
// task given the n points before it, for each n in at. A learner that was trained on
// real targets has none; see [Fitted.Regress].
func (f *Fitted) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.run.probe.Regression() {
		return nil, fmt.Errorf("train: %s was trained on %s and predicts real targets, not classes; use Regress", f.Name(), f.Config.Tasks.Name())
	}
	return f.answer(ctx, b, at, func(logits []float32) []float32 { return probabilities(logits[:f.run.probe.C]) })
}

// Regress returns the predicted targets [T, len(at)]: that of point n of each task
// given the n points before it, for each n in at. There is no variance: it is nil. A
// learner that was trained on classes predicts no targets; see [Fitted.Predict].
func (f *Fitted) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if err := f.check(); err != nil {
		return nil, nil, err
	}
	if !f.run.probe.Regression() {
		return nil, nil, fmt.Errorf("train: %s was trained on %s and predicts classes, not real targets; use Predict", f.Name(), f.Config.Tasks.Name())
	}
	mean, err = f.answer(ctx, b, at, func(target []float32) []float32 { return target })
	return mean, nil, err
}

// As returns the trained weights in another learner, whose parameters must all be among
// those of f, such as a MAML with another number of inner steps, or the network inside a
// MAML. Its Score is zero.
func (f *Fitted) As(l learner.Learner) (*Fitted, error) {
	if usercode.Nil(l) {
		return nil, fmt.Errorf("train: no learner to give the weights of %s to", f.Name())
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	probe := f.run.probe
	layout, err := learner.NewLayout(l, probe.D, probe.C)
	if err != nil {
		return nil, err
	}
	params, err := rundir.ReadModel(rundir.ModelTensors(f.run.layout, f.Params), layout)
	if err != nil {
		return nil, fmt.Errorf("train: the weights of %s do not fit %s: %w; give both the same sizes", f.Name(), l.Name(), err)
	}
	as := *f
	as.Config.Learner, as.Params, as.Score = l, params, Score{}
	as.run = &Run{cfg: as.Config, opts: f.run.opts, key: f.run.key, dir: f.run.dir, layout: layout, probe: probe}
	return &as, nil
}

// Observe computes nodes of the learner's own graph, such as a layer's activations, on
// GoMLX, for the queries at [T·M] of the tasks: see [engine.Compiled.Observe].
func (f *Fitted) Observe(ctx context.Context, b *datasets.Batch, at []int32, build func(w learner.Weights, ep learner.Episode) []*graph.Node) ([][]float32, error) {
	err := cmp.Or(usercode.WantContext(ctx), f.check())
	if err == nil && build == nil {
		err = errors.New("train: Observe without a function that makes the nodes")
	}
	if err != nil {
		return nil, err
	}
	open, err := backend.Shared(ctx, f.run.opts.engine.Backend, backend.WithProgress(os.Stderr))
	if err != nil {
		return nil, err
	}
	e, err := engine.Compile[float32](open.Backend, f.Config.Learner, f.run.probe.D, f.run.probe.C)
	if err != nil {
		return nil, err
	}
	return e.Observe(f.Params, b, at, build)
}

// queriesPerCall limits the queries, and so the memory, of one call of the engine.
const queriesPerCall = 2048

// answer concatenates read(output) of the engine's output for each task and each n in at.
func (f *Fitted) answer(ctx context.Context, b *datasets.Batch, at []int, read func(output []float32) []float32) ([]float32, error) {
	if err := cmp.Or(usercode.WantContext(ctx), checkPredict(f.run, b, at)); err != nil {
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
	f.noticeOutside(b)
	var out []float32
	for done := 0; done < b.T; done += chunk {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("train: prediction stopped at task %d of %d: %w", done, b.T, err)
		}
		lo := min(done, b.T-chunk) // the last chunk may begin with tasks that are done
		logits, err := engine.Predictions(f.run.engine, f.Config.Learner, f.Params, b.Slice(lo, lo+chunk), queries)
		if err != nil {
			return nil, err
		}
		k := len(logits) / len(queries)
		for i := (done - lo) * len(at); i < len(queries); i++ {
			row := read(logits[i*k : (i+1)*k])
			if !finite(sum(row)) {
				return nil, f.notANumber(lo+i/len(at), int(queries[i]), row)
			}
			out = append(out, row...)
		}
	}
	return out, nil
}

// notANumber says that a prediction is none.
func (f *Fitted) notANumber(task, examples int, row []float32) error {
	return fmt.Errorf("train: the prediction of %s for task %d after %d examples is %w: %v; its inputs or its weights are too large to compute with: rescale the inputs, or train with a lower rate",
		f.Name(), task, examples, eval.ErrNotFinite, row)
}

func checkPredict(r *Run, b *datasets.Batch, at []int) error {
	if err := learner.CheckTasks(b, r.probe.D, r.probe.C); err != nil {
		return fmt.Errorf("train: %s cannot predict: %w", r.cfg.Learner.Name(), err)
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

func sum(row []float32) (s float64) {
	for _, v := range row {
		s += float64(v)
	}
	return s
}

// chunkSize is the number of tasks a call: a power of two, so that few shapes are compiled.
func chunkSize(tasks, queries int) int {
	size := 1
	for 2*size <= tasks && 2*size*queries <= queriesPerCall {
		size *= 2
	}
	return size
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
