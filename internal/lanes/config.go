package lanes

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
)

// maxWidth is the widest token of the kernels.
const maxWidth = 16

// Config is the shape of the model. A token has W = D + 2C channels: the input,
// the one-hot label and C channels of scratch space. The feed-forward layers have
// H = Expand·W hidden units. The paper's model is {Depth: 8, D: 2, C: 2, Expand: 4}.
type Config struct {
	Depth  int // layers
	D, C   int // input dimensions, classes
	Expand int // hidden units for each channel of a token
}

// width is the number of channels of a token, D + 2C.
func (c Config) width() int { return c.D + 2*c.C }

// hidden is the number of hidden units of a feed-forward layer, Expand·W.
func (c Config) hidden() int { return c.Expand * c.width() }

// NumParams is the number of weights. They lie in one flat vector, every matrix
// [out, in] and row-major: for each layer to_q, to_k and to_v [W, W], w1.weight
// [H, W], w1.bias [H], w2.weight [W, H], w2.bias [W]; after the last layer
// readout [2C, W].
func (c Config) NumParams() int {
	w, h := c.width(), c.hidden()
	return c.Depth*(3*w*w+2*h*w+h+w) + 2*c.C*w
}

// FLOPs implements [Model]. The last layer does its feed-forward part for the query alone.
func (c Config) FLOPs(_ int, at []int32) float64 {
	w, h := float64(c.width()), float64(c.hidden())
	context, query := 3*w*w, 2*w*w+2*h*w // for each token; for each token whose output is read
	tokens := 0.0
	for _, n := range at {
		tokens += float64(n) + 1
	}
	last := tokens*context + float64(len(at))*query
	return 3 * 2 * (float64(c.Depth-1)*tokens*(context+query) + last)
}

// maxSize bounds depth and expansion, far beyond use, to keep all sizes small
// enough for C.
const maxSize = 1024

// Outputs implements [Model]: 2C logits.
func (c Config) Outputs() int { return 2 * c.C }

func (c Config) assign(p *plan, b *datasets.Batch, at []int32, lanes int) { p.assign(b.N, at, lanes) }

func (c Config) checkBatch(b *datasets.Batch, _ int) error {
	if err := checkShape(b, c.D, c.C); err != nil {
		return err
	}
	if b.N > maxActivations/((c.Depth+1)*(9*c.width()+3*c.hidden()+1)) {
		return fmt.Errorf("lanes: tasks of %d points are too long for depth %d and %d hidden units; use the GoMLX engine", b.N, c.Depth, c.hidden())
	}
	return nil
}

func (c Config) validate() error {
	switch {
	case c.Depth < 1 || c.D < 1 || c.C < 2 || c.Expand < 1:
		return fmt.Errorf("lanes: depth %d, D %d, C %d, expand %d; want at least 1, 1, 2 and 1", c.Depth, c.D, c.C, c.Expand)
	case c.D > maxWidth || c.C > maxWidth || c.width() > maxWidth:
		return fmt.Errorf("lanes: a token of D + 2C = %d + 2·%d channels; at most %d fit, use the GoMLX engine", c.D, c.C, maxWidth)
	case c.Depth > maxSize || c.Expand > maxSize:
		return fmt.Errorf("lanes: depth %d, expand %d; want at most %d, or use the GoMLX engine", c.Depth, c.Expand, maxSize)
	}
	return nil
}
