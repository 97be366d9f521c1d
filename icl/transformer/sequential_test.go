package transformer_test

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
)

// sequential is transformer.PreNorm in plain loops: a causal transformer over one
// sequence, the context and then the query, answered at its last token.
type sequential struct {
	sizes   transformer.PreNorm
	weights map[string][]float64
}

func weightsByName(layout learner.Layout, flat []float64) map[string][]float64 {
	weights := map[string][]float64{}
	layout.All(func(p learner.Param, lo, hi int) { weights[p.Name] = flat[lo:hi] })
	return weights
}

// logits are those of point n of task t after the n points before it.
func (s sequential) logits(b *datasets.Batch, t, n int) []float64 {
	var h [][]float64
	for i := range n + 1 {
		token := make([]float64, b.D+b.C)
		for j, x := range b.Point(t, i) {
			token[j] = float64(x)
		}
		if i < n {
			token[b.D+int(b.Y[t*b.N+i])] = 1
		}
		h = append(h, s.linear("embed", token))
	}
	for l := range s.sizes.Depth {
		h = s.layer(fmt.Sprintf("layers.%d.", l), h)
	}
	return s.linear("readout", s.norm("norm", h[n]))
}

func (s sequential) layer(name string, h [][]float64) [][]float64 {
	qkv := make([][]float64, len(h))
	for i := range h {
		qkv[i] = s.linear(name+"qkv", s.norm(name+"norm1", h[i]))
	}
	out := make([][]float64, len(h))
	for i := range h {
		out[i] = plus(h[i], s.linear(name+"out", s.attend(qkv[:i+1])))
		inner := s.linear(name+"w1", s.norm(name+"norm2", out[i]))
		for j, v := range inner {
			inner[j] = v * (1 + math.Erf(v/math.Sqrt2)) / 2
		}
		out[i] = plus(out[i], s.linear(name+"w2", inner))
	}
	return out
}

// attend is what the last of the tokens takes from all of them.
func (s sequential) attend(qkv [][]float64) []float64 {
	width, size := s.sizes.Width, s.sizes.Width/s.sizes.Heads
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
