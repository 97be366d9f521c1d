package transformer

import (
	"cmp"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/ml/layers/activation"

	"github.com/goicl/goicl/icl/learner"
)

// Logits returns [B, M, K]. As in [Paper], each query is its own
// forward pass over its context and itself; points behind it are masked.
func (s Circuit) Logits(w learner.Weights, ep learner.Episode) *Node {
	t := s.sequence(ep)
	for l, layer := range s.Layers {
		in := t.stream
		if layer.Norm {
			in = learner.LayerNorm(w, layerName(l, "norm"), in)
		}
		if layer.Attention != nil {
			t.stream = Add(t.stream, t.attend(w, l, *layer.Attention, in))
		} else {
			t.stream = Add(t.stream, feedForward(w, l, layer.FeedForward.Activation, in))
		}
	}
	query := Einsum("st,stw->sw", t.query, t.stream)
	logits := learner.Linear(w, "readout", query)
	if s.Log {
		logits = Log(MaxScalar(Abs(logits), learner.LeastProbability))
	}
	return Reshape(logits, ep.B(), ep.M(), logits.Shape().Dim(-1))
}

// sequence is what the layers work on: S = B·M sequences of T tokens, those of the
// classes first and then the points.
type sequence struct {
	stream   *Node // [S, T, W]
	context  *Node // [S, T] 1 on the examples
	query    *Node // [S, T] 1 on the query
	classes  *Node // [S, T] 1 on the classes
	examples *Node // [S, 1, 1] number of examples in the context, at least 1
}

func (s Circuit) sequence(ep learner.Episode) sequence {
	t := tokenizer{ep: ep}
	if s.Classes {
		t.classes = ep.C()
	}
	var slots []*Node
	for _, slot := range s.Slots {
		slots = append(slots, t.slot(slot))
	}
	count := ReduceSum(ep.Context, -1)
	return sequence{
		stream:   Concatenate(slots, -1),
		context:  Squeeze(t.tokens(nil, ep.Context), -1),
		query:    Squeeze(t.tokens(nil, ep.IsQuery), -1),
		classes:  Squeeze(t.tokens(t.flag(), nil, 1), -1),
		examples: Reshape(Max(count, OnesLike(count)), t.sequences(), 1, 1),
	}
}

// tokenizer fills slots. It has that many class tokens.
type tokenizer struct {
	ep      learner.Episode
	classes int
}

func (t tokenizer) sequences() int { return t.ep.B() * t.ep.M() }

// slot returns [S, T, Width].
func (t tokenizer) slot(slot Slot) *Node {
	ep := t.ep
	seen := Add(ep.Context, ep.IsQuery)
	switch slot.From {
	case "x":
		return t.tokens(nil, t.points(ep.X, seen))
	case "context x":
		return t.tokens(nil, t.points(ep.X, ep.Context))
	case "query x":
		return t.tokens(nil, t.points(ep.X, ep.IsQuery))
	case "y":
		return t.tokens(nil, t.points(ep.Y, ep.Context))
	case "class":
		return t.tokens(OneHot(Iota(ep.X.Graph(), shapes.Make(dtypes.Int32, t.classes), 0), t.classes, ep.X.DType()), nil, slot.Width)
	case "point":
		return t.tokens(nil, seen)
	case "query":
		return t.tokens(nil, ep.IsQuery)
	case "is class":
		return t.tokens(t.flag(), nil, slot.Width)
	}
	return t.tokens(nil, nil, slot.Width)
}

// points copies x [B, N, W] for each query, where the mask [B, M, N] is 1. Elsewhere
// it is 0, so that no value of a later point can reach the query, not even as 0·∞.
func (t tokenizer) points(x, mask *Node) *Node {
	width := x.Shape().Dim(-1)
	x = BroadcastToDims(InsertAxes(x, 1), t.ep.B(), t.ep.M(), t.ep.N(), width)
	return Where(isOne(InsertAxes(mask, -1), width), x, ZerosLike(x))
}

// flag is 1 for each class token [classes, 1], or nil where there are none.
func (t tokenizer) flag() *Node {
	if t.classes == 0 {
		return nil
	}
	return Ones(t.ep.X.Graph(), shapes.Make(t.ep.X.DType(), t.classes, 1))
}

// tokens joins what the class tokens hold, [classes, W], and the points, [B, M, N] or
// [B, M, N, W], to [S, T, W]. Where either is nil it is 0.
func (t tokenizer) tokens(classes, points *Node, width ...int) *Node {
	b, m, n := t.ep.B(), t.ep.M(), t.ep.N()
	g, dtype := t.ep.X.Graph(), t.ep.X.DType()
	if points == nil {
		points = Zeros(g, shapes.Make(dtype, b, m, n, width[0]))
	}
	if points.Rank() == 3 {
		points = InsertAxes(points, -1)
	}
	w := points.Shape().Dim(-1)
	points = Reshape(points, b*m, n, w)
	if t.classes == 0 {
		return points
	}
	if classes == nil {
		classes = Zeros(g, shapes.Make(dtype, t.classes, w))
	}
	return Concatenate([]*Node{BroadcastToDims(InsertAxes(classes, 0), b*m, t.classes, w), points}, 1)
}

// keys is 1 on the tokens of a set [S, T].
func (t sequence) keys(set string) *Node {
	switch set {
	case "all but the query":
		return Add(t.context, t.classes)
	case "examples":
		return t.context
	case "classes":
		return t.classes
	}
	return Add(Add(t.context, t.classes), t.query)
}

// attend is what attention of layer l adds to the stream, reading in [S, T, W].
func (t sequence) attend(w learner.Weights, l int, a Attention, in *Node) *Node {
	dims := in.Shape().Dimensions
	heads := cmp.Or(a.Heads, 1)
	part := func(name string, size int) *Node {
		return Reshape(learner.Linear(w, layerName(l, name), in), dims[0], dims[1], heads, size)
	}
	q, k, v := part("q", a.Key), part("k", a.Key), part("v", a.Value)
	keep := t.keys(a.Keys)
	var out *Node
	switch a.Kind {
	case "softmax":
		out = softmaxAttention(q, k, v, keep)
	case "linear":
		out = stateAttention(q, Mul(k, expandKeep(keep)), v)
		if a.Mean {
			out = Div(out, InsertAxes(t.examples, -1))
		}
	case "efficient":
		masked := learner.Mask(k, BroadcastToDims(expandKeep(keep), k.Shape().Dimensions...))
		q = MulScalar(Softmax(q, -1), 1/math.Sqrt(float64(a.Key)))
		out = stateAttention(q, Softmax(masked, 1), v)
	}
	return learner.Linear(w, layerName(l, "out"), Reshape(out, dims[0], dims[1], heads*a.Value))
}

// expandKeep turns [S, T] into [S, T, 1, 1].
func expandKeep(keep *Node) *Node { return InsertAxes(keep, -1, -1) }

// stateAttention is Σ_j (q_t·k_j) v_j, by way of the state Σ_j k_j v_jᵀ.
func stateAttention(q, k, v *Node) *Node {
	return Einsum("sthk,shkv->sthv", q, Einsum("sthk,sthv->shkv", k, v))
}

// softmaxAttention attends to the tokens for which keep [S, T] is 1; where there are
// none it is 0.
func softmaxAttention(q, k, v, keep *Node) *Node {
	score := Einsum("sthk,sjhk->shtj", q, k)
	keep = BroadcastToDims(InsertAxes(keep, 1, 1), score.Shape().Dimensions...)
	return Einsum("shtj,sjhv->sthv", learner.AttentionWeights(score, keep), v)
}

// feedForward is what the network of layer l adds to the stream.
func feedForward(w learner.Weights, l int, a string, in *Node) *Node {
	u := learner.Linear(w, layerName(l, "in"), in)
	switch a {
	case "leaky ReLU":
		u = Max(u, MulScalar(u, .01))
	case "GELU":
		u = activation.Gelu(u)
	case "bilinear":
		u = Mul(u, learner.Linear(w, layerName(l, "gate"), in))
	case "softmax":
		u = Softmax(u, -1)
	case "unit":
		u = learner.Unit(u)
	}
	return learner.Linear(w, layerName(l, "out"), u)
}
