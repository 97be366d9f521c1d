package lanes

import (
	"sync/atomic"
	"testing"
	"time"
)

// TestCrew checks that every job is done once by each of those who are to do it, and
// wholly before the next: jobs that follow at once, jobs after the helpers have gone,
// and one for which the caller has to wait long.
func TestCrew(t *testing.T) {
	c := newCrew(7)
	var did, inside atomic.Int32
	for i := range 300 {
		helpers := i % 8
		did.Store(0)
		c.do(helpers, func() {
			inside.Add(1)
			defer inside.Add(-1)
			if place := did.Add(1); i%50 == 3 && place == 2 {
				time.Sleep(3 * linger) // the caller sleeps by then
			}
		})
		if did.Load() != int32(helpers)+1 || inside.Load() != 0 {
			t.Fatalf("job %d: %d have done it and %d do it still; want %d and none", i, did.Load(), inside.Load(), helpers+1)
		}
		if i%60 == 0 {
			time.Sleep(3 * linger)
		}
	}
}

// TestCrewEnds checks that helpers without work end.
func TestCrewEnds(t *testing.T) {
	c := newCrew(3)
	c.do(3, func() {})
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(linger) {
		if c.hands[0].Load() == gone && c.hands[1].Load() == gone && c.hands[2].Load() == gone {
			return
		}
	}
	t.Error("helpers still look out for work after 10 s")
}
