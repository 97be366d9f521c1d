package transformer_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
)

func TestDecoderBattery(t *testing.T) {
	learnertest.Run(t, transformer.Decoder{Width: 16, Depth: 2, Heads: 2}, learnertest.Expect{Regression: true})
}

func TestDecoderWrongSettings(t *testing.T) {
	for _, test := range []struct {
		sizes transformer.Decoder
		want  string
	}{
		{transformer.Decoder{Points: -1}, "points -1"},
		{transformer.Decoder{Width: -8}, "width -8"},
		{transformer.Decoder{Depth: -1}, "depth -1"},
		{transformer.Decoder{Heads: -2}, "heads -2"},
		{transformer.Decoder{Spread: -.1}, "standard deviation -0.1"},
		{transformer.Decoder{Spread: math.NaN()}, "standard deviation NaN"},
		{transformer.Decoder{Heads: 7}, "a width of 256 cannot be shared equally by 7 heads"},
	} {
		if _, err := test.sizes.Params(2, 0); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v; want one with %q", test.sizes, err, test.want)
		}
	}
}

// TestDecoderHasPositionsForSoManyPoints: a longer task is an error that says so,
// from the engine and before a run begins.
func TestDecoderHasPositionsForSoManyPoints(t *testing.T) {
	short := transformer.Decoder{Points: 5, Width: 8, Depth: 1, Heads: 1}
	const want = "tasks have 6 points, but ICL-decoder has positions for 5; set its Points"
	s, b := newSubject[float64](t, short, 2, 0), noise(6, 2, 0)
	if _, err := s.engine.Logits(s.params, b, []int32{0, 1}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v; want one with %q", err, want)
	}
	_, err := train.Open(train.Config{Learner: short, Tasks: regression.Linear{N: 6, D: 2}, Recipe: train.Fast(10)}, train.WithDir(t.TempDir()))
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v; want one with %q", err, want)
	}
	if got := s.logits(t, noise(5, 2, 0), []int32{4, 4}); len(got) != 2 {
		t.Errorf("%d answers for tasks of 5 points, want 2", len(got))
	}
}

// TestDecoderStarts: standard deviations of the starting weights, GPT-2's and others.
func TestDecoderStarts(t *testing.T) {
	checkStarts(t, transformer.Decoder{Width: 64, Depth: 2}, .02)
	checkStarts(t, transformer.Decoder{Width: 64, Depth: 2, Spread: .125}, .125)
}

func checkStarts(t *testing.T, l transformer.Decoder, spread float64) {
	layout, err := learner.NewLayout(l, 20, 0)
	if err != nil {
		t.Fatal(err)
	}
	flat := layout.Init(datasets.Rand(0, "weights"))
	want := map[string]float64{
		"positions": spread, "layers.1.q.weight": spread, "layers.1.w1.weight": spread, "layers.1.k.bias": 0,
		"layers.1.out.weight": spread / 2, "layers.1.w2.weight": spread / 2, "layers.1.w2.bias": 0,
		"read_in.weight": 1 / math.Sqrt(20*3),
	}
	layout.All(func(p learner.Param, lo, hi int) {
		deviation, known := want[p.Name]
		if !known {
			return
		}
		delete(want, p.Name)
		var squares float64
		for _, v := range flat[lo:hi] {
			squares += float64(v) * float64(v) / float64(hi-lo)
		}
		if got := math.Sqrt(squares); math.Abs(got-deviation) > .1*deviation {
			t.Errorf("%s starts with deviation %.4f, want %.4f", p.Name, got, deviation)
		}
	})
	if len(want) != 0 {
		t.Errorf("no weights called %v", want)
	}
}

// The decoder of claim 4, for 20 inputs and a real target.
func ExampleDecoder() {
	layout, err := learner.NewLayout(transformer.Decoder{}, 20, 0)
	fmt.Println(layout.Size, "parameters", err)
	// Output: 9504257 parameters <nil>
}

// BenchmarkDecoder times loss and gradient of the squared error after every number of
// examples, on XLA where it is installed.
func BenchmarkDecoder(b *testing.B) {
	open, err := backend.Shared(context.Background(), "", backend.WithoutFetch())
	if err != nil {
		b.Skip(err)
	}
	const d, n = 14, 29
	e, err := engine.Compile[float32](open.Backend, transformer.Decoder{Width: 48, Depth: 2, Heads: 4}, d, 0)
	if err != nil {
		b.Fatal(err)
	}
	tasks, err := regression.Linear{N: n, D: d}.Sample(datasets.Rand(0, "bench"), 32)
	if err != nil {
		b.Fatal(err)
	}
	params, at := e.Layout.Init(datasets.Rand(0, "weights")), train.Every(0, n-1, tasks.T)
	grad := make([]float32, len(params))
	for b.Loop() {
		if _, err := e.LossGrad(params, tasks, at, grad); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*tasks.T)/b.Elapsed().Seconds(), "tasks/s")
}
