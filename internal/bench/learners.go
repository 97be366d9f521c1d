package bench

import (
	"context"
	"fmt"
	"io"
	"strconv"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
)

// learnerBackend is the backend of the graphs that are held against those on XLA.
const learnerBackend = "lanes"

// trainee is a learner whose training step is timed.
type trainee struct {
	name   string
	tasks  int // a step, unless others are asked for
	config func(tasks int) train.Config
	alone  bool // there is no such program in PyTorch here
}

// trainees are a learner of each kind, in the sizes of the paper, of the claims and of
// their own papers.
func trainees() ([]trainee, error) {
	circuit, err := prototypes()
	return []trainee{
		onPoints("ProtoNet", metalearner.ProtoNet{}),
		onPoints("MatchNet", metalearner.MatchNet{}),
		onPoints("CNP", metalearner.CNP{}),
		onPoints("ProtoNet-64", metalearner.ProtoNet{Width: 64}),
		onPoints("MatchNet-64", metalearner.MatchNet{Width: 64}),
		onPoints("CNP-64", metalearner.CNP{Width: 64}),
		{name: "PreNorm", tasks: 16, config: func(tasks int) train.Config { return setting{tasks, "all"}.of(transformer.PreNorm{}) }},
		onPoints("attention-only", attentionOnly("softmax")),
		onPoints("linear-attention", attentionOnly("linear")),
		onPoints("circuit", circuit),
		{name: "induction-pairs", tasks: 64, config: eightPairs, alone: true},
		{name: "induction-inputs", tasks: 64, config: chains, alone: true},
		onPoints("ANIL", metalearner.ANIL{}),
		{name: "MAML", tasks: 64, config: sineWaves},
		{name: "M2", tasks: 64, config: func(tasks int) train.Config { return smallM2(tasks, "") }},
		own,
	}, err
}

// onPoints is a learner on the paper's tasks, with one context length a task.
func onPoints(name string, l learner.Learner) trainee {
	return trainee{name: name, tasks: 128, config: func(tasks int) train.Config { return setting{tasks, "random"}.of(l) }}
}

// attentionOnly is a transformer of four layers of attention to the examples.
func attentionOnly(kind string) transformer.Circuit {
	c := transformer.Circuit{Label: kind, Slots: []transformer.Slot{
		{Name: "x", From: "x", Width: inputs}, {Name: "y", From: "y", Width: classes}, {Name: "free", Width: 4},
	}}
	a := transformer.Attention{Kind: kind, Heads: 2, Key: 4, Value: 4, Keys: "examples", Mean: kind == "linear"}
	for range 4 {
		c.Layers = append(c.Layers, transformer.Layer{Attention: &a})
	}
	return c
}

// eightPairs is a run on eight pairs and a query, in whose size induction heads form within a
// minute, with a stream of 64 channels.
func eightPairs(tasks int) train.Config {
	return train.Config{
		Learner: transformer.AttentionOnly{Positions: "one-hot", Points: 9, Width: 64 - 2*9},
		Tasks:   synthetic.Proto{N: 9, D: 24, C: 16}, Recipe: train.Recipe{Steps: 1, Batch: tasks, First: 8},
	}
}

// chains is a run on 64 inputs of a sequence, all of which are queries, as on Markov chains.
func chains(tasks int) train.Config {
	return train.Config{
		Learner: transformer.AttentionOnly{Tokens: "inputs", Positions: "relative", Points: 64, Width: 16},
		Tasks:   synthetic.Proto{N: 64, D: 3, C: 3}, Recipe: train.Recipe{Steps: 1, Batch: tasks, First: train.NoExamples},
	}
}

// prototypes is the transformer that claim 1 constructs from ProtoNet and then trains.
func prototypes() (learner.Learner, error) {
	proto := metalearner.ProtoNet{}
	weights, err := construct.RandomWeights(proto, inputs, classes, datasets.Rand(0, "construction"))
	if err != nil {
		return nil, err
	}
	c, err := construct.Of(proto, weights, inputs, classes)
	if err != nil {
		return nil, err
	}
	return c.Circuit, nil
}

// sineWaves is a run of MAML on the sine waves of its paper, with a query after 10 examples.
func sineWaves(tasks int) train.Config {
	return train.Config{
		Learner: metalearner.MAML{}, Tasks: regression.Sinusoid{},
		Recipe: train.Recipe{Steps: 1, Batch: tasks, Rate: 1e-3, Clip: 1, First: 10},
	}
}

// neighbours is the learner that tutorial 5 types in a notebook: the examples vote, those
// near to the query along a learned direction the most.
type neighbours struct{}

func (neighbours) Name() string { return "ours" }

func (neighbours) Params(d, _ int) ([]learner.Param, error) {
	return learner.LinearParams("a", d, 1, false), nil
}

func (neighbours) Logits(w learner.Weights, ep learner.Episode) *Node {
	q, x := learner.Linear(w, "a", ep.Queries), learner.Linear(w, "a", ep.X)
	near := Mul(Exp(Neg(Square(Sub(q, Transpose(x, 1, 2))))), ep.Context) // [B, M, N]
	return Log(AddScalar(Einsum("bmn,bnc->bmc", near, ep.Y), 1e-4))
}

var own = onPoints("own", neighbours{})

// learnerStep times a step of each learner, and the first step of a user's.
func (b *bench) learnerStep(ctx context.Context) error { return b.learnersOn(ctx, learnerBackend) }

func (b *bench) learnersOn(ctx context.Context, spec string) error {
	all, err := trainees()
	if err != nil {
		return err
	}
	for _, l := range all {
		for _, tasks := range b.sizes(l.tasks) {
			if err := b.learnerOn(ctx, spec, l, tasks); err != nil {
				return err
			}
		}
	}
	for _, tasks := range b.sizes(own.tasks) {
		if err := b.firstStep(ctx, spec, own, tasks); err != nil {
			return err
		}
	}
	return nil
}

// learnerOn compares a learner's step on a backend with that on XLA and in PyTorch. A
// learner that the backend refuses is left out.
func (b *bench) learnerOn(ctx context.Context, spec string, l trainee, tasks int) error {
	name, cfg := b.sized("learner-step/"+l.name, tasks), l.config(tasks)
	ours, err := b.counted(ctx, spec, cfg)
	if err != nil {
		return b.leaveOut(ctx, name, err)
	}
	if err := b.againstGraph(ctx, name, ours, b.peerBackend(), cfg); err != nil || l.alone {
		return err
	}
	return b.inModes(ctx, name, ours, []string{"eager", "compile"}, "peer_learners.py", "--learner", l.name, "--tasks", strconv.Itoa(tasks))
}

// counted is graphStep with the number of its floating-point operations. It makes a step, as
// what a backend refuses shows no earlier.
func (b *bench) counted(ctx context.Context, spec string, cfg train.Config) (contender, error) {
	ours, err := graphStep(ctx, spec, cfg, b.Log)
	if err != nil {
		return ours, err
	}
	if _, err := ours.run(ctx, 1); err != nil {
		return ours, err
	}
	ours.flops, err = productsOf(ctx, cfg)
	return ours, err
}

// productsOf counts the floating-point operations of the matrix products of a step.
func productsOf(ctx context.Context, cfg train.Config) (float64, error) {
	open, err := backend.Shared(ctx, "go")
	if err != nil {
		return 0, err
	}
	b, at, err := cfg.Draw(0)
	if err != nil {
		return 0, err
	}
	e, err := engine.Compile[float32](open.Backend, cfg.Learner, b.D, b.C)
	if err != nil {
		return 0, err
	}
	return e.FLOPs(b.T, b.N, len(at)/b.T)
}

// kernels compares what hand-written kernels save over a graph on lanes.
func (b *bench) kernels(ctx context.Context) error {
	var all []trainee
	for _, s := range b.settings() {
		all = append(all, trainee{name: s.name(), tasks: s.tasks, config: func(int) train.Config { return s.config() }})
	}
	for _, tasks := range b.sizes(32, 64) {
		all = append(all, trainee{name: fmt.Sprintf("regression-step/B=%d", tasks), tasks: tasks, config: smallDecoder})
	}
	for _, width := range []int{16, 32, 64, 96} {
		all = append(all, trainee{name: fmt.Sprintf("decoder-%d", width), tasks: b.sizes(64)[0], config: func(tasks int) train.Config {
			return decoderOf(tasks, width)
		}})
	}
	for _, l := range all {
		ours, err := lanesStep(l.config(l.tasks), 0)
		if err != nil {
			return err
		}
		if err := b.againstGraph(ctx, "kernels/"+l.name, ours, learnerBackend, l.config(l.tasks)); err != nil {
			return err
		}
	}
	return nil
}

// firstStep compares the first steps of new engines, from making one until the weights are
// updated.
func (b *bench) firstStep(ctx context.Context, spec string, l trainee, tasks int) error {
	name, cfg := b.sized("first-step/"+l.name, tasks), l.config(tasks)
	ours, err := newEngines(ctx, spec, cfg, b.Log)
	if err != nil {
		return b.leaveOut(ctx, name, err)
	}
	peer, err := newEngines(ctx, b.peerBackend(), cfg, b.Log)
	if err != nil {
		return b.leaveOut(ctx, b.peerBackend(), err)
	}
	return b.compare(ctx, name, ours, peer)
}

// newEngines makes a contender of first steps, each of an engine of its own.
func newEngines(ctx context.Context, spec string, cfg train.Config, log io.Writer) (contender, error) {
	kind, compile, err := graphSteps(ctx, spec, cfg, log)
	return loop(kind+" from nothing", func() error {
		step, err := compile()
		if err != nil {
			return err
		}
		_, err = step.run(ctx, 1)
		return err
	}), err
}
