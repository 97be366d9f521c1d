package compile

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/pkg/errors"
)

// lowering turns nodes into ops.
type lowering struct {
	tasks  int // of the inputs
	values map[*Node]value
	ops    []*op
	loads  map[string]access
	stores map[string]value
}

func lower(g Graph) (*lowering, error) {
	l := &lowering{values: map[*Node]value{}, loads: map[string]access{}, stores: map[string]value{}}
	for _, p := range g.Parameters {
		if err := l.parameter(p); err != nil {
			return nil, err
		}
	}
	for _, n := range needed(g) {
		if n.Kind == Parameter {
			continue
		}
		v, err := l.node(n)
		if err != nil {
			return nil, err
		}
		l.values[n] = v
	}
	return l, nil
}

// needed are the nodes that outputs depend on, inputs first.
func needed(g Graph) []*Node {
	want := map[*Node]bool{}
	for _, o := range g.Outputs {
		want[o] = true
	}
	var all []*Node
	for _, n := range slices.Backward(g.Nodes) {
		if want[n] {
			all = append(all, n)
			for _, in := range n.In {
				want[in] = true
			}
		}
	}
	slices.Reverse(all)
	return all
}

// parameter makes the value of an input. One of two or more axes has the tasks in front.
func (l *lowering) parameter(n *Node) error {
	v := value{axis: -1, access: whole(&buffer{size: n.Size()}, n.Dims)}
	if len(n.Dims) > 1 {
		if l.tasks != 0 && l.tasks != n.Dims[0] {
			return errors.Wrapf(compute.ErrNotImplemented, "lanes wants the same number of tasks in front of all inputs of two or more axes, and has %d and %d", l.tasks, n.Dims[0])
		}
		l.tasks = n.Dims[0]
		v = mark(v, l.tasks, 0)
	}
	l.values[n] = v
	return nil
}

// mark is the value with tasks along an axis.
func mark(v value, tasks, axis int) value {
	if v.tasks, v.axis = tasks, axis; tasks == 1 {
		v.axis = -1
	}
	return v
}

func (l *lowering) node(n *Node) (value, error) {
	var in []value
	for _, i := range n.In {
		in = append(in, l.values[i])
	}
	switch n.Kind {
	case Constant:
		return value{axis: -1, access: whole(&buffer{size: len(n.Bits), bits: n.Bits, once: true, level: -1}, n.Dims)}, nil
	case Elementwise:
		return l.elementwise(n, in), nil
	case Reshape:
		return l.reshape(n, in[0]), nil
	case Transpose:
		return l.transpose(n, in[0]), nil
	case Broadcast:
		return l.broadcast(n, in[0]), nil
	case Slice:
		return l.slice(n, in[0]), nil
	case Pad:
		return l.pad(n, in[0], in[1])
	case Concat:
		return l.concat(n, in), nil
	case Dot:
		return l.dotGeneral(n, in[0], in[1]), nil
	case Reduce:
		return l.reduce(n, in[0]), nil
	}
	panic(fmt.Sprintf("lanegraph: node of kind %d", n.Kind))
}

// add appends an op and its result's buffer.
func (l *lowering) add(o *op, size int) *buffer {
	o.index = len(l.ops)
	o.level = -1
	once := o.tasks == 0
	for _, r := range o.reads {
		o.level = max(o.level, r.buf.level)
		once = once && r.buf.once
	}
	if !once {
		o.level = max(o.level, 0)
	}
	if o.out == nil {
		o.out = &buffer{size: size, tasks: o.tasks, level: o.level, once: once}
		if o.sumTasks || o.kind == storeOp {
			o.out.tasks, o.out.level = 0, o.level+1
		}
	} else { // another part of a buffer
		o.out.level, o.out.once = max(o.out.level, o.level), o.out.once && once
	}
	o.out.defs = append(o.out.defs, o)
	l.ops = append(l.ops, o)
	return o.out
}

// lanes is a value with tasks in lanes.
func (l *lowering) lanes(v value) access {
	if v.inLanes() {
		return v.access
	}
	dims, step := local(v.dims, v.axis, v.tasks), 0
	if v.axis >= 0 {
		step = dims[v.axis] * v.strides[v.axis]
	}
	a := v.access
	a.dims = dims
	table := a.elements()
	key := fmt.Sprintf("%p %d %d %v", v.buf, v.tasks, step, table)
	loaded, ok := l.loads[key]
	if !ok {
		b := l.add(&op{kind: loadOp, tasks: v.tasks, reads: []access{v.access}, table: table, taskStep: step}, len(table))
		loaded = whole(b, dims)
		l.loads[key] = loaded
	}
	loaded, _ = loaded.reshaped(dims)
	return loaded
}

// same is a value without tasks where others have them along an axis: as it is if it does
// not depend on the task, else in lanes.
func (l *lowering) same(v value, axis, tasks int) access {
	if axis < 0 {
		return v.access
	}
	if v.table != nil {
		v.access = l.copied(v.access)
	}
	if v.strides[axis] == 0 || v.dims[axis] == 1 {
		a := v.access
		a.dims, a.strides = local(a.dims, axis, tasks), slices.Clone(a.strides)
		a.strides[axis] = 0
		return a
	}
	return l.lanes(mark(v, tasks, axis))
}

// stored is a value in shared memory, with its task axis.
func (l *lowering) stored(v value, dims []int) value {
	if !v.inLanes() {
		return v
	}
	order := count(len(v.dims))
	if v.axis > 0 { // tasks outermost
		order = append([]int{v.axis}, slices.Delete(order, v.axis, v.axis+1)...)
	}
	a := v.transposed(order)
	table := a.elements()
	key := fmt.Sprintf("%p %v %v", v.buf, order, table)
	s, ok := l.stores[key]
	if !ok {
		if a.table != nil {
			a = l.copied(a)
			table = a.elements()
		}
		o := &op{kind: storeOp, tasks: v.tasks, reads: []access{a}, table: table, taskStep: len(table)}
		s = value{access: whole(l.add(o, v.tasks*len(table)), append([]int{v.tasks}, a.dims...))}
		l.stores[key] = s
	}
	strides := make([]int, len(dims))
	for i, axis := range order {
		strides[axis] = rowMajor(a.dims)[i]
	}
	s.access = access{buf: s.buf, dims: slices.Clone(dims), strides: strides}
	return mark(s, v.tasks, v.axis)
}

// forAll is a value as if it were the same for all tasks, with the task axis one of many.
func (l *lowering) forAll(v value, dims []int) value {
	if v.tasks == 0 {
		return v
	}
	v = l.stored(v, dims)
	v.tasks, v.axis = 0, -1
	return v
}

// copied is the access with its elements in a buffer of their own, in their order, in lanes
// if they are.
func (l *lowering) copied(a access) access {
	o := &op{kind: elementwiseOp, step: "move", tasks: a.buf.tasks, reads: []access{a}, n: a.size()}
	return whole(l.add(o, a.size()), a.dims)
}

// together finds the tasks of an operation on several values: those that do not fit are
// taken as the same for all.
func (l *lowering) together(nodes []*Node, in []value) (tasks, axis int) {
	axis = -1
	for _, v := range in {
		if v.tasks > tasks {
			tasks, axis = v.tasks, v.axis
		}
	}
	if slices.ContainsFunc(in, func(v value) bool { return v.tasks == tasks && v.axis != axis }) {
		tasks = 0 // tasks of different axes meet
	}
	for i, v := range in {
		if v.tasks != tasks {
			in[i] = l.forAll(v, nodes[i].Dims)
		}
	}
	if tasks == 0 {
		axis = -1
	}
	return tasks, axis
}

// operand is a value's access for an operation on values with tasks, spread to dims.
func (l *lowering) operand(v value, own, dims []int, tasks, axis int) access {
	spread := func(a access, dims []int) access {
		if len(own) == 0 {
			return a.broadcast(dims, nil)
		}
		return a.broadcast(dims, count(len(dims)))
	}
	if v.tasks > 0 {
		return spread(l.lanes(v), local(dims, axis, tasks))
	}
	v.access = spread(v.access, dims)
	if tasks == 0 {
		return v.access
	}
	return l.same(v, axis, tasks)
}

func (l *lowering) elementwise(n *Node, in []value) value {
	in = slices.Clone(in)
	tasks, axis := l.together(n.In, in)
	o := &op{kind: elementwiseOp, step: n.Step, tasks: tasks}
	for i, v := range in {
		o.reads = append(o.reads, l.operand(v, n.In[i].Dims, n.Dims, tasks, axis))
	}
	return l.compressed(o, local(n.Dims, axis, tasks), tasks, axis)
}

// compressed adds an elementwise op, which is computed once along axes that no operand
// changes along.
func (l *lowering) compressed(o *op, dims []int, tasks, axis int) value {
	small := slices.Clone(dims)
	for i := range dims {
		repeats := true
		for _, r := range o.reads {
			repeats = repeats && r.table == nil && (r.strides[i] == 0 || r.dims[i] == 1)
		}
		if repeats {
			small[i] = 1
		}
	}
	for k, r := range o.reads {
		if r.table == nil {
			o.reads[k].dims = small
		}
	}
	o.n = product(small)
	v := value{access: whole(l.add(o, o.n), small).broadcast(dims, count(len(dims)))}
	return mark(v, tasks, axis)
}
