//go:build cgo && !windows

package lanes

// #cgo CFLAGS: -O3 -std=gnu11
// #cgo LDFLAGS: -lm -lpthread
// #cgo noescape lanes_run
// #cgo nocallback lanes_run
// #cgo noescape lanes_run_blocks
// #cgo nocallback lanes_run_blocks
// #cgo noescape lanes_run_one_by_one
// #cgo nocallback lanes_run_one_by_one
// #cgo noescape lanes_run_program
// #cgo nocallback lanes_run_program
// #cgo noescape lanes_execute
// #cgo nocallback lanes_execute
// #cgo nocallback lanes_finish
// #cgo nocallback lanes_scratch
// #cgo nocallback lanes_multiply_add
// #include "lanes.h"
// #include "pool.h"
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/cpu"
)

// set is one instruction set the kernels were compiled for.
type set struct{ c C.struct_lanes_set }

// sets lists the instruction sets of this processor, best first; of them only the one that
// [Variable] names, if it names one.
func sets() []set {
	var c [C.LANES_MAX_SETS]C.struct_lanes_set
	var found []set
	for _, s := range c[:C.lanes_sets(&c[0])] {
		if s := (set{s}); hasInstructions(s.name()) && wanted(s.name()) {
			found = append(found, s)
		}
	}
	return found
}

// hasInstructions reports whether the processor can run the instruction set of that name.
func hasInstructions(name string) bool {
	switch name {
	case "avx512":
		return cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasFMA
	case "avx2":
		return cpu.X86.HasAVX2 && cpu.X86.HasFMA
	}
	return true
}

// Available reports whether this machine has a kernel, and if not, why.
func Available() (bool, string) {
	if len(sets()) > 0 {
		return true, ""
	}
	if only := os.Getenv(Variable); only != "" {
		return false, fmt.Sprintf("%s is %q, which this machine does not have; unset it to use the best set there is", Variable, only)
	}
	return false, "there is no kernel for " + runtime.GOOS + "/" + runtime.GOARCH
}

func (s set) name() string { return C.GoString(s.c.name) }
func (s set) lanes() int   { return int(s.c.lanes) }

// scratch is the number of float32s of scratch memory a worker needs for a job.
func (s set) scratch(j job) int { return int(C.lanes_scratch(s.c, j.c())) }

// arithmetic has each of that many workers make rounds of multiply-adds.
func (s set) arithmetic(rounds, workers int) {
	C.lanes_multiply_add(s.c, C.long(rounds), C.int(workers))
}

// perRound is the number of floating-point operations in a round.
func (s set) perRound() int { return 2 * C.LANES_CHAINS * s.lanes() }

// run does a job: each slot writes its part of grads and losses. It does other work first,
// while the workers begin.
func (s set) run(j job, workers int, work func()) {
	slots := C.struct_lanes_slots{
		set: s.c, job: j.c(), memory: floats(j.memory), memory_each: C.size_t(j.memoryEach),
		grads: floats(j.grads), weights: C.size_t(len(j.params)), losses: (*C.double)(unsafe.SliceData(j.losses)),
	}
	beside(work, workers, func(pin *runtime.Pinner) {
		pin.Pin(unsafe.SliceData(j.losses))
		pinAll(pin, j.memory, j.grads, j.params, j.batch.X, j.batch.Z, j.logits)
		pinAll(pin, j.batch.Y, j.at, j.plan.order)
	}, func(begin int) { C.lanes_run(slots, C.int(workers), C.int(begin)) })
}

// beside has workers run a job, and does other work beside it: C keeps what is pinned.
func beside(work func(), workers int, pin func(*runtime.Pinner), run func(begin int)) {
	if work == nil || workers == 1 {
		do(work)
		run(0)
		return
	}
	var pins runtime.Pinner
	defer pins.Unpin()
	pin(&pins)
	run(1)
	defer C.lanes_finish() // also where work panics
	work()
}

func pinAll[T any](pin *runtime.Pinner, all ...[]T) {
	for _, s := range all {
		if len(s) > 0 {
			pin.Pin(unsafe.SliceData(s))
		}
	}
}

// execute executes instructions on shared values.
func (s set) execute(tables []int32, shared, temps, packed []float32, code []int32) {
	C.lanes_execute(s.c, C.struct_lanes_program{tables: ints(tables)}, C.struct_lanes_work{
		shared: floats(shared), temps: floats(temps), packed: floats(packed), parts: 1,
	}, ints(code), C.int(len(code)))
}

// asleep counts the threads of the pool, and those of them that sleep.
func asleep() (threads, sleeping int) {
	var made, asleep C.int
	C.lanes_asleep(&made, &asleep)
	return int(made), int(asleep)
}

func (j job) c() C.struct_lanes_job {
	c := C.struct_lanes_job{
		points: C.int(j.batch.N), queries: C.int(len(j.at) / j.batch.T),
		items: C.int(len(j.plan.order)), slots: C.int(j.plan.slots),
		params: floats(j.params), x: floats(j.batch.X), y: ints(j.batch.Y), z: floats(j.batch.Z),
		at: ints(j.at), order: ints(j.plan.order), logits: floats(j.logits),
	}
	switch m := j.model.(type) {
	case Config:
		c.model, c.depth, c.d, c.classes, c.hidden = C.LANES_PAPER, C.int(m.Depth), C.int(m.D), C.int(m.C), C.int(m.hidden())
	case Decoder:
		c.model, c.depth, c.d, c.classes = C.LANES_DECODER, C.int(m.Depth), C.int(m.D), C.int(m.C)
		c.width, c.heads, c.positions = C.int(m.Width), C.int(m.Heads), C.int(2*m.Points)
	}
	return c
}

func floats(s []float32) *C.float { return (*C.float)(unsafe.SliceData(s)) }
func ints(s []int32) *C.int32_t   { return (*C.int32_t)(unsafe.SliceData(s)) }

// cacheLine is the alignment of scratch memory, in float32s.
const cacheLine = 16

// aligned drops the first few elements, so that the rest starts a cache line.
func aligned(s []float32) []float32 {
	const bytes = cacheLine * 4
	return s[-uintptr(unsafe.Pointer(unsafe.SliceData(s)))%bytes/4:]
}
