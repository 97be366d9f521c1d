package lanes

import "runtime"

// Blocks are calls of programs: several at once, each by one worker, or, where there are far
// more workers and the programs are large, one after another, each by all of them. They
// read their inputs from In and write their outputs to Out, which the caller provides. It
// keeps its memory between calls and must be used by one goroutine at a time.
type Blocks struct {
	In, Out []float32

	programs []*Compiled
	inC      []compiled // what C knows them by
	offsets  []int64    // where inputs and outputs of each lie
	memory   []float32
}

// Reset forgets all calls.
func (b *Blocks) Reset() {
	b.programs, b.inC, b.offsets = b.programs[:0], b.inC[:0], b.offsets[:0]
}

// Call adds a call: at are where in In its inputs begin, and then where in Out its outputs
// do. All calls must have as many.
func (b *Blocks) Call(c *Compiled, at ...int) {
	b.programs, b.inC = append(b.programs, c), append(b.inC, c.c)
	for _, i := range at {
		b.offsets = append(b.offsets, int64(i))
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
	share(min(workers, len(b.programs)*b.team()), func(workers int) {
		together := workers >= 2*len(b.programs)
		each, regions := 1, workers // workers of a call, and calls at once
		if together {
			each, regions = workers, 1
		}
		region := 0
		for _, c := range b.programs {
			region = max(region, c.memory(each))
		}
		b.memory = grow(b.memory, regions*region+cacheLine)
		b.run(aligned(b.memory), region, workers, together, work)
	})
	runtime.KeepAlive(b.programs)
}
