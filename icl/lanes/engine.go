package lanes

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/goicl/goicl/datasets"
)

// maxWidth is the widest token the kernels have room for.
const maxWidth = 16

// Config is the shape of the model. A token is D inputs and 2C label channels
// wide; the feed-forward layers are Expand times as wide as a token.
type Config struct {
	Depth  int // layers
	D, C   int // input dimensions, classes
	Expand int // hidden units for each channel of a token
}

// Width is the number of channels of a token, D + 2C.
func (c Config) Width() int { return c.D + 2*c.C }

// NumParams is the number of weights. They lie in one flat vector, every matrix
// [out, in] and row-major: for each layer to_q, to_k and to_v [W, W], w1.weight
// [H, W], w1.bias [H], w2.weight [W, H], w2.bias [W]; after the last layer
// readout [2C, W]. Here W = D+2C and H = Expand·W.
func (c Config) NumParams() int {
	w := c.Width()
	h := c.Expand * w
	return c.Depth*(3*w*w+2*h*w+h+w) + 2*c.C*w
}

func (c Config) validate() error {
	switch {
	case c.Depth < 1 || c.D < 1 || c.C < 2 || c.Expand < 1:
		return fmt.Errorf("lanes: depth %d, d %d, C %d, expand %d; want at least 1, 1, 2 and 1", c.Depth, c.D, c.C, c.Expand)
	case c.Width() > maxWidth:
		return fmt.Errorf("lanes: a token of d + 2C = %d + 2·%d = %d channels; at most %d fit, use the GoMLX engine", c.D, c.C, c.Width(), maxWidth)
	}
	return nil
}

// Engine computes loss, gradient and logits of one model. It keeps its scratch
// memory between calls, and must be used by one goroutine at a time.
type Engine struct {
	config  Config
	set     set
	workers int

	plan    plan
	scratch [][]float32 // one for each worker
	grads   []float32   // [slots, params]
	losses  []float64   // [slots]

	job  job
	next atomic.Int32
	idle atomic.Int32
	wait sync.WaitGroup
	work func()
}

// New makes an engine that uses that many goroutines, GOMAXPROCS for workers ≤ 0.
// It fails where the model is too wide or there is no kernel for this machine,
// see [Available].
func New(c Config, workers int) (*Engine, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if ok, reason := Available(); !ok {
		return nil, fmt.Errorf("lanes: %s; use the GoMLX engine", reason)
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	e := &Engine{config: c, set: sets()[0], workers: workers}
	e.scratch = make([][]float32, workers)
	e.work = e.worker
	return e, nil
}

// LossGrad computes the mean cross-entropy over all queries, in nats, over the
// 2C logits, and overwrites grad with its gradient. Query m of task t is point
// at[t·M+m]; its context is the points before it. A loss that is NaN or infinite
// is returned as it is, with a nil error.
func (e *Engine) LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (float64, error) {
	if err := check(e.config, params, b, at, "gradient", grad, e.config.NumParams()); err != nil {
		return 0, err
	}
	e.plan.deal(b, at, e.set.lanes())
	e.grads = grow(e.grads, e.plan.slots*len(params))
	e.losses = grow(e.losses, e.plan.slots)
	e.run(params, b, at, nil)
	loss := 0.0
	clear(grad)
	for s := range e.plan.slots {
		loss += e.losses[s]
		add(grad, e.grads[s*len(params):])
	}
	return loss, nil
}

// Logits writes the logits [T·M, 2C] of the queries at to out.
func (e *Engine) Logits(params []float32, b *datasets.Batch, at []int32, out []float32) error {
	if err := check(e.config, params, b, at, "output", out, len(at)*2*e.config.C); err != nil {
		return err
	}
	e.plan.deal(b, at, e.set.lanes())
	e.run(params, b, at, out)
	return nil
}

// run does the work of all slots. The calling goroutine is one of the workers.
func (e *Engine) run(params []float32, b *datasets.Batch, at []int32, logits []float32) {
	e.job = job{config: e.config, params: params, batch: b, at: at, plan: &e.plan, logits: logits}
	workers := min(e.workers, e.plan.slots)
	need := e.set.scratch(e.job)
	e.next.Store(0)
	e.idle.Store(0)
	for w := range workers {
		e.scratch[w] = grow(e.scratch[w], need+cacheLine)
	}
	e.wait.Add(workers)
	for range workers - 1 {
		go e.work()
	}
	e.work()
	e.wait.Wait()
	e.job = job{}
}

// worker takes slots until none is left.
func (e *Engine) worker() {
	defer e.wait.Done()
	scratch := aligned(e.scratch[e.idle.Add(1)-1])
	params := len(e.job.params)
	for {
		slot := int(e.next.Add(1)) - 1
		if slot >= e.plan.slots {
			return
		}
		if e.job.logits != nil {
			e.set.run(e.job, slot, scratch, nil, nil)
			continue
		}
		e.set.run(e.job, slot, scratch, e.grads[slot*params:][:params], &e.losses[slot])
	}
}

// grow returns a slice of n elements, s itself if it is long enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// add adds src to dst.
func add(dst, src []float32) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] += src[i]
	}
}
