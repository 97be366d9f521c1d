package transformer

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/learner"
)

// AttentionOnly is a causal transformer whose layers are attention and nothing else
// (Elhage et al., "A Mathematical Framework for Transformer Circuits", 2021), over a sequence
// in which inputs and labels are tokens of their own. With two layers it is the least
// transformer that can have an induction head: one layer writes into each token what comes
// before it, the next finds the tokens that come behind what the query shows. Its attention
// can be read ([Transparent]) and fixed ([HeadClamp]).
//
// A token's content is its input, or a learned vector for its label (of a real target, times
// the target), in the same channels. A layer adds softmax attention, with scores over the root
// of the keys' size, to the residual stream. The answer is read at the token of the query's
// input. All queries of a task cost one pass.
//
// The models of three papers, but for what is said at the settings:
//
//	AttentionOnly{Positions: "one-hot", Points: 9, MLP: []int{128, 128, 128}}                  // Reddy 2024; label vectors are fixed there
//	AttentionOnly{Width: 64, Heads: 8, Positions: "rotary", Norm: true}                        // Singh et al. 2024
//	AttentionOnly{Tokens: "inputs", Width: 16, Positions: "relative", Points: 100, Norm: true} // Edelman et al. 2024
type AttentionOnly struct {
	// Tokens is what the sequence of a task with points (x_n, y_n) is.
	//
	//	"pairs"   x_1, y_1, x_2, y_2, … ("" means this)
	//	"inputs"  x_1, x_2, …; no label is read. For sequences whose label is the next input,
	//	          such as Markov chains (Edelman et al. 2024)
	Tokens string `json:"tokens,omitempty"`
	// Positions is how a token's place in the sequence is told.
	//
	//	""          not at all, but for the causal mask
	//	"one-hot"   each place has a channel of the stream, behind the content (Reddy 2024, where
	//	            a sequence starts at a random one of more places than it needs; here at the first)
	//	"relative"  a learned vector for each head and distance is added to the key (Shaw et al.
	//	            2018; Edelman et al. 2024)
	//	"rotary"    queries and keys are rotated by angles that grow with the place (Su et al. 2021)
	Positions string `json:"positions,omitempty"`
	// Points is the number of points of the longest task. One-hot and relative positions need it.
	Points int `json:"points,omitempty"`
	Layers int `json:"layers,omitempty"` // 0 means 2
	Heads  int `json:"heads,omitempty"`  // of a layer; 0 means 1
	// Key is the size of a head's queries, keys and values; 0 means the stream's channels over
	// Heads, rounded up (to an even number for rotary positions).
	Key int `json:"key,omitempty"`
	// Width is the number of channels that a learned linear map makes of an input; 0 means
	// that the content is the input itself (Reddy 2024).
	Width int `json:"width,omitempty"`
	// MLP are the hidden units of a network of ReLU layers on the query's token, before the
	// linear readout (Reddy 2024 has three layers); none means the readout alone.
	MLP []int `json:"mlp,omitempty"`
	// Norm layer-normalises what attention, and the readout or network, read.
	Norm bool `json:"norm,omitempty"`
	// Spread is the standard deviation of the layers' starting weights; 0 means PyTorch's
	// start, uniform in ±1/√inputs.
	Spread float64     `json:"spread,omitempty"`
	Clamps []HeadClamp `json:"clamps,omitempty"`
}

func (a AttentionOnly) withDefaults() AttentionOnly {
	a.Tokens, a.Layers, a.Heads = cmp.Or(a.Tokens, "pairs"), cmp.Or(a.Layers, 2), cmp.Or(a.Heads, 1)
	return a
}

// Name is "ICL-attention", with the clamps: "ICL-attention (layer 0: previous token)".
func (a AttentionOnly) Name() string {
	var clamps []string
	for _, c := range a.Clamps {
		clamps = append(clamps, c.String())
	}
	if len(clamps) == 0 {
		return "ICL-attention"
	}
	return "ICL-attention (" + strings.Join(clamps, "; ") + ")"
}

// MaxPoints is the number of points a task may have.
func (a AttentionOnly) MaxPoints() int {
	if a.Positions == "one-hot" || a.Positions == "relative" {
		return a.Points
	}
	return math.MaxInt32
}

// tokensPer is the number of tokens of a point.
func (a AttentionOnly) tokensPer() int {
	if a.Tokens == "inputs" {
		return 1
	}
	return 2
}

// content is the number of channels of a token's content, for tasks with d inputs.
func (a AttentionOnly) content(d int) int { return cmp.Or(a.Width, d) }

// channels is the width of the stream.
func (a AttentionOnly) channels(d int) int {
	if a.Positions == "one-hot" {
		return a.content(d) + a.tokensPer()*a.Points
	}
	return a.content(d)
}

// key is the size of a head of a stream of that width.
func (a AttentionOnly) key(channels int) int {
	size := (channels + a.Heads - 1) / a.Heads
	if a.Positions == "rotary" {
		size += size % 2
	}
	return cmp.Or(a.Key, size)
}

// Validate reports settings that make no transformer.
func (a AttentionOnly) Validate() error {
	a = a.withDefaults()
	switch positions := []string{"", "one-hot", "relative", "rotary"}; {
	case !slices.Contains([]string{"pairs", "inputs"}, a.Tokens):
		return fmt.Errorf("transformer: tokens %q; want \"pairs\" or \"inputs\"", a.Tokens)
	case !slices.Contains(positions, a.Positions):
		return fmt.Errorf("transformer: positions %q; want one of %q", a.Positions, positions)
	case a.MaxPoints() < 1:
		return fmt.Errorf("transformer: %s positions for tasks of %d points; set Points to the number of points of the longest task", a.Positions, a.Points)
	case min(a.Points, a.Layers, a.Heads, a.Key, a.Width) < 0:
		return fmt.Errorf("transformer: points %d, layers %d, heads %d, key size %d and width %d; want positive numbers, or 0 for the defaults", a.Points, a.Layers, a.Heads, a.Key, a.Width)
	case a.Positions == "rotary" && a.Key%2 == 1:
		return fmt.Errorf("transformer: rotary positions turn pairs of channels, and a head has %d; want an even Key", a.Key)
	case !(a.Spread >= 0) || math.IsInf(a.Spread, 1):
		return fmt.Errorf("transformer: starting weights of standard deviation %g; want a positive number, or 0 for PyTorch's start", a.Spread)
	}
	for i, hidden := range a.MLP {
		if hidden < 1 || hidden > maxWidth {
			return fmt.Errorf("transformer: %d hidden units in layer %d of MLP; want 1 to %d", hidden, i, maxWidth)
		}
	}
	limits := cmp.Or(learner.CheckLimit("ICL-attention", "Points", a.Points, maxWidth), learner.CheckLimit("ICL-attention", "Layers", a.Layers, learner.MaxDepth),
		learner.CheckLimit("ICL-attention", "Heads", a.Heads, maxHeads), learner.CheckLimit("ICL-attention", "Key", a.Key, maxWidth),
		learner.CheckLimit("ICL-attention", "Width", a.Width, maxWidth))
	if limits != nil {
		return limits
	}
	return checkClamps(a.Clamps, a.Layers, a.Heads)
}

// maxHeads is the greatest number of heads of a layer of [AttentionOnly].
const maxHeads = 1 << 12

// Params lists the weights: input (with Width) and label (of pairs); for layer l layers.l.norm
// (with Norm), q, k, v, out and, for relative positions, relative [tokens, Heads, Key], whose
// row is the distance; then norm, mlp.0, mlp.1, … and readout. Clamps change none of it.
func (a AttentionOnly) Params(d, c int) ([]learner.Param, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	a = a.withDefaults()
	var params []learner.Param
	if a.Width > 0 {
		params = learner.LinearParams("input", d, a.Width, true)
	}
	if a.Tokens == "pairs" {
		label := learner.LinearParams("label", learner.Channels(c), a.content(d), false)
		label[0].Init = learner.Gaussian(1 / math.Sqrt(float64(a.content(d))))
		params = append(params, label...)
	}
	width := a.channels(d)
	for l := range a.Layers {
		params = append(params, a.layerParams(l, width)...)
	}
	if a.Norm {
		params = append(params, learner.LayerNormParams("norm", width)...)
	}
	for i, hidden := range a.MLP {
		params = append(params, learner.LinearParams(mlpName(i), width, hidden, true)...)
		width = hidden
	}
	return append(params, learner.LinearParams("readout", width, learner.Channels(c), true)...), nil
}

func mlpName(i int) string { return fmt.Sprintf("mlp.%d", i) }

func (a AttentionOnly) layerParams(l, width int) (params []learner.Param) {
	inner := a.Heads * a.key(width)
	if a.Norm {
		params = learner.LayerNormParams(layerName(l, "norm"), width)
	}
	for _, part := range []string{"q", "k", "v"} {
		params = append(params, linearParam(layerName(l, part), width, inner, a.Spread))
	}
	params = append(params, linearParam(layerName(l, "out"), inner, width, a.Spread))
	if a.Positions == "relative" {
		size := a.key(width)
		params = append(params, learner.Param{
			Name: layerName(l, "relative"), Dims: []int{a.tokensPer() * a.Points, a.Heads, size},
			Init: learner.Gaussian(cmp.Or(a.Spread, 1/math.Sqrt(float64(size)))),
		})
	}
	return params
}

// Sequence implements [Transparent].
func (a AttentionOnly) Sequence(points, n int) []Token {
	return tokensOf(points, n, func(i int) []Token {
		if a.tokensPer() == 1 {
			return []Token{{i, "input", i}}
		}
		if i == n {
			return []Token{{i, "input", 2 * i}}
		}
		return []Token{{i, "input", 2 * i}, {i, "label", 2*i + 1}}
	})
}
