package transformer_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
)

// transparents are small transformers that can be looked into.
func transparents() map[string]transformer.Transparent {
	return map[string]transformer.Transparent{
		"paper":          transformer.Paper{Depth: 2},
		"paper, softmax": transformer.Paper{Depth: 2, Softmax: true, Norm: true, Causal: true},
		"pre-norm":       transformer.PreNorm{Width: 8, Depth: 2},
		"decoder":        transformer.Decoder{Points: 7, Width: 8, Depth: 2, Heads: 2},
		"pairs":          attentionOnly()["clamped"],
		"inputs":         attentionOnly()["relative"],
	}
}

// observe computes nodes of a learner for the query after n examples.
func observe(t *testing.T, s subject[float64], b *datasets.Batch, n int, of func(w learner.Weights, ep learner.Episode) []*graph.Node) [][]float64 {
	t.Helper()
	out, err := s.engine.Observe(s.params, b, slices.Repeat([]int32{int32(n)}, b.T), of)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestHooks: a hook that changes nothing leaves the answers, sees what it is said to see, and
// what it returns is what the answers are made of.
func TestHooks(t *testing.T) {
	const n, points, d, c = 4, 6, 2, 3
	for name, l := range transparents() {
		t.Run(name, func(t *testing.T) {
			s, b := newSubject[float64](t, l, d, c), noise(points, d, c)
			var sites []transformer.Site
			var shapes [][]int
			out := observe(t, s, b, n, func(w learner.Weights, ep learner.Episode) []*graph.Node {
				with := l.LogitsWith(w, ep, func(at transformer.Site, value *graph.Node) *graph.Node {
					sites, shapes = append(sites, at), append(shapes, value.Shape().Dimensions)
					return value
				})
				_, attention := transformer.Inside(l, w, ep)
				last := transformer.Site{Layer: 2, Part: "stream"}
				nothing := l.LogitsWith(w, ep, func(at transformer.Site, value *graph.Node) *graph.Node {
					if at == last {
						return graph.ZerosLike(value)
					}
					return value
				})
				return []*graph.Node{l.Logits(w, ep), with, nothing, attention[0]}
			})
			checkSites(t, sites, shapes)
			for i, v := range out[0] {
				if math.Abs(v-out[1][i]) > 1e-12*(1+math.Abs(v)) {
					t.Errorf("logit %d is %g, and %g with a hook", i, v, out[1][i])
				}
				if k := len(out[0]) / tasks; out[2][i] != out[2][i%k] {
					t.Errorf("logit %d is %g after the stream was cleared, in another task %g", i, out[2][i], out[2][i%k])
				}
			}
			checkShares(t, l, out[3], points, n)
		})
	}
}

// checkSites wants those of two layers, in their order and shapes.
func checkSites(t *testing.T, sites []transformer.Site, shapes [][]int) {
	t.Helper()
	var want []transformer.Site
	for l := range 2 {
		want = append(want, transformer.Site{Layer: l, Part: "stream"}, transformer.Site{Layer: l, Part: "attention"}, transformer.Site{Layer: l, Part: "heads"})
	}
	if want = append(want, transformer.Site{Layer: 2, Part: "stream"}); !slices.Equal(sites, want) {
		t.Fatalf("sites %v, want %v", sites, want)
	}
	for i, s := range sites {
		all := shapes[0][1] // tokens
		tokens := map[string][]int{"stream": shapes[i][1:2], "attention": shapes[i][2:], "heads": shapes[i][1:2]}[s.Part]
		if rank := map[string]int{"stream": 3, "attention": 4, "heads": 4}[s.Part]; len(shapes[i]) != rank || slices.ContainsFunc(tokens, func(n int) bool { return n != all }) {
			t.Errorf("%v has shape %v of %d tokens", s, shapes[i], all)
		}
	}
}

// checkShares: what each token of a sequence takes of the others adds up to 1, and the last one
// takes nothing of tokens that are not in it. attention is [tasks, H, T, T].
func checkShares(t *testing.T, l transformer.Transparent, attention []float64, points, n int) {
	t.Helper()
	sequence := l.Sequence(points, n)
	width := map[bool]int{true: points + 1, false: points}[fmt.Sprintf("%T", l) == "transformer.PreNorm"]
	if len(sequence) > n+1 {
		width = 2 * points
	}
	query := sequence[len(sequence)-1]
	if query.Point != n {
		t.Errorf("the last token is of point %d, want %d", query.Point, n)
	}
	for matrix := range slices.Chunk(attention, width*width) {
		row, inside, all := matrix[query.Place*width:][:width], 0., 0.
		for _, token := range sequence {
			inside += row[token.Place]
		}
		for _, share := range row {
			all += share
		}
		if math.Abs(inside-1) > 1e-12 || math.Abs(all-1) > 1e-12 {
			t.Errorf("the query takes %g of its sequence and %g of all tokens, want 1", inside, all)
		}
	}
}

// TestSequence: tokens are in their order, and there are none of a task that cannot be.
func TestSequence(t *testing.T) {
	for name, l := range transparents() {
		for _, wrong := range [][2]int{{3, 3}, {3, -1}, {0, 0}, {1 << 40, 1 << 39}} {
			if got := l.Sequence(wrong[0], wrong[1]); got != nil {
				t.Errorf("%s: %v after %d examples of %d points", name, got, wrong[1], wrong[0])
			}
		}
	}
	want := []transformer.Token{{0, "input", 0}, {0, "label", 1}, {1, "input", 2}, {1, "label", 3}, {2, "input", 4}}
	if got := (transformer.AttentionOnly{}).Sequence(5, 2); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestClamps: each clamp makes the attention that it names, in both kinds of sequences, equal
// inputs share what matches, and a head that is not clamped stays as it is.
func TestClamps(t *testing.T) {
	const points, d = 6, 2
	b := noise(points, d, 2)
	for task := range tasks {
		copy(b.Point(task, 5), b.Point(task, 1))
		copy(b.Point(task, 3), b.Point(task, 1))
	}
	for _, tokens := range []string{"pairs", "inputs"} {
		for _, to := range []string{"previous token", "matching", "self", "uniform", "ablated"} {
			free := transformer.AttentionOnly{Tokens: tokens, Heads: 2}
			a := free
			a.Clamps = []transformer.HeadClamp{{Layer: 0, Heads: []int{1}, To: to}}
			s := newSubject[float64](t, a, d, 2)
			out := observe(t, s, b, points-1, func(w learner.Weights, ep learner.Episode) []*graph.Node {
				_, clamped := transformer.Inside(a, w, ep)
				_, learned := transformer.Inside(free, w, ep)
				return []*graph.Node{clamped[0], learned[0]}
			})
			width := int(math.Sqrt(float64(len(out[0]) / (tasks * 2))))
			for i, got := range out[0] {
				task, head, row, column := i/(2*width*width), i/(width*width)%2, i/width%width, i%width
				want := out[1][i]
				if head == 1 {
					if want = 0; column <= row {
						want = clampedShares(a, to, row, b, task)[column]
					}
				}
				if math.Abs(got-want) > 1e-12 {
					t.Fatalf("%s, %s: token %d of head %d takes %g of token %d, want %g", tokens, to, row, head, got, column, want)
				}
			}
		}
	}
}

// TestFrozen: a frozen head's queries and keys get no gradient, its values do, and the answers
// are those of a free one.
func TestFrozen(t *testing.T) {
	a := transformer.AttentionOnly{Heads: 2, Positions: "relative", Points: 5}
	frozen := a
	frozen.Clamps = []transformer.HeadClamp{{Layer: 1, Heads: []int{0}, To: "frozen"}}
	b := noise(5, 2, 2)
	free, s := newSubject[float64](t, a, 2, 2), newSubject[float64](t, frozen, 2, 2)
	at := []int32{4, 4}
	if want, got := free.logits(t, b, at), s.logits(t, b, at); !slices.Equal(got, want) {
		t.Errorf("answers %v, want those of the free one, %v", got, want)
	}
	grad := make([]float64, len(s.params))
	if _, err := s.engine.LossGrad(s.params, b, at, grad); err != nil {
		t.Fatal(err)
	}
	of := weightsByName(s.engine.Layout, grad)
	for part, want := range map[string][2]bool{"q": {false, true}, "k": {false, true}, "v": {true, true}} {
		w := of["layers.1."+part+".weight"]
		for head, own := range [][]float64{w[:len(w)/2], w[len(w)/2:]} {
			if moves := slices.ContainsFunc(own, func(g float64) bool { return g != 0 }); moves != want[head] {
				t.Errorf("%s of head %d has a gradient: %v, want %v", part, head, moves, want[head])
			}
		}
	}
}
