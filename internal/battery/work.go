package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/npz"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// tasks are what everything here is trained and tested on.
var tasks = synthetic.Proto{N: 8}

// config is a run of some seconds, or less with few steps.
func config(steps int) train.Config {
	return train.Config{
		Learner: metalearner.CNP{Width: 8}, Tasks: tasks,
		Recipe: train.Recipe{Steps: steps, Batch: 16, Rate: 1e-2, Warmup: min(5, steps), Cosine: true, Clip: 1, OnePrefix: true},
	}
}

func options(dir string) []train.Option {
	return []train.Option{train.WithDir(dir), train.WithBackend("go"), train.WithSnapshots(100)}
}

// comparison is a small study that keeps its result. Its report fails while stop is true,
// after all tests.
func comparison(stop bool) *study.Study {
	a, b := config(60), config(2)
	s := &study.Study{
		Name: "battery", Title: "training helps", Seeds: 3, Settings: 1,
		Arms: []study.Arm{
			{Name: "trained", Learner: a.Learner, Tasks: a.Tasks, Recipe: a.Recipe},
			{Name: "hardly", Learner: b.Learner, Tasks: b.Tasks, Recipe: b.Recipe},
		},
		Conditions: []study.Condition{study.On(tasks, 64)},
	}
	s.Conditions[0].Keep = true
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		if stop {
			return errStopped
		}
		r.Checks = []study.Check{study.Above("trained − hardly", 0, d.Difference(eval.Accuracy, "trained", "hardly", "proto"))}
		r.Add("accuracy", d.Curve(eval.Accuracy, "trained", "proto"))
		return nil
	}
	return s
}

var errStopped = fmt.Errorf("stopped before the result")

// runOf is all that a run's folder tells: weights, score, log and snapshot.
func runOf(ctx context.Context, dir string, steps int) (string, error) {
	f, err := train.Train(ctx, config(steps), options(dir)...)
	if err != nil {
		return "", err
	}
	log, err := f.Log()
	if err != nil {
		return "", err
	}
	then, err := f.At(100)
	if err != nil {
		return "", err
	}
	last, err := f.Last()
	if err != nil {
		return "", err
	}
	b, err := tasks.Sample(datasets.Rand(1, "test"), 16)
	if err != nil {
		return "", err
	}
	p, err := f.Predict(ctx, b, []int{0, 5})
	far := b.Slice(0, 16)
	for i := range far.X {
		far.X[i] *= 10
	}
	var entries []string
	for _, e := range log {
		entries = append(entries, fmt.Sprint(e.Step, e.Loss, e.GradNorm, e.Rate, e.Score != nil))
	}
	return fmt.Sprint(f.Params, f.Score, f.Step, f.Engine, entries, then.Params, last.Params, last.Score, p, f.Outside(far)), err
}

// exportOf is all that an export of a run tells.
func exportOf(dir string) (string, error) {
	tmp, err := os.MkdirTemp("", "battery")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	path := filepath.Join(tmp, "w.safetensors")
	if err := train.ExportRun(dir, path); err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// weightsOf is all that exported weights tell.
func weightsOf(path string) (string, error) {
	f, err := train.Import(path, config(1).Learner, tasks, train.WithBackend("go"))
	if err != nil {
		return "", err
	}
	b, err := tasks.Sample(datasets.Rand(1, "test"), 4)
	if err != nil {
		return "", err
	}
	for i := range b.X {
		b.X[i] *= 10
	}
	return fmt.Sprint(f.Params, f.Outside(b)), nil
}

// batchOf is all that a file of tasks tells.
func batchOf(path string) (string, error) {
	b, err := npz.ReadFile(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(*b), nil
}

// resultOf is the result of the study in dir: kept, or made of tests and runs that are.
func resultOf(ctx context.Context, dir string, stop bool) (string, error) {
	r, err := study.Run(ctx, comparison(stop), study.Options{Dir: dir, Backend: "go"})
	if err != nil {
		return "", err
	}
	for i := range r.Runs {
		r.Runs[i].Starts.Seconds, r.Runs[i].Starts.Processor = 0, 0
	}
	return strings.ReplaceAll(fmt.Sprint(r, r.HTML(), r.Groups, r.Runs), "\n", " "), nil
}
