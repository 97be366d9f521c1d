package lanes

import (
	"sync/atomic"
	"time"
)

// spinTime is how long an idle worker spins for its next job before it ends. The steps of a
// run follow each other within microseconds, and waking a sleeping processor can take longer
// than a step.
const spinTime = 200 * time.Microsecond

// Pool is a pool of worker goroutines. They end after a while without a job. It must be used
// by one goroutine at a time.
type Pool struct {
	workers []atomic.Int32 // the state of each
	left    atomic.Int32   // workers that have not finished the job, the caller among them
	job     func()
	done    chan struct{} // the last worker wakes a caller that sleeps
}

// The states of a worker.
const (
	ended int32 = iota
	idle        // it spins
	working
)

// NewPool makes a pool of that many workers.
func NewPool(workers int) *Pool {
	return &Pool{workers: make([]atomic.Int32, workers), done: make(chan struct{}, 1)}
}

// Run has the caller and that many workers execute job, each of them the whole function,
// and returns when all have.
func (p *Pool) Run(workers int, job func()) {
	p.job = job
	p.left.Store(int32(workers) + 1)
	for i := range workers {
		state := &p.workers[i]
		if !state.CompareAndSwap(idle, working) {
			state.Store(working)
			go p.work(state)
		}
	}
	job()
	if spinUntil(&p.left, 1) {
		return
	}
	if p.left.Add(-1) != 0 {
		<-p.done
	}
}

func (p *Pool) work(state *atomic.Int32) {
	for {
		p.job()
		state.Store(idle) // before the caller can see that the job is done
		if p.left.Add(-1) == 0 {
			p.done <- struct{}{}
		}
		if !spinUntil(state, working) && state.CompareAndSwap(idle, ended) {
			return
		}
	}
}

// spinUntil waits until v is want, for spinTime at most, and reports whether it is.
func spinUntil(v *atomic.Int32, want int32) bool {
	for start := time.Now(); v.Load() != want; pause() {
		if time.Since(start) > spinTime {
			return false
		}
	}
	return true
}
