package inspect_test

import (
	"context"
	"fmt"
	"math"
	"os"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/inspect"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// The residual stream of the paper's transformer has 6 channels: 2 of the input, 4 of the
// label. Here are those of 5 examples and the query.
func ExampleTransformer() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx, tasks := context.Background(), synthetic.Amort{N: 8}
	model, err := icl.Train(ctx, transformer.Paper{Depth: 2}, tasks, train.Fast(3), nil, train.WithDir(dir), train.WithBackend("go"))
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := tasks.Sample(datasets.Rand(1, "example"), 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	in, err := inspect.Transformer(ctx, model, b, 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(in.Layers, "layers,", in.Tokens, "tokens,", in.Width, "channels")
	// Output:
	// 2 layers, 6 tokens, 6 channels
}

// Tasks whose examples have other labels, with parts of the pass on the true labels put in their
// place. Before layer 0 a token is what was read: patching an example's repairs its label
// alone, and patching the query, which is the same in both, changes nothing.
func ExamplePatch() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx, tasks := context.Background(), synthetic.Amort{N: 8}
	model, err := icl.Train(ctx, transformer.PreNorm{Depth: 2}, tasks, train.Fast(3), nil, train.WithDir(dir), train.WithBackend("go"))
	if err != nil {
		fmt.Println(err)
		return
	}
	clean, err := tasks.Sample(datasets.Rand(1, "example"), 16)
	if err != nil {
		fmt.Println(err)
		return
	}
	corrupted := *clean
	corrupted.Y = make([]int32, len(clean.Y)) // all labels are 0
	p, err := inspect.Patch(ctx, inspect.Pass{Model: model, Tasks: &corrupted}, inspect.Pass{Model: model, Tasks: clean}, 3, "stream")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(p.Scores), "layers,", len(p.Columns), "tokens, the last is the", p.Columns[3])
	fmt.Println("an example's token changes the answer:", p.Change()[0][0] != 0, "the query's:", math.Abs(p.Change()[0][3]) > 1e-6)
	// Output:
	// 2 layers, 4 tokens, the last is the query
	// an example's token changes the answer: true the query's: false
}

// A pass without a model says what is missing.
func ExamplePass() {
	long, err := synthetic.Proto{N: 8}.Sample(datasets.Rand(1, "example"), 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = inspect.Patch(context.Background(), inspect.Pass{Tasks: long}, inspect.Pass{Tasks: long}, 3, "stream")
	fmt.Println(err)
	// Output:
	// inspect: no trained learner to look into
}
