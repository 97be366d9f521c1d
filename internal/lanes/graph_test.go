package lanes_test

import (
	"context"

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/lanes"
)

func init() {
	lanes.GraphOf = func(d lanes.Decoder) (lanes.Graph, int, error) {
		b, err := backend.Shared(context.Background(), "go")
		if err != nil {
			return nil, 0, err
		}
		model := transformer.Decoder{Points: d.Points, Width: d.Width, Depth: d.Depth, Heads: d.Heads}
		e, err := engine.Compile[float64](b.Backend, model, d.D, d.C)
		if err != nil {
			return nil, 0, err
		}
		return e, e.Layout.Size, nil
	}
}
