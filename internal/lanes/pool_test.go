package lanes

import (
	"sync/atomic"
	"testing"
	"time"
)

// TestPool checks that every worker executes every job once, and that a job is complete
// before the next begins: jobs in quick succession, jobs after the workers have ended, and
// jobs for which the caller has to sleep.
func TestPool(t *testing.T) {
	p := NewPool(7)
	var did, inside atomic.Int32
	for i := range 300 {
		workers := i % 8
		did.Store(0)
		p.Run(workers, func() {
			inside.Add(1)
			defer inside.Add(-1)
			if place := did.Add(1); i%50 == 3 && place == 2 {
				time.Sleep(3 * spinTime) // the caller sleeps by then
			}
		})
		if did.Load() != int32(workers)+1 || inside.Load() != 0 {
			t.Fatalf("job %d: %d have done it and %d do it still; want %d and none", i, did.Load(), inside.Load(), workers+1)
		}
		if i%60 == 0 {
			time.Sleep(3 * spinTime)
		}
	}
}

// TestPoolEnds checks that idle workers end.
func TestPoolEnds(t *testing.T) {
	p := NewPool(3)
	p.Run(3, func() {})
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(spinTime) {
		if p.workers[0].Load() == ended && p.workers[1].Load() == ended && p.workers[2].Load() == ended {
			return
		}
	}
	t.Error("workers still spin after 10 s")
}
