package lanes

import (
	"sync/atomic"
	"time"
)

// linger is how long a goroutine that has nothing to do looks out for work before it
// gives up its processor. The steps of a run follow each other within microseconds, and
// to wake a processor that sleeps can take longer than a step.
const linger = 200 * time.Microsecond

// crew is the goroutines that help the caller of an engine. They end when there has been
// no job for a while.
type crew struct {
	hands []atomic.Int32 // what each helper does
	left  atomic.Int32   // those who work at the job, the caller among them
	job   func()
	woken chan struct{} // the last of them wakes a caller that has gone to sleep
}

// What a helper does.
const (
	gone    int32 = iota // it has ended
	waiting              // for the caller to make it work
	working
)

func newCrew(helpers int) *crew {
	return &crew{hands: make([]atomic.Int32, helpers), woken: make(chan struct{}, 1)}
}

// do has the caller and that many helpers do a job, each of them the whole function, and
// returns when all have.
func (c *crew) do(helpers int, job func()) {
	c.job = job
	c.left.Store(int32(helpers) + 1)
	for i := range helpers {
		hand := &c.hands[i]
		if !hand.CompareAndSwap(waiting, working) {
			hand.Store(working)
			go c.help(hand)
		}
	}
	job()
	if lookOut(&c.left, 1) {
		return
	}
	if c.left.Add(-1) != 0 {
		<-c.woken
	}
}

func (c *crew) help(hand *atomic.Int32) {
	for {
		c.job()
		hand.Store(waiting) // before the caller can know that the job is done
		if c.left.Add(-1) == 0 {
			c.woken <- struct{}{}
		}
		if !lookOut(hand, working) && hand.CompareAndSwap(waiting, gone) {
			return
		}
	}
}

// lookOut waits for v to become want, and tells whether it has before the time was over.
func lookOut(v *atomic.Int32, want int32) bool {
	for start := time.Now(); v.Load() != want; pause() {
		if time.Since(start) > linger {
			return false
		}
	}
	return true
}
