package construct_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
)

// randomMap is k rows of normal weights over a stream of that width.
func randomMap(rng *rand.Rand, k, width int) construct.Map {
	m := make(construct.Map, k)
	for i := range m {
		for range width {
			m[i] = append(m[i], .5*datasets.Normal(rng))
		}
	}
	return m
}

// circuitOf builds a transformer of random weights with slots of every source, of which
// add adds the layers.
func circuitOf(t *testing.T, d, c int, log bool, add func(b *construct.Builder, m func(k int) construct.Map)) *construct.Construction {
	t.Helper()
	channels := learner.Channels(c)
	rng, b, width := datasets.Rand(1, "circuit"), construct.New("random"), 0
	if c > 0 {
		b.Classes()
	}
	slot := func(name, from string, w int) { b.Slot(name, from, w); width += w }
	slot("x", "x", d)
	slot("context x", "context x", d)
	slot("query x", "query x", d)
	slot("y", "y", channels)
	slot("point", "point", 1)
	slot("query", "query", 1)
	slot("scratch", "", 2)
	if c > 0 {
		slot("class", "class", channels)
		slot("is class", "is class", 1)
	}
	m := func(k int) construct.Map { return randomMap(rng, k, width) }
	add(b, m)
	written, err := b.Build(m(channels), log, d, c)
	if err != nil {
		t.Fatal(err)
	}
	return written
}

// checkTrace compares the trace of a construction with the transformer on the Go backend.
func checkTrace(t *testing.T, name string, written *construct.Construction) {
	t.Helper()
	b, at := construct.RandomEpisodes(datasets.Rand(2, "circuit"), 24, written.D, written.C)
	want, err := construct.Predict(open(t, "go").Backend, written.Circuit, written.Weights, b, at)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	got := make([][]float64, b.T)
	for task, n := range at {
		trace, err := written.Trace(b, task, int(n))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got[task] = trace.Prediction
	}
	if gap := construct.Difference(got, want); gap > 1e-9 {
		t.Errorf("%s: the trace is %g from the transformer", name, gap)
	}
}

// TestTraceOfEveryLayer: attention of both kinds over every set of keys, and feed-forward
// networks with every activation.
func TestTraceOfEveryLayer(t *testing.T) {
	for _, c := range []int{0, 3} {
		for _, keys := range []string{"", "all but the query", "examples", "classes"} {
			if keys == "classes" && c == 0 {
				continue
			}
			for _, a := range []transformer.Attention{{Kind: "softmax"}, {Kind: "linear"}, {Kind: "linear", Mean: true}} {
				a.Keys = keys
				checkTrace(t, fmt.Sprintf("C %d, %s attention to %q", c, a.Kind, keys), circuitOf(t, 2, c, false, func(b *construct.Builder, m func(int) construct.Map) {
					b.Attend(a, construct.Head{Q: m(3), K: m(3), V: m(2), Out: m(2)})
				}))
			}
		}
		for _, a := range []string{"leaky ReLU", "GELU", "softmax", "unit"} {
			checkTrace(t, fmt.Sprintf("C %d, %s", c, a), circuitOf(t, 2, c, false, func(b *construct.Builder, m func(int) construct.Map) {
				b.FeedForward(a, m(4), m(4))
			}))
		}
		checkTrace(t, fmt.Sprintf("C %d, two layers and a bilinear one", c), circuitOf(t, 3, c, c > 0, func(b *construct.Builder, m func(int) construct.Map) {
			b.Attend(transformer.Attention{Kind: "softmax", Keys: "all but the query"}, construct.Head{Q: m(2), K: m(2), V: m(2), Out: m(2)})
			b.Bilinear(m(3), m(3), m(3))
			b.Linear(m(2), m(2))
		}))
	}
}

// TestLinearIsLinear: the pairs of leaky ReLUs add exactly a linear map.
func TestLinearIsLinear(t *testing.T) {
	b := construct.New("linear")
	x, y := b.Slot("x", "x", 2), b.Slot("y", "y", 1)
	b.Linear(x.Row(3, -2), y.Scale(.5))
	written, err := b.Build(y.Copy(), false, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range [][2]float32{{1, 1}, {-1, 4}, {0, 0}, {1e6, -1e-6}} {
		task := datasets.NewBatch(1, 1, 2, 0)
		copy(task.X, q[:])
		trace := answered(written, task)
		if want := .5 * (3*float64(q[0]) - 2*float64(q[1])); math.Abs(trace.Output[0]-want) > 1e-12*(1+math.Abs(want)) {
			t.Errorf("%v: %g, want %g", q, trace.Output[0], want)
		}
	}
}

// TestProducts: the scores of linear attention are hᵀ·W_QK·h', and what it adds is
// W_OV·h' times the score.
func TestProducts(t *testing.T) {
	written := circuitOf(t, 2, 0, false, func(b *construct.Builder, m func(int) construct.Map) {
		b.Attend(transformer.Attention{Kind: "linear"}, construct.Head{Q: m(3), K: m(3), V: m(2), Out: m(2)})
	})
	task, _ := construct.RandomEpisodes(datasets.Rand(3, "circuit"), 1, 2, 0)
	trace, err := written.Trace(task, 0, 4)
	if err != nil {
		t.Fatal(err)
	}
	before, after, qk, ov := trace.Streams[0], trace.Streams[1], written.QK(0), written.OV(0)
	for i, h := range before {
		want := slices.Clone(h)
		for j, other := range before {
			score := 0.
			for a := range h {
				for b := range other {
					score += h[a] * qk[a][b] * other[b]
				}
			}
			if math.Abs(score-trace.Attention[0][i][j]) > 1e-10 {
				t.Fatalf("score of %s and %s: %g, want %g", trace.Tokens[i], trace.Tokens[j], trace.Attention[0][i][j], score)
			}
			for a := range want {
				for b := range other {
					want[a] += score * ov[a][b] * other[b]
				}
			}
		}
		for a := range want {
			if math.Abs(want[a]-after[i][a]) > 1e-9 {
				t.Fatalf("channel %d of %s: %g, want %g", a, trace.Tokens[i], after[i][a], want[a])
			}
		}
	}
	if written.Matrix("layers.9.q.weight") != nil {
		t.Error("a layer that is not there has a matrix")
	}
}

// TestTokens: a trace has the tokens of classes, of examples and of the query, and their
// initial streams.
func TestTokens(t *testing.T) {
	written, err := construct.Of(metalearner.MatchNet{}, mustWeights(t, metalearner.MatchNet{}, 1, 2), 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	task := datasets.NewBatch(1, 3, 1, 2)
	copy(task.X, []float32{7, 8, 9})
	copy(task.Y, []int32{1, 0, 1})
	trace, err := written.Trace(task, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"class 0", "class 1", "example 1", "example 2", "query"}; !slices.Equal(trace.Tokens, want) {
		t.Errorf("tokens %q, want %q", trace.Tokens, want)
	}
	// x, y [2], one of the slots that the circuit begins with
	for i, want := range [][]float64{{0, 0, 0, 0}, {0, 0, 0, 0}, {7, 0, 1, 1}, {8, 1, 0, 1}, {9, 0, 0, 1}} {
		if got := trace.Streams[0][i][:4]; !slices.Equal(got, want) {
			t.Errorf("%s starts with %v, want %v", trace.Tokens[i], got, want)
		}
	}
	if sum := trace.Prediction[0] + trace.Prediction[1]; math.Abs(sum-1) > 1e-12 {
		t.Errorf("probabilities %v", trace.Prediction)
	}
}

func mustWeights(t *testing.T, l learner.Learner, d, c int) []float64 {
	t.Helper()
	weights, err := construct.RandomWeights(l, d, c, datasets.Rand(1, "weights"))
	if err != nil {
		t.Fatal(err)
	}
	return weights
}

// TestUntracedLayers: several heads, a norm and efficient attention are errors.
func TestUntracedLayers(t *testing.T) {
	plain := func() *construct.Construction {
		return circuitOf(t, 2, 0, false, func(b *construct.Builder, m func(int) construct.Map) {
			b.Attend(transformer.Attention{Kind: "linear"}, construct.Head{Q: m(2), K: m(2), V: m(2), Out: m(2)})
		})
	}
	task, _ := construct.RandomEpisodes(datasets.Rand(3, "circuit"), 1, 2, 0)
	for name, change := range map[string]func(l *transformer.Layer){
		"norm":      func(l *transformer.Layer) { l.Norm = true },
		"heads":     func(l *transformer.Layer) { l.Attention.Heads = 2 },
		"efficient": func(l *transformer.Layer) { l.Attention.Kind = "efficient" },
	} {
		written := plain()
		change(&written.Circuit.Layers[0])
		if _, err := written.Trace(task, 0, 1); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestMutantsAreThatFar: each differs from the construction by the share of the matrix's
// Frobenius norm, and in no other matrix.
func TestMutantsAreThatFar(t *testing.T) {
	written, err := construct.Of(metalearner.GradientDescent{Steps: 2}, mustWeights(t, metalearner.GradientDescent{Steps: 2}, 3, 0), 3, 0)
	if err != nil {
		t.Fatal(err)
	}
	distance := func(a, b [][]float64) (gap, size float64) {
		for i := range a {
			for j := range a[i] {
				gap += (a[i][j] - b[i][j]) * (a[i][j] - b[i][j])
				size += b[i][j] * b[i][j]
			}
		}
		return math.Sqrt(gap), math.Sqrt(size)
	}
	mutants := written.Mutants(.1, datasets.Rand(1, "mutants"))
	for _, name := range []string{"layer 1 QK", "layer 1 OV", "layer 2 QK", "layer 2 OV", "layer 0 in", "layer 0 out", "readout"} {
		if mutants[name] == nil {
			t.Fatalf("no mutant %q among %d", name, len(mutants))
		}
	}
	for _, layer := range []int{1, 2} {
		for _, product := range []string{"QK", "OV"} {
			mutant := mutants[fmt.Sprintf("layer %d %s", layer, product)]
			qk, qkSize := distance(mutant.QK(layer), written.QK(layer))
			ov, ovSize := distance(mutant.OV(layer), written.OV(layer))
			other, _ := distance(mutant.QK(3-layer), written.QK(3-layer))
			changed, same, size := qk, ov, qkSize
			if product == "OV" {
				changed, same, size = ov, qk, ovSize
			}
			if math.Abs(changed-.1*size) > 1e-9 || same > 1e-9 || other != 0 {
				t.Errorf("layer %d %s: changed by %g of %g, the other product by %g, the other layer by %g", layer, product, changed, size, same, other)
			}
		}
	}
	gap, size := distance(mutants["readout"].Matrix("readout.weight"), written.Matrix("readout.weight"))
	if math.Abs(gap-.1*size) > 1e-9 {
		t.Errorf("readout: changed by %g of %g", gap, size)
	}
}
