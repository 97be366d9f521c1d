package icl

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/backend"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/learner"
)

// Weights shows what the attention of a layer reads and writes, as heat maps over the
// slots of the residual stream: W_QK, whose rows are the token that attends and whose
// columns the token attended to, and W_OV, whose columns are read and whose rows are
// written.
func Weights(c *construct.Construction, layer int) (*figure.Figure, error) {
	if layer < 0 || layer >= len(c.Circuit.Layers) || c.Circuit.Layers[layer].Attention == nil {
		return nil, fmt.Errorf("icl: layer %d of %s has no attention; it has %d layers, from 0", layer, c.Circuit.Label, len(c.Circuit.Layers))
	}
	s := slots(c)
	return figure.HeatMaps(fmt.Sprintf("%s: the attention of layer %d", c.Circuit.Label, layer),
		figure.HeatMap{Title: "W_QK: the score", Rows: s, Cols: s, Values: c.QK(layer)},
		figure.HeatMap{Title: "W_OV: what is moved", Rows: s, Cols: s, Values: c.OV(layer)}), nil
}

// Stream shows the residual stream, a row a token and a column a channel, before the
// layers that are named, which count from 0; the number of layers names its end.
func Stream(c *construct.Construction, t *construct.Trace, layers ...int) (*figure.Figure, error) {
	stream := func(l int) [][]float64 { return t.Streams[l] }
	return streamMaps(c.Circuit.Label, spans(t.Tokens), slots(c), stream, len(t.Streams)-1, layers)
}

// streamMaps shows the residual stream before each of layers; end is the number that names
// its end.
func streamMaps(name string, tokens, channels []figure.Span, stream func(layer int) [][]float64, end int, layers []int) (*figure.Figure, error) {
	var maps []figure.HeatMap
	for _, l := range layers {
		if l < 0 || l > end {
			return nil, fmt.Errorf("icl: no stream before layer %d; want 0 to %d, the end", l, end)
		}
		title := fmt.Sprintf("before layer %d", l)
		if l == end {
			title = "at the end"
		}
		maps = append(maps, figure.HeatMap{Title: title, Rows: tokens, Cols: channels, Values: stream(l)})
	}
	return figure.HeatMaps(name+": the residual stream", maps...), nil
}

// Attention shows how much each token (row) takes of each other (column) in the layers
// that are named, which count from 0.
func Attention(c *construct.Construction, t *construct.Trace, layers ...int) (*figure.Figure, error) {
	var maps []figure.HeatMap
	for _, l := range layers {
		if l < 0 || l >= len(t.Attention) || t.Attention[l] == nil {
			return nil, fmt.Errorf("icl: layer %d of %s has no attention that was traced; it has %d layers, from 0", l, c.Circuit.Label, len(t.Attention))
		}
		maps = append(maps, figure.HeatMap{Title: fmt.Sprintf("layer %d", l), Rows: spans(t.Tokens), Cols: spans(t.Tokens), Values: t.Attention[l]})
	}
	return figure.HeatMaps(c.Circuit.Label+": the attention", maps...), nil
}

func slots(c *construct.Construction) []figure.Span {
	var all []figure.Span
	for _, s := range c.Circuit.Slots {
		all = append(all, figure.Span{Name: s.Name, Size: s.Width})
	}
	return all
}

// Agreement compares a learner with a transformer on 256 random episodes, in float64, as
// points to draw with [figure.Agreement]: the predicted target, or the probability of the
// first class. The two need not know of each other.
func Agreement(ctx context.Context, l learner.Learner, weights []float64, c *construct.Construction) (figure.Pairs, error) {
	pairs := figure.Pairs{Title: l.Name()}
	open, err := backend.Shared(ctx, "go")
	if err != nil {
		return pairs, err
	}
	const episodes = 256
	b, at := construct.RandomEpisodes(datasets.Rand(0, "agreement"), episodes, c.D, c.C)
	want, err := construct.Predict(open.Backend, l, weights, b, at)
	if err != nil {
		return pairs, err
	}
	got, err := construct.Predict(open.Backend, c.Circuit, c.Weights, b, at)
	for i := range got {
		pairs.X, pairs.Y = append(pairs.X, want[i][0]), append(pairs.Y, got[i][0])
	}
	return pairs, err
}
