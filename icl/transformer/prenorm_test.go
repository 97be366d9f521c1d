package transformer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
)

// The causal mask makes the order of the context matter from two layers on; with
// one, the query sees tokens that have seen nothing.
func TestPreNormBattery(t *testing.T) {
	learnertest.Run(t, transformer.PreNorm{Width: 16, Depth: 2}, learnertest.Expect{Regression: true})
}

func TestPreNormBatteryOfAnotherSize(t *testing.T) {
	learnertest.Run(t, transformer.PreNorm{Width: 12, Depth: 1, Heads: 3, Expand: 3}, learnertest.Expect{Permutation: true, Regression: true})
}

func TestPreNormWrongSettings(t *testing.T) {
	for _, test := range []struct {
		sizes transformer.PreNorm
		want  string
	}{
		{transformer.PreNorm{Width: -8}, "width -8"},
		{transformer.PreNorm{Depth: -1}, "depth -1"},
		{transformer.PreNorm{Heads: -2}, "heads -2"},
		{transformer.PreNorm{Expand: -4}, "expand -4"},
		{transformer.PreNorm{Heads: 5}, "a width of 24 cannot be shared equally by 5 heads"},
		{transformer.PreNorm{Width: 3}, "a width of 3 cannot be shared equally by 2 heads"},
	} {
		if _, err := test.sizes.Params(2, 2); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v; want one with %q", test.sizes, err, test.want)
		}
	}
}

// A small softmax transformer for tasks with 2 inputs and 2 classes.
func ExamplePreNorm() {
	layout, err := learner.NewLayout(transformer.PreNorm{}, 2, 2)
	fmt.Println(layout.Size, "parameters in", len(layout.Params), "tensors", err)
	// Output: 19706 parameters in 54 tensors <nil>
}

// BenchmarkPreNorm times loss and gradient after every number of examples from 2
// to 49, on XLA where it is installed.
func BenchmarkPreNorm(b *testing.B) {
	open, err := backend.Shared(context.Background(), "", backend.WithoutFetch())
	if err != nil {
		b.Skip(err)
	}
	e, err := engine.Compile[float32](open.Backend, transformer.PreNorm{}, 2, 2)
	if err != nil {
		b.Fatal(err)
	}
	tasks, err := synthetic.Mixture(1, 50).Sample(datasets.Rand(0, "bench"), 16)
	if err != nil {
		b.Fatal(err)
	}
	params, at := e.Layout.Init(datasets.Rand(0, "weights")), train.Every(2, 49, tasks.T)
	grad := make([]float32, len(params))
	for b.Loop() {
		if _, err := e.LossGrad(params, tasks, at, grad); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*tasks.T)/b.Elapsed().Seconds(), "tasks/s")
}
