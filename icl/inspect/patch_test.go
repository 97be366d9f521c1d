package inspect_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/inspect"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// trained is a transformer after a few steps.
func trained(t *testing.T, l learner.Learner, tasks datasets.Sampler, seed uint64) *train.Fitted {
	t.Helper()
	f, err := train.Train(context.Background(), train.Config{Learner: l, Tasks: tasks, Recipe: train.Recipe{Steps: 2, Batch: 8, Rate: .05}, Seed: seed},
		train.WithDir(t.TempDir()), train.WithBackend("go"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func batch(t *testing.T, s datasets.Sampler, stream string, n int) *datasets.Batch {
	t.Helper()
	b, err := s.Sample(datasets.Rand(1, stream), n)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// right is the mean probability that f gives the labels of want after n examples of b.
func right(t *testing.T, f *train.Fitted, b, want *datasets.Batch, n int) (mean float64) {
	t.Helper()
	probs, err := f.Predict(context.Background(), b, []int{n})
	if err != nil {
		t.Fatal(err)
	}
	for task := range b.T {
		mean += float64(probs[task*b.C+int(want.Y[task*b.N+n])]) / float64(b.T)
	}
	return mean
}

// mixed is a copy of into with what a token of from is made of.
func mixed(into, from *datasets.Batch, token transformer.Token) *datasets.Batch {
	b := datasets.NewBatch(into.T, into.N, into.D, into.C)
	copy(b.X, into.X)
	copy(b.Y, into.Y)
	for task := range b.T {
		if token.Part != "label" {
			copy(b.Point(task, token.Point), from.Point(task, token.Point))
		}
		if token.Part != "input" {
			b.Y[task*b.N+token.Point] = from.Y[task*b.N+token.Point]
		}
	}
	return b
}

// TestPatchTokens: a token that is patched before the first layer is one that was read so.
func TestPatchTokens(t *testing.T) {
	const n = 3
	tasks := synthetic.Proto{N: 5, D: 2, C: 3}
	into, from := batch(t, tasks, "into", 6), batch(t, tasks, "from", 6)
	for _, l := range []transformer.Transparent{
		transformer.Paper{Depth: 2}, transformer.PreNorm{Width: 8, Depth: 2}, transformer.Decoder{Points: 5, Width: 8, Depth: 2, Heads: 2, Spread: .3},
		transformer.AttentionOnly{Width: 8, Heads: 2, Positions: "rotary"}, transformer.AttentionOnly{Tokens: "inputs", Positions: "one-hot", Points: 5},
	} {
		f := trained(t, l, tasks, 0)
		p, err := inspect.Patch(context.Background(), inspect.Pass{Model: f, Tasks: into}, inspect.Pass{Model: f, Tasks: from}, n, "stream")
		if err != nil {
			t.Fatal(err)
		}
		near := func(what string, got, want float64) {
			t.Helper()
			if math.Abs(got-want) > 1e-5 {
				t.Errorf("%T: %s: probability %.6f, want %.6f", l, what, got, want)
			}
		}
		near("the pass patched into", p.Into, right(t, f, into, from, n))
		near("the pass taken from", p.From, right(t, f, from, from, n))
		moved := false
		for c, token := range l.Sequence(into.N, n) {
			near("token "+p.Columns[c], p.Scores[0][c], right(t, f, mixed(into, from, token), from, n))
			moved = moved || math.Abs(p.Change()[0][c]) > 1e-4
		}
		if len(p.Scores) != 2 || !moved {
			t.Errorf("%T: %d layers, a token changes the answer: %v", l, len(p.Scores), moved)
		}
		draw(t, p.Map())
	}
}

// TestPatchHeads: where one layer has one head and all that differs lies before the query, the
// head carries all of the difference and its attention, if it is clamped, nothing.
func TestPatchHeads(t *testing.T) {
	const n = 4
	tasks := synthetic.Proto{N: 5, D: 2}
	into, from := batch(t, tasks, "into", 40), batch(t, tasks, "from", 40)
	for task := range into.T {
		copy(into.Point(task, n), from.Point(task, n))
	}
	l := transformer.AttentionOnly{Layers: 1, Clamps: []transformer.HeadClamp{{To: "uniform"}}}
	a, b := trained(t, l, tasks, 0), trained(t, l, tasks, 1)
	run := func(into, from inspect.Pass, part string) *inspect.Patched {
		p, err := inspect.Patch(context.Background(), into, from, n, part)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Scores) != 1 || !slices.Equal(p.Columns, []string{"head 0"}) {
			t.Fatalf("scores %v of %v, want one head's", p.Scores, p.Columns)
		}
		return p
	}
	heads := run(inspect.Pass{Model: a, Tasks: into}, inspect.Pass{Model: a, Tasks: from}, "heads")
	if math.Abs(heads.Into-heads.From) < 1e-4 || math.Abs(heads.Scores[0][0]-heads.From) > 1e-6 {
		t.Errorf("patched %v, want the %g of the pass that it is taken from", heads.Scores, heads.From)
	}
	attention := run(inspect.Pass{Model: a, Tasks: into}, inspect.Pass{Model: a, Tasks: from}, "attention")
	if math.Abs(attention.Scores[0][0]-attention.Into) > 1e-6 {
		t.Errorf("patched %v, want the %g of the pass as it is", attention.Scores, attention.Into)
	}
	weights := run(inspect.Pass{Model: a, Tasks: from}, inspect.Pass{Model: b, Tasks: from}, "heads")
	if math.Abs(weights.Scores[0][0]-weights.Into) < 1e-5 {
		t.Error("the heads of other weights change nothing")
	}
}

// TestPatchTargets: the score of real targets is the squared error.
func TestPatchTargets(t *testing.T) {
	tasks := regression.Linear{N: 4, D: 2}
	f := trained(t, transformer.PreNorm{Width: 8, Depth: 1}, tasks, 0)
	b := batch(t, tasks, "clean", 5)
	p, err := inspect.Patch(context.Background(), inspect.Pass{Model: f, Tasks: b}, inspect.Pass{Model: f, Tasks: b}, 2, "stream")
	if err != nil {
		t.Fatal(err)
	}
	mean, _, err := f.Regress(context.Background(), b, []int{2})
	if err != nil {
		t.Fatal(err)
	}
	want := 0.
	for task, v := range mean {
		want += math.Pow(float64(v-b.Z[task*b.N+2]), 2) / float64(b.T)
	}
	for c, score := range p.Scores[0] {
		if math.Abs(score-want) > 1e-5*(1+want) {
			t.Errorf("%s patched by itself: squared error %g, want %g", p.Columns[c], score, want)
		}
	}
	if alt := p.Map().Alt(); !strings.Contains(alt, "squared error") {
		t.Errorf("%q does not name the score", alt)
	}
}

func TestPatchRefuses(t *testing.T) {
	ctx, tasks := context.Background(), synthetic.Proto{N: 4}
	f := trained(t, transformer.PreNorm{Width: 8, Depth: 1}, tasks, 0)
	wide := trained(t, transformer.PreNorm{Width: 12, Depth: 1}, tasks, 0)
	deep := trained(t, transformer.PreNorm{Width: 8, Depth: 2}, tasks, 0)
	b, fewer := batch(t, tasks, "a", 3), batch(t, tasks, "a", 2)
	for want, call := range map[string][2]inspect.Pass{
		"2 of 4":             {{f, b}, {f, fewer}},
		"no trained learner": {{f, b}, {nil, b}},
		"same sizes":         {{f, b}, {wide, b}},
		"[[5 8] [5 8]]":      {{f, b}, {deep, b}},
		"the batch is nil":   {{f, nil}, {f, b}},
	} {
		if _, err := inspect.Patch(ctx, call[0], call[1], 2, "stream"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
	run := inspect.Pass{Model: f, Tasks: b}
	if _, err := inspect.Patch(ctx, run, run, 2, "layers"); err == nil || !strings.Contains(err.Error(), `part "layers"`) {
		t.Errorf("error %v", err)
	}
	if _, err := inspect.Patch(ctx, run, run, 4, "stream"); err == nil || !strings.Contains(err.Error(), "want 0 to 3") {
		t.Errorf("error %v", err)
	}
}
