package lanes

import "sync"

// pool is held by who has the threads of pool.c work for it.
var pool sync.Mutex

// share calls run with that many workers, or with one while somebody else holds the pool. It
// changes no result: no sum depends on the number of workers.
func share(workers int, run func(workers int)) {
	if workers > 1 && pool.TryLock() {
		defer pool.Unlock()
		run(workers)
		return
	}
	run(1)
}
