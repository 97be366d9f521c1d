package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // the house dot-imports graph in graph files

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/backend"
	"github.com/goicl/goicl/icl/learner"
)

// keptConstants is the size from which on the values of a constant are not part of
// [Code]. GoMLX's own limit would leave out a small table of positions.
const keptConstants = 1 << 16

func init() { MinConstValueSizeToKeep = keptConstants }

// Code is a hash of what a learner's code does on tasks with d inputs and c classes, 0 for
// real targets: the graph of its loss, operation by operation, on that many tasks of n
// points with that many queries each, and the weights that it starts with. It tells two
// learners apart whose names and settings are the same. Nothing is compiled or computed;
// Go's backend builds the graph, or the default one where that lacks an operation.
func Code(ctx context.Context, l learner.Learner, d, c, tasks, n, queries int) (code string, err error) {
	var failed error
	for _, spec := range []string{"go", ""} {
		on, err := backend.Shared(ctx, spec, backend.WithProgress(os.Stderr))
		if err != nil {
			return "", errors.Join(failed, err)
		}
		e, err := Compile[float32](on.Backend, l, d, c)
		if err != nil {
			return "", err
		}
		if code, failed = e.code(tasks, n, queries); failed == nil {
			return code, nil
		}
	}
	return "", failed
}

func (e *Compiled[T]) code(tasks, n, queries int) (string, error) {
	sum := sha256.New()
	for _, p := range e.Layout.Params {
		fmt.Fprintln(sum, p.Name, p.Dims)
	}
	fmt.Fprintf(sum, "%x\n", e.Layout.Init(datasets.Rand(0, "code")))
	err := e.build(tasks, n, queries, func(params *Node, ep learner.Episode) {
		e.lossGraph(e.Layout.Bind(params), ep)
		for _, node := range params.Graph().Nodes() {
			fmt.Fprintln(sum, node)
		}
	})
	return hex.EncodeToString(sum.Sum(nil)[:8]), err
}
