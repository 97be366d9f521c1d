package engine

import (
	"fmt"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/usercode"
)

// Compiled is one learner compiled by GoMLX, which computes in the number type T. A graph
// is compiled once per shape of (tasks, points, queries), when it is first called.
//
// A Compiled may be used from several goroutines at once. In float32 it is an [Engine].
type Compiled[T float32 | float64] struct {
	Layout learner.Layout
	l      learner.Learner
	d, c   int

	backend compute.Backend // the first client
	clients []graphs
	use     func(call func(client int) error) error

	mu    sync.Mutex
	steps map[string]*Exec // training steps, by the update's name
}

// graphs are the graphs of one client of a backend.
type graphs struct{ lossGrad, loss, logits *Exec }

// Compile prepares learner l for tasks with d input dimensions and c classes, or real
// targets for c = 0.
func Compile[T float32 | float64](on compute.Backend, l learner.Learner, d, c int) (*Compiled[T], error) {
	return compile[T](&backend.Clients{All: []*backend.Backend{{Backend: on}}}, l, d, c)
}

// compile is Compile for calls that are shared out to clients.
func compile[T float32 | float64](clients *backend.Clients, l learner.Learner, d, c int) (*Compiled[T], error) {
	layout, err := learner.NewLayout(l, d, c)
	if err != nil {
		return nil, err
	}
	e := &Compiled[T]{Layout: layout, l: l, d: d, c: c, backend: clients.All[0].Backend, use: clients.Use, steps: map[string]*Exec{}}
	for _, client := range clients.All {
		g, err := e.graphs(client.Backend)
		if err != nil {
			return nil, fmt.Errorf("engine: %s: %w", l.Name(), err)
		}
		e.clients = append(e.clients, g)
	}
	return e, nil
}

// graphs prepares the graphs of a client.
func (e *Compiled[T]) graphs(on compute.Backend) (g graphs, err error) {
	if g.logits, err = NewExec(on, func(in []*Node) []*Node {
		return []*Node{e.predictions(e.Layout.Bind(in[0]), e.episode(in[1:]))}
	}); err != nil {
		return g, err
	}
	if g.loss, err = NewExec(on, func(in []*Node) []*Node {
		return []*Node{e.lossGraph(e.Layout.Bind(in[0]), e.episode(in[1:]))}
	}); err != nil {
		return g, err
	}
	g.lossGrad, err = NewExec(on, func(in []*Node) []*Node {
		loss, grad := e.lossGradGraph(in[0], e.episode(in[1:]))
		return []*Node{loss, grad}
	})
	return g, err
}

// Name implements [Engine]. GoMLX calls its backends "xla" and "Go Backend".
func (e *Compiled[T]) Name() string {
	kind, _, _ := strings.Cut(e.backend.Name(), " ")
	return "gomlx/" + strings.ToLower(kind)
}

// LossGrad implements [Engine].
func (e *Compiled[T]) LossGrad(params []T, b *datasets.Batch, at []int32, grad []T) (loss float64, err error) {
	if len(grad) != e.Layout.Size {
		return 0, fmt.Errorf("engine: grad has %d values, want %d", len(grad), e.Layout.Size)
	}
	err = e.use(func(client int) error {
		out, err := e.call(e.clients[client].lossGrad, params, b, at)
		if err != nil {
			return err
		}
		defer finalize(out)
		loss = float64(tensors.ToScalar[T](out[0]))
		return tensors.ConstFlatData(out[1], func(flat []T) { copy(grad, flat) })
	})
	return loss, err
}

// Loss implements [LossEvaluator].
func (e *Compiled[T]) Loss(params []T, b *datasets.Batch, at []int32) (loss float64, err error) {
	err = e.use(func(client int) error {
		out, err := e.call(e.clients[client].loss, params, b, at)
		if err != nil {
			return err
		}
		defer finalize(out)
		loss = float64(tensors.ToScalar[T](out[0]))
		return nil
	})
	return loss, err
}

// Logits implements [Engine].
func (e *Compiled[T]) Logits(params []T, b *datasets.Batch, at []int32) (logits []T, err error) {
	err = e.use(func(client int) error {
		out, err := e.call(e.clients[client].logits, params, b, at)
		if err != nil {
			return err
		}
		defer finalize(out)
		logits, err = tensors.CopyFlatData[T](out[0])
		return err
	})
	return logits, err
}

// Observe computes other nodes than the logits, such as a layer's activations: build
// makes them in the graph, and each comes back flat, in the order of its axes. Every
// call compiles.
func (e *Compiled[T]) Observe(params []T, b *datasets.Batch, at []int32, build func(w learner.Weights, ep learner.Episode) []*Node) ([][]T, error) {
	exec, err := NewExec(e.backend, func(in []*Node) []*Node {
		return must(func() []*Node { return build(e.Layout.Bind(in[0]), e.episode(in[1:])) }, "the function given to Observe")
	})
	if err != nil {
		return nil, fmt.Errorf("engine: %s: %w", e.l.Name(), err)
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

func (e *Compiled[T]) call(exec *Exec, params []T, b *datasets.Batch, at []int32) ([]*tensors.Tensor, error) {
	if err := e.check(len(params), b, at); err != nil {
		return nil, err
	}
	in := append([]*tensors.Tensor{tensors.FromFlatDataAndDimensions(params, len(params))}, taskTensors(b, at)...)
	defer finalize(in)
	return run(exec, in)
}

func (e *Compiled[T]) check(params int, b *datasets.Batch, at []int32) error {
	if params != e.Layout.Size {
		return fmt.Errorf("engine: %d parameter values, want %d", params, e.Layout.Size)
	}
	if err := checkQueries(b, at, e.d, e.c); err != nil {
		return err
	}
	return learner.CheckLength(e.l, b.N)
}

// checkQueries is [learner.CheckTasks] for a batch and its queries at [T·M].
func checkQueries(b *datasets.Batch, at []int32, d, c int) error {
	if err := learner.CheckTasks(b, d, c); err != nil {
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

// run calls a graph. Building one panics on a mistake in it: here panics become errors.
func run(exec *Exec, in []*tensors.Tensor) (out []*tensors.Tensor, err error) {
	args := make([]any, len(in))
	for i, t := range in {
		args[i] = t
	}
	err = usercode.Try("the graph", func() (err error) {
		out, err = exec.Call(args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	return out, nil
}

// taskTensors are x [T, N, D], labels or targets y [T, N] and at [T, M].
func taskTensors(b *datasets.Batch, at []int32) []*tensors.Tensor {
	return []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(b.X, b.T, b.N, b.D),
		targets(b),
		tensors.FromFlatDataAndDimensions(at, b.T, len(at)/b.T),
	}
}

// targets are the labels or real targets [T, N].
func targets(b *datasets.Batch) *tensors.Tensor {
	if b.Regression() {
		return tensors.FromFlatDataAndDimensions(b.Z, b.T, b.N)
	}
	return tensors.FromFlatDataAndDimensions(b.Y, b.T, b.N)
}

// finalize frees the tensors at once: left to the garbage collector, the buffers of a
// fast training loop pile up outside of Go's heap.
func finalize(ts []*tensors.Tensor) {
	for _, t := range ts {
		_ = t.FinalizeAll()
	}
}
