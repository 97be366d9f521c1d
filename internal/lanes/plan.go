package lanes

// maxSlots bounds the number of partial gradients. It does not depend on the
// number of workers, so that neither does the order in which they are added up.
const maxSlots = 32

// plan assigns the pairs (task, query) of a call, or its tasks, to groups of lanes, and
// the groups to slots, the pieces of work that workers take.
//
// Pairs are sorted by the length of their context, longest first, so that the
// lanes of a group have about the same length, and the last groups to be taken
// are short. Group g holds pairs g·lanes to (g+1)·lanes-1 of the order and
// belongs to slot g mod slots. Tasks are sorted by their last query.
type plan struct {
	order   []int32 // [T·M] pair numbers t·M+m, or [T] tasks
	next    []int32 // [N+1] where the next pair of each length goes
	longest []int32 // [T] last query of each task
	slots   int
}

// assign sorts the pairs of queries at points at of tasks of that many points. It
// is a counting sort: stable, and without allocation.
func (p *plan) assign(points int, at []int32, lanes int) {
	p.order = grow(p.order, len(at))
	p.next = grow(p.next, points+1)
	clear(p.next)
	longest := int32(points - 1)
	for _, n := range at {
		p.next[longest-n+1]++
	}
	for i := range points {
		p.next[i+1] += p.next[i]
	}
	for pair, n := range at {
		p.order[p.next[longest-n]] = int32(pair)
		p.next[longest-n]++
	}
	p.slots = min((len(at)+lanes-1)/lanes, maxSlots)
}
