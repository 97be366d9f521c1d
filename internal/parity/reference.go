package parity

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/tensorfile"
)

// Make is a file of random weights and tasks. Its numbers are those of a second implementation
// of the model, loss, gradient and training steps, in float64: one query after the other,
// written from the paper, with nothing of GoMLX or of lanes in it. The model has 2 layers; the
// same seed gives the same file.
func Make(seed uint64) (*File, error) {
	f := &File{Model: transformer.Paper{Depth: 2, Expand: 4}, D: 2, C: 2}
	layout, err := learner.NewLayout(f.Model, f.D, f.C)
	if err != nil {
		return nil, err
	}
	rng := datasets.Rand(seed, "parity")
	bound := 1.5 / math.Sqrt(float64(f.width())) // a little larger than PyTorch's
	for range layout.Size {
		f.Params = append(f.Params, float64(float32((2*rng.Float64()-1)*bound))) // as float32 holds it
	}
	f.Batch = randomBatch(rng, f.D, f.C)
	f.LogitsF64 = f.reference(f.Params, f.Batch)
	for _, v := range f.LogitsF64 {
		f.LogitsF32 = append(f.LogitsF32, float64(float32(v)))
	}
	for range 3 {
		f.Train = append(f.Train, randomBatch(rng, f.D, f.C))
	}
	f.train()
	return f, nil
}

// randomBatch has 2 tasks of 6 points.
func randomBatch(rng *rand.Rand, d, c int) *datasets.Batch {
	b := datasets.NewBatch(2, 6, d, c)
	for i := range b.X {
		b.X[i] = float32(rng.NormFloat64())
	}
	for i := range b.Y {
		b.Y[i] = rng.Int32N(int32(c))
	}
	return b
}

// width is that of a token: the input and two channels for each class.
func (f *File) width() int { return f.D + 2*f.C }

// reference is the logits [B, N, 2C] of every point as the query behind those before it.
func (f *File) reference(params []float64, b *datasets.Batch) (logits []float64) {
	for t := range b.T {
		for n := range b.N {
			for _, l := range f.query(duals(params), b, t, n) {
				logits = append(logits, l.v)
			}
		}
	}
	return logits
}

func duals(params []float64) []dual {
	w := make([]dual, len(params))
	for i, p := range params {
		w[i].v = p
	}
	return w
}

// query is the logits [2C] of point n of task t.
func (f *File) query(w []dual, b *datasets.Batch, t, n int) []dual {
	width := f.width()
	take := func(size int) (part []dual) {
		part, w = w[:size], w[size:]
		return part
	}
	h := f.tokens(b, t, n)
	for range f.Model.Depth {
		hidden := f.Model.Expand * width
		attended := attend(linear(h, take(width*width), width), linear(h, take(width*width), width), linear(h, take(width*width), width))
		add(h, attended)
		inner := linear(h, take(hidden*width), hidden)
		bias := take(hidden)
		for _, row := range inner {
			for i := range row {
				row[i] = row[i].plus(bias[i]).gelu()
			}
		}
		add(h, linear(inner, take(width*hidden), width))
		add(h, slices.Repeat([][]dual{take(width)}, len(h)))
	}
	return linear(h[n:], take(2*f.C*width), 2*f.C)[0]
}

// tokens is the sequence [n+1, W] of the context and the query: inputs and one-hot labels, of
// the query none.
func (f *File) tokens(b *datasets.Batch, t, n int) (h [][]dual) {
	for p := range n + 1 {
		token := make([]dual, f.width())
		for i, x := range b.Point(t, p) {
			token[i].v = float64(x)
		}
		if p < n {
			token[f.D+int(b.Y[t*b.N+p])].v = 1
		}
		h = append(h, token)
	}
	return h
}

// add adds to each row of h.
func add(h, more [][]dual) {
	for n, row := range h {
		for i := range row {
			row[i] = row[i].plus(more[n][i])
		}
	}
}

// attend is the paper's efficient attention: q, softmax over the channels and over √W, times
// kᵀv, with k softmax over the sequence.
func attend(q, k, v [][]dual) [][]dual {
	width := len(q[0])
	kv := make([][]dual, width)
	for i := range width {
		column := make([]dual, len(k))
		for n := range k {
			column[n] = k[n][i]
		}
		kv[i] = make([]dual, width)
		for n, share := range softmax(column) {
			for j := range width {
				kv[i][j] = kv[i][j].plus(share.times(v[n][j]))
			}
		}
	}
	out := make([][]dual, len(q))
	for n := range q {
		out[n] = make([]dual, width)
		for i, share := range softmax(q[n]) {
			for j := range width {
				out[n][j] = out[n][j].plus(share.by(1 / math.Sqrt(float64(width))).times(kv[i][j]))
			}
		}
	}
	return out
}

// loss is the mean cross-entropy of the queries behind 2 examples or more.
func (f *File) loss(w []dual, b *datasets.Batch) (sum dual) {
	queries := float64(b.T * (b.N - 2))
	for t := range b.T {
		for n := 2; n < b.N; n++ {
			p := softmax(f.query(w, b, t, n))[b.Y[t*b.N+n]]
			sum = sum.plus(dual{-math.Log(p.v), -p.d / p.v}.by(1 / queries))
		}
	}
	return sum
}

// train fills in the gradient of the first training loss and the loss before each step of
// Adam (Kingma and Ba 2015, with PyTorch's settings).
func (f *File) train() {
	params := slices.Clone(f.Params)
	m, v := make([]float64, len(params)), make([]float64, len(params))
	for step, b := range f.Train {
		grad := make([]float64, len(params))
		w := duals(params)
		f.TrainLoss = append(f.TrainLoss, f.loss(w, b).v)
		if step == len(f.Train)-1 {
			return // nobody asks for the weights after it
		}
		for i := range w {
			w[i].d = 1
			grad[i] = f.loss(w, b).d
			w[i].d = 0
		}
		if step == 0 {
			f.Grad = grad
		}
		for i, g := range grad {
			m[i] = .9*m[i] + .1*g
			v[i] = .999*v[i] + .001*g*g
			first, second := m[i]/(1-math.Pow(.9, float64(step+1))), v[i]/(1-math.Pow(.999, float64(step+1)))
			params[i] -= rate * first / (math.Sqrt(second) + 1e-8)
		}
	}
}

// Save writes the file, for [Load] or for Python.
func (f *File) Save(path string) error {
	layout, err := learner.NewLayout(f.Model, f.D, f.C)
	if err != nil {
		return err
	}
	tensors := map[string]tensorfile.Tensor{
		"logits_f32": {Dims: []int{f.Batch.T, f.Batch.N, 2 * f.C}, F64: f.LogitsF32},
		"logits_f64": {Dims: []int{f.Batch.T, f.Batch.N, 2 * f.C}, F64: f.LogitsF64},
		"train_loss": {Dims: []int{len(f.TrainLoss)}, F64: f.TrainLoss},
	}
	offset := 0
	for _, p := range layout.Params {
		size := 1
		for _, d := range p.Dims {
			size *= d
		}
		name := f.Model.Alias(p.Name)
		tensors["param."+name] = tensorfile.Tensor{Dims: p.Dims, F64: f.Params[offset:][:size]}
		tensors["grad."+name] = tensorfile.Tensor{Dims: p.Dims, F64: f.Grad[offset:][:size]}
		offset += size
	}
	tensors["x"], tensors["y"] = fromBatches(f.Batch)
	tensors["train_x"], tensors["train_y"] = fromBatches(f.Train...)
	first := f.Train[0]
	for name, width := range map[string]int{"train_x": f.D, "train_y": 2 * f.C} {
		t := tensors[name]
		t.Dims = []int{len(f.Train), first.T, first.N, width}
		tensors[name] = t
	}
	return tensorfile.Write(path, tensors, nil)
}

// fromBatches turns batches into their inputs [B, N, D], one behind the other, and one-hot
// labels [B, N, 2C].
func fromBatches(batches ...*datasets.Batch) (x, y tensorfile.Tensor) {
	for _, b := range batches {
		x.Dims, y.Dims = []int{b.T, b.N, b.D}, []int{b.T, b.N, 2 * b.C}
		x.F32 = append(x.F32, b.X...)
		for _, label := range b.Y {
			one := make([]float32, 2*b.C)
			one[label] = 1
			y.F32 = append(y.F32, one...)
		}
	}
	return x, y
}
