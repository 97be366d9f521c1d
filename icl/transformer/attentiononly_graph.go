package transformer

import (
	"math"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// Logits returns the answers [B, M, C] of the queries, C = 1 for regression.
func (a AttentionOnly) Logits(w learner.Weights, ep learner.Episode) *Node {
	return a.LogitsWith(w, ep, nil)
}

// LogitsWith implements [Transparent]. Without a hook, the labels ask for nothing in the last
// layer, as no answer is read from them.
func (a AttentionOnly) LogitsWith(w learner.Weights, ep learner.Episode, hook Hook) *Node {
	a = a.withDefaults()
	s := tokenSequence{ep: ep, pairs: a.Tokens == "pairs"}
	h := a.stream(w, s)
	for l := range a.Layers {
		h = hook.at(l, "stream", h)
		seen, inputsOnly := h, hook == nil && l == a.Layers-1
		if a.Norm {
			seen = learner.LayerNorm(w, layerName(l, "norm"), h)
		}
		if inputsOnly {
			h = s.inputs(h)
		}
		h = Add(h, a.attention(w, l, s, seen, inputsOnly, hook))
	}
	if hook != nil {
		h = s.inputs(hook.at(a.Layers, "stream", h))
	}
	return a.answers(w, ep, h)
}

// answers are those of the queries, of the streams of the inputs [B, N, W].
func (a AttentionOnly) answers(w learner.Weights, ep learner.Episode, h *Node) *Node {
	if a.Norm {
		h = learner.LayerNorm(w, "norm", h)
	}
	if len(a.MLP) == 0 {
		return Einsum("bmn,bnc->bmc", ep.IsQuery, learner.Linear(w, "readout", h))
	}
	h = Einsum("bmn,bnw->bmw", ep.IsQuery, h)
	for i := range a.MLP {
		h = learner.Linear(w, mlpName(i), h)
		h = Max(h, ZerosLike(h))
	}
	return learner.Linear(w, "readout", h)
}

// tokenSequence is the tokens of the tasks of an episode: the inputs alone, or each followed by
// its label.
type tokenSequence struct {
	ep    learner.Episode
	pairs bool
}

// tokens is the number of tokens T.
func (s tokenSequence) tokens() int {
	if s.pairs {
		return 2 * s.ep.N()
	}
	return s.ep.N()
}

// inputs are the rows of x [..., T, W] that are inputs, [..., N, W].
func (s tokenSequence) inputs(x *Node) *Node {
	if !s.pairs {
		return x
	}
	return SliceAxis(x, -2, AxisRange().Stride(2))
}

// stream is what is in the residual stream before the first layer, [B, T, W].
func (a AttentionOnly) stream(w learner.Weights, s tokenSequence) *Node {
	content := ClipScalar(s.ep.X, -largestInput, largestInput)
	if a.Width > 0 {
		content = learner.Linear(w, "input", content)
	}
	if s.pairs {
		labels := learner.Linear(w, "label", ClipScalar(s.ep.Y, -largestInput, largestInput))
		both := Concatenate([]*Node{InsertAxes(content, 2), InsertAxes(labels, 2)}, 2)
		content = Reshape(both, s.ep.B(), s.tokens(), content.Shape().Dim(-1))
	}
	if a.Positions != "one-hot" {
		return content
	}
	places := OneHot(s.places(), a.tokensPer()*a.Points, content.DType())
	return Concatenate([]*Node{content, BroadcastToDims(InsertAxes(places, 0), s.ep.B(), s.tokens(), a.tokensPer()*a.Points)}, -1)
}

// attention is what layer l adds to the stream of all tokens, or of the inputs, of which it
// reads seen [B, T, W].
func (a AttentionOnly) attention(w learner.Weights, l int, s tokenSequence, seen *Node, inputsOnly bool, hook Hook) *Node {
	size := a.key(seen.Shape().Dim(-1))
	who, total := a.attends(w, l, s, seen, inputsOnly, size)
	if hook != nil {
		who = hook(Site{l, "attention"}, Div(who, total))
	}
	mean := Einsum("bhat,bthk->bhak", who, a.heads(w, l, "v", seen, size))
	if hook == nil {
		mean = Div(mean, total)
	}
	mean = hook.at(l, "heads", TransposeAllAxes(mean, 0, 2, 1, 3)) // [B, A, Heads, size]
	return learner.Linear(w, layerName(l, "out"), Reshape(mean, s.ep.B(), mean.Shape().Dim(1), a.Heads*size))
}

// heads are the queries, keys or values of a layer, [B, tokens, Heads, size].
func (a AttentionOnly) heads(w learner.Weights, l int, part string, h *Node, size int) *Node {
	return Reshape(learner.Linear(w, layerName(l, part), h), h.Shape().Dim(0), h.Shape().Dim(1), a.Heads, size)
}

// attends is how much each token takes of each other, as the weights and the clamps of the
// layer have it: [B, Heads, A, T] for A = T, or N for the rows of inputs only. It is still to
// be divided by total [B, Heads, A, 1]: after the mean is taken there are fewer numbers.
func (a AttentionOnly) attends(w learner.Weights, l int, s tokenSequence, seen *Node, inputsOnly bool, size int) (who, total *Node) {
	to, rows := toOf(a.Clamps, l, a.Heads), func(x *Node) *Node { return x }
	if inputsOnly {
		rows = s.inputs
	}
	if slices.Contains(to, "") || slices.Contains(to, "frozen") {
		who, total = a.learned(w, l, s, seen, rows, size)
	}
	if !slices.ContainsFunc(to, func(t string) bool { return t != "" }) {
		return who, total
	}
	parts, totals := make([]*Node, a.Heads), make([]*Node, a.Heads)
	for head, t := range to {
		switch t {
		case "":
			parts[head], totals[head] = SliceAxis(who, 1, AxisElem(head)), SliceAxis(total, 1, AxisElem(head))
		case "frozen":
			parts[head], totals[head] = StopGradient(SliceAxis(who, 1, AxisElem(head))), StopGradient(SliceAxis(total, 1, AxisElem(head)))
		default:
			fixed := rows(s.fixedAttention(t))
			parts[head] = BroadcastToDims(fixed, s.ep.B(), 1, fixed.Shape().Dim(2), s.tokens())
			totals[head] = OnesLike(SliceAxis(parts[head], 3, AxisElem(0)))
		}
	}
	return Concatenate(parts, 1), Concatenate(totals, 1)
}

// learned is softmax attention, before the division by its total, with the rows that are asked
// for.
func (a AttentionOnly) learned(w learner.Weights, l int, s tokenSequence, seen *Node, rows func(*Node) *Node, size int) (weight, total *Node) {
	q, k := a.heads(w, l, "q", seen, size), a.heads(w, l, "k", seen, size)
	if a.Positions == "rotary" {
		q, k = s.rotated(q), s.rotated(k)
	}
	q = MulScalar(rowsOfHeads(q, rows), 1/math.Sqrt(float64(size)))
	score := Einsum("bahk,bthk->bhat", q, k)
	if a.Positions == "relative" {
		score = Add(score, s.byDistance(q, w.Get(layerName(l, "relative"))))
	}
	score = Add(score, rows(s.hidden()))
	weight = Exp(Sub(score, StopGradient(ReduceAndKeep(score, ReduceMax, -1))))
	return weight, ReduceAndKeep(weight, ReduceSum, -1)
}

// rowsOfHeads applies rows to the tokens of x [B, T, Heads, size].
func rowsOfHeads(x *Node, rows func(*Node) *Node) *Node {
	dims := x.Shape().Dimensions
	flat := rows(Reshape(x, dims[0], dims[1], dims[2]*dims[3]))
	return Reshape(flat, dims[0], flat.Shape().Dim(1), dims[2], dims[3])
}
