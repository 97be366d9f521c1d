package lanes

import (
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/vector"
)

// Evaluator computes loss, gradient and logits of one model. It keeps its memory
// between calls and must be used by one goroutine at a time.
type Evaluator struct {
	model   Model
	set     set
	workers int

	plan     plan
	memory   [][]float32 // scratch memory of each worker
	grads    []float32   // [slots, params] partial gradients
	losses   []float64   // [slots]
	job      job         // of the current call
	arrived  atomic.Int32
	taken    atomic.Int32
	pool     *Pool
	work     func()
	prefetch func() // see Prefetch
}

// job is one call of LossGrad (no logits) or Logits.
type job struct {
	model    Model
	params   []float32
	batch    *datasets.Batch
	at       []int32
	plan     *plan
	logits   []float32
	prefetch func() // done first by the last worker to arrive
}

// New makes an evaluator that uses that many goroutines, GOMAXPROCS for workers ≤ 0.
// It fails where the model is too wide or there is no kernel for this machine,
// see [Available].
func New(m Model, workers int) (*Evaluator, error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	if ok, reason := Available(); !ok {
		return nil, fmt.Errorf("lanes: %s; use the GoMLX engine", reason)
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	e := &Evaluator{model: m, set: sets()[0], workers: workers, memory: make([][]float32, workers), pool: NewPool(workers - 1)}
	e.work = e.takeSlots
	return e, nil
}

// String names the kernel in use: "avx2, 8 lanes".
func (e *Evaluator) String() string { return fmt.Sprintf("%s, %d lanes", e.set.name(), e.set.lanes()) }

// LossGrad returns the mean cross-entropy of all queries, in nats, over the logits, or
// their mean squared error, and overwrites grad with its gradient. Query m of task t is point
// at[t·M+m]; its context is the points before it. A loss that is NaN or infinite
// is returned as it is, with a nil error.
func (e *Evaluator) LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (loss float64, err error) {
	prefetch := e.prefetch
	e.prefetch = nil
	if err := check(e.model, params, b, at); err != nil {
		do(prefetch)
		return 0, err
	}
	if len(grad) != len(params) {
		do(prefetch)
		return 0, fmt.Errorf("lanes: a gradient of %d values for %d weights", len(grad), len(params))
	}
	e.model.assign(&e.plan, b, at, e.set.lanes())
	e.grads = grow(e.grads, e.plan.slots*len(params))
	e.losses = grow(e.losses, e.plan.slots)
	e.run(job{e.model, params, b, at, &e.plan, nil, prefetch})
	clear(grad)
	for s, l := range e.losses {
		loss += l
		vector.AddScaled(grad, e.grads[s*len(params):][:len(params)], 1)
	}
	return loss, nil
}

// Prefetch has other work done during the next call of [Evaluator.LossGrad], such as drawing
// the tasks of the next step: one of the workers does it while the others begin. On a
// separate goroutine it costs twice as much, since the scheduler then interrupts kernels.
func (e *Evaluator) Prefetch(work func()) { e.prefetch = work }

// Logits writes the logits of the queries at to out, [T·M, 2C] for the paper's model; for
// a decoder [T·M, C], or the predicted targets [T·M]. The labels of the
// queries are not read.
func (e *Evaluator) Logits(params []float32, b *datasets.Batch, at []int32, out []float32) error {
	if err := check(e.model, params, b, at); err != nil {
		return err
	}
	if want := len(at) * e.model.Outputs(); len(out) != want {
		return fmt.Errorf("lanes: %d values for the logits, want %d queries · %d = %d", len(out), len(at), e.model.Outputs(), want)
	}
	e.model.assign(&e.plan, b, at, e.set.lanes())
	e.run(job{e.model, params, b, at, &e.plan, out, nil})
	return nil
}

// run does a job. The calling goroutine is one of the workers.
func (e *Evaluator) run(j job) {
	workers := min(e.workers, e.plan.slots)
	need := e.set.scratch(j)
	for w := range workers {
		e.memory[w] = grow(e.memory[w], need+cacheLine)
	}
	e.job = j
	e.arrived.Store(0)
	e.taken.Store(0)
	e.pool.Run(workers-1, e.work)
	e.job = job{}
}

// takeSlots is a worker: it does the job's slots until none is left.
func (e *Evaluator) takeSlots() {
	place := int(e.arrived.Add(1)) - 1
	if place == min(e.workers, e.plan.slots)-1 {
		do(e.job.prefetch)
	}
	memory := aligned(e.memory[place])
	params := len(e.job.params)
	for {
		slot := int(e.taken.Add(1)) - 1
		switch {
		case slot >= e.plan.slots:
			return
		case e.job.logits != nil:
			e.set.run(e.job, slot, memory, nil, nil)
		default:
			e.set.run(e.job, slot, memory, e.grads[slot*params:][:params], &e.losses[slot])
		}
	}
}

func do(work func()) {
	if work != nil {
		work()
	}
}

// grow returns a slice of n elements: s itself if its capacity suffices.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
