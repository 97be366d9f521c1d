//go:build cgo && !windows

package lanes

// #include "lanes.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// compiled is a program as it is executed. It lies in memory of C.
type compiled struct{ c *C.struct_lanes_compiled }

// The kinds of orders.
const (
	onShared  = C.LANES_ON_SHARED
	clearSums = C.LANES_CLEAR_SUMS
	onTasks   = C.LANES_ON_TASKS
	addSums   = C.LANES_ADD_SUMS
)

const _ = uint(maxSlots-C.LANES_SLOTS) + uint(C.LANES_SLOTS-maxSlots) // they are the same

// compile copies a program into memory of C, or returns false where there is none.
func (s set) compile(f flat) (compiled, bool) {
	orders := make([]C.struct_lanes_order, len(f.orders))
	for i, o := range f.orders {
		orders[i] = C.struct_lanes_order{
			kind: C.int32_t(o.kind), code: C.int32_t(o.code), words: C.int32_t(o.words), tasks: C.int32_t(o.tasks), team: C.int32_t(o.team),
			full: C.int64_t(o.full), full_each: C.int64_t(o.fullEach), from: C.int32_t(o.from), to: C.int32_t(o.to), size: C.int32_t(o.size),
		}
	}
	pieces := make([]C.struct_lanes_piece, len(f.pieces))
	for i, p := range f.pieces {
		pieces[i] = C.struct_lanes_piece{at: C.int32_t(p.at), size: C.int32_t(p.size), table: C.int32_t(p.table)}
	}
	var pins runtime.Pinner
	defer pins.Unpin()
	pinAll(&pins, f.tables, f.code)
	pinAll(&pins, orders)
	pinAll(&pins, pieces)
	pinAll(&pins, f.fixed)
	c := C.lanes_copy(C.struct_lanes_compiled{
		set: s.c, program: C.struct_lanes_program{tables: ints(f.tables)}, code: ints(f.code),
		orders: unsafe.SliceData(orders), pieces: unsafe.SliceData(pieces), fixed: floats(f.fixed),
		order_count: C.int(len(orders)), inputs: C.int(f.inputs), outputs: C.int(len(pieces) - f.inputs), fixed_count: C.int(len(f.fixed)),
		sums_each: C.int(f.sumsEach), slots: C.int(f.slots), sums: C.size_t(f.sums), scratch: C.size_t(f.scratch),
		local_each: C.size_t(f.local), own_each: C.size_t(f.own), packed: C.size_t(f.packed),
	}, C.size_t(len(f.tables)), C.size_t(len(f.code)), C.size_t(len(pieces)))
	return compiled{c}, c != nil
}

func (c compiled) free() { C.lanes_free(c.c) }

// run executes the program in memory that holds its inputs.
func (c compiled) run(memory []float32, workers int) {
	C.lanes_run_program(c.c, floats(memory), C.int(workers))
}

// run makes the calls, each by one worker in a region of memory, or, together, one after
// another by all.
func (b *Blocks) run(memory []float32, region, workers int, together bool, work func()) {
	all := C.struct_lanes_blocks{
		programs: (**C.struct_lanes_compiled)(unsafe.Pointer(unsafe.SliceData(b.inC))),
		offsets:  (*C.int64_t)(unsafe.SliceData(b.offsets)), offsets_each: C.int(len(b.offsets) / len(b.inC)),
		in: floats(b.In), out: floats(b.Out), memory: floats(memory), memory_each: C.size_t(region),
	}
	if together {
		do(work)
		C.lanes_run_one_by_one(all, C.int(len(b.inC)), C.int(workers))
		return
	}
	beside(work, workers, func(pin *runtime.Pinner) {
		pinAll(pin, b.inC)
		pinAll(pin, b.offsets)
		pinAll(pin, b.In, b.Out, memory)
	}, func(begin int) { C.lanes_run_blocks(all, C.int(len(b.inC)), C.int(workers), C.int(begin)) })
}
