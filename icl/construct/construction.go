package construct

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
)

// Construction is a transformer that is equal to a learner: its architecture and all its
// weights.
type Construction struct {
	Circuit transformer.Circuit
	Weights []float64 // flat, in the order of Circuit's parameters
	D, C    int       // of the tasks it is for; C = 0 means real targets
	layout  learner.Layout
}

// Matrix returns a parameter by its name, such as "layers.0.q.weight", as rows; nil
// where there is none.
func (c *Construction) Matrix(name string) [][]float64 {
	var rows [][]float64
	c.layout.All(func(p learner.Param, lo, _ int) {
		if p.Name == name {
			for i := range p.Dims[0] {
				at := lo + i*p.Dims[1]
				rows = append(rows, c.Weights[at:at+p.Dims[1]])
			}
		}
	})
	return rows
}

// QK is W_QᵀW_K of the attention in a layer, [width, width]: entry (i, j) is the
// coefficient of channel i of the token that attends times channel j of the token
// attended to in the score.
func (c *Construction) QK(layer int) [][]float64 {
	return product(c.part(layer, "q"), c.part(layer, "k"), true)
}

// OV is W_O·W_V of the attention in a layer, [width, width]: entry (i, j) is the
// coefficient with which channel j of a token attended to is added to channel i.
func (c *Construction) OV(layer int) [][]float64 {
	return product(c.part(layer, "out"), c.part(layer, "v"), false)
}

func (c *Construction) part(layer int, name string) [][]float64 {
	return c.Matrix(fmt.Sprintf("layers.%d.%s.weight", layer, name))
}

// product is aᵀb, or ab.
func product(a, b [][]float64, transpose bool) [][]float64 {
	if transpose {
		a = Map(a).transposed(len(a[0]))
	}
	out := make([][]float64, len(a))
	for i, row := range a {
		out[i] = make([]float64, len(b[0]))
		for k, v := range row {
			for j, w := range b[k] {
				out[i][j] += v * w
			}
		}
	}
	return out
}

// outward reports whether a parameter maps to the stream: it has a row, not a column, for
// each channel of the stream.
func outward(name string) bool { return strings.HasSuffix(name, ".out.weight") }

// Mutants returns the constructions that differ from c in one matrix, by noise of a
// given share of the matrix's length (Frobenius norm; of 1 for a matrix of zeros): for
// each attention W_QK and W_OV, for each feed-forward network its weights, and the
// readout. Keys name the matrix: "layer 2 QK".
func (c *Construction) Mutants(share float64, rng *rand.Rand) map[string]*Construction {
	all := map[string]*Construction{}
	for l, layer := range c.Circuit.Layers {
		if layer.Attention != nil {
			all[fmt.Sprintf("layer %d QK", l)] = c.mutateProduct(l, "q", "k", noisy(c.QK(l), share, rng))
			all[fmt.Sprintf("layer %d OV", l)] = c.mutateProduct(l, "v", "out", noisy(c.OV(l), share, rng))
			continue
		}
		for _, part := range []string{"in", "gate", "out"} {
			if m := c.part(l, part); m != nil {
				name := fmt.Sprintf("layers.%d.%s.weight", l, part)
				all[fmt.Sprintf("layer %d %s", l, part)] = c.with(name, noisy(m, share, rng))
			}
		}
	}
	all["readout"] = c.with("readout.weight", noisy(c.Matrix("readout.weight"), share, rng))
	return all
}

// mutateProduct replaces W_QK or W_OV of a layer by m: one factor is m, the other the
// identity.
func (c *Construction) mutateProduct(layer int, one, other string, m [][]float64) *Construction {
	width := c.Circuit.Width()
	out := &Construction{Circuit: c.Circuit, D: c.D, C: c.C}
	out.Circuit.Layers = append([]transformer.Layer{}, c.Circuit.Layers...)
	a := *c.Circuit.Layers[layer].Attention
	if one == "q" {
		a.Key, m = width, Map(m).transposed(width) // the scores are (W_QKᵀ h)·h'
	} else {
		a.Value = width
	}
	out.Circuit.Layers[layer] = transformer.Layer{Attention: &a}
	layout, err := learner.NewLayout(out.Circuit, c.D, c.C)
	if err != nil {
		panic(err) // only the size of a head has changed
	}
	out.layout = layout
	identity := Slot{Width: width}.Copy()
	layout.All(func(p learner.Param, lo, hi int) {
		matrix := Map(c.Matrix(p.Name))
		switch p.Name {
		case fmt.Sprintf("layers.%d.%s.weight", layer, one):
			matrix = m
		case fmt.Sprintf("layers.%d.%s.weight", layer, other):
			matrix = identity
		}
		out.Weights = append(out.Weights, make([]float64, hi-lo)...)
		matrix.fill(out.Weights[lo:hi], p.Dims[1])
	})
	return out
}

// with is c with one parameter replaced.
func (c *Construction) with(name string, m [][]float64) *Construction {
	out := *c
	out.Weights = append([]float64{}, c.Weights...)
	c.layout.All(func(p learner.Param, lo, hi int) {
		if p.Name == name {
			Map(m).fill(out.Weights[lo:hi], p.Dims[1])
		}
	})
	return &out
}

// noisy is m plus noise of that share of its Frobenius norm.
func noisy(m [][]float64, share float64, rng *rand.Rand) [][]float64 {
	square := 0.
	noise, length := make([][]float64, len(m)), 0.
	for i, row := range m {
		noise[i] = make([]float64, len(row))
		for j, v := range row {
			square += v * v
			noise[i][j] = rng.NormFloat64()
			length += noise[i][j] * noise[i][j]
		}
	}
	if square == 0 {
		square = 1
	}
	scale := share * math.Sqrt(square/length)
	for i, row := range m {
		for j, v := range row {
			noise[i][j] = v + scale*noise[i][j]
		}
	}
	return noise
}
