package compile

import (
	"cmp"
	"container/heap"
	"slices"
)

// unit is one instruction: an op, or elementwise ops that hand elements on to each other.
type unit struct {
	ops   []*op
	waits int     // units that must come first
	next  []*unit // units that wait for it
}

// phaseKey is where ops belong: those on tasks to a stage and a number of tasks, those on
// shared values to a stage and 0, and those that are the same on every call to stage -1.
type phaseKey struct{ level, tasks int }

func (o *op) phase() phaseKey {
	if o.tasks == 0 && o.out.once {
		return phaseKey{-1, 0}
	}
	return phaseKey{o.level, o.tasks}
}

func (o *op) isElementwise() bool { return o.kind == elementwiseOp || o.kind == scatterOp }

// fuses reports whether o can take an element from from as it is computed.
func (o *op) fuses(r access, from *op) bool {
	return o.isElementwise() && from.kind == elementwiseOp && from.n == o.n && from.phase() == o.phase() && r.identity()
}

// schedule groups ops to units and puts those of each phase in order.
func schedule(ops []*op) map[phaseKey][]*unit {
	byPhase := map[phaseKey][]*op{}
	for _, o := range ops {
		o.join()
		byPhase[o.phase()] = append(byPhase[o.phase()], o)
	}
	all := map[phaseKey][]*unit{}
	for key, own := range byPhase {
		all[key] = ordered(own)
	}
	return all
}

// join puts an op into the unit of those that it is fused with, or into one of its own.
func (o *op) join() {
	o.unit = &unit{ops: []*op{o}}
	for _, r := range o.reads {
		for _, from := range r.buf.defs {
			if o.fuses(r, from) && from.depth == o.depth && from.unit != o.unit {
				o.unit.absorb(from.unit)
			}
		}
	}
}

func (u *unit) absorb(other *unit) {
	for _, o := range other.ops {
		o.unit = u
	}
	u.ops = append(u.ops, other.ops...)
}

// ordered sorts the units of a phase: each after those it reads from, and otherwise in the
// order of the graph.
func ordered(ops []*op) []*unit {
	var units []*unit
	seen := map[*unit]bool{}
	for _, o := range ops {
		if !seen[o.unit] {
			seen[o.unit] = true
			units = append(units, o.unit)
		}
	}
	for _, u := range units {
		slices.SortFunc(u.ops, func(a, b *op) int { return cmp.Compare(a.index, b.index) })
		u.wait()
	}
	var ready unitHeap
	for _, u := range units {
		if u.waits == 0 {
			ready = append(ready, u)
		}
	}
	heap.Init(&ready)
	var order []*unit
	for len(ready) > 0 {
		u := heap.Pop(&ready).(*unit)
		order = append(order, u)
		for _, next := range u.next {
			if next.waits--; next.waits == 0 {
				heap.Push(&ready, next)
			}
		}
	}
	return order
}

// wait counts the units that a unit reads from.
func (u *unit) wait() {
	seen := map[*unit]bool{u: true}
	for _, o := range u.ops {
		for _, r := range o.reads {
			for _, from := range r.buf.defs {
				if from.phase() == o.phase() && !seen[from.unit] {
					seen[from.unit] = true
					from.unit.next = append(from.unit.next, u)
					u.waits++
				}
			}
		}
	}
}

// unitHeap has the unit whose first op comes first on top.
type unitHeap []*unit

func (h unitHeap) Len() int           { return len(h) }
func (h unitHeap) Less(i, j int) bool { return h[i].ops[0].index < h[j].ops[0].index }
func (h unitHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *unitHeap) Push(u any)        { *h = append(*h, u.(*unit)) }
func (h *unitHeap) Pop() any {
	old := *h
	u := old[len(old)-1]
	*h = old[:len(old)-1]
	return u
}
