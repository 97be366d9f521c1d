package vision

import (
	"cmp"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/learner"
)

// Conv is a convolutional network from grey images to features: blocks of a 3×3 convolution
// with stride 2, group normalisation and, but for the last block, ReLU. Height and width of what a
// block sees are halved, rounded up, so that the default of four blocks makes 2×2·64 = 256
// features of an image of 28×28. It is the network of Finn, Abbeel and Levine (2017, §5.2) for
// Omniglot, but for the last ReLU and with another normalisation: theirs is by the batch, whose
// moments are a state beside the weights and make an answer depend on the other queries.
//
// Group normalisation (Wu and He 2018) is by the mean and deviation of the channels of a
// group over an image. It has no state: each image is encoded alone.
type Conv struct {
	Height   int `json:"height,omitempty"`   // of an image; 0 means the root of its pixels
	Width    int `json:"width,omitempty"`    // of an image; 0 means the root of its pixels
	Blocks   int `json:"blocks,omitempty"`   // 0 means 4
	Channels int `json:"channels,omitempty"` // 0 means 64
	// Group is the number of channels that are normalised together, a divisor of Channels;
	// 0 means 8, or all where there are fewer.
	Group int `json:"group,omitempty"`
}

// kernel is the height and width of a convolution.
const kernel = 3

// sized is the network with all sizes, for images of d pixels.
func (c Conv) sized(d int) Conv {
	side := int(math.Round(math.Sqrt(float64(max(0, d)))))
	c.Height, c.Width = cmp.Or(c.Height, side), cmp.Or(c.Width, side)
	c.Blocks, c.Channels = cmp.Or(c.Blocks, 4), cmp.Or(c.Channels, 64)
	c.Group = cmp.Or(c.Group, min(8, c.Channels))
	return c
}

// validate reports sizes that are not those of images of d pixels.
func (c Conv) validate(d int) error {
	s := c.sized(d)
	switch {
	case min(c.Height, c.Width, c.Blocks, c.Channels, c.Group) < 0:
		return fmt.Errorf("vision: images of %d×%d, %d blocks of %d channels in groups of %d; want positive numbers, or 0 for the defaults", c.Height, c.Width, c.Blocks, c.Channels, c.Group)
	case float64(s.Height)*float64(s.Width) != float64(d):
		return fmt.Errorf("vision: images of %d×%d pixels, but tasks have %d inputs; set Height and Width to those of the images", s.Height, s.Width, d)
	case s.Channels%s.Group != 0:
		return fmt.Errorf("vision: %d channels in groups of %d; want a divisor", s.Channels, s.Group)
	}
	return cmp.Or(learner.CheckLimit("Conv", "Blocks", s.Blocks, learner.MaxDepth), learner.CheckLimit("Conv", "Channels", s.Channels, 1<<14))
}

// Features is the number of features of an image of d pixels.
func (c Conv) Features(d int) int {
	if c.validate(d) != nil {
		return 0
	}
	c = c.sized(d)
	for range c.Blocks {
		c.Height, c.Width = half(c.Height), half(c.Width)
	}
	return c.Height * c.Width * c.Channels
}

func half(n int) int { return (n + 1) / 2 }

func blockName(block int) string { return fmt.Sprintf("conv.%d", block) }

// params lists the weights of block b: conv.b.weight [Channels, 9·inputs] and bias, and
// conv.b.norm.weight and bias [Channels].
func (c Conv) params(d int) ([]learner.Param, error) {
	if err := c.validate(d); err != nil {
		return nil, err
	}
	c = c.sized(d)
	var params []learner.Param
	in := 1
	for b := range c.Blocks {
		params = append(params, learner.LinearParams(blockName(b), kernel*kernel*in, c.Channels, true)...)
		params = append(params, learner.LayerNormParams(blockName(b)+".norm", c.Channels)...)
		in = c.Channels
	}
	return params, nil
}

// encode turns images [..., D] into features [..., F].
func (c Conv) encode(w learner.Weights, x *Node) *Node {
	dims := x.Shape().Clone().Dimensions
	d := dims[len(dims)-1]
	c = c.sized(d)
	h := Reshape(x, x.Shape().Size()/d, c.Height, c.Width, 1)
	for b := range c.Blocks {
		h = convolve(w, blockName(b), h)
		h = c.norm(w, blockName(b)+".norm", h)
		if b < c.Blocks-1 {
			h = MaxScalar(h, 0)
		}
	}
	dims[len(dims)-1] = h.Shape().Size() / h.Shape().Dim(0)
	return Reshape(h, dims...)
}

// convolve is a 3×3 convolution of every second pixel with zeros beyond the edges, plus a bias:
// [I, H, W, C] becomes [I, ⌈H/2⌉, ⌈W/2⌉, O].
func convolve(w learner.Weights, name string, h *Node) *Node {
	edge := func(size int) [2]int { return [2]int{1, size % 2} }
	weight := w.Get(name + ".weight") // [O, 9·C]
	filter := TransposeAllDims(Reshape(weight, weight.Shape().Dim(0), kernel, kernel, h.Shape().Dim(3)), 1, 2, 3, 0)
	out := Convolve(h, filter).Strides(2).PaddingPerDim([][2]int{edge(h.Shape().Dim(1)), edge(h.Shape().Dim(2))}).Done()
	return Add(out, ExpandLeftToRank(w.Get(name+".bias"), 4))
}

// norm is group normalisation of [I, H, W, C], with 1e-5 added to the variance.
func (c Conv) norm(w learner.Weights, name string, h *Node) *Node {
	dims := h.Shape().Dimensions
	groups := Reshape(h, dims[0], dims[1]*dims[2], c.Channels/c.Group, c.Group)
	mean := func(x *Node) *Node { return ReduceAndKeep(ReduceAndKeep(x, ReduceMean, 1), ReduceMean, 3) }
	groups = Sub(groups, mean(groups))
	groups = Div(groups, Sqrt(AddScalar(mean(Square(groups)), 1e-5)))
	h = Reshape(groups, dims...)
	return Add(Mul(h, ExpandLeftToRank(w.Get(name+".weight"), 4)), ExpandLeftToRank(w.Get(name+".bias"), 4))
}
