package inspect_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/inspect"
	"github.com/goicl/goicl/icl/metalearner"
)

// TestCircuitsAreDrawn: a construction is compared with its learner, and its weights
// and residual stream are drawn; what is not there is an error.
func TestCircuitsAreDrawn(t *testing.T) {
	weights := []float64{0, 0, .5}
	c, err := construct.Of(metalearner.GradientDescent{}, weights, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	pairs, err := inspect.Agreement(context.Background(), metalearner.GradientDescent{}, weights, c)
	if err != nil || len(pairs.X) != 256 {
		t.Fatalf("%d pairs, error %v", len(pairs.X), err)
	}
	draw(t, figure.Agreement("agreement", "learner", "transformer", pairs))
	draw(t, must(t)(inspect.Weights(c, 1)))
	b, _ := construct.RandomEpisodes(datasets.Rand(0, "t"), 1, 2, 0)
	trace, err := c.Trace(b, 0, 3)
	if err != nil {
		t.Fatal(err)
	}
	a := inspect.Circuit(c, trace)
	if a.Layers != 2 || a.Tokens != 4 {
		t.Errorf("%d layers and %d tokens, want 2 and 4", a.Layers, a.Tokens)
	}
	draw(t, must(t)(a.StreamMap(0, 2)))
	draw(t, must(t)(a.AttentionMap(1)))
	draw(t, a.QueryMap())
	for layer, stream := range trace.Streams {
		if last, want := query(t, a, layer)[0], stream[len(stream)-1]; math.Abs(last[0]-want[0]) > 1e-6 || len(last) != len(want) {
			t.Errorf("the query before layer %d is %v, want %v", layer, last, want)
		}
	}
	if _, err := a.Attention(0); err == nil || !strings.Contains(err.Error(), "layer 0 of") {
		t.Errorf("error %v; want that a feed-forward layer has no attention", err)
	}
	if _, err := a.AttentionMap(); err == nil {
		t.Error("the attention of a layer without it is no error")
	}
	if _, err := inspect.Weights(c, 0); err == nil { // a feed-forward network
		t.Error("the weights of a layer without attention are no error")
	}
}
