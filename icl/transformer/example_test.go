package transformer_test

import (
	"fmt"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
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

// Of these transformers one can look into the paper's.
func ExampleTransparent() {
	for _, l := range []learner.Learner{transformer.Paper{}, transformer.PreNorm{}, transformer.Decoder{}} {
		_, ok := l.(transformer.Transparent)
		fmt.Println(l.Name(), ok)
	}
	// Output:
	// ICL true
	// ICL-softmax false
	// ICL-decoder false
}
