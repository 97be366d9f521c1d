package transformer_test

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
)

// sequential is a causal transformer in plain loops, over one sequence of tokens.
type sequential struct {
	width, heads int
	weights      map[string][]float64
	projections  []string // the layers that make [query, key, value] of a token
	activation   func(float64) float64
}

func weightsByName(layout learner.Layout, flat []float64) map[string][]float64 {
	weights := map[string][]float64{}
	layout.All(func(p learner.Param, lo, hi int) { weights[p.Name] = flat[lo:hi] })
	return weights
}

// preNorm is transformer.PreNorm: the context and then the query, answered at its
// last token. The answer is that to point n of task t after the n points before it.
func preNorm(sizes transformer.PreNorm, weights map[string][]float64, b *datasets.Batch, t, n int) []float64 {
	s := sequential{sizes.Width, sizes.Heads, weights, []string{"qkv"}, gelu}
	var h [][]float64
	for i := range n + 1 {
		token := widened(b.Point(t, i), b.D+b.C)
		if i < n {
			token[b.D+int(b.Y[t*b.N+i])] = 1
		}
		h = append(h, s.linear("embed", token))
	}
	return s.answer(sizes.Depth, h)
}

// decoder is transformer.Decoder: x_1, y_1, …, x_n, y_n and the query, answered at its
// last token.
func decoder(sizes transformer.Decoder, weights map[string][]float64, b *datasets.Batch, t, n int) []float64 {
	s := sequential{sizes.Width, sizes.Heads, weights, []string{"q", "k", "v"}, tanhGELU}
	in := max(b.D, b.C)
	var h [][]float64
	for i := range n + 1 {
		h = append(h, s.linear("read_in", widened(b.Point(t, i), in)), s.linear("read_in", label(b, t*b.N+i, in)))
	}
	h = h[:2*n+1]
	for place := range h {
		h[place] = plus(h[place], weights["positions"][place*sizes.Width:][:sizes.Width])
	}
	return s.answer(sizes.Depth, h)
}

// label is the target of point i, or its one-hot label, and zeros behind it.
func label(b *datasets.Batch, i, width int) []float64 {
	if b.Regression() {
		return widened(b.Z[i:i+1], width)
	}
	y := make([]float64, width)
	y[b.Y[i]] = 1
	return y
}

func widened(x []float32, width int) []float64 {
	out := make([]float64, width)
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

func gelu(x float64) float64 { return x * (1 + math.Erf(x/math.Sqrt2)) / 2 }

func tanhGELU(x float64) float64 {
	return x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+.044715*x*x*x))) / 2
}

// answer sends the tokens through all layers and reads out the last one.
func (s sequential) answer(depth int, h [][]float64) []float64 {
	for l := range depth {
		h = s.layer(fmt.Sprintf("layers.%d.", l), h)
	}
	return s.linear("readout", s.norm("norm", h[len(h)-1]))
}

func (s sequential) layer(name string, h [][]float64) [][]float64 {
	qkv := make([][]float64, len(h))
	for i := range h {
		for _, part := range s.projections {
			qkv[i] = append(qkv[i], s.linear(name+part, s.norm(name+"norm1", h[i]))...)
		}
	}
	out := make([][]float64, len(h))
	for i := range h {
		out[i] = plus(h[i], s.linear(name+"out", s.attend(qkv[:i+1])))
		inner := s.linear(name+"w1", s.norm(name+"norm2", out[i]))
		for j, v := range inner {
			inner[j] = s.activation(v)
		}
		out[i] = plus(out[i], s.linear(name+"w2", inner))
	}
	return out
}

// attend is what the last of the tokens takes from all of them.
func (s sequential) attend(qkv [][]float64) []float64 {
	width, size := s.width, s.width/s.heads
	query, out := qkv[len(qkv)-1], make([]float64, width)
	for head := 0; head < width; head += size {
		total := 0.
		for _, token := range qkv {
			score := 0.
			for j := head; j < head+size; j++ {
				score += query[j] * token[width+j] / math.Sqrt(float64(size))
			}
			total += math.Exp(score)
			for j := head; j < head+size; j++ {
				out[j] += math.Exp(score) * token[2*width+j]
			}
		}
		for j := head; j < head+size; j++ {
			out[j] /= total
		}
	}
	return out
}

func (s sequential) linear(name string, x []float64) []float64 {
	weight, bias := s.weights[name+".weight"], s.weights[name+".bias"]
	out := make([]float64, len(bias))
	for o := range out {
		out[o] = bias[o]
		for i, v := range x {
			out[o] += weight[o*len(x)+i] * v
		}
	}
	return out
}

func (s sequential) norm(name string, x []float64) []float64 {
	mean, variance := 0., 0.
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = (v-mean)/math.Sqrt(variance+1e-5)*s.weights[name+".weight"][i] + s.weights[name+".bias"][i]
	}
	return out
}

func plus(a, b []float64) []float64 {
	sum := make([]float64, len(a))
	for i := range a {
		sum[i] = a[i] + b[i]
	}
	return sum
}
