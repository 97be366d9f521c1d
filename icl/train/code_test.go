package train_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// mine is a learner as one writes it in a cell. Its fields stand for what is in its code:
// they are not in its JSON.
type mine struct {
	scale float64   // a number in the code
	table []float32 // a table, computed in the code
	stop  bool
	start float32
}

func (mine) Name() string { return "mine" }

func (m mine) Params(d, _ int) ([]learner.Param, error) {
	return []learner.Param{{Name: "w", Dims: []int{d}, Init: learner.Constant(m.start)}}, nil
}

func (m mine) Logits(w learner.Weights, ep learner.Episode) *Node {
	shift := ReduceAllSum(Const(w.Get("w").Graph(), m.table))
	weight := w.Get("w")
	if m.stop {
		weight = StopGradient(weight)
	}
	queries := Mul(ep.Queries, ExpandLeftToRank(AddScalar(weight, 1), 3))
	near := Mul(Einsum("bmd,bnd->bmn", queries, ep.X), ep.Context)
	return Add(MulScalar(Einsum("bmn,bnc->bmc", near, ep.Y), m.scale), shift)
}

func table(last float32) []float32 {
	t := make([]float32, 100)
	t[99] = last
	return t
}

func keyOf(t *testing.T, l learner.Learner, tasks datasets.Sampler, steps int) string {
	t.Helper()
	key, err := train.Config{Learner: l, Tasks: tasks, Recipe: train.Recipe{Steps: steps, Batch: 8}}.Key()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestCodeOfALearnerIsInTheKey: what a user-defined learner computes is part of the run's
// name, whatever it is called; the same code gives the same name again.
func TestCodeOfALearnerIsInTheKey(t *testing.T) {
	tasks := synthetic.Proto{N: 6}
	same := mine{scale: 1, table: table(0)}
	seen := map[string]string{keyOf(t, same, tasks, 10): "the first"}
	for range 3 {
		if key := keyOf(t, mine{scale: 1, table: table(0)}, tasks, 10); seen[key] == "" {
			t.Fatalf("the same learner has another key: %s", key)
		}
	}
	for what, l := range map[string]learner.Learner{
		"a number": mine{scale: 1.001, table: table(0)}, "a table": mine{scale: 1, table: table(1e-6)},
		"the gradient": mine{scale: 1, table: table(0), stop: true}, "the start": mine{scale: 1, table: table(0), start: 1e-3},
		"a model in M²":    metalearner.M2{Model: mine{scale: 1, table: table(0)}, Tasks: 4},
		"another in M²":    metalearner.M2{Model: mine{scale: 2, table: table(0)}, Tasks: 4},
		"a pointer":        &mine{scale: 3, table: table(0)},
		"nothing of ours":  transformer.Paper{Depth: 1},
		"two of our lines": wrapped{transformer.Paper{Depth: 1}},
	} {
		where := datasets.Sampler(tasks)
		if strings.HasSuffix(what, "M²") {
			where = synthetic.Domains{Tasks: 4, N: 6}
		}
		key := keyOf(t, l, where, 10)
		if other := seen[key]; other != "" {
			t.Errorf("%s and %s have the same key %s", what, other, key)
		}
		seen[key] = what
	}
}

// wrapped is a learner that is ours but for its type.
type wrapped struct{ transformer.Paper }

// TestOursKeepTheirKeys: keys of this module's learners hold no hash of code, so that runs
// of earlier versions are found.
func TestOursKeepTheirKeys(t *testing.T) {
	const want = "ICL-proto-seed0-87877a7658bb"
	if key := keyOf(t, transformer.Paper{Depth: 1}, synthetic.Proto{N: 6}, 10); key != want {
		t.Errorf("key %s, want %s", key, want)
	}
}

// TestRunsOfChangedCode: where the code changes a run is trained anew; graphs that are
// shared are kept apart.
func TestRunsOfChangedCode(t *testing.T) {
	opts := []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go"), train.ManyRuns()}
	fit := func(scale float64) *train.Fitted {
		f, err := train.Train(t.Context(), train.Config{
			Learner: mine{scale: scale, table: table(0)}, Tasks: synthetic.Proto{N: 6},
			Recipe: train.Recipe{Steps: 5, Batch: 8, Rate: .1},
		}, opts...)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	one, two, again := fit(.1), fit(10), fit(.1)
	if two.Loaded || !again.Loaded {
		t.Errorf("loaded: %v after the code changed, %v after it changed back; want false and true", two.Loaded, again.Loaded)
	}
	if one.Score == two.Score || one.Score != again.Score {
		t.Errorf("scores %v, %v, %v; want the last to be the first", one.Score, two.Score, again.Score)
	}
}

// growing is a curriculum as one writes it in a cell.
type growing struct {
	synthetic.Proto
	turn int
}

func (g growing) At(step int) datasets.Sampler {
	if step < g.turn {
		return synthetic.Proto{N: g.N, Sigma: .5}
	}
	return g.Proto
}

func (g growing) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	return g.Proto.Sample(rng, tasks)
}

func TestCodeOfACurriculumIsInTheKey(t *testing.T) {
	proto := synthetic.Proto{N: 6}
	a, b, c := growing{proto, 10}, growing{proto, 600}, growing{proto, 10}
	key := func(s datasets.Sampler) string { return keyOf(t, transformer.Paper{Depth: 1}, s, 1000) }
	if key(a) == key(b) || key(a) != key(c) {
		t.Errorf("keys %s, %s, %s; want the first to be the last only", key(a), key(b), key(c))
	}
}

// broken panics while its graph is built.
type broken struct{ mine }

func (broken) Logits(w learner.Weights, _ learner.Episode) *Node { return w.Get("v") }

func TestBrokenLearnerIsAnError(t *testing.T) {
	_, err := train.Open(train.Config{Learner: broken{}, Tasks: synthetic.Proto{N: 6}, Recipe: train.Fast(10)}, train.WithDir(t.TempDir()))
	if err == nil || !strings.Contains(err.Error(), `no parameter "v"`) {
		t.Errorf("error %v; want one that names the parameter", err)
	}
}
