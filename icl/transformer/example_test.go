package transformer_test

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
)

// stream is a residual stream of 2 inputs, a target and an answer.
func stream(layers ...transformer.Layer) transformer.Circuit {
	return transformer.Circuit{
		Label: "circuit", Layers: layers,
		Slots: []transformer.Slot{{Name: "x", From: "x", Width: 2}, {Name: "z", From: "y", Width: 1}, {Name: "answer", Width: 1}},
	}
}

// show lists the weights of a circuit on regression tasks with 2 inputs.
func show(c transformer.Circuit) {
	layout, err := learner.NewLayout(c, 2, 0)
	for _, p := range layout.Params {
		fmt.Print(p.Name, p.Dims, " ")
	}
	fmt.Println(err)
}

// A bilinear unit multiplies two linear maps of the stream, so it has one more.
func ExampleFeedForward_activation() {
	for _, a := range []string{"GELU", "bilinear"} {
		show(stream(transformer.Layer{FeedForward: &transformer.FeedForward{Activation: a, Hidden: 3}}))
	}
	// Output:
	// layers.0.in.weight[3 4] layers.0.out.weight[4 3] readout.weight[1 4] <nil>
	// layers.0.in.weight[3 4] layers.0.gate.weight[3 4] layers.0.out.weight[4 3] readout.weight[1 4] <nil>
}

// Two heads that read and write the whole stream.
func ExampleAttention() {
	heads := transformer.Attention{Kind: "softmax", Heads: 2, Key: 3, Value: 1}
	show(stream(transformer.Layer{Attention: &heads}))
	// Output: layers.0.q.weight[6 4] layers.0.k.weight[6 4] layers.0.v.weight[2 4] layers.0.out.weight[4 2] readout.weight[1 4] <nil>
}

// A kind that there is not is an error, before anything is computed.
func ExampleAttention_kind() {
	for _, kind := range []string{"linear", "cosine"} {
		c := stream(transformer.Layer{Attention: &transformer.Attention{Kind: kind, Key: 1, Value: 1}})
		fmt.Println(c.Validate(2, 0))
	}
	// Output:
	// <nil>
	// transformer: circuit, layer 0: unknown attention "cosine"
}

// A feed-forward network works on each token alone.
func ExampleFeedForward() {
	show(stream(transformer.Layer{FeedForward: &transformer.FeedForward{Activation: "leaky ReLU", Hidden: 16}}))
	// Output: layers.0.in.weight[16 4] layers.0.out.weight[4 16] readout.weight[1 4] <nil>
}

// By default every token can be attended to. Constructions of learners leave out the
// query, which is none of the examples.
func ExampleAttention_keys() {
	for _, keys := range []string{"", "all but the query", "labels"} {
		head := transformer.Attention{Kind: "linear", Key: 2, Value: 1, Keys: keys}
		fmt.Println(stream(transformer.Layer{Attention: &head}).Validate(2, 0))
	}
	// Output:
	// <nil>
	// <nil>
	// transformer: circuit, layer 0: unknown set of keys "labels"
}

// A layer is one part; with Norm it reads the normalised stream.
func ExampleLayer() {
	part := &transformer.FeedForward{Activation: "GELU", Hidden: 4}
	show(stream(transformer.Layer{FeedForward: part, Norm: true}))
	fmt.Println(stream(transformer.Layer{}).Validate(2, 0))
	// Output:
	// layers.0.norm.weight[4] layers.0.norm.bias[4] layers.0.in.weight[4 4] layers.0.out.weight[4 4] readout.weight[1 4] <nil>
	// transformer: circuit, layer 0: want either attention or a feed-forward network
}

// Slots are ranges of the stream's channels, one after the other.
func ExampleSlot() {
	c := stream()
	fmt.Println(c.Width(), "channels in", len(c.Slots), "slots")
	c.Slots[0].Width = 3
	fmt.Println(c.Validate(2, 0))
	// Output:
	// 4 channels in 3 slots
	// transformer: circuit has a slot "x" of width 3; want 2 for tasks with 2 inputs and 0 classes
}

// A source says what a slot holds before the first layer. Here the same inputs lie in one
// slot on the examples' tokens and in another on the query's, so that a head can distinguish them.
func ExampleSlot_from() {
	c := stream()
	c.Slots[0].From = "context x"
	c.Slots = append(c.Slots, transformer.Slot{Name: "query", From: "query x", Width: 2})
	fmt.Println(c.Width(), c.Validate(2, 0))
	c.Slots[0].From = "input"
	fmt.Println(c.Validate(2, 0))
	// Output:
	// 6 <nil>
	// transformer: unknown source "input" of a slot
}

// Into these transformers one can look while they answer, and that of tables is closed.
func ExampleTransparent() {
	for _, l := range []learner.Learner{transformer.Paper{}, transformer.PreNorm{}, transformer.Decoder{}, transformer.AttentionOnly{}, transformer.Tabular{}} {
		_, ok := l.(transformer.Transparent)
		fmt.Println(l.Name(), ok)
	}
	// Output:
	// ICL true
	// ICL-softmax true
	// ICL-decoder true
	// ICL-attention true
	// ICL-table false
}

// Two layers of attention over eight pairs and a query, as in Reddy (2024): the stream has a
// channel for each of 18 places behind the 24 of the input.
func ExampleAttentionOnly() {
	l := transformer.AttentionOnly{Positions: "one-hot", Points: 9, MLP: []int{128, 128, 128}}
	layout, err := learner.NewLayout(l, 24, 16)
	fmt.Println(layout.Params[0].Name, layout.Params[0].Dims, layout.Params[1].Name, layout.Params[1].Dims)
	fmt.Println(layout.Size, "parameters", err)
	// Output:
	// label.weight [24 16] layers.0.q.weight [42 42]
	// 55088 parameters <nil>
}

// Clamps leave the weights as they are, so those of a free transformer fit, see
// [train.Fitted.As].
func ExampleHeadClamp() {
	free := transformer.AttentionOnly{Width: 16, Heads: 2}
	clamped := free
	clamped.Clamps = []transformer.HeadClamp{{Layer: 0, To: "previous token"}, {Layer: 1, Heads: []int{1}, To: "ablated"}}
	for _, l := range []learner.Learner{free, clamped} {
		layout, err := learner.NewLayout(l, 3, 3)
		fmt.Println(l.Name(), layout.Size, err)
	}
	clamped.Clamps = append(clamped.Clamps, transformer.HeadClamp{Layer: 1, To: "uniform"})
	fmt.Println(clamped.Validate())
	// Output:
	// ICL-attention 2211 <nil>
	// ICL-attention (layer 0: previous token; layer 1, head 1: ablated) 2211 <nil>
	// transformer: two clamps of head 1 of layer 1; want one
}

// The tokens of two examples and the query, and where they lie: each decoder has its own order.
func ExampleToken() {
	for _, l := range []transformer.Transparent{transformer.AttentionOnly{}, transformer.Decoder{}, transformer.PreNorm{}} {
		fmt.Println(l.Name(), l.Sequence(10, 2))
	}
	// Output:
	// ICL-attention [{0 input 0} {0 label 1} {1 input 2} {1 label 3} {2 input 4}]
	// ICL-decoder [{0 input 0} {0 label 10} {1 input 1} {1 label 11} {2 input 2}]
	// ICL-softmax [{0  0} {1  1} {2  10}]
}

// removed is l without the heads of a layer: a hook that puts zeros in their place.
type removed struct {
	transformer.AttentionOnly
	Without int
}

func (r removed) Logits(w learner.Weights, ep learner.Episode) *graph.Node {
	return r.LogitsWith(w, ep, func(at transformer.Site, value *graph.Node) *graph.Node {
		if at == (transformer.Site{Layer: r.Without, Part: "heads"}) {
			return graph.ZerosLike(value)
		}
		return value
	})
}

// A hook that clears what the heads of a layer take, beside a clamp that does so.
func ExampleHook() {
	free := transformer.AttentionOnly{Layers: 1}
	clamped := free
	clamped.Clamps = []transformer.HeadClamp{{To: "ablated"}}
	b, err := synthetic.Proto{N: 3}.Sample(datasets.Rand(0, "tasks"), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range []learner.Learner{removed{free, 0}, clamped} {
		layout, err := learner.NewLayout(l, b.D, b.C)
		if err != nil {
			fmt.Println(err)
			return
		}
		e, err := engine.New(context.Background(), l, b.D, b.C, "", engine.Options{Kind: "gomlx", Backend: "go"})
		if err != nil {
			fmt.Println(err)
			return
		}
		logits, err := e.Logits(layout.Init(datasets.Rand(0, "weights")), b, []int32{2})
		fmt.Printf("%.4f %v\n", logits, err)
	}
	// Output:
	// [-0.3680 0.4363] <nil>
	// [-0.3680 0.4363] <nil>
}

// What a hook is handed on its way through one layer of two heads, for two tasks of five
// points: ten tokens, of three channels.
func ExampleSite() {
	l := transformer.AttentionOnly{Layers: 1, Heads: 2}
	b, err := synthetic.Proto{N: 5, D: 3}.Sample(datasets.Rand(0, "tasks"), 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	open, err := backend.Shared(context.Background(), "go")
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := engine.Compile[float32](open.Backend, l, b.D, b.C)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = e.Observe(e.Layout.Init(datasets.Rand(0, "weights")), b, []int32{4, 4}, func(w learner.Weights, ep learner.Episode) []*graph.Node {
		return []*graph.Node{l.LogitsWith(w, ep, func(at transformer.Site, value *graph.Node) *graph.Node {
			fmt.Println(at.Layer, at.Part, value.Shape().Dimensions)
			return value
		})}
	})
	fmt.Println(err)
	// Output:
	// 0 stream [2 10 3]
	// 0 attention [2 2 10 10]
	// 0 heads [2 10 2 2]
	// 1 stream [2 10 3]
	// <nil>
}
