package inspect

import (
	"context"
	"errors"
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/usercode"
)

// Weights draws what the attention of a layer reads and writes, as heat maps over the
// slots of the residual stream: W_QK, whose rows are the token that attends and whose
// columns the token attended to, and W_OV, whose columns are read and whose rows are
// written.
func Weights(c *construct.Construction, layer int) (*figure.Figure, error) {
	if c == nil {
		return nil, errNoCircuit
	}
	if layer < 0 || layer >= len(c.Circuit.Layers) || c.Circuit.Layers[layer].Attention == nil {
		return nil, fmt.Errorf("inspect: layer %d of %s has no attention; it has %d layers, from 0", layer, c.Circuit.Label, len(c.Circuit.Layers))
	}
	s := slots(c)
	return figure.HeatMaps(fmt.Sprintf("%s: the attention of layer %d", c.Circuit.Label, layer),
		figure.HeatMap{Title: "W_QK: the score", Rows: s, Cols: s, Values: c.QK(layer)},
		figure.HeatMap{Title: "W_OV: what is moved", Rows: s, Cols: s, Values: c.OV(layer)}), nil
}

var errNoCircuit = errors.New("inspect: no circuit; make one with package construct")

func slots(c *construct.Construction) []figure.Span {
	var all []figure.Span
	for _, s := range c.Circuit.Slots {
		all = append(all, figure.Span{Name: s.Name, Size: s.Width})
	}
	return all
}

// Agreement compares a learner with a circuit on 256 random episodes, in float64, as
// points to draw with [figure.Agreement]: the predicted target, or the probability of the
// first class. Neither need be made from the other.
func Agreement(ctx context.Context, l learner.Learner, weights []float64, c *construct.Construction) (figure.Cloud, error) {
	name, err := usercode.NameOf("learner", l)
	pairs := figure.Cloud{Name: name}
	if err == nil && c == nil {
		err = errNoCircuit
	}
	if err == nil {
		err = datasets.CheckSize(1, 1, c.D, c.C)
	}
	if err != nil {
		return pairs, err
	}
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
