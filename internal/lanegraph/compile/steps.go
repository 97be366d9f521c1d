package compile

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/internal/lanes"
)

// elementwise emits a unit of elementwise ops.
func (e *emitter) elementwise(u *unit) {
	s := &steps{emitter: e, n: u.ops[0].n, shared: u.ops[0].tasks == 0, where: map[*buffer]int32{}, gathered: map[string]int32{}, last: map[string]int{}}
	ops := joinProducts(u.ops)
	s.countUses(ops)
	for i, o := range ops {
		s.op(i, o)
	}
	kind := lanes.Elementwise
	if s.shared {
		kind = lanes.SharedElementwise
	}
	words := append([]int32{int32(s.n), int32(len(s.code) / 5)}, s.code...)
	e.instruction(kind, words...)
}

// joinProducts makes one step of a product and the sum or difference that alone reads it.
func joinProducts(ops []*op) []*op {
	readers := map[*buffer]int{}
	products := map[*buffer]*op{}
	for _, o := range ops {
		if o.step == "mul" && !o.out.placed {
			products[o.out] = o
		}
		for _, r := range o.reads {
			readers[r.buf]++
		}
	}
	joined := map[*op]bool{}
	all := make([]*op, len(ops))
	for i, o := range ops {
		all[i] = o
		if o.step != "add" && o.step != "sub" {
			continue
		}
		for k, r := range o.reads {
			product := products[r.buf]
			if product == nil || readers[r.buf] != 1 {
				continue
			}
			own := *o
			own.reads = append(slices.Clone(product.reads), o.reads[1-k])
			own.step = map[string][2]string{"add": {"muladd", "muladd"}, "sub": {"mulsub", "submul"}}[o.step][k]
			all[i], joined[product] = &own, true
			break
		}
	}
	return slices.DeleteFunc(all, func(o *op) bool { return joined[o] })
}

// steps are the steps of an elementwise instruction.
type steps struct {
	*emitter
	n        int // elements
	shared   bool
	code     []int32
	used     [lanes.Temps]bool
	where    map[*buffer]int32 // results that are handed on in a temporary
	gathered map[string]int32  // temporaries of gathered operands
	spilled  int               // vectors in memory, where there was no temporary
	last     map[string]int    // the last op that uses a temporary, by what it holds
}

func bufferKey(b *buffer) string { return fmt.Sprintf("b%p", b) }

func gatherKey(r access) string {
	if r.table != nil {
		return fmt.Sprintf("t%p %p %d %d", r.buf, &r.table[0], len(r.table), r.fill)
	}
	return fmt.Sprintf("g%p %v %v %d", r.buf, r.dims, r.strides, r.off)
}

func (s *steps) countUses(ops []*op) {
	for i, o := range ops {
		for _, r := range o.reads {
			s.last[bufferKey(r.buf)], s.last[gatherKey(r)] = i, i
		}
	}
}

// take returns a free temporary, or memory where there is none.
func (s *steps) take() int32 {
	for i, used := range s.used {
		if !used {
			s.used[i] = true
			return lanes.Operand(lanes.Temp, i)
		}
	}
	if s.shared {
		return lanes.Operand(lanes.Shared, s.reserve(s.n))
	}
	at := s.local + s.spilled
	s.spilled += s.n
	s.most = max(s.most, at+s.n)
	return lanes.Operand(lanes.Local, at)
}

func (s *steps) free(operand int32) {
	if uint32(operand)>>28 == uint32(lanes.Temp) {
		s.used[operand] = false
	}
}

// op emits the step of an op.
func (s *steps) op(i int, o *op) {
	operands := make([]int32, 3)
	for k, r := range o.reads {
		operands[k] = s.operand(r)
	}
	for k := len(o.reads); k < 3; k++ {
		operands[k] = operands[0]
	}
	for _, r := range o.reads { // what is not used again makes room
		if t, ok := s.where[r.buf]; ok && s.last[bufferKey(r.buf)] == i {
			s.free(t)
			delete(s.where, r.buf)
		}
		if t, ok := s.gathered[gatherKey(r)]; ok && s.last[gatherKey(r)] == i {
			s.free(t)
			delete(s.gathered, gatherKey(r))
		}
	}
	if o.kind == scatterOp {
		s.code = append(s.code, lanes.Step("scatter"), place(o.out, 0), operands[0], s.table(o.table), countsUp(o.table))
		return
	}
	to := place(o.out, 0)
	if !o.out.placed {
		if _, read := s.last[bufferKey(o.out)]; !read {
			return // nobody does
		}
		to = s.take()
		s.where[o.out] = to
	}
	s.code = append(s.code, lanes.Step(o.step), to, operands[0], operands[1], operands[2])
}

// countsUp is 1 if each element of a table follows the one before it.
func countsUp(table []int32) int32 {
	for i, at := range table {
		if at != table[0]+int32(i) {
			return 0
		}
	}
	return 1
}

// operand is where a step reads an access, which may have to be gathered first.
func (s *steps) operand(r access) int32 {
	if t, ok := s.where[r.buf]; ok && r.identity() {
		return t
	}
	if r.constantOver() && r.buf.tasks == 0 {
		return lanes.Operand(lanes.Scalar, r.buf.offset+r.off)
	}
	if r.inOrder() && r.buf.placed && (r.buf.tasks > 0 || s.shared && r.off%lanes.Aligned == 0) {
		return place(r.buf, r.off)
	}
	if t, ok := s.gathered[gatherKey(r)]; ok {
		return t
	}
	t := s.take()
	s.gathered[gatherKey(r)] = t
	step := "gather"
	if slices.Contains(r.table, -1) {
		step = "gatherpad"
	}
	s.code = append(s.code, lanes.Step(step), t, place(r.buf, 0), s.all(r), int32(r.fill))
	return t
}
