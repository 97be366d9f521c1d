package train

import (
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Every returns the queries first..last of each task: at [tasks·M] with M = last−first+1.
// With first = 2 and last = N−1 they give the paper's loss. There are none for sizes that no
// batch has.
func Every(first, last, tasks int) []int32 {
	if first < 0 || last < first || datasets.CheckSize(tasks, last+1, 1, 0) != nil {
		return nil
	}
	at := make([]int32, 0, tasks*(last-first+1))
	for range tasks {
		for n := first; n <= last; n++ {
			at = append(at, int32(n))
		}
	}
	return at
}

// stratified returns one query a task, uniform on first..last over the batch: task
// number i of a random order draws from the i-th of as many equal parts of that range. The
// expected loss is that of [Every], with a lower variance than that of independent draws.
func stratified(rng *rand.Rand, first, last, tasks int) []int32 {
	at := make([]int32, tasks)
	span := float64(last - first + 1)
	for place, task := range rng.Perm(tasks) {
		u := (float64(place) + rng.Float64()) / float64(tasks)
		at[task] = int32(first) + min(int32(u*span), int32(last-first))
	}
	return at
}

// stratifiedLog is stratified with queries uniform in the logarithm of their context length, or
// of 1 for an empty one.
func stratifiedLog(rng *rand.Rand, first, last, tasks int) []int32 {
	at := make([]int32, tasks)
	low := float64(max(first, 1))
	span := math.Log(float64(last+1) / low)
	for place, task := range rng.Perm(tasks) {
		u := (float64(place) + rng.Float64()) / float64(tasks)
		at[task] = int32(min(low*math.Exp(u*span), float64(last)))
	}
	return at
}

// queries are the queries at [T·M] of the loss on b; rng is used for OnePrefix and may
// be nil without.
func (r Recipe) queries(rng *rand.Rand, b *datasets.Batch) []int32 {
	if r.OnePrefix {
		return r.oneEach(rng, b)
	}
	return Every(r.first(), b.N-1, b.T)
}

// oneEach is one query for each task, with the context lengths that OnePrefix draws.
func (r Recipe) oneEach(rng *rand.Rand, b *datasets.Batch) []int32 {
	if r.LogPrefix {
		return stratifiedLog(rng, r.first(), b.N-1, b.T)
	}
	return stratified(rng, r.first(), b.N-1, b.T)
}

// perTask is the number of queries of each task of n points.
func (r Recipe) perTask(n int) int {
	if r.OnePrefix {
		return 1
	}
	return n - r.first()
}
