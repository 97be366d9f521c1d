package vision

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
)

// tiny is for the tasks of the battery, whose two inputs are an image of 1×2 pixels.
var tiny = Conv{Height: 1, Width: 2, Blocks: 1, Channels: 4, Group: 4}

func TestLearner(t *testing.T) {
	learnertest.Run(t, Encoded{Encoder: tiny, Head: metalearner.ProtoNet{Width: 3}}, learnertest.Expect{Permutation: true})
}

func TestLearnerOfFixedContext(t *testing.T) {
	for _, shared := range []bool{false, true} {
		learnertest.Run(t, Encoded{Encoder: tiny, Head: metalearner.CNP{Width: 5}, Context: 4, Shared: shared}, learnertest.Expect{Regression: true})
	}
}

// TestCentred: in the battery, and an answer does not depend on what is added to all features,
// nor on points that are not in the context.
func TestCentred(t *testing.T) {
	for _, context := range []int{0, 4} {
		learnertest.Run(t, Encoded{Encoder: tiny, Head: metalearner.ProtoNet{Width: 3}, Context: context, Centred: true}, learnertest.Expect{})
	}
	encoder := Conv{Height: 5, Width: 6, Blocks: 2, Channels: 4, Group: 2}
	of := func(centred bool) []float64 {
		return logits(t, Encoded{Encoder: encoder, Head: metalearner.ProtoNet{Direct: true}, Context: 4, Centred: centred}, 7, []int32{4, 6, 2, 5})
	}
	plain := of(false)
	for i, v := range of(true) { // distances do not see a shift
		if math.Abs(v-plain[i]) > 1e-9*(1+math.Abs(v)) {
			t.Errorf("logit %d is %g, and %g with the mean subtracted", i, plain[i], v)
		}
	}
}

// pixels is the number of those of an image of 5×6.
const pixels = 30

// logits are those of l with random weights for the queries of noise.
func logits(t *testing.T, l learner.Learner, points int, at []int32) []float64 {
	t.Helper()
	b, err := backend.Shared(context.Background(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Compile[float64](b.Backend, l, pixels, 3)
	if err != nil {
		t.Fatal(err)
	}
	weights, rng := make([]float64, e.Layout.Size), rand.New(rand.NewPCG(1, 2))
	for i := range weights {
		weights[i] = rng.NormFloat64() / 4
	}
	out, err := e.Logits(weights, learnertest.Noise(1, 2, points, pixels, 3), at)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestShared: heads answer alike whether all queries are put to them at once or each alone.
func TestShared(t *testing.T) {
	encoder := Conv{Height: 5, Width: 6, Blocks: 2, Channels: 4, Group: 2}
	at := []int32{4, 6, 2, 5, 4, 0} // also before the end of the context
	for _, head := range []learner.Learner{
		metalearner.ProtoNet{Width: 4}, metalearner.MatchNet{Width: 4}, metalearner.CNP{Width: 4}, metalearner.ANIL{Width: 4},
		metalearner.Kernel{}, metalearner.GradientDescent{}, transformer.PreNorm{Width: 8, Depth: 1, Heads: 2},
	} {
		one := logits(t, Encoded{Encoder: encoder, Head: head, Context: 4}, 7, at)
		for i, v := range logits(t, Encoded{Encoder: encoder, Head: head, Context: 4, Shared: true}, 7, at) {
			if math.Abs(v-one[i]) > 1e-9*(1+math.Abs(v)) {
				t.Errorf("%s: logit %d is %g, and %g with each query alone", head.Name(), i, v, one[i])
				break
			}
		}
	}
}

// TestContext: points behind the first Context ones are no examples.
func TestContext(t *testing.T) {
	encoder := Conv{Height: 5, Width: 6, Blocks: 1, Channels: 2}
	l := func(context int) learner.Learner {
		return Encoded{Encoder: encoder, Head: metalearner.ProtoNet{Width: 4}, Context: context}
	}
	fixed, all := logits(t, l(4), 7, []int32{4, 4}), logits(t, l(0), 7, []int32{4, 4})
	for i := range all {
		if math.Abs(fixed[i]-all[i]) > 1e-9 {
			t.Errorf("after 4 examples logit %d is %g with 4 points of context, %g with all", i, fixed[i], all[i])
		}
	}
	fixed, all = logits(t, l(4), 7, []int32{6, 6}), logits(t, l(0), 7, []int32{6, 6})
	same := true
	for i := range all {
		same = same && math.Abs(fixed[i]-all[i]) < 1e-9
	}
	if same {
		t.Error("points 4 and 5 are examples in spite of Context = 4")
	}
}

// encoding is a learner whose logits are the features.
type encoding struct{ Conv }

func (encoding) Name() string                                         { return "encoding" }
func (e encoding) Params(d, _ int) ([]learner.Param, error)           { return e.params(d) }
func (e encoding) Logits(w learner.Weights, ep learner.Episode) *Node { return e.encode(w, ep.Queries) }

// TestEncode compares the features of an image with loops over its pixels.
func TestEncode(t *testing.T) {
	c := Conv{Height: 5, Width: 6, Blocks: 2, Channels: 4, Group: 2}
	l := encoding{c}
	layout, err := learner.NewLayout(l, 30, 3)
	if err != nil {
		t.Fatal(err)
	}
	weights, rng := make([]float32, layout.Size), rand.New(rand.NewPCG(1, 2))
	for i := range weights {
		weights[i] = float32(rng.NormFloat64() / 4)
	}
	b := learnertest.Noise(1, 1, 2, 30, 3)
	h := make([][][]float64, 5)
	for p, v := range b.Point(0, 1) {
		h[p/6] = append(h[p/6], []float64{float64(v)})
	}
	for block := range c.Blocks {
		h = loops(h, c, block == c.Blocks-1, func(name string) []float32 { return layout.Of(weights, blockName(block)+name) })
	}
	var want []float64
	for _, row := range h {
		for _, pixel := range row {
			want = append(want, pixel...)
		}
	}
	got := logits(t, l, 2, []int32{1, 1})[:c.Features(30)]
	if len(want) != len(got) || len(want) != 2*2*4 {
		t.Fatalf("%d features, want %d", len(got), len(want))
	}
	one := 0.
	for i, v := range want {
		one = max(one, math.Abs(v-got[i]))
	}
	if one > 1e-5 {
		t.Errorf("features %.4g, want %.4g", got, want)
	}
}

// loops is a block: convolution, group normalisation and, but for the last one, ReLU.
func loops(h [][][]float64, c Conv, last bool, of func(name string) []float32) [][][]float64 {
	height, width, in := len(h), len(h[0]), len(h[0][0])
	out := make([][][]float64, half(height))
	for y := range out {
		out[y] = make([][]float64, half(width))
		for x := range out[y] {
			out[y][x] = make([]float64, c.Channels)
			for k := range c.Channels {
				sum := float64(of(".bias")[k])
				for p := range kernel * kernel * in {
					row, column := 2*y+p/in/kernel-1, 2*x+p/in%kernel-1
					if row >= 0 && column >= 0 && row < height && column < width {
						sum += float64(of(".weight")[k*kernel*kernel*in+p]) * h[row][column][p%in]
					}
				}
				out[y][x][k] = sum
			}
		}
	}
	for lo := 0; lo < c.Channels; lo += c.Group {
		var sum, square, n float64
		each := func(f func(v *float64, k int)) {
			for _, row := range out {
				for _, pixel := range row {
					for k := lo; k < lo+c.Group; k++ {
						f(&pixel[k], k)
					}
				}
			}
		}
		each(func(v *float64, _ int) { sum, square, n = sum+*v, square+*v**v, n+1 })
		mean := sum / n
		sd := math.Sqrt(square/n - mean*mean + 1e-5)
		each(func(v *float64, k int) {
			if *v = (*v-mean)/sd*float64(of(".norm.weight")[k]) + float64(of(".norm.bias")[k]); !last {
				*v = max(0, *v)
			}
		})
	}
	return out
}

// TestExactM2: exact gradients through convolutions are refused with what to do instead.
func TestExactM2(t *testing.T) {
	m := metalearner.M2{Model: Encoded{Encoder: tiny, Head: metalearner.ProtoNet{Width: 3}}, Tasks: 4}
	if err := m.Validate(); err == nil || !strings.Contains(err.Error(), `"first"`) {
		t.Errorf("error %v, want one that names first-order gradients", err)
	}
	m.Order = "first"
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
}

func TestWrongSettings(t *testing.T) {
	head := metalearner.ProtoNet{}
	for want, l := range map[string]Encoded{
		"without a Head":         {},
		"Shared and Centred":     {Head: head, Context: 2, Shared: true, Centred: true},
		"Shared without Context": {Head: head, Shared: true},
		"a context of -1":        {Head: head, Context: -1},
		"tasks have 30 inputs":   {Head: head},
		"want a divisor":         {Head: head, Encoder: Conv{Height: 5, Width: 6, Channels: 6, Group: 4}},
		"want positive numbers":  {Head: head, Encoder: Conv{Height: 5, Width: 6, Blocks: -1}},
		"loss of its own":        {Head: metalearner.MAML{}, Encoder: Conv{Height: 5, Width: 6}},
	} {
		if _, err := l.Params(30, 5); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// TestFrozen: training changes the head alone.
func TestFrozen(t *testing.T) {
	l := Encoded{Encoder: Conv{Height: 1, Width: 2, Blocks: 1, Channels: 2}, Head: metalearner.ProtoNet{Width: 3}, Frozen: true}
	weights := func(steps int) (conv, head []float32) {
		f, err := train.Train(t.Context(), train.Config{Learner: l, Tasks: synthetic.Pair{}, Recipe: train.Recipe{Steps: steps, Batch: 4}},
			train.WithDir(t.TempDir()), train.WithBackend("go"), train.WithNotices(func(string) {}))
		if err != nil {
			t.Fatal(err)
		}
		layout, err := learner.NewLayout(l, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		return layout.Of(f.Params, "conv.0.weight"), layout.Of(f.Params, "f.0.weight")
	}
	conv, head := weights(1)
	later, trained := weights(20)
	if !slices.Equal(conv, later) || slices.Equal(head, trained) {
		t.Errorf("weights of the encoder %v, then %v; of the head %v, then %v", conv, later, head, trained)
	}
}
