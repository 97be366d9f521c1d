package learner_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/backend"
)

// Kernel is a user-defined learner: kernel regression with a learned width. The
// query takes each example's label with weight exp(−s·‖x − x_i‖²).
type Kernel struct{}

func (Kernel) Name() string { return "kernel" }

func (Kernel) Params(_, _ int) ([]learner.Param, error) {
	return []learner.Param{{Name: "s", Dims: []int{1}, Init: learner.Constant(1)}}, nil
}

func (Kernel) Logits(w learner.Weights, ep learner.Episode) *Node {
	gap := Sub(InsertAxes(ep.Queries, 2), InsertAxes(ep.X, 1)) // [B, M, N, D]
	distance := ReduceSum(Square(gap), -1)                     // [B, M, N]
	weight := Mul(Exp(Neg(Mul(distance, ExpandLeftToRank(w.Get("s"), 3)))), ep.Context)
	return Log(AddScalar(Einsum("bmn,bnc->bmc", weight, ep.Y), 1e-3))
}

// A user-defined learner is a struct with three methods; it runs and trains like
// those of the library.
func Example() {
	b, err := backend.Open(context.Background(), "go")
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := engine.Compile[float32](b.Backend, Kernel{}, 2, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	tasks, _ := synthetic.Proto{}.Sample(datasets.Rand(0, "example"), 1)
	logits, err := e.Logits([]float32{1}, tasks, []int32{20, 49})
	fmt.Println(len(logits), "logits: 2 queries × 2 classes, error", err)
	// Output: 4 logits: 2 queries × 2 classes, error <nil>
}

// broken is a learner with a fault.
type broken struct {
	Kernel
	params []learner.Param
	logits func(learner.Weights, learner.Episode) *Node
}

func (b broken) Params(int, int) ([]learner.Param, error) { return b.params, nil }

func (b broken) Logits(w learner.Weights, ep learner.Episode) *Node { return b.logits(w, ep) }

// TestMistakesInLearnersAreErrors: a panic while a graph is built never reaches
// the user.
func TestMistakesInLearnersAreErrors(t *testing.T) {
	one := learner.Param{Name: "a", Dims: []int{2}, Init: learner.Constant(0)}
	for name, test := range map[string]struct {
		params []learner.Param
		logits func(learner.Weights, learner.Episode) *Node
		want   string
	}{
		"unknown parameter": {[]learner.Param{one}, func(w learner.Weights, _ learner.Episode) *Node { return w.Get("b") }, `"b"`},
		"shapes do not fit": {[]learner.Param{one}, func(w learner.Weights, ep learner.Episode) *Node { return Add(ep.X, w.Get("a")) }, "rank must match"},
		"two of one name":   {[]learner.Param{one, one}, nil, `"a"`},
		"nothing to train":  {nil, nil, "no parameters"},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(t, broken{params: test.params, logits: test.logits})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v; want one with %q", err, test.want)
			}
		})
	}
}

func run(t *testing.T, l learner.Learner) error {
	t.Helper()
	b, err := backend.Shared(context.Background(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Compile[float32](b.Backend, l, 2, 2)
	if err != nil {
		return err
	}
	tasks, err := synthetic.Proto{N: 5}.Sample(datasets.Rand(0, "t"), 3)
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Logits(make([]float32, e.Layout.Size), tasks, []int32{1, 2, 3})
	return err
}

func TestFanIn(t *testing.T) {
	w := make([]float32, 10_000)
	learner.FanIn(16)(rand.New(rand.NewPCG(1, 2)), w)
	var sum, squares float64
	for _, v := range w {
		if math.Abs(float64(v)) > .25 {
			t.Fatalf("weight %g outside ±1/√16", v)
		}
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(w))
	if mean, variance := sum/n, squares/n; math.Abs(mean) > .006 || math.Abs(variance-.0625/3) > .001 {
		t.Errorf("mean %.4f and variance %.4f; want 0 and %.4f", mean, variance, .0625/3)
	}
}

// TestSquaredError compares loss and gradient with those derived by hand: the
// learner says w for every query, so the loss is the mean of (z − w)².
func TestSquaredError(t *testing.T) {
	e := targets(t, func(w learner.Weights, ep learner.Episode) *Node {
		return BroadcastToDims(ExpandLeftToRank(w.Get("a"), 3), ep.B(), ep.M(), 1)
	})
	b := datasets.NewBatch(2, 3, 1, 0)
	copy(b.Z, []float32{1, 2, 3, -4, 5, 6})
	grad := []float64{0}
	loss, err := e.LossGrad([]float64{.5}, b, []int32{0, 2, 2, 0}, grad) // asks for 1, 3, 6 and -4
	if err != nil {
		t.Fatal(err)
	}
	if want := (.25 + 6.25 + 30.25 + 20.25) / 4; math.Abs(loss-want) > 1e-12 {
		t.Errorf("loss %g, want %g", loss, want)
	}
	if want := -2 * (.5 + 2.5 + 5.5 - 4.5) / 4; math.Abs(grad[0]-want) > 1e-12 {
		t.Errorf("gradient %g, want %g", grad[0], want)
	}
}

// TestOneTargetForEachQuery: a learner that predicts two numbers is an error, not
// a loss over whatever they broadcast to.
func TestOneTargetForEachQuery(t *testing.T) {
	e := targets(t, func(w learner.Weights, ep learner.Episode) *Node {
		return BroadcastToDims(ExpandLeftToRank(w.Get("a"), 3), ep.B(), ep.M(), 2)
	})
	if _, err := e.LossGrad([]float64{1}, datasets.NewBatch(2, 3, 1, 0), []int32{0, 1}, make([]float64, 1)); err == nil {
		t.Error("two predictions for one target are no error")
	}
}

// targets is an engine for real targets and one parameter, a.
func targets(t *testing.T, logits func(learner.Weights, learner.Episode) *Node) *engine.Compiled[float64] {
	t.Helper()
	b, err := backend.Shared(context.Background(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	one := []learner.Param{{Name: "a", Dims: []int{1}, Init: learner.Constant(0)}}
	e, err := engine.Compile[float64](b.Backend, broken{params: one, logits: logits}, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
