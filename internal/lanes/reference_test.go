package lanes

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// reference is the paper's model written down as the paper has it, one task and
// one query at a time.
type reference[F float] struct {
	config Config
	params []float32
	grad   []F // of the mean loss, after lossGrad
}

// logits returns the logits of the query that is point n of task t.
func (r *reference[F]) logits(b *datasets.Batch, t, n int) []F {
	tape := &tape[F]{}
	return r.forward(tape, r.tokens(b, t, n), r.weights()).x
}

// lossGrad returns the mean loss of all queries and leaves its gradient in grad.
func (r *reference[F]) lossGrad(b *datasets.Batch, at []int32) F {
	var loss F
	r.grad = make([]F, len(r.params))
	for i, n := range at {
		tape, weights := &tape[F]{}, r.weights()
		task := i / (len(at) / b.T)
		logits := r.forward(tape, r.tokens(b, task, int(n)), weights)
		loss += tape.crossEntropy(logits, int(b.Y[task*b.N+int(n)]), 1/F(len(at))) / F(len(at))
		tape.backward()
		offset := 0
		for _, w := range weights {
			for _, d := range w.dx {
				r.grad[offset] += d
				offset++
			}
		}
	}
	return loss
}

// weights unpacks the flat vector: seven tensors a layer, and the readout.
func (r *reference[F]) weights() []*value[F] {
	w, h := r.config.width(), r.config.hidden()
	layer := [][2]int{{w, w}, {w, w}, {w, w}, {h, w}, {1, h}, {w, h}, {1, w}}
	var tensors []*value[F]
	offset := 0
	take := func(shape [2]int) {
		v := newValue[F](shape[0], shape[1])
		for i := range v.x {
			v.x[i] = F(r.params[offset])
			offset++
		}
		tensors = append(tensors, v)
	}
	for range r.config.Depth {
		for _, shape := range layer {
			take(shape)
		}
	}
	take([2]int{2 * r.config.C, w})
	return tensors
}

// tokens returns the sequence [n+1, W] of the context and the query.
func (r *reference[F]) tokens(b *datasets.Batch, t, n int) *value[F] {
	h := newValue[F](n+1, r.config.width())
	for p := range n + 1 {
		token := h.x[p*h.cols:][:h.cols]
		for i, x := range b.Point(t, p) {
			token[i] = F(x)
		}
		if p < n {
			token[b.D+int(b.Y[t*b.N+p])] = 1
		}
	}
	return h
}

func (r *reference[F]) forward(t *tape[F], h *value[F], w []*value[F]) *value[F] {
	scale := F(1 / math.Sqrt(float64(r.config.width())))
	for ; len(w) > 1; w = w[7:] {
		toQ, toK, toV, w1, b1, w2, b2 := w[0], w[1], w[2], w[3], w[4], w[5], w[6]
		q := t.scale(scale, t.softmaxRows(t.matmul(h, toQ, false, true)))
		k := t.softmaxColumns(t.matmul(h, toK, false, true))
		v := t.matmul(h, toV, false, true)
		h = t.add(h, t.matmul(q, t.matmul(k, v, true, false), false, false))
		u := t.add(t.matmul(h, w1, false, true), b1)
		h = t.add(h, t.add(t.matmul(t.gelu(u), w2, false, true), b2))
	}
	return t.matmul(t.row(h, h.rows-1), w[0], false, true)
}

// TestReferenceGradient checks the reference itself by central differences.
func TestReferenceGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	c := Config{Depth: 2, D: 2, C: 2, Expand: 2}
	b := randomBatch(rng, c, 3, 5)
	at := []int32{0, 3, 4, 1, 2, 2}
	params := randomParams(rng, c)
	ref := &reference[float64]{config: c, params: params}
	ref.lossGrad(b, at)
	for i, x := range params {
		shifted := func(by float32) (loss, to float64) {
			p := append([]float32(nil), params...)
			p[i] = x + by
			r := &reference[float64]{config: c, params: p}
			return r.lossGrad(b, at), float64(p[i])
		}
		up, hi := shifted(1e-3)
		down, lo := shifted(-1e-3)
		if got, want := ref.grad[i], (up-down)/(hi-lo); math.Abs(got-want) > 1e-6 {
			t.Errorf("gradient of weight %d: %g, central difference %g", i, got, want)
		}
	}
}

func randomBatch(rng *rand.Rand, c Config, tasks, points int) *datasets.Batch {
	return randomTasks(rng, c.D, c.C, tasks, points)
}

// randomTasks have normal inputs, and labels of c classes or, for c = 0, normal targets.
func randomTasks(rng *rand.Rand, d, c, tasks, points int) *datasets.Batch {
	b := datasets.NewBatch(tasks, points, d, 0)
	if c > 0 {
		b = datasets.NewBatch(tasks, points, d, c)
	}
	for i := range b.X {
		b.X[i] = float32(rng.NormFloat64())
	}
	for i := range b.Y {
		b.Y[i] = rng.Int32N(int32(c))
	}
	for i := range b.Z {
		b.Z[i] = float32(rng.NormFloat64())
	}
	return b
}

// randomParams draws weights as PyTorch initialises them, a little larger.
func randomParams(rng *rand.Rand, c Config) []float32 {
	p := make([]float32, c.NumParams())
	bound := 1.5 / math.Sqrt(float64(c.width()))
	for i := range p {
		p[i] = float32((2*rng.Float64() - 1) * bound)
	}
	return p
}

func randomQueries(rng *rand.Rand, b *datasets.Batch, each int) []int32 {
	at := make([]int32, b.T*each)
	for i := range at {
		at[i] = rng.Int32N(int32(b.N))
	}
	return at
}

// everyPrefix asks for every query from the first-th point on, of every task.
func everyPrefix(b *datasets.Batch, first int) []int32 {
	var at []int32
	for range b.T {
		for n := first; n < b.N; n++ {
			at = append(at, int32(n))
		}
	}
	return at
}
