//go:build cgo && !windows

package lanes

// #cgo CFLAGS: -O3 -std=gnu11
// #cgo LDFLAGS: -lm
// #cgo noescape lanes_run
// #cgo nocallback lanes_run
// #cgo noescape lanes_execute
// #cgo nocallback lanes_execute
// #cgo nocallback lanes_scratch
// #cgo nocallback lanes_multiply_add
// #cgo nocallback lanes_pause
// #include "lanes.h"
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

// run does the work of one slot.
func (s set) run(j job, slot int, memory, grad []float32, loss *float64) {
	C.lanes_run(s.c, j.c(), C.int(slot), floats(memory), floats(grad), (*C.double)(loss))
}

// arithmetic makes that many rounds of multiply-adds, and returns the floating-point
// operations in a round.
func (s set) arithmetic(rounds int) (perRound int) {
	C.lanes_multiply_add(s.c, C.long(rounds))
	return 2 * C.LANES_CHAINS * s.lanes()
}

// execute executes instructions of a program.
func (s set) execute(p *Program, w work, code []int32) {
	C.lanes_execute(s.c, C.struct_lanes_program{tables: ints(p.Tables)}, C.struct_lanes_work{
		shared: floats(w.shared), full: floats(w.full), local: floats(w.local), temps: floats(w.temps),
		packed: floats(w.packed), sums: floats(w.sums), first: C.int(w.first), tasks: C.int(w.tasks),
	}, ints(code), C.int(len(code)))
}

// pause takes a moment in which it leaves the core to its other thread, if it has two.
func pause() { C.lanes_pause() }

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
