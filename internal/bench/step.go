package bench

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/lanes"
	"github.com/goicl/goicl/internal/process"
	"github.com/goicl/goicl/internal/python"
	"github.com/goicl/goicl/internal/trainstep"
)

// Every contender trains the paper's model on tasks of the paper's size: 2 inputs, 2
// classes, 50 points.
const inputs, classes, points = 2, 2, 50

// setting is the size of a step's loss: tasks, and queries of each.
type setting struct {
	tasks    int
	prefixes string // random: one context length a task, stratified; all: every one
}

func (s setting) name() string {
	if s.prefixes == "all" {
		return fmt.Sprintf("step/all-prefixes/B=%d", s.tasks)
	}
	return fmt.Sprintf("step/random-prefix/B=%d", s.tasks)
}

// settings are those that step measures: one random context length a task for all
// batch sizes; all lengths, which is the authors' loss, for the paper's batch of
// 128 tasks if it is among them.
func (b *bench) settings() []setting {
	var all []setting
	for _, tasks := range b.stepSizes() {
		all = append(all, setting{tasks, "random"})
	}
	tasks := all[0].tasks
	if slices.Contains(b.stepSizes(), 128) {
		tasks = 128
	}
	return append(all, setting{tasks, "all"})
}

// stepSizes are the batch sizes of the steps.
func (b *bench) stepSizes() []int { return b.sizes(64, 128, 512) }

func (b *bench) step(ctx context.Context) error {
	for _, tasks := range b.stepSizes() {
		if err := b.alone(ctx, fmt.Sprintf("sample/B=%d", tasks), sampling(setting{tasks, "random"}.config())); err != nil {
			return err
		}
	}
	for _, s := range b.settings() {
		ours, err := lanesStep(s.config(), 0)
		if err != nil {
			return err
		}
		if err := b.againstGraphs(ctx, s, ours); err != nil {
			return err
		}
		if err := b.againstPyTorch(ctx, s, ours); err != nil {
			return err
		}
	}
	return nil
}

// stepSampling compares the training loop with steps whose tasks were drawn beforehand,
// both on one core, as the claims train: what is missing from a ratio of 1 is the share of
// drawing tasks, and of all else that a loop does.
func (b *bench) stepSampling(ctx context.Context) error {
	return eachSize(b.stepSizes(), func(tasks int, dir string) error { return b.sampledAgainstDrawn(ctx, tasks, dir) })
}

// eachSize calls do for each batch size with a folder that is removed afterwards.
func eachSize(sizes []int, do func(tasks int, dir string) error) error {
	return inTemporary(func(dir string) error {
		for _, tasks := range sizes {
			if err := do(tasks, dir); err != nil {
				return err
			}
		}
		return nil
	})
}

// stepPeak takes as many multiply-adds as the step's matrix products need, at the
// processor's peak, for the peer of the step, so that the ratio is its share of the
// peak.
func (b *bench) stepPeak(ctx context.Context) error {
	for _, s := range b.settings() {
		ours, err := lanesStep(s.config(), 0)
		if err != nil {
			return err
		}
		_, at, err := s.config().Draw(0)
		if err != nil {
			return err
		}
		p := transformer.Paper{}.WithDefaults()
		flops := lanes.Config{Depth: p.Depth, D: inputs, C: classes, Expand: p.Expand}.FLOPs(len(at), at)
		if err := b.compare(ctx, strings.Replace(s.name(), "step/", "step-peak/", 1), ours, atPeak(flops)); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) sampledAgainstDrawn(ctx context.Context, tasks int, dir string) error {
	cfg := setting{tasks, "random"}.config()
	drawn, err := lanesStep(cfg, 1)
	if err != nil {
		return err
	}
	drawn.name = "tasks drawn before"
	run, stop, err := trainingLoop(ctx, cfg, train.WithDir(dir), train.WithEngine("lanes"), train.WithWorkers(1))
	if err != nil {
		return err
	}
	defer stop()
	return b.compare(ctx, fmt.Sprintf("step-sampling/B=%d", tasks), run, drawn)
}

// trainingLoop makes a contender of a run that is made too long to end.
func trainingLoop(ctx context.Context, cfg train.Config, opts ...train.Option) (_ contender, stop func(), err error) {
	cfg.Recipe.Steps = math.MaxInt32
	run, err := train.Open(cfg, opts...)
	if err != nil {
		return contender{}, nil, err
	}
	next, stop := iter.Pull2(run.Steps(ctx))
	return loop("training loop", func() error {
		_, err, _ := next()
		return err
	}), stop, nil
}

// againstGraphs compares with the step as a GoMLX graph: on XLA and, for the
// smallest batch only, since that takes seconds, on pure Go; or else on the
// backend that was asked for.
func (b *bench) againstGraphs(ctx context.Context, s setting, ours contender) error {
	backends := []string{b.peerBackend()}
	if b.Backend == "" && s.prefixes == "random" && s.tasks == slices.Min(b.stepSizes()) {
		backends = append(backends, "go")
	}
	for _, spec := range backends {
		if err := b.againstGraph(ctx, s.name(), ours, spec, s.config()); err != nil {
			return err
		}
	}
	return nil
}

// peerBackend is that of the graphs that ours are compared with.
func (b *bench) peerBackend() string { return cmp.Or(b.Backend, "xla") }

// againstGraph compares with a step as a GoMLX graph on one backend.
func (b *bench) againstGraph(ctx context.Context, name string, ours contender, spec string, cfg train.Config) error {
	peer, err := graphStep(ctx, spec, cfg, b.Log)
	if err != nil {
		return b.leaveOut(ctx, spec, err)
	}
	return b.compare(ctx, name, ours, peer)
}

// againstPyTorch compares with the step in PyTorch: in one padded
// pass, eager and compiled, and for all context lengths also in the authors' way,
// one forward pass for each.
func (b *bench) againstPyTorch(ctx context.Context, s setting, ours contender) error {
	modes := []string{"eager", "compile"}
	if s.prefixes == "all" {
		modes = []string{"loop", "compile"}
	}
	return b.inModes(ctx, s.name(), ours, modes, "peer_step.py", "--prefixes", s.prefixes, "--tasks", strconv.Itoa(s.tasks))
}

// inModes compares with a program of the folder bench in each of its modes.
func (b *bench) inModes(ctx context.Context, name string, ours contender, modes []string, program string, args ...string) error {
	for _, mode := range modes {
		if err := b.againstProgram(ctx, name, ours, program, append([]string{"--mode", mode}, args...)...); err != nil {
			return err
		}
	}
	return nil
}

// againstProgram compares with a program of the folder bench, which runs in PyTorch, on a
// GPU if graphs are to run on one. Without peers it does nothing.
func (b *bench) againstProgram(ctx context.Context, name string, ours contender, program string, args ...string) error {
	if b.python == "" {
		return nil
	}
	args = python.Script(filepath.Join(b.folder(), program), args...)
	if strings.Contains(cmp.Or(b.Backend, os.Getenv(compute.ConfigEnvVar)), "cuda") {
		args = append(args, "--device", "cuda")
	}
	cmd := process.Python(ctx, b.python, args...)
	cmd.Env = append(os.Environ(), "PYTHONSAFEPATH=1") // for the processes that compile PyTorch's code
	peer, err := startProgram(ctx, cmd)
	if err != nil {
		return b.leaveOut(ctx, "PyTorch", err)
	}
	defer peer.close()
	return b.compare(ctx, name, ours, peer.contender)
}

// config is that of a run whose steps have this size, with a constant rate.
func (s setting) config() train.Config { return s.of(transformer.Paper{}) }

// of is the config for another learner.
func (s setting) of(l learner.Learner) train.Config {
	r := train.Fast(1).WithDefaults()
	r.Batch, r.OnePrefix = s.tasks, s.prefixes == "random"
	return train.Config{Learner: l, Tasks: synthetic.Mixture(1, points), Recipe: r}
}

// sampling is the part of a training step that draws its tasks and queries.
func sampling(cfg train.Config) contender {
	n := 0
	return loop("sampling", func() error {
		n++
		_, _, err := cfg.Draw(n)
		return err
	})
}

// lanesStep is a step on lanes, on that many cores; 0 is all.
func lanesStep(cfg train.Config, workers int) (contender, error) {
	tasks, err := drawn(cfg)
	if err != nil {
		return contender{}, err
	}
	e, err := engine.NewLanes(cfg.Learner, tasks[0].Batch.D, tasks[0].Batch.C, workers)
	if err != nil {
		return contender{}, fmt.Errorf("bench: nothing to time: %w", err)
	}
	return trainingStep(e.Name(), e, cfg, tasks)
}

// graphStep is a step as a GoMLX graph, with the same optimizer on the host.
func graphStep(ctx context.Context, spec string, cfg train.Config, log io.Writer) (contender, error) {
	_, compile, err := graphSteps(ctx, spec, cfg, log)
	if err != nil {
		return contender{}, err
	}
	return compile()
}

// graphSteps returns the name of a backend and a function that makes a new engine on it, and
// a contender of its steps.
func graphSteps(ctx context.Context, spec string, cfg train.Config, log io.Writer) (kind string, compile func() (contender, error), err error) {
	open, err := backend.Shared(ctx, spec, backend.WithProgress(log))
	if err != nil {
		return "", nil, err
	}
	tasks, err := drawn(cfg)
	if err != nil {
		return "", nil, err
	}
	return open.Kind(), func() (contender, error) {
		e, err := engine.New(ctx, cfg.Learner, tasks[0].Batch.D, tasks[0].Batch.C, "", engine.Options{Kind: "gomlx", Backend: spec})
		if err != nil {
			return contender{}, err
		}
		step, err := trainingStep(open.Kind(), e, cfg, tasks)
		if blocks, ok := e.(engine.BlockPredictor); ok && err == nil {
			b, queries := tasks[0].Batch, len(tasks[0].At)
			step.block, err = blocks.Block(b.T, b.N, queries/b.T)
		}
		return step, err
	}, nil
}

// poolSize is the number of batches drawn before the clock starts.
const poolSize = 8

// drawn are the tasks of a training.
func drawn(cfg train.Config) ([]trainstep.Tasks, error) { return trainstep.Draw(poolSize, cfg.Draw) }

// trainingStep makes a contender of an engine: loss and gradient, clipping, Adam.
func trainingStep(name string, e engine.Engine, cfg train.Config, tasks []trainstep.Tasks) (contender, error) {
	rule := trainstep.Rule{Optimizer: optim.Adam, Rate: cfg.Recipe.Rate, Clip: cfg.Recipe.Clip}
	s, err := trainstep.New(e, cfg.Learner, rule, tasks)
	if err != nil {
		return contender{}, err
	}
	return loop(name, s.Step), nil
}
