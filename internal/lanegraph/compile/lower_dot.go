package compile

import "slices"

// side is an operand of a dot, with its axes.
type side struct {
	value
	dims             []int
	batch, sum, free []int
}

func newSide(n *Node, v value, sum, batch []int) side {
	s := side{value: v, dims: n.Dims, batch: batch, sum: sum}
	for i := range n.Dims {
		if !slices.Contains(sum, i) && !slices.Contains(batch, i) {
			s.free = append(s.free, i)
		}
	}
	return s
}

// role says what the task axis is in a dot: "batch", "sum", "free" or "" for none; and its
// place among them.
func (s side) role() (string, int) {
	for name, axes := range map[string][]int{"batch": s.batch, "sum": s.sum, "free": s.free} {
		if i := slices.Index(axes, s.axis); i >= 0 {
			return name, i
		}
	}
	return "", -1
}

func (l *lowering) dotGeneral(n *Node, lhs, rhs value) value {
	x := newSide(n.In[0], lhs, n.Axes, n.Batch)
	y := newSide(n.In[1], rhs, n.Starts, n.Strides)
	tasks, ok := l.align(&x, &y)
	if !ok {
		x.value, y.value = l.forAll(x.value, x.dims), l.forAll(y.value, y.dims)
		tasks, _ = l.align(&x, &y)
	}
	o := &op{kind: dotOp, tasks: tasks}
	role, place := x.role()
	if role == "" {
		role, place = y.role()
	}
	axis := -1 // of the result
	switch {
	case role == "sum":
		o.sumTasks = true
	case role == "batch":
		axis = place
	case role == "free" && x.axis >= 0:
		axis = len(x.batch) + place
	case role == "free":
		axis = len(x.batch) + len(x.free) + place
	}
	a, b := l.factor(x), l.factor(y)
	dims := shapeOf(a, x.batch, x.free)
	dims = append(dims, shapeOf(b, y.free)...)
	l.assign(o, x, y, a, b)
	out := value{axis: -1, access: whole(l.add(o, product(dims)), dims)}
	if o.sumTasks || tasks == 0 {
		return out
	}
	return mark(out, tasks, axis)
}

// align gives both sides the same tasks, where one has them along a batch or a summed axis.
// It fails where tasks of the two would meet.
func (l *lowering) align(x, y *side) (tasks int, ok bool) {
	tasks = max(x.tasks, y.tasks)
	for _, s := range []*side{x, y} {
		if s.tasks != tasks {
			s.value = l.forAll(s.value, s.dims)
		}
	}
	if tasks <= 1 {
		return tasks, true
	}
	from, to := x, y
	if x.tasks == 0 {
		from, to = y, x
	}
	role, place := from.role()
	if role == "free" {
		return tasks, to.tasks == 0
	}
	axis := to.sum
	if role == "batch" {
		axis = to.batch
	}
	if to.tasks > 0 {
		return tasks, to.axis == axis[place]
	}
	at := axis[place]
	if to.table != nil {
		to.access = l.copied(to.access)
	}
	if to.strides[at] == 0 && role == "batch" {
		to.access = l.same(to.value, at, tasks) // the same for all, with fewer elements
		return tasks, true
	}
	to.value = mark(to.value, tasks, at)
	return tasks, true
}

// factor is the access to one side: in lanes if it has tasks.
func (l *lowering) factor(s side) access {
	a := s.access
	if s.tasks > 0 {
		a = l.lanes(s.value)
	}
	if a.table != nil {
		a = l.copied(a)
	}
	return a
}

func shapeOf(a access, lists ...[]int) (dims []int) {
	for _, axes := range lists {
		for _, i := range axes {
			dims = append(dims, a.dims[i])
		}
	}
	return dims
}

// assign decides which side is a, the one whose elements stay in vectors: that in lanes, of
// two the one with more rows.
func (l *lowering) assign(o *op, x, y side, a, b access) {
	m, n := product(shapeOf(a, x.free)), product(shapeOf(b, y.free))
	o.reads = []access{a, b}
	o.dot = dotAxes{x.batch, x.free, x.sum, y.batch, y.free, y.sum, n, 1}
	if o.tasks > 0 && (a.buf.tasks == 0 || b.buf.tasks > 0 && n > m && !o.sumTasks) {
		o.reads = []access{b, a}
		o.dot = dotAxes{y.batch, y.free, y.sum, x.batch, x.free, x.sum, 1, n}
	}
}
