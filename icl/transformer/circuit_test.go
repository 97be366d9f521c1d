package transformer_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// all is a circuit with every source, attention, set of keys and activation.
func all(norm bool) transformer.Circuit {
	c := transformer.Circuit{
		Label: "all", Classes: true, Outputs: 3,
		Slots: []transformer.Slot{
			{Name: "x", From: "x", Width: 2}, {Name: "a", From: "context x", Width: 2},
			{Name: "b", From: "query x", Width: 2}, {Name: "y", From: "y", Width: 2},
			{Name: "c", From: "class", Width: 2}, {Name: "one", From: "point", Width: 1},
			{Name: "q", From: "query", Width: 1}, {Name: "k", From: "is class", Width: 1},
			{Name: "free", Width: 3},
		},
	}
	for i, kind := range []string{"softmax", "linear", "efficient"} {
		keys := []string{"examples", "all but the query", ""}[i]
		a := transformer.Attention{Kind: kind, Heads: 1 + i, Key: 2, Value: 3, Keys: keys, Mean: kind == "linear"}
		c.Layers = append(c.Layers, transformer.Layer{Attention: &a, Norm: norm})
	}
	c.Layers = append(c.Layers, transformer.Layer{Attention: &transformer.Attention{
		Kind: "softmax", Keys: "classes", Key: 1, Value: 2,
	}})
	for _, a := range []string{"leaky ReLU", "GELU", "bilinear", "softmax", "unit"} {
		c.Layers = append(c.Layers, transformer.Layer{FeedForward: &transformer.FeedForward{Activation: a, Hidden: 4}, Norm: norm})
	}
	return c
}

func TestCircuitBattery(t *testing.T) {
	learnertest.Run(t, all(false), learnertest.Expect{Permutation: true})
}

func TestCircuitBatteryWithNorm(t *testing.T) {
	learnertest.Run(t, all(true), learnertest.Expect{Permutation: true})
}

func TestCircuitBatteryOnTargets(t *testing.T) {
	learnertest.Run(t, oneTarget{}, learnertest.Expect{Permutation: true, Regression: true})
}

// oneTarget is a circuit that fits the number of label channels.
type oneTarget struct{}

func (oneTarget) Name() string { return "one target" }

func (oneTarget) circuit(channels int) transformer.Circuit {
	return transformer.Circuit{
		Slots: []transformer.Slot{{Name: "x", From: "x", Width: 2}, {Name: "y", From: "y", Width: channels}},
		Layers: []transformer.Layer{
			{Attention: &transformer.Attention{Kind: "linear", Keys: "examples", Mean: true, Key: 2, Value: 2}},
			{FeedForward: &transformer.FeedForward{Activation: "GELU", Hidden: 8}},
		},
	}
}

func (o oneTarget) Params(d, c int) ([]learner.Param, error) {
	return o.circuit(learner.Channels(c)).Params(d, c)
}

func (o oneTarget) Logits(w learner.Weights, ep learner.Episode) *graph.Node {
	return o.circuit(ep.C()).Logits(w, ep)
}

// TestCircuitIsThePaper: with efficient attention, whose output projection is the
// identity, and a slot of ones for the biases a circuit is the paper's transformer.
func TestCircuitIsThePaper(t *testing.T) {
	const n, d, c, depth = 6, 3, 2, 2
	paper := newSubject[float64](t, transformer.Paper{Depth: depth, Expand: 2}, d, c)
	width := d + 2*c
	circuit := transformer.Circuit{Outputs: 2 * c, Slots: []transformer.Slot{
		{Name: "x", From: "x", Width: d}, {Name: "y", From: "y", Width: c}, {Name: "free", Width: c},
		{Name: "one", From: "point", Width: 1},
	}}
	for range depth {
		circuit.Layers = append(circuit.Layers,
			transformer.Layer{Attention: &transformer.Attention{Kind: "efficient", Key: width, Value: width}},
			transformer.Layer{FeedForward: &transformer.FeedForward{Activation: "GELU", Hidden: 2*width + 1}})
	}
	s := newSubject[float64](t, circuit, d, c)
	from := weightsByName(paper.engine.Layout, paper.params)
	s.engine.Layout.All(func(p learner.Param, lo, hi int) {
		install(s.params[lo:hi], p, from)
	})
	b := noise(n, d, c)
	at := train.Every(0, n-1, tasks)
	want := paper.logits(t, b, at)
	for i, v := range s.logits(t, b, at) {
		if math.Abs(v-want[i]) > 1e-12*(1+math.Abs(want[i])) {
			t.Fatalf("logit %d is %g, the paper's %g", i, v, want[i])
		}
	}
}

// install writes a weight of the circuit from those of the paper's transformer. The
// feed-forward network's last hidden unit carries the second bias: GELU(40) is 40.
func install(to []float64, p learner.Param, from map[string][]float64) {
	clear(to)
	columns := p.Dims[1]
	var layer int
	var part string
	if n, _ := fmt.Sscanf(strings.ReplaceAll(p.Name, ".", " "), "layers %d %s weight", &layer, &part); n != 2 {
		part = "readout"
	}
	name := func(l int, of string) string { return fmt.Sprintf("layers.%d.%s", l/2, of) }
	rows := func(weight, bias []float64, inner int) {
		for i := range len(weight) / inner {
			copy(to[i*columns:], weight[i*inner:(i+1)*inner])
			if bias != nil {
				to[i*columns+columns-1] = bias[i]
			}
		}
	}
	width := columns - 1
	switch part {
	case "q", "k", "v":
		rows(from[name(layer, "to_"+part+".weight")], nil, width)
	case "in":
		rows(from[name(layer, "w1.weight")], from[name(layer, "w1.bias")], width)
		to[len(to)-1] = 40
	case "out":
		if layer%2 == 0 {
			for i := range columns {
				to[i*columns+i] = 1
			}
			return
		}
		w2, b2 := from[name(layer, "w2.weight")], slices.Clone(from[name(layer, "w2.bias")])
		for i := range b2 {
			b2[i] /= 40
		}
		rows(w2, b2, columns-1)
	case "readout":
		rows(from["readout.weight"], nil, width)
	}
}

func TestCircuitWrongSettings(t *testing.T) {
	x := transformer.Slot{Name: "x", From: "x", Width: 2}
	layer := func(l transformer.Layer) transformer.Circuit {
		return transformer.Circuit{Slots: []transformer.Slot{x}, Layers: []transformer.Layer{l}}
	}
	attention := func(a transformer.Attention) transformer.Circuit { return layer(transformer.Layer{Attention: &a}) }
	forward := func(f transformer.FeedForward) transformer.Circuit { return layer(transformer.Layer{FeedForward: &f}) }
	soft := "softmax"
	for name, test := range map[string]struct {
		circuit transformer.Circuit
		want    string
	}{
		"no slot":          {transformer.Circuit{}, "needs a slot"},
		"wide slot":        {transformer.Circuit{Slots: []transformer.Slot{{Name: "x", From: "x", Width: 5}}}, "width 5; want 2"},
		"empty slot":       {transformer.Circuit{Slots: []transformer.Slot{{Name: "f"}}}, "width 0"},
		"unknown source":   {transformer.Circuit{Slots: []transformer.Slot{{Name: "f", From: "z", Width: 1}}}, `"z"`},
		"two of one name":  {transformer.Circuit{Slots: []transformer.Slot{x, x}}, `"x"`},
		"few outputs":      {transformer.Circuit{Slots: []transformer.Slot{x}, Outputs: 1}, "reads out 1"},
		"neither part":     {layer(transformer.Layer{}), "either"},
		"unknown kind":     {attention(transformer.Attention{Kind: "hard", Key: 1, Value: 1}), `"hard"`},
		"unknown keys":     {attention(transformer.Attention{Kind: soft, Keys: "some", Key: 1, Value: 1}), `"some"`},
		"no key":           {attention(transformer.Attention{Kind: soft, Value: 1}), "key size 0"},
		"mean of softmax":  {attention(transformer.Attention{Kind: soft, Key: 1, Value: 1, Mean: true}), "softmax"},
		"unknown function": {forward(transformer.FeedForward{Activation: "tanh", Hidden: 1}), `"tanh"`},
		"nothing hidden":   {forward(transformer.FeedForward{Activation: "GELU"}), "0 hidden"},
	} {
		if _, err := test.circuit.Params(2, 2); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v; want one with %q", name, err, test.want)
		}
	}
	for name, circuit := range map[string]transformer.Circuit{
		"class tokens": {Slots: []transformer.Slot{x}, Classes: true}, "logarithms": {Slots: []transformer.Slot{x}, Log: true},
	} {
		if _, err := circuit.Params(2, 0); err == nil {
			t.Errorf("%s on real targets: no error", name)
		}
	}
}

// TestCircuitSpread: the starting weights have the standard deviation that is asked for, all of
// them, and without one that of PyTorch's linear layers.
func TestCircuitSpread(t *testing.T) {
	circuit := transformer.Circuit{Slots: []transformer.Slot{{Name: "x", From: "x", Width: 2}, {Name: "free", Width: 62}}, Layers: []transformer.Layer{
		{Attention: &transformer.Attention{Kind: "linear", Key: 64, Value: 64}},
		{FeedForward: &transformer.FeedForward{Activation: "bilinear", Hidden: 64}},
	}}
	for _, spread := range []float64{0, .002} {
		circuit.Spread = spread
		layout, err := learner.NewLayout(circuit, 2, 64)
		if err != nil {
			t.Fatal(err)
		}
		want := cmp.Or(spread, 1/math.Sqrt(3*64)) // of a uniform distribution in ±1/8
		flat := layout.Init(datasets.Rand(1, "start"))
		layout.All(func(p learner.Param, lo, hi int) {
			sum := 0.
			for _, w := range flat[lo:hi] {
				sum += float64(w) * float64(w)
			}
			if got := math.Sqrt(sum / float64(hi-lo)); math.Abs(got/want-1) > .05 {
				t.Errorf("%s starts with the standard deviation %.5f, want %.5f", p.Name, got, want)
			}
		})
	}
	for _, wrong := range []float64{-1, math.NaN(), math.Inf(1)} {
		if circuit.Spread = wrong; circuit.Validate(2, 64) == nil {
			t.Errorf("a spread of %g is no error", wrong)
		}
	}
}

// A transformer of one linear attention head over a stream of three slots.
func ExampleCircuit() {
	circuit := transformer.Circuit{
		Label: "one head",
		Slots: []transformer.Slot{
			{Name: "x", From: "x", Width: 2},
			{Name: "y", From: "y", Width: 1},
			{Name: "answer", Width: 1},
		},
		Layers: []transformer.Layer{{Attention: &transformer.Attention{Kind: "linear", Key: 2, Value: 1}}},
	}
	layout, err := learner.NewLayout(circuit, 2, 0)
	for _, p := range layout.Params {
		fmt.Println(p.Name, p.Dims)
	}
	fmt.Println(err)
	// Output:
	// layers.0.q.weight [2 4]
	// layers.0.k.weight [2 4]
	// layers.0.v.weight [1 4]
	// layers.0.out.weight [4 1]
	// readout.weight [1 4]
	// <nil>
}
