package lanes

import "github.com/goicl/goicl/datasets"

// maxSlots bounds the number of partial gradients. It is fixed, so that the
// order in which gradients are added up does not depend on the workers.
const maxSlots = 32

// plan deals the pairs (task, query) of a call to groups of lanes, and the groups
// to slots.
//
// Pairs are sorted by the length of their context, longest first, so that the
// lanes of a group have about the same length and a worker that starts late
// finds only short groups left. Group g holds pairs g·lanes to (g+1)·lanes-1 and
// belongs to slot g mod slots.
type plan struct {
	order []int32 // [pairs] pair numbers t·M+m
	start []int32 // [N+1] where pairs of each length begin in order
	slots int
}

// deal sorts the pairs: a counting sort, stable and without allocation.
func (p *plan) deal(b *datasets.Batch, at []int32, lanes int) {
	p.order = grow(p.order, len(at))
	p.start = grow(p.start, b.N+1)
	clear(p.start)
	for _, n := range at {
		p.start[b.N-1-int(n)+1]++
	}
	for i := 1; i <= b.N; i++ {
		p.start[i] += p.start[i-1]
	}
	for pair, n := range at {
		bucket := b.N - 1 - int(n)
		p.order[p.start[bucket]] = int32(pair)
		p.start[bucket]++
	}
	groups := (len(at) + lanes - 1) / lanes
	p.slots = min(groups, maxSlots)
}
