package compile

import (
	"cmp"
	"slices"

	"github.com/goicl/goicl/internal/lanes"
)

// placeFixed finds memory for shared values that are the same on every call.
func (e *emitter) placeFixed(ops []*op) {
	for _, o := range ops {
		for _, r := range o.reads {
			if r.buf.bits != nil {
				e.input(r.buf)
			}
		}
		if o.phase().level < 0 && !o.out.placed {
			o.out.space, o.out.offset, o.out.placed = lanes.Shared, e.reserve(o.out.size), true
		}
	}
}

// place finds memory for shared values, for values that outlive their phase and for sums.
// What only a unit's own steps read needs none. placeLocal does the rest.
func (e *emitter) place(ops []*op) {
	for _, o := range ops {
		for _, r := range o.reads {
			e.input(r.buf)
			if r.buf.tasks > 0 && !madeIn(r.buf, o.phase()) {
				r.buf.until = max(r.buf.until, o.level)
			}
		}
	}
	e.placeFull(ops)
	sums := make([]int, e.stages) // floats of each
	for _, o := range ops {
		b := o.out
		if b.tasks == 0 && !b.placed {
			b.space, b.offset, b.placed = lanes.Shared, e.reserve(b.size), true
		}
		if o.sumTasks {
			b.inSum = sums[o.level]
			sums[o.level] += b.size
			e.program.Sums = max(e.program.Sums, sums[o.level])
			s := &e.program.Stages[o.level]
			s.Sums = append(s.Sums, lanes.TaskSum{From: b.inSum, To: b.offset, Size: b.size})
		}
	}
}

// placeFull finds memory for values in lanes that are read in a later phase, from the first
// stage that writes them to the last one that reads them.
func (e *emitter) placeFull(ops []*op) {
	byStage := slices.Clone(ops)
	slices.SortStableFunc(byStage, func(a, b *op) int { return cmp.Compare(a.level, b.level) })
	arenas := map[int]*arena{} // by the number of tasks
	for _, o := range byStage {
		b := o.out
		if b.placed || b.until == 0 {
			continue
		}
		if arenas[b.tasks] == nil {
			arenas[b.tasks] = &arena{}
		}
		b.space, b.offset, b.placed = lanes.Full, arenas[b.tasks].reserve(b.size, o.level, b.until), true
		e.program.Full[b.tasks] = arenas[b.tasks].top
	}
}

// madeIn reports whether a buffer is made in a phase.
func madeIn(b *buffer, phase phaseKey) bool {
	for _, d := range b.defs {
		if d.phase() != phase {
			return false
		}
	}
	return true
}

// placeLocal finds memory for values in lanes that are read by another unit of their phase.
// It returns how many vectors they take.
func placeLocal(units []*unit) int {
	first, last := map[*buffer]int{}, map[*buffer]int{}
	for at, u := range units {
		for _, o := range u.ops {
			if _, ok := first[o.out]; !ok {
				first[o.out] = at
			}
			if o.kind != elementwiseOp && o.kind != storeOp && !o.sumTasks {
				last[o.out] = max(last[o.out], at)
			}
			for _, r := range o.reads {
				if from, ok := first[r.buf]; ok && from != at {
					last[r.buf] = at
				}
			}
		}
	}
	var a arena
	for at, u := range units {
		for _, o := range u.ops {
			if until, read := last[o.out]; read && !o.out.placed {
				o.out.space, o.out.offset, o.out.placed = lanes.Local, a.reserve(o.out.size, at, until), true
			}
		}
	}
	return a.top
}

// input makes room for an input or a constant.
func (e *emitter) input(b *buffer) {
	if b.placed || len(b.defs) > 0 {
		return
	}
	b.space, b.offset, b.placed = lanes.Shared, e.reserve(b.size), true
	if b.bits != nil {
		e.program.Constants = append(e.program.Constants, lanes.Constant{At: b.offset, Bits: b.bits})
	}
}

// arena hands out memory that is used from one unit to another.
type arena struct {
	taken []span // by offset
	top   int
}

type span struct{ from, size, until int }

// reserve finds room for size vectors from unit at to unit until.
func (a *arena) reserve(size, at, until int) int {
	a.taken = slices.DeleteFunc(a.taken, func(s span) bool { return s.until < at })
	offset, i := 0, 0
	for ; i < len(a.taken) && a.taken[i].from < offset+size; i++ {
		offset = max(offset, a.taken[i].from+a.taken[i].size)
	}
	a.taken = append(a.taken, span{offset, size, until})
	slices.SortFunc(a.taken, func(x, y span) int { return cmp.Compare(x.from, y.from) })
	a.top = max(a.top, offset+size)
	return offset
}
