// Package inspect looks inside of models. [Transformer] records what a trained
// transformer computes, [Circuit] what a constructed one does: draw the residual
// stream and the attention, or read quantities off the stream with linear probes.
// [Patch] puts parts of one forward pass in another's place, to see what depends on them.
// [Weights] and [Agreement] show the weights of a circuit and how well it agrees with a
// learner, [DecisionMaps] and [FunctionMap] what predictors make of one task, and
// [LossCurve] and [InnerSteps] training and adaptation.
package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	Heads                 int // of each layer's attention

	name             string
	tokens, channels []figure.Span // tokens are the first task's
	streams          [][]float32   // before each layer and at the end, [T, Tokens, Width]
	heads            [][]float32   // attention by layer, [T, Heads, Tokens, Tokens]; nil for a layer without
	attention        [][]float32   // the mean over heads, [T, Tokens, Tokens]
}

// Transformer runs f, a [transformer.Transparent] learner, on the query of every task of b
// after its first n examples, and keeps what it computes on the way. Tokens are those of the n
// examples, then the query.
func Transformer(ctx context.Context, f *train.Fitted, b *datasets.Batch, n int) (*Activations, error) {
	l, err := transparent(f, b, n)
	if err != nil {
		return nil, err
	}
	tokens := l.Sequence(b.N, n)
	a := &Activations{name: f.Name(), Tokens: len(tokens)}
	var width int // tokens of the graph
	all, err := f.Observe(ctx, b, queries(b, n), func(w learner.Weights, ep learner.Episode) []*graph.Node {
		streams, attention := transformer.Inside(l, w, ep)
		a.Layers, a.Width, a.Heads = len(attention), streams[0].Shape().Dim(-1), attention[0].Shape().Dim(1)
		width = streams[0].Shape().Dim(1)
		return append(streams, attention...)
	})
	if err != nil {
		return nil, err
	}
	places := make([]int, len(tokens))
	for i, t := range tokens {
		if places[i] = t.Place; t.Place < 0 || t.Place >= width {
			return nil, fmt.Errorf("inspect: %s has a token at place %d of %d; its method Sequence is wrong", a.name, t.Place, width)
		}
		a.tokens = append(a.tokens, figure.Span{Name: tokenName(b, t, i == len(tokens)-1), Size: 1})
	}
	for i, values := range all {
		if i <= a.Layers {
			a.streams = append(a.streams, taken(values, width, a.Width, places))
		} else {
			rows := taken(values, width, width, places)
			a.attend(taken(rows, width, 1, places))
		}
	}
	for channel := range a.Width {
		a.channels = append(a.channels, figure.Span{Name: fmt.Sprint(channel), Size: 1})
	}
	return a, nil
}

// attend adds the attention of the next layer, by heads.
func (a *Activations) attend(heads []float32) {
	matrix := a.Tokens * a.Tokens
	mean := make([]float32, len(heads)/a.Heads)
	for i, v := range heads {
		mean[i/(matrix*a.Heads)*matrix+i%matrix] += v / float32(a.Heads)
	}
	a.heads, a.attention = append(a.heads, heads), append(a.attention, mean)
}

// transparent is the learner of f, whose inside is to be seen after n examples of b.
func transparent(f *train.Fitted, b *datasets.Batch, n int) (transformer.Transparent, error) {
	if err := b.Validate(); err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	if f == nil {
		return nil, errors.New("inspect: no trained learner to look into")
	}
	l, ok := f.Config.Learner.(transformer.Transparent)
	if !ok {
		return nil, fmt.Errorf("inspect: %s does not show what goes on in it; use a transformer that has the method LogitsWith, such as transformer.Paper", f.Name())
	}
	if n < 0 || n >= b.N {
		return nil, fmt.Errorf("inspect: %d examples of tasks of %d points; want 0 to %d", n, b.N, b.N-1)
	}
	if len(l.Sequence(b.N, n)) == 0 {
		return nil, fmt.Errorf("inspect: %s has no tokens for %d examples of tasks of %d points", f.Name(), n, b.N)
	}
	return l, nil
}

// queries are point n of each task.
func queries(b *datasets.Batch, n int) []int32 {
	at := make([]int32, b.T)
	for t := range at {
		at[t] = int32(n)
	}
	return at
}

// taken are the rows at places of each of many matrices [rows, width].
func taken(flat []float32, rows, width int, places []int) (out []float32) {
	for matrix := range slices.Chunk(flat, rows*width) {
		for _, place := range places {
			out = append(out, matrix[place*width:(place+1)*width]...)
		}
	}
	return out
}

// Circuit is what a construction computed in a trace, which is one task. Channels are
// named after the slots of the residual stream.
func Circuit(c *construct.Construction, t *construct.Trace) *Activations {
	if c == nil || t == nil {
		return &Activations{}
	}
	a := &Activations{Layers: len(t.Streams) - 1, Tokens: len(t.Tokens), Heads: 1, name: c.Circuit.Label, channels: slots(c)}
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
		a.attend(flat(s))
	}
	return a
}

// tokenName is what a token of the first task is called: an example by its label, the last
// token "query", and inputs alone by their number, or by the channel that is 1 where the
// others are 0.
func tokenName(b *datasets.Batch, t transformer.Token, last bool) string {
	switch {
	case last:
		return "query"
	case t.Part != "input" && b.Regression() && t.Part == "label":
		return fmt.Sprintf("target %d", t.Point+1)
	case t.Part != "input":
		return exampleName(b, t.Point)
	}
	ones, at := 0, 0
	for i, v := range b.Point(0, t.Point) {
		if v != 0 {
			ones, at = ones+1, i
		}
	}
	if ones == 1 && b.D > 1 && b.Point(0, t.Point)[at] == 1 {
		return fmt.Sprintf("state %d", at)
	}
	return fmt.Sprintf("input %d", t.Point+1)
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

// Attention is how much the query takes of each token in a layer, the mean over heads: [T,
// Tokens], of which each row sums to 1.
func (a *Activations) Attention(layer int) ([][]float64, error) {
	if err := a.checkLayer(layer); err != nil {
		return nil, err
	}
	return lastRows(a.attention[layer], a.Tokens, a.Tokens), nil
}

// Head is how much the query takes of each token in one head of a layer: [T, Tokens].
func (a *Activations) Head(layer, head int) ([][]float64, error) {
	if err := a.checkHead(layer, head); err != nil {
		return nil, err
	}
	all := lastRows(a.heads[layer], a.Tokens, a.Tokens)
	own := make([][]float64, len(all)/a.Heads)
	for t := range own {
		own[t] = all[t*a.Heads+head]
	}
	return own, nil
}

func (a *Activations) checkLayer(layer int) error {
	if layer < 0 || layer >= a.Layers || len(a.heads[layer]) == 0 {
		return fmt.Errorf("inspect: layer %d of %s has no attention to show; it has %d layers, from 0", layer, a.name, a.Layers)
	}
	return nil
}

func (a *Activations) checkHead(layer, head int) error {
	if err := a.checkLayer(layer); err != nil {
		return err
	}
	if head < 0 || head >= a.Heads {
		return fmt.Errorf("inspect: no head %d in layer %d of %s; want 0 to %d", head, layer, a.name, a.Heads-1)
	}
	return nil
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
