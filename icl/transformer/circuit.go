package transformer

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/icl/learner"
)

// Circuit is a transformer that is put together layer by layer over a residual
// stream of named slots (the view of Elhage et al., "A Mathematical Framework for
// Transformer Circuits", 2021). It is the transformer of the paper's theorem: package
// construct writes conventional learners down in it, and it trains like any other.
//
// The stream has one token for each example of the context, one for the query and,
// with Classes, one for each class. A slot is a range of channels: it starts with
// what its source says, or with zeros, and every layer adds to the stream. All
// weights reach over the whole stream, so that training may use any slot for
// anything. There are no biases (a slot filled with ones serves), no positions and
// no causal mask; the answer is a linear readout of the query's token.
type Circuit struct {
	Label string `json:"label"` // the name in tables and figures
	Slots []Slot `json:"slots"`
	// Classes puts a token for each class in front, see the sources "class" and "is class" of [Slot].
	Classes bool    `json:"classes,omitempty"`
	Layers  []Layer `json:"layers"`
	Outputs int     `json:"outputs,omitempty"` // read out; 0 means one a label channel
	// Log takes the readout for probabilities: the logits are the logarithms of their
	// sizes, of at least [learner.LeastProbability]. (Training may push a readout below
	// 0, and with its size for a probability finds back.)
	Log bool `json:"log,omitempty"`
	// Spread is the standard deviation of the starting weights, all but those of norms, as of
	// von Oswald et al. (2023), who start small; 0 means PyTorch's start, uniform in ±1/√inputs.
	Spread float64 `json:"spread,omitempty"`
}

// Slot is a named range of the stream's channels.
type Slot struct {
	Name string `json:"name"`
	// From is the source, what the slot holds before the first layer. Tokens that are not
	// named start with zeros.
	//
	//	""           zeros on all tokens
	//	"x"          inputs of the examples and of the query
	//	"context x"  inputs of the examples
	//	"query x"    input of the query
	//	"y"          labels of the examples: one-hot, or one real target
	//	"class"      one-hot c on the token of class c
	//	"point"      1 on the examples and the query
	//	"query"      1 on the query
	//	"is class"   1 on the tokens of classes
	From  string `json:"from,omitempty"`
	Width int    `json:"width"`
}

// sourceWidth is the width of a source for tasks with d inputs and that many label
// channels; 0 for zeros, which may have any.
func sourceWidth(source string, d, channels int) (int, error) {
	switch source {
	case "":
		return 0, nil
	case "x", "context x", "query x":
		return d, nil
	case "y", "class":
		return channels, nil
	case "point", "query", "is class":
		return 1, nil
	}
	return 0, fmt.Errorf("transformer: unknown source %q of a slot", source)
}

// Layer adds to the stream what its one part, attention or feed-forward network,
// makes of it.
type Layer struct {
	Attention   *Attention   `json:"attention,omitempty"`
	FeedForward *FeedForward `json:"feed_forward,omitempty"`
	// Norm layer-normalises what the part reads (pre-norm). Without, it reads the
	// stream itself.
	Norm bool `json:"norm,omitempty"`
}

// Attention has heads with queries q, keys k and values v, all linear in the stream.
type Attention struct {
	// Kind says how much token t takes of the value of token j. Scales, such as a
	// temperature, are part of the weights.
	//
	//	"softmax"    exp(q_t·k_j) / Σ_i exp(q_t·k_i); 0 where all tokens are hidden
	//	"linear"     q_t·k_j
	//	"efficient"  softmax of q over features, of k over tokens (see [Paper])
	Kind  string `json:"kind"`
	Heads int    `json:"heads,omitempty"` // 0 means 1
	Key   int    `json:"key"`             // size of a head's queries and keys
	Value int    `json:"value"`           // size of a head's values
	// Keys are the tokens that can be attended to: "" all, "all but the query" (examples
	// and classes), "examples" (the context) or "classes".
	Keys string `json:"keys,omitempty"`
	// Mean divides linear attention by the number of examples.
	Mean bool `json:"mean,omitempty"`
}

// FeedForward is W_out·a(W_in·h), with the activation a between.
type FeedForward struct {
	// Activation is of the hidden units u = W_in·h of a token.
	//
	//	"leaky ReLU"  u, or .01 u below 0
	//	"GELU"        u·Φ(u), exact
	//	"bilinear"    u∘g with g = W_gate·h (Shazeer 2020, without a sigmoid)
	//	"softmax"     softmax over the hidden units
	//	"unit"        u/‖u‖, 0 for 0
	Activation string `json:"activation"`
	Hidden     int    `json:"hidden"`
}

// Name is the label.
func (s Circuit) Name() string { return s.Label }

// Width is the number of channels of the stream.
func (s Circuit) Width() int {
	width := 0
	for _, slot := range s.Slots {
		width += slot.Width
	}
	return width
}

// outputs is the number of rows of the readout.
func (s Circuit) outputs(channels int) int { return cmp.Or(s.Outputs, channels) }

// Validate reports the first part that fits nowhere, for tasks with d inputs and c
// classes, or real targets where c is 0.
func (s Circuit) Validate(d, c int) error {
	if s.Classes && c == 0 {
		return fmt.Errorf("transformer: %s has class tokens, but the tasks have real targets; leave Classes out", s.Label)
	}
	for i, slot := range s.Slots {
		want, err := sourceWidth(slot.From, d, learner.Channels(c))
		if err != nil {
			return err
		}
		if slot.Width < 1 || want != 0 && slot.Width != want {
			return fmt.Errorf("transformer: %s has a slot %q of width %d; want %d for tasks with %d inputs and %d classes", s.Label, slot.Name, slot.Width, max(1, want), d, c)
		}
		if slices.ContainsFunc(s.Slots[:i], func(o Slot) bool { return o.Name == slot.Name }) {
			return fmt.Errorf("transformer: %s has two slots called %q; give each its own name", s.Label, slot.Name)
		}
	}
	for l, layer := range s.Layers {
		if err := layer.validate(); err != nil {
			return fmt.Errorf("transformer: %s, layer %d: %w", s.Label, l, err)
		}
	}
	if s.Outputs < 0 || s.outputs(learner.Channels(c)) < learner.Channels(c) {
		return fmt.Errorf("transformer: %s reads out %d numbers; want at least %d, or 0 for one a class", s.Label, s.Outputs, learner.Channels(c))
	}
	if !(s.Spread >= 0) || math.IsInf(s.Spread, 1) {
		return fmt.Errorf("transformer: %s has starting weights of standard deviation %g; want a positive number, or 0 for PyTorch's start", s.Label, s.Spread)
	}
	if s.Width() == 0 || s.Log && c == 0 {
		return fmt.Errorf("transformer: %s needs a slot, and Log only for classes", s.Label)
	}
	return nil
}

func (l Layer) validate() error {
	switch a, f := l.Attention, l.FeedForward; {
	case (a == nil) == (f == nil):
		return fmt.Errorf("want either attention or a feed-forward network")
	case f != nil && !slices.Contains([]string{"leaky ReLU", "GELU", "bilinear", "softmax", "unit"}, f.Activation):
		return fmt.Errorf("unknown activation %q", f.Activation)
	case f != nil && f.Hidden < 1:
		return fmt.Errorf("%d hidden units; want at least 1", f.Hidden)
	case f != nil:
		return nil
	case !slices.Contains([]string{"softmax", "linear", "efficient"}, a.Kind):
		return fmt.Errorf("unknown attention %q", a.Kind)
	case a.Heads < 0 || a.Key < 1 || a.Value < 1 || max(a.Heads, a.Key, a.Value) > maxWidth:
		return fmt.Errorf("%d heads of key size %d and value size %d; want positive numbers up to %d", a.Heads, a.Key, a.Value, maxWidth)
	case !slices.Contains([]string{"", "all but the query", "examples", "classes"}, a.Keys):
		return fmt.Errorf("unknown set of keys %q", a.Keys)
	case a.Mean && a.Kind != "linear":
		return fmt.Errorf("mean is for linear attention, not %s", a.Kind)
	}
	return nil
}

// Params lists the weights. Layer l has layers.l.q, k, v and out, or layers.l.in,
// gate (bilinear only) and out; norm layers have layers.l.norm. Then comes readout.
// All reach over the whole stream and start as Spread says.
func (s Circuit) Params(d, c int) ([]learner.Param, error) {
	if err := s.Validate(d, c); err != nil {
		return nil, err
	}
	var params []learner.Param
	width := s.Width()
	add := func(l int, part string, in, out int) {
		params = append(params, linearParam(layerName(l, part), in, out, s.Spread))
	}
	for l, layer := range s.Layers {
		if layer.Norm {
			params = append(params, learner.LayerNormParams(layerName(l, "norm"), width)...)
		}
		if a := layer.Attention; a != nil {
			heads := cmp.Or(a.Heads, 1)
			add(l, "q", width, heads*a.Key)
			add(l, "k", width, heads*a.Key)
			add(l, "v", width, heads*a.Value)
			add(l, "out", heads*a.Value, width)
			continue
		}
		f := layer.FeedForward
		add(l, "in", width, f.Hidden)
		if f.Activation == "bilinear" {
			add(l, "gate", width, f.Hidden)
		}
		add(l, "out", f.Hidden, width)
	}
	return append(params, linearParam("readout", width, s.outputs(learner.Channels(c)), s.Spread)), nil
}
