package transformer

import (
	"cmp"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/ml/layers/activation"

	"github.com/goicl/goicl/icl/learner"
)

// Tabular is a transformer over the rows of a table, as in prior-data fitted networks
// (Müller et al. 2022; Hollmann et al. 2023). A row of the context is a token of its inputs
// and its label; a query is one of its inputs alone. All attend to the rows of the context,
// and to nothing else, so that the order of the context does not matter, and all queries of
// one context cost one pass.
//
// Inputs are standardised by the context, as are real targets; a column that is constant
// there counts for nothing. So a table may have fewer columns than the learner: the others
// are 0 in all rows.
//
// Where a step has one query a task, as with [train.Fast], the loss is the mean over all
// points that are not in the query's context.
type Tabular struct {
	Width  int `json:"width,omitempty"`  // of a token; 0 means 64
	Depth  int `json:"depth,omitempty"`  // layers; 0 means 3
	Heads  int `json:"heads,omitempty"`  // attention heads, a divisor of Width; 0 means 4
	Expand int `json:"expand,omitempty"` // feed-forward width over token width; 0 means 2
	// Context, if it is not 0, is the number of points, from the first on, that are the
	// context of every query, in place of those before it.
	Context int `json:"context,omitempty"`
	// Ridge adds to the answer for a row what ridge regressions of the context's labels on its
	// inputs predict for it, with five penalties, each multiplied by a learned linear function of
	// the row's last hidden state.
	Ridge bool `json:"ridge,omitempty"`
}

func (t Tabular) withDefaults() Tabular {
	t.Width, t.Depth, t.Heads, t.Expand = cmp.Or(t.Width, 64), cmp.Or(t.Depth, 3), cmp.Or(t.Heads, 4), cmp.Or(t.Expand, 2)
	return t
}

// Name is "ICL-table".
func (Tabular) Name() string { return "ICL-table" }

// Validate reports sizes that make no transformer.
func (t Tabular) Validate() error {
	t = t.withDefaults()
	if min(t.Width, t.Depth, t.Heads, t.Expand) < 0 || t.Context < 0 {
		return fmt.Errorf("transformer: width %d, depth %d, heads %d, expand %d and context %d; want positive numbers, or 0 for the defaults", t.Width, t.Depth, t.Heads, t.Expand, t.Context)
	}
	return cmp.Or(checkHeads(t.Width, t.Heads), learner.CheckLimit(t.Name(), "Width", t.Width, maxWidth),
		learner.CheckLimit(t.Name(), "Depth", t.Depth, learner.MaxDepth), learner.CheckLimit(t.Name(), "Expand", t.Expand, maxWidth))
}

// Params lists the weights: of the embeddings of inputs and labels, of the layers as in
// [PreNorm], and of the readout.
func (t Tabular) Params(d, c int) ([]learner.Param, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	t = t.withDefaults()
	channels := learner.Channels(c)
	params := learner.LinearParams("embed", d+1, t.Width, true)
	params = append(params, learner.LinearParams("label", channels, t.Width, false)...)
	for l := range t.Depth {
		params = append(params, preNormParams(l, t.Width, t.Expand)...)
	}
	params = append(params, learner.LayerNormParams("norm", t.Width)...)
	if t.Ridge {
		params = append(params, learner.LinearParams("gate", t.Width, len(penalties), true)...)
	}
	return append(params, learner.LinearParams("readout", t.Width, channels, true)...), nil
}

// rowsOf are tables, with all rows as tokens: x [B, S, T, D], y [B, S, T, C], and keep
// [B, S, T, 1], which is 1 for the rows of the context.
type rowsOf struct {
	x, y, keep *Node
	classes    bool
	keys       int // rows from the first on among which the context is
}

// Logits returns [B, M, C], C = 1 for regression.
func (t Tabular) Logits(w learner.Weights, ep learner.Episode) *Node {
	b, m, n := ep.B(), ep.M(), ep.N()
	if t.Context > 0 { // one pass for all queries
		out := t.answers(w, t.fixed(ep))
		return Einsum("bmn,bnc->bmc", ep.IsQuery, Reshape(out, b, n, out.Shape().Dim(-1)))
	}
	over := func(x *Node) *Node { // [B, M, N, K]
		return BroadcastToDims(InsertAxes(x, 1), b, m, n, x.Shape().Dim(-1))
	}
	zero := func(k int) *Node { return BroadcastToDims(ScalarZero(ep.X.Graph(), ep.X.DType()), b, m, 1, k) }
	rows := rowsOf{
		x:       Concatenate([]*Node{over(ep.X), InsertAxes(ep.Queries, 2)}, 2),
		y:       Concatenate([]*Node{over(ep.Y), zero(ep.C())}, 2),
		keep:    Concatenate([]*Node{InsertAxes(ep.Context, -1), zero(1)}, 2),
		classes: ep.C() > 1, keys: n,
	}
	out := t.answers(w, rows) // [B, M, N+1, C]
	return Squeeze(Slice(out, AxisRange(), AxisRange(), AxisElem(n)), 2)
}

// fixed are the tables of an episode whose context is the first Context points.
func (t Tabular) fixed(ep learner.Episode) rowsOf {
	b, n := ep.B(), ep.N()
	keep := Slice(ep.X, AxisRange(), AxisRange(), AxisElem(0)) // [B, N, 1], for its shape
	first := min(t.Context, n)
	ones, zeros := OnesLike(Slice(keep, AxisRange(), AxisRange(0, first))), []*Node{}
	if first < n {
		zeros = append(zeros, ZerosLike(Slice(keep, AxisRange(), AxisRange(first, n))))
	}
	keep = Concatenate(append([]*Node{ones}, zeros...), 1)
	return rowsOf{InsertAxes(ep.X, 1), InsertAxes(ep.Y, 1), Reshape(keep, b, 1, n, 1), ep.C() > 1, first}
}

// Loss is the mean loss of all points that are not in the context, where there is one query
// a task, else that of the queries.
func (t Tabular) Loss(w learner.Weights, ep learner.Episode, of func(out *Node, ep learner.Episode) *Node) *Node {
	if ep.M() > 1 || t.Context > 0 {
		return of(t.Logits(w, ep), ep)
	}
	b, n := ep.B(), ep.N()
	keep := Reshape(ep.Context, b, 1, n, 1)
	out := t.answers(w, rowsOf{InsertAxes(ep.X, 1), InsertAxes(ep.Y, 1), keep, ep.C() > 1, n})
	out = Reshape(out, b, n, out.Shape().Dim(-1))
	left := OneMinus(Reshape(keep, b, n))
	share := Div(left, MulScalar(ReduceAndKeep(left, ReduceSum, -1), float64(b)))
	return ReduceAllSum(Mul(share, t.lossOfRows(out, ep.Y)))
}

// lossOfRows is the loss [B, N] of each row.
func (t Tabular) lossOfRows(out, y *Node) *Node {
	if y.Shape().Dim(-1) == 1 {
		return Squeeze(Square(Sub(out, y)), -1)
	}
	top := StopGradient(ReduceAndKeep(out, ReduceMax, -1))
	shifted := Sub(out, top)
	return Sub(Log(ReduceSum(Exp(shifted), -1)), ReduceSum(Mul(shifted, y), -1))
}

// answers are the logits or targets of all rows, [B, S, T, C].
func (t Tabular) answers(w learner.Weights, r rowsOf) *Node {
	t = t.withDefaults()
	count := ReduceAndKeep(r.keep, ReduceSum, 2) // [B, S, 1, 1]
	x := standardScores(r.x, r.keep, count)
	y, mean, sd := r.y, (*Node)(nil), (*Node)(nil)
	if !r.classes {
		y, mean, sd = standardTargets(r.y, r.keep, count)
	}
	b, s, rows := x.Shape().Dim(0), x.Shape().Dim(1), x.Shape().Dim(2)
	size := BroadcastToDims(MulScalar(Log(AddScalar(count, 1)), .2), b, s, rows, 1)
	h := learner.Linear(w, "embed", Concatenate([]*Node{x, size}, -1))
	h = Add(h, learner.Linear(w, "label", Mul(y, r.keep)))
	keep := Reshape(Slice(r.keep, AxisRange(), AxisRange(), AxisRange(0, r.keys)), b, s, 1, 1, r.keys)
	for l := range t.Depth {
		h = Add(h, t.attention(w, l, learner.LayerNorm(w, layerName(l, "norm1"), h), keep))
		h = addFeedForward(w, l, h, activation.Gelu)
	}
	h = learner.LayerNorm(w, "norm", h)
	out := learner.Linear(w, "readout", h)
	if t.Ridge {
		gate := AddScalar(learner.Linear(w, "gate", h), 1) // [B, S, T, P]
		for p, scores := range ridgeScores(x, y, r.keep, count) {
			out = Add(out, Mul(Slice(gate, AxisRange(), AxisRange(), AxisRange(), AxisElem(p)), scores))
		}
	}
	if !r.classes {
		out = Add(mean, Mul(sd, out))
	}
	return out
}

// attention is softmax attention of all rows to those of the context, which keep [B, S, 1, 1, K]
// marks among the first K; with none it adds nothing but its bias. h is [B, S, T, Width], so
// is the result.
func (t Tabular) attention(w learner.Weights, l int, h, keep *Node) *Node {
	b, s, rows, size := h.Shape().Dim(0), h.Shape().Dim(1), h.Shape().Dim(2), t.Width/t.Heads
	keys := keep.Shape().Dim(-1)
	qkv := Reshape(learner.Linear(w, layerName(l, "qkv"), h), b, s, rows, 3, t.Heads, size)
	part := func(i int) *Node {
		return Squeeze(Slice(qkv, AxisRange(), AxisRange(), AxisRange(), AxisElem(i)), 3)
	}
	first := func(x *Node) *Node { return Slice(x, AxisRange(), AxisRange(), AxisRange(0, keys)) }
	score := MulScalar(Einsum("bsthd,bsjhd->bshtj", part(0), first(part(1))), 1/math.Sqrt(float64(size)))
	weight := learner.AttentionWeights(score, BroadcastToDims(keep, score.Shape().Dimensions...))
	mean := Einsum("bshtj,bsjhd->bsthd", weight, first(part(2)))
	return learner.Linear(w, layerName(l, "out"), Reshape(mean, b, s, rows, t.Width))
}

// tiny is the least variance, over the square of the mean, of a column that is not constant.
const tiny = 1e-10

// largestScore bounds standardised inputs.
const largestScore = 5

// standardScores shifts and scales the columns of x by the mean and deviation of the rows
// that are kept, count of them. Columns that are constant there become 0, the others are
// scaled up by the root of their share, so that a table of few columns weighs as much.
func standardScores(x, keep, count *Node) *Node {
	mean, variance, varies := columnMoments(x, keep, count)
	z := Div(Sub(x, mean), Sqrt(Add(variance, OneMinus(varies))))
	z = Mul(ClipScalar(z, -largestScore, largestScore), varies)
	share := MulScalar(AddScalar(ReduceAndKeep(varies, ReduceSum, -1), 1), 1/float64(x.Shape().Dim(-1)+1))
	return Div(z, Sqrt(share))
}

// standardTargets are the targets as standard scores, and their mean and deviation in the
// context.
func standardTargets(y, keep, count *Node) (z, mean, sd *Node) {
	mean, variance, varies := columnMoments(y, keep, count)
	sd = Sqrt(Add(Mul(variance, varies), OneMinus(varies)))
	return ClipScalar(Div(Sub(y, mean), sd), -2*largestScore, 2*largestScore), mean, sd
}

// columnMoments are the mean and variance over axis 2 of the rows that are kept. Where they
// are not all one value, varies is 1, else 0.
func columnMoments(x, keep, count *Node) (mean, variance, varies *Node) {
	n := Max(count, OnesLike(count))
	mean = Div(ReduceAndKeep(Mul(x, keep), ReduceSum, 2), n)
	variance = Div(ReduceAndKeep(Mul(Square(Sub(x, mean)), keep), ReduceSum, 2), n)
	varies = ConvertDType(GreaterThan(variance, MulScalar(AddScalar(Square(mean), 1e-20), tiny)), x.DType())
	return mean, variance, varies
}
