package lanes

import (
	"fmt"
	"runtime"

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
	memory   []float32 // scratch memory of all workers
	grads    []float32 // [slots, params] partial gradients
	losses   []float64 // [slots]
	prefetch func()    // see Prefetch
}

// job is one call of LossGrad (no logits) or Logits.
type job struct {
	model  Model
	params []float32
	batch  *datasets.Batch
	at     []int32
	plan   *plan
	logits []float32

	grads      []float32 // of the slots
	losses     []float64
	memory     []float32 // of the workers
	memoryEach int
}

// New makes an evaluator that uses that many threads, GOMAXPROCS for workers ≤ 0.
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
	return &Evaluator{model: m, set: sets()[0], workers: workers}, nil
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
	e.run(job{model: e.model, params: params, batch: b, at: at, plan: &e.plan, grads: e.grads, losses: e.losses}, prefetch)
	clear(grad)
	for s, l := range e.losses {
		loss += l
		vector.AddScaled(grad, e.grads[s*len(params):][:len(params)], 1)
	}
	return loss, nil
}

// Prefetch has other work done during the next call of [Evaluator.LossGrad], such as drawing
// the tasks of the next step: by the calling goroutine, while the other workers begin.
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
	e.run(job{model: e.model, params: params, batch: b, at: at, plan: &e.plan, logits: out}, nil)
	return nil
}

// run does a job, and other work beside it.
func (e *Evaluator) run(j job, work func()) {
	share(min(e.workers, e.plan.slots), func(workers int) {
		j.memoryEach = whole(e.set.scratch(j))
		e.memory = grow(e.memory, workers*j.memoryEach+cacheLine)
		j.memory = aligned(e.memory)
		e.set.run(j, workers, work)
	})
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
