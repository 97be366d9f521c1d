package construct

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
)

// Trace is the forward pass of a construction for one query.
type Trace struct {
	// Tokens names the tokens: "class 0", "example 1", "query".
	Tokens []string
	// Streams holds the residual stream before the first layer and after each,
	// [layers + 1, tokens, width].
	Streams [][][]float64
	// Attention holds the attention weights of each layer, [tokens, tokens], a row for
	// each token that attends; nil for feed-forward networks.
	Attention [][][]float64
	// Output is the readout of the query's token, Prediction the class probabilities [C]
	// or the target [1] that it means.
	Output, Prediction []float64
}

// Trace runs the construction on the query of task t after its first n examples, in
// plain loops over float64. It serves single heads without layer normalisation, of
// which all of this package's constructions are made.
func (c *Construction) Trace(b *datasets.Batch, t, n int) (*Trace, error) {
	if b.D != c.D || b.C != c.C || t < 0 || t >= b.T || n < 0 || n >= b.N {
		return nil, fmt.Errorf("construct: task %d after %d examples of %d tasks of %d points with %d inputs and %d classes; %s is for %d inputs and %d classes", t, n, b.T, b.N, b.D, b.C, c.Circuit.Label, c.D, c.C)
	}
	s := &tracer{c: c, batch: b, task: t, n: n}
	s.tokens()
	trace := &Trace{Tokens: s.names, Streams: [][][]float64{clone(s.stream)}}
	for l, layer := range c.Circuit.Layers {
		var weights [][]float64
		if layer.Attention != nil {
			if layer.Norm || layer.Attention.Heads > 1 || layer.Attention.Kind == "efficient" {
				return nil, fmt.Errorf("construct: layer %d of %s has several heads, a norm or efficient attention, which are not traced", l, c.Circuit.Label)
			}
			weights = s.attend(l, *layer.Attention)
		} else {
			s.feedForward(l, layer.FeedForward.Activation)
		}
		trace.Streams, trace.Attention = append(trace.Streams, clone(s.stream)), append(trace.Attention, weights)
	}
	trace.Output = times(c.Matrix("readout.weight"), s.stream[len(s.stream)-1])
	trace.Prediction = c.prediction(trace.Output)
	return trace, nil
}

func clone(m [][]float64) [][]float64 {
	out := make([][]float64, len(m))
	for i := range m {
		out[i] = append([]float64{}, m[i]...)
	}
	return out
}

// times is matrix·v.
func times(matrix [][]float64, v []float64) []float64 {
	out := make([]float64, len(matrix))
	for i, row := range matrix {
		for j, w := range row {
			out[i] += w * v[j]
		}
	}
	return out
}

// tracer is the state of a trace. Tokens are classes, then examples, then the query.
type tracer struct {
	c       *Construction
	batch   *datasets.Batch
	task, n int
	classes int
	names   []string
	stream  [][]float64
}

func (s *tracer) tokens() {
	if s.c.Circuit.Classes {
		s.classes = s.c.C
	}
	for k := range s.classes {
		s.names = append(s.names, fmt.Sprintf("class %d", k))
	}
	for i := range s.n {
		s.names = append(s.names, fmt.Sprintf("example %d", i+1))
	}
	s.names = append(s.names, "query")
	for token := range s.names {
		var channels []float64
		for _, slot := range s.c.Circuit.Slots {
			channels = append(channels, s.source(slot, token)...)
		}
		s.stream = append(s.stream, channels)
	}
}

// source is the initial value of a slot of a token.
func (s *tracer) source(slot transformer.Slot, token int) []float64 {
	v := make([]float64, slot.Width)
	point := token - s.classes // 0..n-1 examples, n the query, below 0 classes
	example, query := point >= 0 && point < s.n, point == s.n
	switch from := slot.From; {
	case from == "x" && point >= 0, from == "context x" && example, from == "query x" && query:
		for i, x := range s.batch.Point(s.task, point) {
			v[i] = float64(x)
		}
	case from == "y" && example && s.batch.Regression():
		v[0] = float64(s.batch.Z[s.task*s.batch.N+point])
	case from == "y" && example:
		v[s.batch.Y[s.task*s.batch.N+point]] = 1
	case from == "class" && point < 0:
		v[token] = 1
	case from == "point" && point >= 0, from == "query" && query, from == "is class" && point < 0:
		v[0] = 1
	}
	return v
}

// seen reports whether a set of keys contains a token.
func (s *tracer) seen(set string, token int) bool {
	class, query := token < s.classes, token == len(s.stream)-1
	switch set {
	case "all but the query":
		return !query
	case "examples":
		return !query && !class
	case "classes":
		return class
	}
	return true
}

// attend adds attention to the stream and returns its weights.
func (s *tracer) attend(l int, a transformer.Attention) [][]float64 {
	score, value := s.c.QK(l), s.c.OV(l)
	weights := make([][]float64, len(s.stream))
	for i, h := range s.stream {
		q := times(Map(score).transposed(len(h)), h)
		weights[i] = make([]float64, len(s.stream))
		for j, other := range s.stream {
			if s.seen(a.Keys, j) {
				weights[i][j] = dot(q, other)
			}
		}
		s.normalise(weights[i], a)
	}
	before := clone(s.stream)
	for i := range s.stream {
		for j, other := range before {
			if weights[i][j] == 0 {
				continue
			}
			for k, v := range times(value, other) {
				s.stream[i][k] += weights[i][j] * v
			}
		}
	}
	return weights
}

func dot(a, b []float64) float64 {
	sum := 0.
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// normalise turns scores into weights.
func (s *tracer) normalise(w []float64, a transformer.Attention) {
	if a.Kind == "linear" {
		for j := range w {
			if a.Mean {
				w[j] /= float64(max(1, s.n))
			}
		}
		return
	}
	top, sum := math.Inf(-1), 0.
	for j := range w {
		if s.seen(a.Keys, j) {
			top = max(top, w[j])
		}
	}
	for j := range w {
		if s.seen(a.Keys, j) {
			w[j] = math.Exp(w[j] - top)
			sum += w[j]
		}
	}
	for j := range w {
		w[j] /= max(sum, 1) // the largest alone gives 1
	}
}

func (s *tracer) feedForward(l int, a string) {
	in, gate, out := s.c.part(l, "in"), s.c.part(l, "gate"), s.c.part(l, "out")
	for i, h := range s.stream {
		u := times(in, h)
		switch a {
		case "leaky ReLU":
			for k, v := range u {
				u[k] = max(v, .01*v)
			}
		case "GELU":
			for k, v := range u {
				u[k] = v * (1 + math.Erf(v/math.Sqrt2)) / 2
			}
		case "bilinear":
			for k, v := range times(gate, h) {
				u[k] *= v
			}
		case "softmax":
			softmax(u)
		case "unit":
			length := math.Sqrt(dot(u, u) + 1e-12)
			for k := range u {
				u[k] /= length
			}
		}
		for k, v := range times(out, u) {
			s.stream[i][k] += v
		}
	}
}

// prediction returns the class probabilities [C] or the target [1] that an output means.
func (c *Construction) prediction(output []float64) []float64 {
	p := append([]float64{}, output...)
	if c.Circuit.Log {
		for i, v := range p {
			p[i] = math.Log(max(math.Abs(v), learner.LeastProbability))
		}
	}
	if c.C > 0 {
		softmax(p)
	}
	return p
}
