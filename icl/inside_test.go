package icl_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// TestLookInside: the stream starts as the tokens, it ends where the readout makes the
// answer of it, attention is shared out, and a later point leaves no trace.
func TestLookInside(t *testing.T) {
	ctx, opts := context.Background(), []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go")}
	paper, tasks := transformer.Paper{Depth: 2}, synthetic.Amort{N: 8}
	model, err := icl.Train(ctx, paper, tasks, 3, nil, opts...)
	if err != nil {
		t.Fatal(err)
	}
	const n = 5
	b, err := tasks.Sample(datasets.Rand(1, "inside"), 40)
	if err != nil {
		t.Fatal(err)
	}
	in, err := icl.LookInside(ctx, model, b, n)
	if err != nil {
		t.Fatal(err)
	}
	if in.Layers != 2 || in.Tokens != n+1 || in.Width != 6 {
		t.Fatalf("%d layers, %d tokens, width %d; want 2, 6, 6", in.Layers, in.Tokens, in.Width)
	}
	probs, err := model.Predict(ctx, b, []int{n})
	if err != nil {
		t.Fatal(err)
	}
	readout := model.Params[len(model.Params)-4*6:] // [4, 6]
	for i, end := range in.Query(2) {
		x, first := b.Point(i, n), in.Query(0)[i]
		if first[0] != float64(x[0]) || first[1] != float64(x[1]) || first[2] != 0 || first[5] != 0 {
			t.Fatalf("the query's token starts as %v, want x = %v and zeros", first, x)
		}
		margin := 0.
		for c, v := range end {
			margin += v * float64(readout[c]-readout[6+c])
		}
		if p := 1 / (1 + math.Exp(-margin)); math.Abs(p-float64(probs[2*i])) > 1e-5 {
			t.Errorf("task %d: the end of the stream says %.5f, the model %.5f", i, p, probs[2*i])
		}
	}
	for layer := range in.Layers {
		for i, shares := range in.Attention(layer) {
			if len(shares) != n+1 || math.Abs(floats.Sum(shares)-1) > 1e-5 || floats.Min(shares) < 0 {
				t.Fatalf("task %d, layer %d: shares %v of %d tokens, want parts of 1", i, layer, shares, n+1)
			}
		}
	}
	b.Point(0, n+1)[0] = 1e3
	again, err := icl.LookInside(ctx, model, b, n)
	if err != nil || again.Query(2)[0][0] != in.Query(2)[0][0] {
		t.Errorf("a point behind the query changes its stream (%v)", err)
	}
	stream, err := in.StreamMap(0, 2)
	if err != nil {
		t.Fatal(err)
	}
	draw(t, stream)
	draw(t, in.AttentionMap())
	if _, err := in.StreamMap(3); err == nil {
		t.Error("a stream behind the end is no error")
	}
}

// TestProbeByLayer: the query's input can be read off at the start, and a number that has
// nothing to do with it never.
func TestProbeByLayer(t *testing.T) {
	ctx, opts := context.Background(), []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go")}
	model, err := icl.Train(ctx, transformer.Paper{Depth: 1}, synthetic.Amort{N: 4}, 2, nil, opts...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := synthetic.Amort{N: 4}.Sample(datasets.Rand(1, "probe"), 400)
	if err != nil {
		t.Fatal(err)
	}
	in, err := icl.LookInside(ctx, model, b, 3)
	if err != nil {
		t.Fatal(err)
	}
	var x, noise []float64
	rng := datasets.Rand(2, "noise")
	for i := range b.T {
		x, noise = append(x, float64(b.Point(i, 3)[0])), append(noise, datasets.Normal(rng))
	}
	known, err := in.Probe("x", x)
	if err != nil {
		t.Fatal(err)
	}
	unknown, err := in.Probe("noise", noise)
	if err != nil {
		t.Fatal(err)
	}
	if len(known.N) != 2 || known.Mean[0] < .999 || unknown.Mean[0] > .1 || unknown.Mean[1] > .1 {
		t.Errorf("R² of x %.3f, of noise %.3f", known.Mean, unknown.Mean)
	}
}

func TestLookInsideRefuses(t *testing.T) {
	ctx, opts := context.Background(), []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go")}
	tasks := synthetic.Proto{N: 4}
	net, err := icl.Train(ctx, metalearner.ProtoNet{}, tasks, 1, nil, opts...)
	if err != nil {
		t.Fatal(err)
	}
	model, err := icl.Train(ctx, transformer.Paper{Depth: 1}, tasks, 1, nil, opts...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := tasks.Sample(datasets.Rand(1, "t"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := icl.LookInside(ctx, net, b, 2); err == nil || !strings.Contains(err.Error(), "ProtoNet does not show") {
		t.Errorf("error %v", err)
	}
	if _, err := icl.LookInside(ctx, model, b, 4); err == nil || !strings.Contains(err.Error(), "want 0 to 3") {
		t.Errorf("error %v", err)
	}
	wrong, err := regression.Linear{N: 4, D: 2}.Sample(datasets.Rand(1, "t"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := icl.LookInside(ctx, model, wrong, 2); err == nil {
		t.Error("tasks with real targets are no error")
	}
}

// TestFunctionMap: least squares draws the line that it fits.
func TestFunctionMap(t *testing.T) {
	ctx := context.Background()
	b, err := regression.Linear{N: 5, D: 1}.Sample(datasets.Rand(1, "t"), 2)
	if err != nil {
		t.Fatal(err)
	}
	plane, err := icl.FunctionMap(ctx, b, 1, 3, baseline.LeastSquares{})
	if err != nil {
		t.Fatal(err)
	}
	if len(plane.Points) != 1 || len(plane.Points[0].X) != 3 || len(plane.Lines) != 1 || plane.Lines[0].Name != "least squares" {
		t.Fatalf("plane %+v", plane)
	}
	slope := float64(b.Latent["w"].Row(1)[0])
	for i, x := range plane.Lines[0].X {
		if y := plane.Lines[0].Y[i]; math.Abs(y-slope*x) > 1e-4 {
			t.Fatalf("at %g the line is at %g, want %g", x, y, slope*x)
		}
	}
	draw(t, figure.Lines("a line", plane))
	for _, c := range []struct{ task, n int }{{2, 3}, {-1, 3}, {0, 5}, {0, -1}} {
		if _, err := icl.FunctionMap(ctx, b, c.task, c.n); err == nil {
			t.Errorf("task %d after %d examples is no error", c.task, c.n)
		}
	}
	classes, err := synthetic.Proto{N: 4}.Sample(datasets.Rand(1, "t"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := icl.FunctionMap(ctx, classes, 0, 2); err == nil {
		t.Error("tasks of classes are no error")
	}
}
