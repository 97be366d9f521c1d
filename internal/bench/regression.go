package bench

import (
	"context"
	"fmt"
	"strconv"

	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// regressionStep times a step of the small decoder on lanes, what of it draws the tasks,
// the same step as a graph, and its peers.
func (b *bench) regressionStep(ctx context.Context) error {
	for _, tasks := range b.sizes(32, 64) {
		cfg := smallDecoder(tasks)
		if err := b.alone(ctx, fmt.Sprintf("regression-sample/B=%d", tasks), sampling(cfg)); err != nil {
			return err
		}
		ours, err := lanesStep(cfg, 0)
		if err != nil {
			return err
		}
		graph, err := graphStep(ctx, b.Backend, cfg, b.Log)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("regression-step/B=%d", tasks)
		if err := b.compare(ctx, name, ours, graph); err != nil {
			return err
		}
		if err := b.regressionPeers(ctx, name, ours, "small", tasks); err != nil {
			return err
		}
	}
	return nil
}

// regressionPaper times the training loop of the decoder in the authors' size, and its
// peers: it is meant for a GPU.
func (b *bench) regressionPaper(ctx context.Context) error {
	return eachSize(b.sizes(64), func(tasks int, dir string) error { return b.regressionLoop(ctx, paperDecoder(tasks), dir) })
}

// regressionLoop times the training loop of cfg against the authors' decoder in PyTorch.
func (b *bench) regressionLoop(ctx context.Context, cfg train.Config, dir string) error {
	ours, stop, err := trainingLoop(ctx, cfg, train.WithDir(dir), train.WithBackend(b.Backend))
	if err != nil {
		return err
	}
	defer stop()
	tasks := cfg.Recipe.Batch
	name := fmt.Sprintf("regression-paper/B=%d", tasks)
	if b.python == "" {
		return b.alone(ctx, name, ours)
	}
	return b.regressionPeers(ctx, name, ours, "paper", tasks)
}

// regressionPeers compares with PyTorch.
func (b *bench) regressionPeers(ctx context.Context, name string, ours contender, size string, tasks int) error {
	return b.inModes(ctx, name, ours, []string{"eager", "compile"}, "peer_regression.py", "--size", size, "--tasks", strconv.Itoa(tasks))
}

// smallDecoder is a run of a small decoder on linear regression, whose loss is the
// squared error after every number of examples.
func smallDecoder(tasks int) train.Config { return decoderOf(tasks, 48) }

// decoderOf is the small decoder with another number of channels.
func decoderOf(tasks, width int) train.Config {
	const d = 14
	return train.Config{
		Learner: transformer.Decoder{Points: 2*d + 1, Width: width, Depth: 2, Heads: 4},
		Tasks:   regression.Linear{N: 2*d + 1, D: d},
		Recipe:  train.Recipe{Steps: 1, Batch: tasks, Rate: 5e-4, Clip: 1, First: train.NoExamples},
	}
}

// paperDecoder is the same in the authors' size.
func paperDecoder(tasks int) train.Config {
	return train.Config{
		Learner: transformer.Decoder{}, Tasks: regression.Linear{},
		Recipe: train.Recipe{Batch: tasks, Rate: 1e-4, Clip: 1, First: train.NoExamples},
	}
}
