package learner

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // the house dot-imports graph in graph files
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/goicl/goicl/datasets"
)

// Engine evaluates one learner on a GoMLX backend in the number type T: its
// logits or predicted targets, its loss and the gradient of the loss with respect
// to the flat parameter vector. It compiles once per shape of (tasks, points,
// queries).
//
// An Engine may be used from several goroutines at once.
type Engine[T float32 | float64] struct {
	Layout  Layout
	l       Learner
	d, c    int
	backend compute.Backend

	lossGrad, loss, logits *Exec
}

// NewEngine prepares learner l for tasks with d input dimensions and c classes, or
// real targets for c = 0.
func NewEngine[T float32 | float64](backend compute.Backend, l Learner, d, c int) (*Engine[T], error) {
	layout, err := NewLayout(l, d, c)
	if err != nil {
		return nil, err
	}
	e := &Engine[T]{Layout: layout, l: l, d: d, c: c, backend: backend}
	e.logits, err = NewExec(backend, func(in []*Node) []*Node {
		return []*Node{l.Logits(layout.Bind(in[0]), e.episode(in[1:]))}
	})
	if err != nil {
		return nil, fmt.Errorf("learner: %s: %w", l.Name(), err)
	}
	e.loss, err = NewExec(backend, func(in []*Node) []*Node {
		return []*Node{e.lossGraph(layout.Bind(in[0]), e.episode(in[1:]))}
	})
	if err != nil {
		return nil, fmt.Errorf("learner: %s: %w", l.Name(), err)
	}
	e.lossGrad, err = NewExec(backend, func(in []*Node) []*Node {
		loss, grad := e.lossGradGraph(in[0], e.episode(in[1:]))
		return []*Node{loss, grad}
	})
	if err != nil {
		return nil, fmt.Errorf("learner: %s: %w", l.Name(), err)
	}
	return e, nil
}

// episode makes an episode of the nodes x, y and at.
func (e *Engine[T]) episode(in []*Node) Episode {
	return newEpisode(in[0], in[1], in[2], e.c, dtypes.FromGenericsType[T]())
}

// lossGradGraph is the mean loss and its gradient [Layout.Size] with respect to the
// weights params.
func (e *Engine[T]) lossGradGraph(params *Node, ep Episode) (loss, grad *Node) {
	weights := e.Layout.Bind(params)
	loss = e.lossGraph(weights, ep)
	grads := Gradient(loss, weights.list()...)
	for i, g := range grads {
		grads[i] = Reshape(g, g.Shape().Size())
	}
	return loss, Concatenate(grads, 0)
}

// lossGraph is the mean loss of predictions, or a learner's own.
func (e *Engine[T]) lossGraph(w Weights, ep Episode) *Node {
	loss := SquaredError
	if e.c != 0 {
		loss = CrossEntropy
	}
	if o, ok := e.l.(Objective); ok {
		return o.Loss(w, ep, loss)
	}
	return loss(e.l.Logits(w, ep), ep)
}

// newEpisode builds the episode's nodes from x [B,N,D], labels or targets y [B,N]
// and at [B,M].
func newEpisode(x, y, at *Node, c int, dtype dtypes.DType) Episode {
	b, m, n := at.Shape().Dim(0), at.Shape().Dim(1), y.Shape().Dim(1)
	point := BroadcastToDims(InsertAxes(Iota(at.Graph(), shapes.Make(at.DType(), b, n), 1), 1), b, m, n)
	query := BroadcastToDims(InsertAxes(at, -1), b, m, n)
	ep := Episode{
		X:       ConvertDType(x, dtype),
		Y:       channels(y, c, dtype),
		Context: ConvertDType(LessThan(point, query), dtype),
		IsQuery: ConvertDType(Equal(point, query), dtype),
	}
	ep.Queries = Einsum("bmn,bnd->bmd", ep.IsQuery, ep.X)
	return ep
}

// channels is the one-hot labels [B, N, C] of the labels y [B, N], or the targets
// [B, N, 1] for c = 0.
func channels(y *Node, c int, dtype dtypes.DType) *Node {
	if c == 0 {
		return InsertAxes(ConvertDType(y, dtype), -1)
	}
	return OneHot(y, c, dtype)
}

// CrossEntropy is the mean over all tasks and queries of −log p(y), with p the
// softmax over all K logits [B, M, K].
func CrossEntropy(logits *Node, ep Episode) *Node {
	target := Einsum("bmn,bnc->bmc", ep.IsQuery, ep.Y) // [B, M, C]
	logp := LogSoftmax(logits, -1)
	if k := logits.Shape().Dim(-1); k > ep.C() {
		logp = Slice(logp, AxisRange(), AxisRange(), AxisRange(0, ep.C()))
	}
	return Neg(ReduceAllMean(ReduceSum(Mul(target, logp), -1)))
}

// SquaredError is the mean over all tasks and queries of (z − pred)², for predicted
// targets pred [B, M, 1].
func SquaredError(pred *Node, ep Episode) *Node {
	pred.AssertDims(ep.B(), ep.M(), 1)
	target := Einsum("bmn,bnc->bmc", ep.IsQuery, ep.Y)
	return ReduceAllMean(Square(Sub(target, pred)))
}

// LossGrad computes the mean loss of the queries, [CrossEntropy] for classes and
// [SquaredError] for real targets or that of an [Objective], and writes its gradient
// with respect to params into grad (both of length Layout.Size).
// Query m of task t is point at[t·M+m], its context the points before it.
func (e *Engine[T]) LossGrad(params []T, b *datasets.Batch, at []int32, grad []T) (float64, error) {
	if len(grad) != e.Layout.Size {
		return 0, fmt.Errorf("learner: grad has %d values, want %d", len(grad), e.Layout.Size)
	}
	out, err := e.call(e.lossGrad, params, b, at)
	if err != nil {
		return 0, err
	}
	defer finalize(out)
	loss := tensors.ToScalar[T](out[0])
	err = tensors.ConstFlatData(out[1], func(flat []T) { copy(grad, flat) })
	return float64(loss), err
}

// Loss is [Engine.LossGrad] without the gradient.
func (e *Engine[T]) Loss(params []T, b *datasets.Batch, at []int32) (float64, error) {
	out, err := e.call(e.loss, params, b, at)
	if err != nil {
		return 0, err
	}
	defer finalize(out)
	return float64(tensors.ToScalar[T](out[0])), nil
}

// Logits returns the logits [T, M, K] of the queries, or their predicted targets
// [T, M, 1].
func (e *Engine[T]) Logits(params []T, b *datasets.Batch, at []int32) ([]T, error) {
	out, err := e.call(e.logits, params, b, at)
	if err != nil {
		return nil, err
	}
	defer finalize(out)
	return tensors.CopyFlatData[T](out[0])
}

// Observe computes other nodes than the logits, such as a layer's activations: build
// makes them in the graph, and each comes back flat, in the order of its axes. Every
// call compiles.
func (e *Engine[T]) Observe(params []T, b *datasets.Batch, at []int32, build func(w Weights, ep Episode) []*Node) ([][]T, error) {
	exec, err := NewExec(e.backend, func(in []*Node) []*Node {
		return build(e.Layout.Bind(in[0]), e.episode(in[1:]))
	})
	if err != nil {
		return nil, fmt.Errorf("learner: %s: %w", e.l.Name(), err)
	}
	defer exec.Finalize()
	out, err := e.call(exec, params, b, at)
	if err != nil {
		return nil, err
	}
	defer finalize(out)
	values := make([][]T, len(out))
	for i := range out {
		if values[i], err = tensors.CopyFlatData[T](out[i]); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (e *Engine[T]) call(exec *Exec, params []T, b *datasets.Batch, at []int32) ([]*tensors.Tensor, error) {
	if err := e.check(len(params), b, at); err != nil {
		return nil, err
	}
	in := append([]*tensors.Tensor{tensors.FromFlatDataAndDimensions(params, len(params))}, taskTensors(b, at)...)
	defer finalize(in)
	return run(exec, in)
}

// run calls a graph. Building one panics on a mistake in it: here panics become errors.
func run(exec *Exec, in []*tensors.Tensor) (out []*tensors.Tensor, err error) {
	args := make([]any, len(in))
	for i, t := range in {
		args[i] = t
	}
	if panicked := exceptions.TryCatch[error](func() { out, err = exec.Call(args...) }); panicked != nil {
		err = panicked
	}
	if err != nil {
		return nil, fmt.Errorf("learner: %w", err)
	}
	return out, nil
}

// taskTensors are x [T, N, D], labels or targets y [T, N] and at [T, M].
func taskTensors(b *datasets.Batch, at []int32) []*tensors.Tensor {
	return []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(b.X, b.T, b.N, b.D),
		answers(b),
		tensors.FromFlatDataAndDimensions(at, b.T, len(at)/b.T),
	}
}

// answers are the labels or targets [T, N].
func answers(b *datasets.Batch) *tensors.Tensor {
	if b.Regression() {
		return tensors.FromFlatDataAndDimensions(b.Z, b.T, b.N)
	}
	return tensors.FromFlatDataAndDimensions(b.Y, b.T, b.N)
}

func (e *Engine[T]) check(params int, b *datasets.Batch, at []int32) error {
	if params != e.Layout.Size {
		return fmt.Errorf("learner: %d parameter values, want %d", params, e.Layout.Size)
	}
	if err := CheckQueries(b, at, e.d, e.c); err != nil {
		return err
	}
	return CheckLength(e.l, b.N)
}

// CheckTasks reports the first mismatch between a batch and a learner for d input
// dimensions and c classes, or real targets for c = 0.
func CheckTasks(b *datasets.Batch, d, c int) error {
	want := b.WantClasses
	if c == 0 {
		want = b.WantTargets
	}
	if err := want(); err != nil {
		return err
	}
	if b.D != d {
		return fmt.Errorf("learner: tasks have %d dimensions, but the learner was built for %d", b.D, d)
	}
	if b.C != c {
		return fmt.Errorf("learner: tasks have %d classes, but the learner was built for %d", b.C, c)
	}
	return nil
}

// CheckLength reports whether l cannot take tasks of n points, see [Bounded].
func CheckLength(l Learner, n int) error {
	if b, ok := l.(Bounded); ok && n > b.MaxPoints() {
		return fmt.Errorf("learner: tasks have %d points, but %s has positions for %d; set its Points to the longest task", n, l.Name(), b.MaxPoints())
	}
	return nil
}

// CheckQueries is [CheckTasks] for a batch and its queries at [T·M].
func CheckQueries(b *datasets.Batch, at []int32, d, c int) error {
	if err := CheckTasks(b, d, c); err != nil {
		return err
	}
	if len(at) == 0 || len(at)%b.T != 0 {
		return fmt.Errorf("learner: %d queries for %d tasks; want the same number, at least 1, for each task", len(at), b.T)
	}
	for i, n := range at {
		if n < 0 || int(n) >= b.N {
			return fmt.Errorf("learner: query %d of task %d asks for point %d; a task has points 0..%d", i%(len(at)/b.T), i/(len(at)/b.T), n, b.N-1)
		}
	}
	return nil
}

// finalize frees the tensors at once: left to the collector, the buffers of a
// fast training loop pile up outside of Go's heap.
func finalize(ts []*tensors.Tensor) {
	for _, t := range ts {
		_ = t.FinalizeAll()
	}
}
