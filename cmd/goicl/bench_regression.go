package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/benchmark"
)

// regressionConfig is a run of a small decoder on linear regression, whose loss is
// the squared error after every number of examples.
func regressionConfig(tasks int) train.Config {
	const d = 14
	return train.Config{
		Learner: transformer.Decoder{Points: 2*d + 1, Width: 48, Depth: 2, Heads: 4},
		Tasks:   regression.Linear{N: 2*d + 1, D: d},
		Recipe:  train.Recipe{Steps: 1, Batch: tasks, Rate: 5e-4, Clip: 1, First: train.NoExamples},
	}
}

// regressionStep times that run's step, what of it draws the tasks, and its peers.
func (b *bench) regressionStep(ctx context.Context) error {
	for _, tasks := range b.sizes(32, 64) {
		cfg := regressionConfig(tasks)
		if err := b.alone(ctx, fmt.Sprintf("regression-sample/B=%d", tasks), sampling(cfg)); err != nil {
			return err
		}
		ours, err := graphStep(ctx, b.backend, cfg, b.log)
		if err != nil {
			return err
		}
		if err := b.regressionPeers(ctx, tasks, ours); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) regressionPeers(ctx context.Context, tasks int, ours benchmark.Contender) error {
	name := fmt.Sprintf("regression-step/B=%d", tasks)
	if b.python == "" {
		return b.alone(ctx, name, ours)
	}
	for _, mode := range []string{"eager", "compile"} {
		err := b.againstProgram(ctx, name, ours, "peer_regression.py", "--mode", mode, "--tasks", strconv.Itoa(tasks))
		if err != nil {
			return err
		}
	}
	return nil
}
