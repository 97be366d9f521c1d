package lanes

import (
	"fmt"
	"runtime"
	"sync/atomic"

	"github.com/goicl/goicl/datasets"
)

// Engine computes loss, gradient and logits of one model. It keeps its memory
// between calls and must be used by one goroutine at a time.
type Engine struct {
	model   Model
	set     set
	workers int

	plan    plan
	memory  [][]float32 // scratch memory of each worker
	grads   []float32   // [slots, params] partial gradients
	losses  []float64   // [slots]
	job     job         // what the workers are doing
	arrived atomic.Int32
	taken   atomic.Int32
	crew    *crew
	work    func()
	beside  func() // see Beside
}

// job is one call of LossGrad (no logits) or Logits.
type job struct {
	model  Model
	params []float32
	batch  *datasets.Batch
	at     []int32
	plan   *plan
	logits []float32
	beside func() // the last worker to arrive does it first
}

// New makes an engine that uses that many goroutines, GOMAXPROCS for workers ≤ 0.
// It fails where the model is too wide or there is no kernel for this machine,
// see [Available].
func New(m Model, workers int) (*Engine, error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	if ok, reason := Available(); !ok {
		return nil, fmt.Errorf("lanes: %s; use the GoMLX engine", reason)
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	e := &Engine{model: m, set: sets()[0], workers: workers, memory: make([][]float32, workers), crew: newCrew(workers - 1)}
	e.work = e.takeSlots
	return e, nil
}

// String names the kernel in use: "avx2, 8 lanes".
func (e *Engine) String() string { return fmt.Sprintf("%s, %d lanes", e.set.name(), e.set.lanes()) }

// LossGrad returns the mean cross-entropy of all queries, in nats, over the logits, or
// their mean squared error, and overwrites grad with its gradient. Query m of task t is point
// at[t·M+m]; its context is the points before it. A loss that is NaN or infinite
// is returned as it is, with a nil error.
func (e *Engine) LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (loss float64, err error) {
	beside := e.beside
	e.beside = nil
	if err := check(e.model, params, b, at); err != nil {
		do(beside)
		return 0, err
	}
	if len(grad) != len(params) {
		do(beside)
		return 0, fmt.Errorf("lanes: a gradient of %d values for %d weights", len(grad), len(params))
	}
	e.model.deal(&e.plan, b, at, e.set.lanes())
	e.grads = grow(e.grads, e.plan.slots*len(params))
	e.losses = grow(e.losses, e.plan.slots)
	e.run(job{e.model, params, b, at, &e.plan, nil, beside})
	clear(grad)
	for s, l := range e.losses {
		loss += l
		add(grad, e.grads[s*len(params):][:len(params)])
	}
	return loss, nil
}

// Beside gives the engine other work to do during the next call of [Engine.LossGrad]:
// one of its goroutines does it while the others begin. A goroutine more than there
// are processors, for which Go would take them from the kernels now and then, costs
// twice as much.
func (e *Engine) Beside(work func()) { e.beside = work }

// Logits writes the logits of the queries at to out, [T·M, 2C] for the paper's model; for
// a decoder [T·M, C], or the predicted targets [T·M]. The labels of the
// queries are not read.
func (e *Engine) Logits(params []float32, b *datasets.Batch, at []int32, out []float32) error {
	if err := check(e.model, params, b, at); err != nil {
		return err
	}
	if want := len(at) * e.model.Outputs(); len(out) != want {
		return fmt.Errorf("lanes: room for %d logits, want %d queries · %d = %d", len(out), len(at), e.model.Outputs(), want)
	}
	e.model.deal(&e.plan, b, at, e.set.lanes())
	e.run(job{e.model, params, b, at, &e.plan, out, nil})
	return nil
}

// run does a job. The calling goroutine is one of the workers.
func (e *Engine) run(j job) {
	workers := min(e.workers, e.plan.slots)
	need := e.set.scratch(j)
	for w := range workers {
		e.memory[w] = grow(e.memory[w], need+cacheLine)
	}
	e.job = j
	e.arrived.Store(0)
	e.taken.Store(0)
	e.crew.do(workers-1, e.work)
	e.job = job{}
}

// takeSlots is a worker: it does the job's slots until none is left.
func (e *Engine) takeSlots() {
	place := int(e.arrived.Add(1)) - 1
	if place == min(e.workers, e.plan.slots)-1 {
		do(e.job.beside)
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

// grow returns a slice of n elements: s itself if it has room for them.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// add adds src to dst.
func add(dst, src []float32) {
	for i := range dst {
		dst[i] += src[i]
	}
}
