package train

import "math/rand/v2"

// Every returns the queries first..last of each of that many tasks: at [tasks·M]
// with M = last-first+1. It is the authors' loss when first = 2, last = N-1.
func Every(first, last, tasks int) []int32 {
	at := make([]int32, 0, tasks*(last-first+1))
	for range tasks {
		for n := first; n <= last; n++ {
			at = append(at, int32(n))
		}
	}
	return at
}

// Stratified returns one query a task, uniform on first..last over the batch: task
// number i of a random order draws from the i-th of as many equal parts of that
// range. The expected loss is that of [Every]; its variance is lower than that
// of independent draws.
func Stratified(rng *rand.Rand, first, last, tasks int) []int32 {
	at := make([]int32, tasks)
	span := float64(last - first + 1)
	for place, task := range rng.Perm(tasks) {
		u := (float64(place) + rng.Float64()) / float64(tasks)
		at[task] = int32(first) + min(int32(u*span), int32(last-first))
	}
	return at
}
