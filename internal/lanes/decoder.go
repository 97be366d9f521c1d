package lanes

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
)

// Decoder is the shape of a GPT-2-style decoder, see transformer.Decoder, which tells
// what it computes: tokens x_1, y_1, x_2, y_2, …, causal attention, layer normalisation
// before each part, a feed-forward network of 4·Width with GELU by tanh. A lane holds a
// task; its loss is cross-entropy, or squared error of real targets.
type Decoder struct {
	Depth, Width, Heads int
	Points              int // a task at most, since positions are learned
	D, C                int // input dimensions; classes, or 0 for real targets
}

// Outputs implements [Model]: C logits, or a target.
func (d Decoder) Outputs() int { return max(d.C, 1) }

// inputs is the number of channels that a token comes with.
func (d Decoder) inputs() int { return max(d.D, d.Outputs()) }

// layer is the number of weights of a layer: two normalisations, four maps of attention
// and two of the feed-forward network.
func (d Decoder) layer() int {
	w := d.Width
	return 2*2*w + 4*(w*w+w) + 2*4*w*w + 4*w + w
}

// NumParams is the number of weights. They lie in one flat vector, every matrix [out, in]
// and row-major and followed by its bias: read_in [Width, max(D, C)]; positions [2·Points,
// Width]; for each layer norm1, q, k, v, out, norm2, w1 and w2; then norm and readout.
func (d Decoder) NumParams() int {
	w := d.Width
	return w*d.inputs() + w + 2*d.Points*w + d.Depth*d.layer() + 2*w + d.Outputs()*(w+1)
}

// FLOPs implements [Model], for tasks up to their last query.
func (d Decoder) FLOPs(tasks int, at []int32) float64 {
	w, queries := float64(d.Width), len(at)/tasks
	var sum float64
	for t := range tasks {
		tokens, asking := 2*float64(last(at[t*queries:][:queries]))+1, float64(queries)
		whole := 12*w*w*tokens + w*tokens*(tokens+1) // each token sees itself and those before
		final := 2*w*w*tokens + 10*w*w*asking + 2*w*float64(total(at[t*queries:][:queries])*2+queries)
		sum += float64(d.Depth-1)*whole + final + w*float64(d.inputs())*tokens + w*float64(d.Outputs())*asking
	}
	return 3 * 2 * sum
}

func last(at []int32) (n int32) {
	for _, a := range at {
		n = max(n, a)
	}
	return n
}

func total(at []int32) (n int) {
	for _, a := range at {
		n += int(a)
	}
	return n
}

// maxDecoder is the widest decoder that there are kernels for: its graph on lanes takes
// 1.8 times as long with 16 channels, 1.3 with 32, 1.2 with 48 and 1.0 with 96 (goicl bench
// kernels).
const maxDecoder = 96

// maxScratch bounds the numbers that a lane keeps for the backward pass, a worker's memory:
// 1 GB at 16 lanes.
const maxScratch = 1 << 24

// scratch is about how many numbers a lane keeps.
func (d Decoder) scratch(points, queries int) int {
	tokens := 2 * points
	asking := max(tokens, queries)
	return (d.Depth + 1) * (asking*(20*d.Width+2*d.inputs()) + (d.Heads+1)*asking*tokens)
}

func (d Decoder) validate() error {
	switch {
	case d.Depth < 1 || d.Width < 1 || d.Heads < 1 || d.Points < 1 || d.D < 1 || d.C < 0:
		return fmt.Errorf("lanes: depth %d, width %d, heads %d, points %d, D %d, C %d; want at least 1, and C at least 0", d.Depth, d.Width, d.Heads, d.Points, d.D, d.C)
	case d.Width > maxDecoder:
		return fmt.Errorf("lanes: a decoder of width %d; there are kernels for at most %d, use the GoMLX engine", d.Width, maxDecoder)
	case d.Width%d.Heads != 0:
		return fmt.Errorf("lanes: %d heads do not divide width %d", d.Heads, d.Width)
	case max(d.Depth, d.Points, d.D, d.C) > maxSize:
		return fmt.Errorf("lanes: depth %d, points %d, D %d, C %d; want at most %d, or use the GoMLX engine", d.Depth, d.Points, d.D, d.C, maxSize)
	}
	return d.checkScratch(d.Points, d.Points)
}

func (d Decoder) checkScratch(points, queries int) error {
	if queries > maxScratch || d.scratch(points, queries) > maxScratch {
		return fmt.Errorf("lanes: %d points and %d queries a task are too many for width %d, depth %d and %d heads; use the GoMLX engine", points, queries, d.Width, d.Depth, d.Heads)
	}
	return nil
}

func (d Decoder) checkBatch(b *datasets.Batch, queries int) error {
	if err := checkShape(b, d.D, d.C); err != nil {
		return err
	}
	if b.N > d.Points {
		return fmt.Errorf("lanes: tasks of %d points for a decoder of %d; make it with more Points", b.N, d.Points)
	}
	return d.checkScratch(b.N, queries)
}

func (d Decoder) assign(p *plan, b *datasets.Batch, at []int32, lanes int) {
	p.longest = grow(p.longest, b.T)
	queries := len(at) / b.T
	for t := range p.longest {
		p.longest[t] = last(at[t*queries:][:queries])
	}
	p.assign(b.N, p.longest, lanes)
}
