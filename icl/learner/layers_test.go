package learner_test

import (
	"math"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/backend"
)

// compute runs a graph on Go's backend in float64 and returns its nodes flat.
func compute(t *testing.T, build func(g *Graph) []*Node) [][]float64 {
	t.Helper()
	b, err := backend.Shared(t.Context(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	exec, err := NewExec(b.Backend, func(g *Graph) []*Node { return build(g) })
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call()
	if err != nil {
		t.Fatal(err)
	}
	values := make([][]float64, len(out))
	for i, o := range out {
		if values[i], err = tensors.CopyFlatData[float64](o); err != nil {
			t.Fatal(err)
		}
	}
	return values
}

func wantClose(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= 1e-12*(1+math.Abs(want[i]))) {
			t.Errorf("%s: %v, want %v", what, got, want)
			return
		}
	}
}

// weightsOf binds parameters to the values 1, 2, 3, … in their order.
func weightsOf(t *testing.T, g *Graph, params []learner.Param) learner.Weights {
	t.Helper()
	layout, err := learner.NewLayout(broken{params: params}, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	flat := make([]float64, layout.Size)
	for i := range flat {
		flat[i] = float64(i + 1)
	}
	return layout.Bind(Const(g, flat))
}

// TestLinear: W·x + b for any number of leading axes, with weights [out, in] row by row.
func TestLinear(t *testing.T) {
	got := compute(t, func(g *Graph) []*Node {
		plain, biased := learner.LinearParams("f", 2, 3, false), learner.LinearParams("f", 2, 3, true)
		x, deep := Const(g, [][]float64{{1, 0}, {0, 1}}), Const(g, [][][][]float64{{{{1, 1}}}})
		y := learner.Linear(weightsOf(t, g, biased), "f", deep)
		y.AssertDims(1, 1, 1, 3)
		return []*Node{learner.Linear(weightsOf(t, g, plain), "f", x), y}
	})
	wantClose(t, "the columns of W", got[0], []float64{1, 3, 5, 2, 4, 6})
	wantClose(t, "with a bias", got[1], []float64{3 + 7, 7 + 8, 11 + 9})
}

// TestMLP: linear, leaky ReLU, linear.
func TestMLP(t *testing.T) {
	got := compute(t, func(g *Graph) []*Node {
		w := weightsOf(t, g, learner.MLPParams("f", 1, 2, 1)) // hidden [1 2] + [3 4], out [5 6] + 7
		return []*Node{learner.MLP(w, "f", Const(g, [][]float64{{1}, {-4}}))}
	})
	wantClose(t, "MLP", got[0], []float64{5*4 + 6*6 + 7, -.01*5 - .04*6 + 7})
}

// TestLayerNorm: mean 0 and variance 1 before scale and shift, and finite values for
// features that are all the same.
func TestLayerNorm(t *testing.T) {
	got := compute(t, func(g *Graph) []*Node {
		w := weightsOf(t, g, learner.LayerNormParams("n", 3)) // scale [1 2 3], shift [4 5 6]
		return []*Node{learner.LayerNorm(w, "n", Const(g, [][][]float64{{{-1, 0, 1}, {7, 7, 7}}}))}
	})
	s := 1 / math.Sqrt(2./3+1e-5)
	wantClose(t, "LayerNorm", got[0], []float64{4 - s, 5, 6 + 3*s, 4, 5, 6})
}

// TestUnit: vectors of length 1, and a gradient without NaN at the zero vector.
func TestUnit(t *testing.T) {
	got := compute(t, func(g *Graph) []*Node {
		x := Const(g, [][]float64{{3, -4}, {0, 0}})
		return []*Node{learner.Unit(x), Gradient(ReduceAllSum(learner.Unit(x)), x)[0]}
	})
	if want := []float64{.6, -.8, 0, 0}; slices.ContainsFunc(got[0], math.IsNaN) || math.Abs(got[0][0]-want[0])+math.Abs(got[0][1]-want[1])+math.Abs(got[0][2]) > 1e-9 {
		t.Errorf("units %v, want %v", got[0], want)
	}
	if slices.ContainsFunc(got[1], func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
		t.Errorf("gradient %v", got[1])
	}
}

// TestAttentionWeights: what is masked weighs nothing, however large it is, and an empty row is
// 0 with the gradient 0.
func TestAttentionWeights(t *testing.T) {
	got := compute(t, func(g *Graph) []*Node {
		score := Const(g, [][]float64{{1, 2, 1e9}, {1e9, 3, -1e9}, {5, 6, 7}})
		keep := Const(g, [][]float64{{1, 1, 0}, {0, 1, 0}, {0, 0, 0}})
		p := learner.AttentionWeights(score, keep)
		return []*Node{p, Gradient(ReduceAllSum(Square(p)), score)[0], learner.Mask(score, keep)}
	})
	p := 1 / (1 + math.E)
	q := 1 - p
	wantClose(t, "softmax", got[0], []float64{p, q, 0, 0, 1, 0, 0, 0, 0})
	slope := 2 * p * q * (p - q) // of p² + q² by the first score
	wantClose(t, "gradient", got[1], []float64{slope, -slope, 0, 0, 0, 0, 0, 0, 0})
	wantClose(t, "mask", got[2], []float64{1, 2, learner.NegInf, learner.NegInf, 3, learner.NegInf, learner.NegInf, learner.NegInf, learner.NegInf})
}

// TestCrossEntropy: the softmax is over all logits, also those of classes that are never a
// target, and every query counts the same.
func TestCrossEntropy(t *testing.T) {
	got := compute(t, func(g *Graph) []*Node {
		ep := learner.Episode{
			X:       Const(g, [][][]float64{{{0}, {0}, {0}}}),
			Y:       Const(g, [][][]float64{{{1, 0}, {0, 1}, {1, 0}}}),
			IsQuery: Const(g, [][][]float64{{{0, 1, 0}, {0, 0, 1}}}),
			Context: Const(g, [][][]float64{{{1, 0, 0}, {1, 1, 0}}}),
		}
		two := Const(g, [][][]float64{{{0, math.Log(3)}, {1000, 0}}})
		four := Const(g, [][][]float64{{{0, 0, 0, 0}, {0, 0, 0, 0}}})
		return []*Node{learner.CrossEntropy(two, ep), learner.CrossEntropy(four, ep)}
	})
	wantClose(t, "two logits", got[0], []float64{math.Log(4./3) / 2})
	wantClose(t, "four logits for two classes", got[1], []float64{math.Log(4)})
}

// TestEpisodeTasks: a part of the tasks, with the sizes of the rest.
func TestEpisodeTasks(t *testing.T) {
	got := compute(t, func(g *Graph) []*Node {
		x := Const(g, [][][]float64{{{1}}, {{2}}, {{3}}})
		part := learner.Episode{X: x, Y: x, Queries: x, Context: x, IsQuery: x}.Tasks(1, 3)
		if part.B() != 2 || part.N() != 1 || part.D() != 1 || part.M() != 1 || part.C() != 1 {
			t.Errorf("%d tasks of %d points, %d inputs, %d queries and %d channels", part.B(), part.N(), part.D(), part.M(), part.C())
		}
		return []*Node{part.X, part.Y, part.Queries, part.Context, part.IsQuery}
	})
	for i, values := range got {
		wantClose(t, "node "+string(rune('0'+i)), values, []float64{2, 3})
	}
}

// TestWeightsWith: fast weights replace some, and the others and the names stay.
func TestWeightsWith(t *testing.T) {
	got := compute(t, func(g *Graph) []*Node {
		w := weightsOf(t, g, learner.LinearParams("f", 1, 1, true))
		fast := w.With(map[string]*Node{"f.bias": Const(g, []float64{-1})})
		if !slices.Equal(fast.Names(), []string{"f.weight", "f.bias"}) {
			t.Errorf("names %v", fast.Names())
		}
		return []*Node{fast.Get("f.weight"), fast.Get("f.bias"), w.Get("f.bias")}
	})
	wantClose(t, "the weight", got[0], []float64{1})
	wantClose(t, "the fast bias", got[1], []float64{-1})
	wantClose(t, "the old bias", got[2], []float64{2})
}
