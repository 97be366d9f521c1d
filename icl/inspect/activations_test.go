package inspect_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/inspect"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// TestLookInside: the stream starts as the tokens, it ends where the readout makes the
// answer of it, attention is shared out, and a later point leaves no trace.
func TestLookInside(t *testing.T) {
	ctx, opts := context.Background(), []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go")}
	paper, tasks := transformer.Paper{Depth: 2}, synthetic.Amort{N: 8}
	model, err := icl.Train(ctx, paper, tasks, train.Fast(3), nil, opts...)
	if err != nil {
		t.Fatal(err)
	}
	const n = 5
	b, err := tasks.Sample(datasets.Rand(1, "inside"), 40)
	if err != nil {
		t.Fatal(err)
	}
	in, err := inspect.Transformer(ctx, model, b, n)
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
	start, end := query(t, in, 0), query(t, in, 2)
	for i := range end {
		x, first := b.Point(i, n), start[i]
		if first[0] != float64(x[0]) || first[1] != float64(x[1]) || first[2] != 0 || first[5] != 0 {
			t.Fatalf("the query's token starts as %v, want x = %v and zeros", first, x)
		}
		margin := 0.
		for c, v := range end[i] {
			margin += v * float64(readout[c]-readout[6+c])
		}
		if p := 1 / (1 + math.Exp(-margin)); math.Abs(p-float64(probs[2*i])) > 1e-5 {
			t.Errorf("task %d: the end of the stream says %.5f, the model %.5f", i, p, probs[2*i])
		}
	}
	for layer := range in.Layers {
		attention, err := in.Attention(layer)
		if err != nil {
			t.Fatal(err)
		}
		for i, shares := range attention {
			if len(shares) != n+1 || math.Abs(floats.Sum(shares)-1) > 1e-5 || floats.Min(shares) < 0 {
				t.Fatalf("task %d, layer %d: shares %v of %d tokens, want parts of 1", i, layer, shares, n+1)
			}
		}
	}
	b.Point(0, n+1)[0] = 1e3
	again, err := inspect.Transformer(ctx, model, b, n)
	if err != nil || query(t, again, 2)[0][0] != end[0][0] {
		t.Errorf("a point behind the query changes its stream (%v)", err)
	}
	draw(t, must(t)(in.StreamMap(0, 2)))
	draw(t, in.QueryMap())
	if whole := must(t)(in.AttentionMap()); !strings.Contains(whole.Alt(), "layer 1") {
		t.Errorf("%q; want the attention of every layer", whole.Alt())
	}
	for _, layer := range []int{-1, 3} {
		_, err := in.StreamMap(layer)
		_, query := in.Query(layer)
		_, attention := in.Attention(layer)
		for _, err := range []error{err, query, attention} {
			if err == nil || !strings.HasPrefix(err.Error(), "inspect: ") || !strings.Contains(err.Error(), fmt.Sprintf("layer %d", layer)) {
				t.Errorf("error %v; want one about layer %d", err, layer)
			}
		}
	}
}

func query(t *testing.T, a *inspect.Activations, layer int) [][]float64 {
	t.Helper()
	states, err := a.Query(layer)
	if err != nil {
		t.Fatal(err)
	}
	return states
}

func must(t *testing.T) func(f *figure.Figure, err error) *figure.Figure {
	return func(f *figure.Figure, err error) *figure.Figure {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
}

func draw(t *testing.T, f *figure.Figure) {
	t.Helper()
	if _, err := f.PNG(); err != nil {
		t.Error(err)
	}
}

// TestProbeByLayer: the query's input can be read off at the start, and a number that has
// nothing to do with it never.
func TestProbeByLayer(t *testing.T) {
	ctx, opts := context.Background(), []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go")}
	model, err := icl.Train(ctx, transformer.Paper{Depth: 1}, synthetic.Amort{N: 4}, train.Fast(2), nil, opts...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := synthetic.Amort{N: 4}.Sample(datasets.Rand(1, "probe"), 400)
	if err != nil {
		t.Fatal(err)
	}
	in, err := inspect.Transformer(ctx, model, b, 3)
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

// TestHeads: tokens of inputs and labels are apart, and heads are seen one by one.
func TestHeads(t *testing.T) {
	tasks := synthetic.Amort{N: 5}
	model := trained(t, transformer.AttentionOnly{Heads: 2, Clamps: []transformer.HeadClamp{
		{Layer: 0, Heads: []int{0}, To: "previous token"}, {Layer: 1, Heads: []int{1}, To: "self"},
	}}, tasks, 0)
	in, err := inspect.Transformer(context.Background(), model, batch(t, tasks, "inside", 3), 2)
	if err != nil {
		t.Fatal(err)
	}
	if in.Layers != 2 || in.Heads != 2 || in.Tokens != 5 {
		t.Fatalf("%d layers, %d heads, %d tokens; want 2, 2 and two pairs and a query", in.Layers, in.Heads, in.Tokens)
	}
	for layer, token := range []int{3, 4} { // the one before the query, itself
		clamped, err := in.Head(layer, layer)
		if err != nil {
			t.Fatal(err)
		}
		free, err := in.Head(layer, 1-layer)
		if err != nil {
			t.Fatal(err)
		}
		mean, err := in.Attention(layer)
		if err != nil {
			t.Fatal(err)
		}
		for task := range mean {
			for j := range mean[task] {
				if want := map[bool]float64{true: 1}[j == token]; clamped[task][j] != want {
					t.Errorf("layer %d: the clamped head takes %g of token %d, want %g", layer, clamped[task][j], j, want)
				}
				if want := (clamped[task][j] + free[task][j]) / 2; math.Abs(mean[task][j]-want) > 1e-6 {
					t.Errorf("layer %d: %g of token %d, want the mean over heads %g", layer, mean[task][j], j, want)
				}
			}
		}
	}
	one := must(t)(in.HeadMap(0, 0))
	if alt := one.Alt(); !strings.Contains(alt, "query, class") || strings.Contains(alt, "head 1: not zero") {
		t.Errorf("%q; want the query on the label before it, in head 0 alone", alt)
	}
	for _, f := range []*figure.Figure{one, must(t)(in.HeadMap(1)), must(t)(in.AttentionMap()), in.QueryMap()} {
		draw(t, f)
	}
	for _, wrong := range [][2]int{{0, 2}, {0, -1}, {2, 0}} {
		_, head := in.Head(wrong[0], wrong[1])
		_, drawn := in.HeadMap(wrong[0], wrong[1])
		for _, err := range []error{head, drawn} {
			if err == nil || !strings.HasPrefix(err.Error(), "inspect: ") {
				t.Errorf("head %d of layer %d: error %v", wrong[1], wrong[0], err)
			}
		}
	}
}

func TestLookInsideRefuses(t *testing.T) {
	ctx, opts := context.Background(), []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go")}
	tasks := synthetic.Proto{N: 4}
	net, err := icl.Train(ctx, metalearner.ProtoNet{}, tasks, train.Fast(1), nil, opts...)
	if err != nil {
		t.Fatal(err)
	}
	model, err := icl.Train(ctx, transformer.Paper{Depth: 1}, tasks, train.Fast(1), nil, opts...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := tasks.Sample(datasets.Rand(1, "t"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inspect.Transformer(ctx, net, b, 2); err == nil || !strings.Contains(err.Error(), "ProtoNet does not show") {
		t.Errorf("error %v", err)
	}
	if _, err := inspect.Transformer(ctx, model, b, 4); err == nil || !strings.Contains(err.Error(), "want 0 to 3") {
		t.Errorf("error %v", err)
	}
	wrong, err := regression.Linear{N: 4, D: 2}.Sample(datasets.Rand(1, "t"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inspect.Transformer(ctx, model, wrong, 2); err == nil {
		t.Error("tasks with real targets are no error")
	}
}
