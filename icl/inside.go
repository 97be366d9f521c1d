package icl

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Inside is what goes on in a trained transformer while it answers one query of each of
// several tasks, after n examples. Its tokens are the n examples, then the query.
type Inside struct {
	Layers, Tokens, Width int

	name      string
	labels    []string    // of the first task's tokens
	streams   [][]float32 // by layer, [T, Tokens, Width]
	attention [][]float32 // by layer, [T, Tokens, Tokens]
}

// LookInside runs f, a [transformer.Transparent] learner, on the query of every task of b
// after its first n examples, and keeps what it computes on the way.
func LookInside(ctx context.Context, f *train.Fitted, b *datasets.Batch, n int) (*Inside, error) {
	l, ok := f.Config.Learner.(transformer.Transparent)
	if !ok {
		return nil, fmt.Errorf("icl: %s does not show what goes on in it; use a transformer that has the method Inside, such as transformer.Paper", f.Name())
	}
	if n < 0 || n >= b.N {
		return nil, fmt.Errorf("icl: %d examples of tasks of %d points; want 0 to %d", n, b.N, b.N-1)
	}
	at := make([]int32, b.T)
	for t := range at {
		at[t] = int32(n)
	}
	in := &Inside{name: f.Name(), Tokens: n + 1}
	all, err := f.Observe(ctx, b, at, func(w learner.Weights, ep learner.Episode) []*graph.Node {
		streams, attention := l.Inside(w, ep)
		in.Layers, in.Width = len(attention), streams[0].Shape().Dim(-1)
		return append(firstTokens(streams, 2, n+1), firstTokens(firstTokens(attention, 2, n+1), 3, n+1)...)
	})
	if err != nil {
		return nil, err
	}
	in.streams, in.attention = all[:in.Layers+1], all[in.Layers+1:]
	for i := range n {
		in.labels = append(in.labels, exampleName(b, i))
	}
	in.labels = append(in.labels, "query")
	return in, nil
}

// firstTokens keeps the first size tokens along an axis.
func firstTokens(nodes []*graph.Node, axis, size int) []*graph.Node {
	out := make([]*graph.Node, len(nodes))
	for i, x := range nodes {
		out[i] = graph.SliceAxis(x, axis, graph.AxisRange(0, size))
	}
	return out
}

// exampleName is the label of example i of the first task, or its number in regression.
func exampleName(b *datasets.Batch, i int) string {
	if b.Regression() {
		return fmt.Sprintf("example %d", i+1)
	}
	return fmt.Sprintf("class %d", b.Y[i])
}

// Query is the residual stream of the query's token before a layer, counted from 0, or at
// the end for layer = Layers: [T, Width].
func (in *Inside) Query(layer int) [][]float64 {
	return lastRows(in.streams[layer], in.Tokens, in.Width)
}

// Attention is how much the query takes of each token in a layer, counted from 0:
// [T, Tokens], of which each row sums to 1.
func (in *Inside) Attention(layer int) [][]float64 {
	return lastRows(in.attention[layer], in.Tokens, in.Tokens)
}

// StreamMap shows the residual stream of the first task before the layers that are named,
// as [Stream] does: a row a token, a column a channel.
func (in *Inside) StreamMap(layers ...int) (*figure.Figure, error) {
	stream := func(l int) [][]float64 { return rows(in.streams[l], in.Tokens, in.Width) }
	return streamMaps(in.name, spans(in.labels), numbered(in.Width), stream, in.Layers, layers)
}

// AttentionMap shows how much the query of the first task takes of each token, a row for
// each layer.
func (in *Inside) AttentionMap() *figure.Figure {
	m := figure.HeatMap{Title: "the query's share of each token", Cols: spans(in.labels)}
	for l := range in.Layers {
		m.Rows = append(m.Rows, figure.Span{Name: fmt.Sprintf("layer %d", l), Size: 1})
		m.Values = append(m.Values, in.Attention(l)[0])
	}
	return figure.HeatMaps(in.name+": whom the query attends to", m)
}

// Probe tells, for the stream before each layer and at the end, how much of target [T]
// can be read off the query's token by a linear map: see [eval.Probe]. The curve's N are
// layers.
func (in *Inside) Probe(name string, target []float64) (eval.Curve, error) {
	curve := eval.Curve{Learner: name}
	for layer := range in.streams {
		e, err := eval.Probe(in.Query(layer), target)
		if err != nil {
			return curve, err
		}
		curve.Add(e)
		curve.N = append(curve.N, layer)
	}
	return curve, nil
}

// lastRows is the last row of each of many matrices [size, width], which is the query's.
func lastRows(flat []float32, size, width int) [][]float64 {
	out := make([][]float64, len(flat)/(size*width))
	for i := range out {
		end := (i + 1) * size * width
		out[i] = widened(flat[end-width : end])
	}
	return out
}

// rows cuts the first size rows of a flat matrix.
func rows(flat []float32, size, width int) [][]float64 {
	out := make([][]float64, size)
	for i := range out {
		out[i] = widened(flat[i*width : (i+1)*width])
	}
	return out
}

func widened(v []float32) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = float64(v[i])
	}
	return out
}

func spans(names []string) []figure.Span {
	out := make([]figure.Span, len(names))
	for i, name := range names {
		out[i] = figure.Span{Name: name, Size: 1}
	}
	return out
}

func numbered(width int) []figure.Span {
	out := make([]figure.Span, width)
	for i := range out {
		out[i] = figure.Span{Name: fmt.Sprint(i), Size: 1}
	}
	return out
}
