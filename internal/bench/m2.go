package bench

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// m2Step times a step of M² with the exact second-order gradient, its peers, and what
// the first-order one saves, which needs no graph.
func (b *bench) m2Step(ctx context.Context) error {
	for _, tasks := range b.sizes(64) {
		exact, err := graphStep(ctx, b.Backend, smallM2(tasks, ""), b.Log)
		if err != nil {
			return err
		}
		first, err := lanesStep(smallM2(tasks, "first"), 0)
		if err != nil {
			return err
		}
		exact.name += ", second order"
		if err := b.compare(ctx, fmt.Sprintf("m2-step-first-order/B=%d", tasks), first, exact); err != nil {
			return err
		}
		err = b.againstProgram(ctx, fmt.Sprintf("m2-step/B=%d", tasks), exact, "peer_m2.py", "--mode", "second-order", "--tasks", strconv.Itoa(tasks))
		if err != nil {
			return err
		}
	}
	return nil
}

// smallM2 is a run of M² over the decoder of claim 5's quick preset, on one domain a step.
func smallM2(tasks int, order string) train.Config {
	model := transformer.Decoder{Points: 11, Width: 32, Depth: 2, Heads: 2, Spread: 1 / math.Sqrt(32)}
	return train.Config{
		Learner: metalearner.M2{Model: model, Tasks: tasks, Inner: metalearner.Inner{Steps: 5, Order: order}},
		Tasks:   regression.Domains{Tasks: tasks},
		Recipe:  train.Recipe{Steps: 1, Batch: tasks, Rate: 1e-3, Clip: 1, First: train.NoExamples},
	}
}
