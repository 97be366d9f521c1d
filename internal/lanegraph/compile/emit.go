package compile

import (
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/goicl/goicl/internal/lanes"
)

// emitter turns units into the instructions of a program.
type emitter struct {
	program *lanes.Program
	units   map[phaseKey][]*unit
	tables  map[string]int32 // where tables are, by what they list
	packed  map[string]int   // where packed weights are
	stages  int
	code    []int32 // of the phase at hand
	local   int     // vectors of the phase at hand that values take
	most    int     // and those that a unit needs besides
}

// instruction appends one: its words after the first two.
func (e *emitter) instruction(i lanes.Instruction, words ...int32) {
	e.code = append(e.code, int32(i), int32(len(words)+2))
	e.code = append(e.code, words...)
}

// table is the place of a list of elements.
func (e *emitter) table(list []int32) int32 {
	key := "c"
	if len(list) > 0 {
		key = "c" + unsafe.String((*byte)(unsafe.Pointer(&list[0])), 4*len(list))
	}
	return e.tableOf(key, func() []int32 { return list })
}

func (e *emitter) tableOf(key string, list func() []int32) int32 {
	if at, ok := e.tables[key]; ok {
		return at
	}
	at := int32(len(e.program.Tables))
	e.program.Tables = append(e.program.Tables, list()...)
	e.tables[key] = at
	return at
}

// along is the table of where the elements of an access lie along some axes.
func (e *emitter) along(a access, axes []int) int32 {
	key := fmt.Sprint("a", dimsAlong(a, axes))
	return e.tableOf(key, func() []int32 { return a.offsets(axes) })
}

func pick(from, at []int) (out []int) {
	for _, i := range at {
		out = append(out, from[i])
	}
	return out
}

// all is the table of where all elements of an access lie, from its buffer's beginning.
func (e *emitter) all(a access) int32 {
	if a.table != nil {
		return e.table(a.table)
	}
	key := fmt.Sprint("e", a.dims, a.strides, a.off)
	return e.tableOf(key, a.elements)
}

// emit makes the program of ops whose outputs are to be kept.
func emit(ops []*op) *lanes.Program {
	e := &emitter{program: &lanes.Program{Full: map[int]int{}}, tables: map[string]int32{}, packed: map[string]int{}}
	ops = recompute(ops)
	e.units = schedule(ops)
	for _, o := range ops {
		e.stages = max(e.stages, o.level+1, o.out.level+1)
	}
	e.program.Stages = make([]lanes.Stage, e.stages)
	e.placeFixed(ops)
	e.program.Once = e.sharedStage(ops, -1)
	e.program.Fixed = e.program.Shared
	e.place(ops)
	for level := range e.stages {
		e.program.Stages[level].Shared = e.sharedStage(ops, level)
	}
	for key, units := range e.units {
		if key.tasks > 0 {
			e.phase(key, units)
		}
	}
	return e.program
}

// sharedStage returns the instructions on shared values of a stage, which come before its
// phases.
func (e *emitter) sharedStage(ops []*op, level int) []int32 {
	e.code = nil
	for _, u := range e.units[phaseKey{level, 0}] {
		e.unit(u)
	}
	e.packs(ops, level)
	return e.code
}

// phase emits the instructions on the tasks of a stage.
func (e *emitter) phase(key phaseKey, units []*unit) {
	e.code, e.local = nil, placeLocal(units)
	e.most = e.local
	for _, u := range units {
		e.unit(u)
	}
	s := &e.program.Stages[key.level]
	s.Phases = append(s.Phases, lanes.Phase{Tasks: key.tasks, Code: e.code, Local: e.most})
}

func (e *emitter) unit(u *unit) {
	o := u.ops[0]
	switch {
	case o.isElementwise():
		e.elementwise(u)
	case o.kind == reduceOp:
		e.reduce(o)
	case o.kind == dotOp && o.tasks == 0:
		e.sharedDot(o)
	case o.kind == dotOp:
		e.dot(o)
	case o.kind == loadOp:
		from := o.reads[0].buf
		e.instruction(lanes.LoadTasks, int32(len(o.table)), place(o.out, 0), int32(from.offset), int32(o.taskStep), e.table(o.table))
	case o.kind == storeOp:
		e.instruction(lanes.StoreTasks, int32(len(o.table)), place(o.reads[0].buf, 0), int32(o.out.offset), int32(o.taskStep), e.table(o.table))
	}
}

// place is the operand for an element of a buffer and those after it.
func place(b *buffer, at int) int32 { return lanes.Operand(b.space, b.offset+at) }

var reductions = map[string]lanes.Reduction{
	"sum": lanes.Sum, "product": lanes.Product, "max": lanes.Max, "min": lanes.Min, "isum": lanes.IntSum, "and": lanes.And, "or": lanes.Or,
}

func (e *emitter) reduce(o *op) {
	a := o.reads[0]
	var kept []int
	for i := range a.dims {
		if !slices.Contains(o.axes, i) {
			kept = append(kept, i)
		}
	}
	outputs, terms := int32(product(pick(a.dims, kept))), int32(product(pick(a.dims, o.axes)))
	outer, inner := e.along(a, kept), e.along(a, o.axes)
	switch {
	case o.sumTasks:
		e.instruction(lanes.ReduceTasks, outputs, terms, int32(o.out.inSum), place(a.buf, a.off), outer, inner)
	case o.tasks == 0:
		e.instruction(lanes.SharedReduce, int32(reductions[o.step]), outputs, terms, int32(o.out.offset), int32(a.buf.offset+a.off), outer, inner)
	default:
		e.instruction(lanes.Reduce, int32(reductions[o.step]), outputs, terms, place(o.out, 0), place(a.buf, a.off), outer, inner)
	}
}

// sizes are the numbers of batches, rows, columns and terms of a dot.
func (o *op) sizes() (batch, m, n, k int32) {
	a, b := o.reads[0], o.reads[1]
	size := func(a access, axes []int) int32 { return int32(product(pick(a.dims, axes))) }
	return size(a, o.dot.aBatch), size(a, o.dot.aFree), size(b, o.dot.bFree), size(a, o.dot.aSum)
}

func (e *emitter) sharedDot(o *op) {
	a, b := o.reads[0], o.reads[1]
	batch, m, n, k := o.sizes()
	e.instruction(lanes.SharedDot, batch, m, n, k, int32(o.out.offset), int32(a.buf.offset+a.off), int32(b.buf.offset+b.off),
		e.along(a, o.dot.aBatch), e.along(a, o.dot.aFree), e.along(a, o.dot.aSum),
		e.along(b, o.dot.bBatch), e.along(b, o.dot.bFree), e.along(b, o.dot.bSum))
}

func (e *emitter) dot(o *op) {
	a, b := o.reads[0], o.reads[1]
	batch, m, n, k := o.sizes()
	e.program.Packed = max(e.program.Packed, int((n+lanes.Panel+lanes.MostRows)*k), int((n+lanes.Aligned)*k))
	to, sum := place(o.out, 0), int32(0)
	if o.sumTasks {
		to, sum = int32(o.out.inSum), 1
	}
	from, shared, bBatch := place(b.buf, b.off), int32(0), e.along(b, o.dot.bBatch)
	if b.buf.tasks == 0 {
		at, batches := e.pack(o)
		from, shared, bBatch = int32(at), 1, e.table(batches)
	}
	rows, aStep := int32(0), int32(0)
	if step(a, o.dot.aSum) == 1 {
		rows = 1
	} else if step(a, o.dot.aFree) == 1 {
		aStep = int32(step(a, o.dot.aSum))
	}
	bStep, toRows := int32(0), int32(0)
	if o.dot.toN == 1 || n == 1 {
		toRows = 1
	}
	if step(b, o.dot.bFree) == 1 && n%lanes.Panel == 0 {
		bStep = int32(step(b, o.dot.bSum))
	}
	e.instruction(lanes.Dot, batch, m, n, k, place(a.buf, a.off), from, to, shared, sum,
		e.along(a, o.dot.aBatch), e.along(a, o.dot.aFree), e.along(a, o.dot.aSum),
		bBatch, e.along(b, o.dot.bFree), e.along(b, o.dot.bSum),
		e.table(every(batch, int(m*n))), e.table(every(m, o.dot.toM)), e.table(every(n, o.dot.toN)), rows, aStep, bStep, toRows)
}

// every lists multiples of a step.
func every(n int32, step int) []int32 {
	list := make([]int32, n)
	for i := range list {
		list[i] = int32(i * step)
	}
	return list
}

// step is the distance between neighbours along axes if all are equally far apart, else 0.
// A single element is a step of 1 apart from none.
func step(a access, axes []int) int {
	table := a.offsets(axes)
	if len(table) == 1 {
		return 1
	}
	s := table[1] - table[0]
	for i := 2; i < len(table); i++ {
		if table[i]-table[i-1] != s {
			return 0
		}
	}
	return int(s)
}

// pack returns where a dot's shared factor lies packed, and its batches. packs does it.
func (e *emitter) pack(o *op) (at int, batches []int32) {
	b := o.reads[1]
	batch, _, _, _ := o.sizes()
	for _, axis := range o.dot.bBatch {
		if b.strides[axis] != 0 && b.dims[axis] > 1 {
			return e.packed[packKey(o)], every(batch, 1)
		}
	}
	return e.packed[packKey(o)], every(batch, 0)
}

func packKey(o *op) string {
	b := o.reads[1]
	return fmt.Sprintf("%p %d %v %v %v", b.buf, b.off, dimsAlong(b, o.dot.bBatch), dimsAlong(b, o.dot.bFree), dimsAlong(b, o.dot.bSum))
}

// dimsAlong tells tables along some axes apart.
func dimsAlong(a access, axes []int) [2][]int {
	return [2][]int{pick(a.dims, axes), pick(a.strides, axes)}
}

// packs emits the packing of shared factors that are complete in a stage.
func (e *emitter) packs(ops []*op, level int) {
	for _, o := range ops {
		if o.kind == dotOp && o.tasks > 0 && o.reads[1].buf.tasks == 0 && o.reads[1].buf.level == level {
			e.packOne(o)
		}
	}
}

func (e *emitter) packOne(o *op) {
	key := packKey(o)
	if _, ok := e.packed[key]; ok {
		return
	}
	b := o.reads[1]
	batch, _, n, k := o.sizes()
	if _, batches := e.pack(o); batches[len(batches)-1] == 0 {
		batch = 1
	}
	panels := (n + lanes.Panel - 1) / lanes.Panel
	e.packed[key] = e.reserve(int(batch * panels * lanes.Panel * k))
	e.instruction(lanes.Pack, batch, n, k, int32(e.packed[key]), int32(b.buf.offset+b.off),
		e.along(b, o.dot.bBatch), e.along(b, o.dot.bFree), e.along(b, o.dot.bSum))
}

// reserve makes room for a shared value. It starts a cache line.
func (e *emitter) reserve(n int) int {
	at := e.program.Shared
	e.program.Shared += (n + lanes.Aligned - 1) / lanes.Aligned * lanes.Aligned
	if e.program.Shared > lanes.MaxOffset {
		e.program.Shared = math.MaxInt32 // too large, see compile
	}
	return at
}
