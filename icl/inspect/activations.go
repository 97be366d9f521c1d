// Package inspect looks inside of models. [Transformer] records what a trained
// transformer computes, [Circuit] what a constructed one does: draw the residual
// stream and the attention, or read quantities off the stream with linear probes.
// [Weights] and [Agreement] show the weights of a circuit and how well it agrees with a
// learner, [DecisionMaps] and [FunctionMap] what predictors make of one task, and
// [LossCurve] and [InnerSteps] training and adaptation.
package inspect

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Activations are what a transformer computes while it answers one query of each of
// several tasks after n examples. Layers are counted from 0.
type Activations struct {
	Layers, Tokens, Width int

	name             string
	tokens, channels []figure.Span // tokens are the first task's
	streams          [][]float32   // before each layer and at the end, [T, Tokens, Width]
	attention        [][]float32   // by layer, [T, Tokens, Tokens]; nil for a layer without
}

// Transformer runs f, a [transformer.Transparent] learner, on the query of every task of b
// after its first n examples, and keeps what it computes on the way. Tokens are the n
// examples, then the query.
func Transformer(ctx context.Context, f *train.Fitted, b *datasets.Batch, n int) (*Activations, error) {
	if err := b.Validate(); err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	if f == nil {
		return nil, errors.New("inspect: no trained learner to look into")
	}
	l, ok := f.Config.Learner.(transformer.Transparent)
	if !ok {
		return nil, fmt.Errorf("inspect: %s does not show what goes on in it; use a transformer that has the method Inside, such as transformer.Paper", f.Name())
	}
	if n < 0 || n >= b.N {
		return nil, fmt.Errorf("inspect: %d examples of tasks of %d points; want 0 to %d", n, b.N, b.N-1)
	}
	at := make([]int32, b.T)
	for t := range at {
		at[t] = int32(n)
	}
	a := &Activations{name: f.Name(), Tokens: n + 1}
	all, err := f.Observe(ctx, b, at, func(w learner.Weights, ep learner.Episode) []*graph.Node {
		streams, attention := l.Inside(w, ep)
		a.Layers, a.Width = len(attention), streams[0].Shape().Dim(-1)
		return append(firstTokens(streams, 2, n+1), firstTokens(firstTokens(attention, 2, n+1), 3, n+1)...)
	})
	if err != nil {
		return nil, err
	}
	a.streams, a.attention = all[:a.Layers+1], all[a.Layers+1:]
	for i := range n {
		a.tokens = append(a.tokens, figure.Span{Name: exampleName(b, i), Size: 1})
	}
	a.tokens = append(a.tokens, figure.Span{Name: "query", Size: 1})
	for channel := range a.Width {
		a.channels = append(a.channels, figure.Span{Name: fmt.Sprint(channel), Size: 1})
	}
	return a, nil
}

// Circuit is what a construction computed in a trace, which is one task. Channels are
// named after the slots of the residual stream.
func Circuit(c *construct.Construction, t *construct.Trace) *Activations {
	if c == nil || t == nil {
		return &Activations{}
	}
	a := &Activations{Layers: len(t.Streams) - 1, Tokens: len(t.Tokens), name: c.Circuit.Label, channels: slots(c)}
	for _, s := range a.channels {
		a.Width += s.Size
	}
	for _, name := range t.Tokens {
		a.tokens = append(a.tokens, figure.Span{Name: name, Size: 1})
	}
	for _, s := range t.Streams {
		a.streams = append(a.streams, flat(s))
	}
	for _, s := range t.Attention {
		a.attention = append(a.attention, flat(s))
	}
	return a
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

// Query is the residual stream of the query's token before a layer, or at the end for
// layer = Layers: [T, Width].
func (a *Activations) Query(layer int) ([][]float64, error) {
	if layer < 0 || layer > a.Layers {
		return nil, fmt.Errorf("inspect: no stream of %s before layer %d; want 0 to %d, the end", a.name, layer, a.Layers)
	}
	return lastRows(a.streams[layer], a.Tokens, a.Width), nil
}

// Attention is how much the query takes of each token in a layer: [T, Tokens], of which
// each row sums to 1.
func (a *Activations) Attention(layer int) ([][]float64, error) {
	if layer < 0 || layer >= a.Layers || a.attention[layer] == nil {
		return nil, fmt.Errorf("inspect: layer %d of %s has no attention to show; it has %d layers, from 0", layer, a.name, a.Layers)
	}
	return lastRows(a.attention[layer], a.Tokens, a.Tokens), nil
}

// Probe measures, for the stream before each layer and at the end, how much of target [T]
// can be read off the query's token by a linear map: see [Probe]. The curve's N are
// layers.
func (a *Activations) Probe(name string, target []float64) (eval.Curve, error) {
	curve := eval.Curve{Learner: name}
	for layer, stream := range a.streams {
		e, err := Probe(lastRows(stream, a.Tokens, a.Width), target)
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

// flat is a matrix row by row, or nil.
func flat(rows [][]float64) (out []float32) {
	for _, row := range rows {
		for _, v := range row {
			out = append(out, float32(v))
		}
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
