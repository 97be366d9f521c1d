package lanes

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/goicl/goicl/datasets"
)

// smallJob is a model of one layer and 90 tasks with all their prefixes.
func smallJob(t *testing.T) (Config, []float32, *datasets.Batch, []int32) {
	skipUnlessAvailable(t)
	c := Config{Depth: 1, D: 2, C: 2, Expand: 1}
	rng := rand.New(rand.NewPCG(3, 3))
	b, params := randomBatch(rng, c, 90, 6), randomParams(rng, c)
	return c, params, b, everyPrefix(b, 2)
}

// TestPool has evaluators with other numbers of workers take turns, in quick succession and
// after the workers have gone to sleep, and several at once: all compute the same bits.
func TestPool(t *testing.T) {
	c, params, b, at := smallJob(t)
	loss, want := lossGrad(t, engineOf(t, c, 1, sets()[0]), params, b, at)
	compare := func(workers, calls int, pause time.Duration) {
		e, err := New(c, workers)
		if err != nil {
			t.Error(err)
			return
		}
		grad := make([]float32, len(params))
		for i := range calls {
			if got, err := e.LossGrad(params, b, at, grad); err != nil || got != loss || !slices.Equal(grad, want) {
				t.Errorf("%d workers, call %d: other bits than by one worker, or error %v", workers, i, err)
				return
			}
			time.Sleep(pause)
		}
	}
	for _, workers := range []int{2, 7, 3, 40} {
		compare(workers, 300, 0)
		compare(workers, 20, 2*time.Millisecond)
	}
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() { compare(1+i%3, 200, time.Duration(i)*10*time.Microsecond) })
	}
	all.Wait()
}

// TestPoolSleeps checks that threads without a job sleep.
func TestPoolSleeps(t *testing.T) {
	skipUnlessAvailable(t)
	if err := Arithmetic(1e5, 4); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(time.Millisecond) {
		pool.Lock()
		threads, sleeping := asleep()
		pool.Unlock()
		if threads > 0 && threads == sleeping {
			return
		}
	}
	t.Error("threads still spin after 10 s")
}

// TestWorkPanics: a panic of what is done beside a step leaves the pool for the next one.
func TestWorkPanics(t *testing.T) {
	c, params, b, at := smallJob(t)
	e := engineOf(t, c, 2, sets()[0])
	want, _ := lossGrad(t, e, params, b, at)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic came through")
			}
		}()
		e.Prefetch(func() { panic("of a sampler") })
		lossGrad(t, e, params, b, at)
	}()
	if loss, _ := lossGrad(t, e, params, b, at); loss != want {
		t.Errorf("the step after it has loss %g, want %g", loss, want)
	}
}
