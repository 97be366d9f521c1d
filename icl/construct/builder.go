package construct

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
)

// Builder builds a transformer layer by layer: slots of the residual stream, then
// layers with their weights. Errors, such as a head whose queries and keys differ in
// size, are returned by [Builder.Build].
type Builder struct {
	circuit transformer.Circuit
	weights map[string]Map
	err     error
}

// New starts a transformer; its label is the name in tables and figures.
func New(label string) *Builder {
	return &Builder{circuit: transformer.Circuit{Label: label}, weights: map[string]Map{}}
}

// Slot is a range of the stream's channels.
type Slot struct {
	Name   string
	Offset int
	Width  int

	of *Builder // for errors
}

// Slot adds a slot of that width to the stream, initialised from a source.
func (b *Builder) Slot(name, from string, width int) Slot {
	s := Slot{name, b.circuit.Width(), width, b}
	b.circuit.Slots = append(b.circuit.Slots, transformer.Slot{Name: name, From: from, Width: width})
	return s
}

// Classes adds a token for each class to the sequence.
func (b *Builder) Classes() { b.circuit.Classes = true }

// Head is an attention head: queries, keys and values are maps from the stream; it adds
// Outᵀ times the weighted mean, or sum, of values to the stream.
type Head struct {
	Q, K, V, Out Map
}

// Attend adds a layer of attention with one head. Sizes in a are filled in.
func (b *Builder) Attend(a transformer.Attention, h Head) {
	if len(h.Q) != len(h.K) || len(h.V) != len(h.Out) {
		b.fail("a head has queries of size %d and keys of size %d, values of size %d and outputs of size %d; want equal pairs", len(h.Q), len(h.K), len(h.V), len(h.Out))
	}
	a.Heads, a.Key, a.Value = 1, len(h.Q), len(h.V)
	b.layer(transformer.Layer{Attention: &a}, map[string]Map{"q": h.Q, "k": h.K, "v": h.V, "out": h.Out})
}

// toExamples is attention to the examples whose scores are weights: what it adds up is
// a mean over the examples, as the gradient of a mean loss is.
var toExamples = transformer.Attention{Kind: "linear", Keys: "examples", Mean: true}

// FeedForward adds a feed-forward network: it adds outᵀ a(in·h) to each token.
func (b *Builder) FeedForward(a string, in, out Map) {
	b.feedForward(a, in, out, nil)
}

// Bilinear adds a feed-forward network with hidden units (in·h)∘(gate·h).
func (b *Builder) Bilinear(in, gate, out Map) {
	if len(gate) != len(in) {
		b.fail("a bilinear unit multiplies %d by %d numbers; want as many", len(in), len(gate))
	}
	b.feedForward("bilinear", in, out, gate)
}

func (b *Builder) feedForward(a string, in, out, gate Map) {
	if len(in) != len(out) {
		b.fail("a feed-forward network has %d hidden units and outputs of %d; want as many", len(in), len(out))
	}
	weights := map[string]Map{"in": in, "out": out}
	if gate != nil {
		weights["gate"] = gate
	}
	b.layer(transformer.Layer{FeedForward: &transformer.FeedForward{Activation: a, Hidden: len(in)}}, weights)
}

// Linear adds toᵀ(from·h) to each token: a linear map, made of pairs of leaky ReLUs,
// since u is (leaky(u) − leaky(−u))/1.01.
func (b *Builder) Linear(from, to Map) {
	const sum = 1.01 // of the two slopes
	b.FeedForward("leaky ReLU", Join(from, from.Times(-1)), Join(to.Times(1/sum), to.Times(-1/sum)))
}

func (b *Builder) layer(l transformer.Layer, weights map[string]Map) {
	for part, m := range weights {
		b.weights[fmt.Sprintf("layers.%d.%s.weight", len(b.circuit.Layers), part)] = m
	}
	b.circuit.Layers = append(b.circuit.Layers, l)
}

// fail keeps the first error. A nil builder ignores it.
func (b *Builder) fail(format string, args ...any) {
	if b != nil && b.err == nil {
		b.err = fmt.Errorf("construct: %s, layer %d: "+format, append([]any{b.circuit.Label, len(b.circuit.Layers)}, args...)...)
	}
}

// Build reads the output from the query's token by a map, and returns the transformer for
// tasks with d inputs and c classes (0 for real targets). With log the output are
// probabilities, and the logits their logarithms.
func (b *Builder) Build(read Map, log bool, d, c int) (*Construction, error) {
	b.circuit.Outputs, b.circuit.Log = len(read), log
	b.weights["readout.weight"] = read
	for name, m := range b.weights {
		if slices.ContainsFunc(m, func(row []float64) bool { return len(row) > b.circuit.Width() }) {
			b.fail("%s reaches beyond the stream of %d channels; is it made of slots of another transformer?", name, b.circuit.Width())
		}
	}
	if b.err != nil {
		return nil, b.err
	}
	layout, err := learner.NewLayout(b.circuit, d, c)
	if err != nil {
		return nil, err
	}
	out := &Construction{Circuit: b.circuit, D: d, C: c, layout: layout, Weights: make([]float64, layout.Size)}
	layout.All(func(p learner.Param, lo, hi int) {
		m := b.weights[p.Name]
		if outward(p.Name) {
			m = m.transposed(p.Dims[0])
		}
		m.fill(out.Weights[lo:hi], p.Dims[1])
	})
	return out, nil
}
