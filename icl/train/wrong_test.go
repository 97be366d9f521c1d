package train_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
)

// faulty is a user's learner in which something is wrong.
type faulty struct {
	Label  string
	params func() ([]learner.Param, error)
	logits func(w learner.Weights, ep learner.Episode) *Node
}

func (l faulty) Name() string { return l.Label }

func (l faulty) Params(d, c int) ([]learner.Param, error) {
	if l.params != nil {
		return l.params()
	}
	return learner.LinearParams("readout", d, learner.Channels(c), true), nil
}

func (l faulty) Logits(w learner.Weights, ep learner.Episode) *Node {
	if l.logits != nil {
		return l.logits(w, ep)
	}
	return learner.Linear(w, "readout", ep.Queries)
}

// bad is a user's sampler in which something is wrong.
type bad struct {
	Label  string
	sample func(rng *rand.Rand, tasks int) (*datasets.Batch, error)
}

func (s bad) Name() string { return s.Label }

func (s bad) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) { return s.sample(rng, tasks) }

// curriculum is a user's that has no tasks at first.
type curriculum struct{ synthetic.Proto }

func (curriculum) At(int) datasets.Sampler { return nil }

// card is a user's engine.
type card struct {
	logits func(at []int32) ([]float32, error)
}

func (card) Name() string { return "card" }

func (card) LossGrad([]float32, *datasets.Batch, []int32, []float32) (float64, error) {
	panic("the card is hot")
}

func (c card) Logits(_ []float32, _ *datasets.Batch, at []int32) ([]float32, error) {
	return c.logits(at)
}

func onCard(logits func(at []int32) ([]float32, error)) train.Option {
	return train.WithCustomEngine(func(learner.Learner, int, int) (engine.Engine, error) { return card{logits}, nil })
}

// right is a config in which nothing is wrong.
func right() train.Config {
	return train.Config{Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 8}, Recipe: train.Recipe{Steps: 5, Batch: 8, OnePrefix: true}}
}

func with(change func(c *train.Config)) train.Config {
	c := right()
	change(&c)
	return c
}

func ofLearner(l learner.Learner) train.Config { return with(func(c *train.Config) { c.Learner = l }) }

func ofTasks(s datasets.Sampler) train.Config { return with(func(c *train.Config) { c.Tasks = s }) }

func ofRecipe(r train.Recipe) train.Config { return with(func(c *train.Config) { c.Recipe = r }) }

type wrongUse struct {
	cfg  train.Config
	opts []train.Option
	want string
}

// wrongUses are wrong configs and options, by what is wrong.
func wrongUses() map[string]wrongUse {
	all := map[string]wrongUse{
		"no learner":     {ofLearner(nil), nil, "needs a Learner and Tasks"},
		"nil learner":    {ofLearner((*faulty)(nil)), nil, "the learner is a nil *train_test.faulty"},
		"nil sampler":    {ofTasks((*bad)(nil)), nil, "the sampler is a nil *train_test.bad"},
		"no name":        {ofLearner(faulty{}), nil, `the Name of a learner of type train_test.faulty is ""`},
		"params panic":   {ofLearner(faulty{Label: "own", params: func() ([]learner.Param, error) { panic("boom") }}), nil, `Params of learner "own" (train_test.faulty) panicked: boom (at `},
		"no params":      {ofLearner(faulty{Label: "own", params: func() ([]learner.Param, error) { return nil, nil }}), nil, "own has no parameters"},
		"init panics":    {ofLearner(faulty{Label: "own", params: badInit}), nil, `Init of parameter "readout.weight" of own panicked: no luck (at `},
		"few logits":     {ofLearner(faulty{Label: "own", logits: func(_ learner.Weights, ep learner.Episode) *Node { return ReduceAndKeep(ep.Queries, ReduceSum, -1) }}), nil, `Logits of learner "own" (train_test.faulty) returned [8 1 1] for 8 tasks of 1 queries; want [8 1 2 or more]`},
		"sampler panics": {ofTasks(bad{"own", func(*rand.Rand, int) (*datasets.Batch, error) { panic("boom") }}), nil, `Sample of sampler "own" (train_test.bad) panicked: boom (at `},
		"no batch":       {ofTasks(bad{"own", func(*rand.Rand, int) (*datasets.Batch, error) { return nil, nil }}), nil, "sampler own: datasets: the batch is nil"},
		"broken batch": {ofTasks(bad{"own", func(_ *rand.Rand, n int) (*datasets.Batch, error) {
			return &datasets.Batch{T: n, N: 1 << 40, D: 1 << 40, C: 2}, nil
		}}), nil, "sampler own: "},
		"no sampler":       {ofTasks(curriculum{synthetic.Proto{N: 8}}), nil, "At(0) of sampler"},
		"no steps":         {ofRecipe(train.Recipe{}), nil, "Steps is 0; want a positive number, such as that of train.Fast(5000) or train.Paper()"},
		"negative steps":   {ofRecipe(train.Recipe{Steps: -1}), nil, "-1 steps; want at least 1"},
		"too many steps":   {ofRecipe(train.Recipe{Steps: 1 << 40}), nil, "steps; want at most 2147483647"},
		"huge batch":       {ofRecipe(train.Recipe{Steps: 5, Batch: 1 << 40}), nil, "the batch of a step: datasets: 1099511627776 tasks of 8 points in 2 dimensions are too many values"},
		"try":              {with(func(c *train.Config) { c.Try = -1 }), nil, "try -1; want 0"},
		"workers":          {right(), []train.Option{train.WithWorkers(-1)}, "-1 workers; want 1 to 1024"},
		"late snapshot":    {right(), []train.Option{train.WithSnapshots(2, 10_000)}, "a snapshot after step 10000 of a run of 5 steps; want 1..5"},
		"no directory":     {right(), []train.Option{train.WithDir("")}, `WithDir("") names no directory`},
		"no engine":        {right(), []train.Option{train.WithEngine("gpu")}, `unknown kind "gpu"`},
		"no backend":       {right(), []train.Option{train.WithBackend("nosuch")}, `"nosuch": unknown backend; use lanes, go, xla`},
		"memory":           {right(), []train.Option{train.WithMemoryLimit(-1)}, "WithMemoryLimit(-1)"},
		"progress panics":  {right(), []train.Option{train.WithProgress(func(train.Step) { panic("boom") })}, "the function given to WithProgress panicked: boom (at "},
		"engine panics":    {right(), []train.Option{onCard(func(at []int32) ([]float32, error) { return make([]float32, 2*len(at)), nil })}, "step 1 of learner \"ProtoNet\" (metalearner.ProtoNet) on engine card panicked: the card is hot (at "},
		"engine gives few": {right(), []train.Option{onCard(func(at []int32) ([]float32, error) { return make([]float32, len(at)), nil })}, "engine: train_test.card gave 4 logits for 4 queries of learner \"ProtoNet\""},
	}
	return all
}

func badInit() ([]learner.Param, error) {
	return []learner.Param{{Name: "readout.weight", Dims: []int{2, 2}, Init: func(*rand.Rand, []float32) { panic("no luck") }}, {Name: "readout.bias", Dims: []int{2}}}, nil
}

// TestWrongUse: what is wrong with a config or with the user's code in it is an error on one
// line that says where, and never a panic.
func TestWrongUse(t *testing.T) {
	for name, use := range wrongUses() {
		t.Run(name, func(t *testing.T) {
			opts := append([]train.Option{train.WithDir(t.TempDir()), train.WithBackend("go")}, use.opts...)
			_, err := train.Train(t.Context(), use.cfg, opts...)
			if err == nil || !strings.Contains(err.Error(), use.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v\nwant one line with %q", err, use.want)
			}
		})
	}
}

// TestOptionsOfALoadedRun: a run that is only loaded refuses wrong options as one that is
// trained, and so do a missing context and a home that is not known.
func TestOptionsOfALoadedRun(t *testing.T) {
	dir := train.WithDir(t.TempDir())
	if _, err := train.Train(t.Context(), right(), dir, train.WithBackend("go")); err != nil {
		t.Fatal(err)
	}
	for _, opt := range []train.Option{train.WithBackend("nosuch"), train.WithWorkers(-1), train.WithEngine("gpu"), train.WithSnapshots(-1)} {
		if _, err := train.Train(t.Context(), right(), dir, opt); err == nil {
			t.Error("a wrong option is accepted where the run is loaded")
		}
	}
	var none context.Context
	if _, err := train.Train(none, right(), dir); err == nil || !strings.Contains(err.Error(), "the context is nil; pass context.Background()") {
		t.Errorf("error %v without a context", err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("HOME", "")
	t.Setenv("XDG_DATA_HOME", "")
	if _, err := train.Train(t.Context(), right()); err == nil || !strings.Contains(err.Error(), "HOME is not set; set HOME, or XDG_DATA_HOME") {
		t.Errorf("error %v without a home", err)
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("without a home %v is written into the current folder, error %v", left, err)
	}
}

// TestBestOfRefuses: numbers of starts that make no sense, and a recipe without steps, of
// which a quarter would be one.
func TestBestOfRefuses(t *testing.T) {
	for _, starts := range []int{-1, 1 << 40} {
		if _, _, err := train.BestOf(t.Context(), right(), starts, train.WithDir(t.TempDir())); err == nil || !strings.Contains(err.Error(), "random starts; want 1 to") {
			t.Errorf("%d starts: error %v", starts, err)
		}
	}
	if _, _, err := train.BestOf(t.Context(), ofRecipe(train.Recipe{}), 3, train.WithDir(t.TempDir())); err == nil || !strings.Contains(err.Error(), "Steps is 0") {
		t.Errorf("error %v without steps", err)
	}
}

// TestEmptyFitted: a Fitted that nobody trained has errors, not panics.
func TestEmptyFitted(t *testing.T) {
	for _, f := range []*train.Fitted{nil, {}} {
		_, errPredict := f.Predict(t.Context(), nil, nil)
		_, errAt := f.At(0)
		_, errBase := f.Base()
		_, errAs := f.As(metalearner.ProtoNet{})
		_, errAdapt := f.Adapt(t.Context(), nil, train.Adaptation{}, 1)
		for _, err := range []error{errPredict, errAt, errBase, errAs, errAdapt} {
			if err == nil || !strings.Contains(err.Error(), "holds no trained learner; take one from Train") {
				t.Errorf("error %v", err)
			}
		}
		if f.Key() != "" || f.Done() || f.String() != f.Name() {
			t.Errorf("%q, %t, %q", f.Key(), f.Done(), f.String())
		}
	}
}
