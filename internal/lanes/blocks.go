package lanes

import "runtime"

// Blocks are calls of programs: several at once, each by one worker, or, where there are far
// more workers and the programs are large, one after another, each by all of them. They
// read their inputs from In and write their outputs to Out, which the caller provides. It
// keeps its memory between calls and must be used by one goroutine at a time.
type Blocks struct {
	In, Out []float32

	programs []*Compiled
	calls    blocks
	memory   []float32
}

// blocks is what C takes.
type blocks struct {
	programs   []compiled
	offsets    []int64 // where inputs and outputs of each lie
	in, out    []float32
	memory     []float32
	memoryEach int
}

// Reset forgets all calls.
func (b *Blocks) Reset() {
	b.programs, b.calls.programs, b.calls.offsets = b.programs[:0], b.calls.programs[:0], b.calls.offsets[:0]
}

// Call adds a call: at are where in In its inputs begin, and then where in Out its outputs
// do. All calls must have as many.
func (b *Blocks) Call(c *Compiled, at ...int) {
	b.programs, b.calls.programs = append(b.programs, c), append(b.calls.programs, c.c)
	for _, i := range at {
		b.calls.offsets = append(b.calls.offsets, int64(i))
	}
}

// team is how many workers are of use for each call.
func (b *Blocks) team() int {
	team := 1
	for _, c := range b.programs {
		team = max(team, c.team)
	}
	return min(team, maxSlots)
}

// Run makes the calls with that many workers, and does other work beside, if it is not nil.
func (b *Blocks) Run(workers int, work func()) {
	b.calls.in, b.calls.out = b.In, b.Out
	share(min(workers, len(b.programs)*b.team()), func(workers int) {
		together := workers >= 2*len(b.programs)
		each, regions := 1, workers // workers of a call, and calls at once
		if together {
			each, regions = workers, 1
		}
		b.calls.memoryEach = 0
		for _, c := range b.programs {
			b.calls.memoryEach = max(b.calls.memoryEach, c.memory(each))
		}
		b.memory = grow(b.memory, regions*b.calls.memoryEach+cacheLine)
		b.calls.memory = aligned(b.memory)
		runBlocks(b.calls, workers, together, work)
	})
	runtime.KeepAlive(b.programs)
}
