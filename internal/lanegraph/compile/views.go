package compile

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/pkg/errors"
)

func (l *lowering) reshape(n *Node, v value) value {
	if v.axis >= 0 {
		axis := splitAt(n.In[0].Dims[:v.axis], n.Dims, v.tasks)
		if axis < 0 {
			v = l.forAll(v, n.In[0].Dims)
		} else {
			if !v.inLanes() {
				if a, ok := v.reshaped(n.Dims); ok {
					v.access = a
					return mark(v, v.tasks, axis)
				}
				v.access = l.lanes(v)
			}
			v.axis = axis
		}
	}
	dims := n.Dims
	if v.inLanes() {
		dims = local(n.Dims, v.axis, v.tasks)
	}
	a, ok := v.reshaped(dims)
	if !ok {
		a, _ = l.copied(v.access).reshaped(dims)
	}
	v.access = a
	return v
}

// splitAt finds the axis of dims that begins with the tasks, which come after axes before;
// -1 where there is none.
func splitAt(before, dims []int, tasks int) int {
	want, have := product(before), 1
	for i, d := range dims {
		if have == want && d%tasks == 0 {
			return i
		}
		have *= d
	}
	return -1
}

func (l *lowering) transpose(n *Node, v value) value {
	v.access = v.transposed(n.Axes)
	if v.axis >= 0 {
		v.axis = slices.Index(n.Axes, v.axis)
	}
	return v
}

func (l *lowering) broadcast(n *Node, v value) value {
	dims := n.Dims
	if v.axis >= 0 {
		v.axis = n.Axes[v.axis]
	}
	if v.inLanes() {
		dims = local(n.Dims, v.axis, v.tasks)
	}
	v.access = v.broadcast(dims, n.Axes)
	return v
}

func (l *lowering) slice(n *Node, v value) value {
	own := n.In[0].Dims
	cut := v.axis >= 0 && (n.Dims[v.axis] != own[v.axis] || n.Strides[v.axis] != 1)
	dims := n.Dims
	switch {
	case cut:
		if v = l.stored(v, own); own[v.axis] == v.tasks {
			v = mark(v, n.Dims[v.axis], v.axis)
		} else {
			v.tasks, v.axis = 0, -1
		}
	case v.inLanes():
		dims = local(n.Dims, v.axis, v.tasks)
	}
	v.access = v.sliced(dims, n.Starts, n.Strides)
	return v
}

func (l *lowering) pad(n *Node, v, fill value) (value, error) {
	if fill.buf.bits == nil {
		return value{}, errors.Wrap(compute.ErrNotImplemented, "lanes has no Pad with a value that is not a constant")
	}
	own, bits := n.In[0].Dims, fill.buf.bits[fill.off]
	if v.table != nil && v.fill != bits { // an access has one fill
		v.access = l.copied(v.access)
	}
	if v.axis >= 0 && (n.Dims[v.axis] != own[v.axis] || n.Starts[v.axis] != 0 || n.Strides[v.axis] != 1) {
		axis, alone := v.axis, own[v.axis] == v.tasks
		v = l.forAll(v, own)
		v.access = l.copied(v.padded(n.Dims, n.Starts, n.Strides, bits))
		if alone {
			v = mark(v, n.Dims[axis], axis)
		}
		return v, nil
	}
	if v.tasks > 0 {
		v.access = l.lanes(v)
	}
	v.access = v.padded(local(n.Dims, v.axis, v.tasks), n.Starts, n.Strides, bits)
	return v, nil
}

func (l *lowering) concat(n *Node, in []value) value {
	in = slices.Clone(in)
	along := n.Axes[0]
	tasksAlone := false
	for i, v := range in {
		tasksAlone = tasksAlone || v.axis == along && v.tasks == n.In[i].Dims[along]
	}
	tasks, axis := l.together(n.In, in)
	joined := axis == along
	if joined {
		for i, v := range in {
			in[i] = l.forAll(v, n.In[i].Dims)
		}
		tasks, axis = 0, -1
	}
	dims := local(n.Dims, axis, tasks)
	out := &buffer{size: product(dims), tasks: tasks, level: -1, once: tasks == 0}
	target, start := whole(out, dims), make([]int, len(dims))
	for i, v := range in {
		part := local(n.In[i].Dims, axis, tasks)
		a := l.operand(v, n.In[i].Dims, n.In[i].Dims, tasks, axis)
		place := target.sliced(part, start, slices.Repeat([]int{1}, len(dims)))
		l.add(&op{kind: scatterOp, step: "scatter", tasks: tasks, reads: []access{a}, n: a.size(), table: place.elements(), out: out}, 0)
		start[along] += part[along]
	}
	v := mark(value{access: target}, tasks, axis)
	if joined && tasksAlone {
		v = mark(v, n.Dims[along], along)
	}
	return v
}

func (l *lowering) reduce(n *Node, v value) value {
	over := v.axis >= 0 && slices.Contains(n.Axes, v.axis)
	if over && n.Step != "sum" {
		v, over = l.forAll(v, n.In[0].Dims), false
	}
	o := &op{kind: reduceOp, step: n.Step, axes: n.Axes, sumTasks: over}
	a := v.access
	if v.tasks > 0 {
		o.tasks, a = v.tasks, l.lanes(v)
	}
	if a.table != nil {
		a = l.copied(a)
	}
	o.reads = []access{a}
	var dims []int
	axis := -1
	for i, d := range a.dims {
		if !slices.Contains(n.Axes, i) {
			if i == v.axis {
				axis = len(dims)
			}
			dims = append(dims, d)
		}
	}
	out := value{axis: -1, access: whole(l.add(o, product(dims)), dims)}
	if over || v.tasks == 0 {
		return out
	}
	return mark(out, v.tasks, axis)
}
