package inspect_test

import (
	"context"
	"fmt"
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
