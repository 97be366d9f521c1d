package process

import (
	"math"
	"testing"
	"time"
)

// burn takes processor time on one core.
func burn(d time.Duration) {
	for start, x := CPUTime(), 1.; CPUTime()-start < d; {
		for range 1000 {
			x = math.Sqrt(x + 1)
		}
	}
}

// TestJobTime: jobs share the processor time of the process; one that sleeps takes none.
func TestJobTime(t *testing.T) {
	const each = 40 * time.Millisecond
	start, used := JobTime(), CPUTime()
	burn(each)
	alone := JobTime() - start
	if used := CPUTime() - used; alone < each || alone > used {
		t.Errorf("alone: %s of %s", alone, used)
	}
	ends := []func(){BeginJob(), BeginJob(), BeginJob(), BeginJob()}
	start, used = JobTime(), CPUTime()
	burn(each)
	share := JobTime() - start
	if used := CPUTime() - used; share < each/4 || share > used/4+time.Millisecond {
		t.Errorf("four jobs: each %s of %s", share, used)
	}
	for _, end := range ends {
		end()
		end() // counts once
	}
	start = JobTime()
	time.Sleep(4 * each)
	if slept := JobTime() - start; slept > 2*each {
		t.Errorf("%s of processor time asleep", slept)
	}
}
