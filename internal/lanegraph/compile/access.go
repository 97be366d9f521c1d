package compile

import (
	"slices"

	"github.com/goicl/goicl/internal/lanes"
)

// buffer is the memory of a value: an array of floats if it is shared, else one for each
// task, in lanes.
type buffer struct {
	size  int
	tasks int      // 0 for a shared one
	level int      // the stage in which it is complete
	bits  []uint32 // of a constant
	once  bool     // it is the same on every call
	defs  []*op    // what writes it

	until  int // the last later stage that reads it; 0 if none does
	inSum  int // where its sum over tasks is, if it is one
	placed bool
	space  lanes.Space
	offset int
}

// access is a view of a buffer: element i along axes dims lies at off + Σ i·strides. A padded
// one has a table of all its elements instead, in which -1 stands for fill.
type access struct {
	buf     *buffer
	dims    []int
	strides []int
	off     int
	table   []int32
	fill    uint32
}

func rowMajor(dims []int) []int {
	strides, s := make([]int, len(dims)), 1
	for i := len(dims) - 1; i >= 0; i-- {
		strides[i] = s
		s *= dims[i]
	}
	return strides
}

// whole is the access to all elements of a buffer in their order.
func whole(b *buffer, dims []int) access {
	return access{buf: b, dims: slices.Clone(dims), strides: rowMajor(dims)}
}

func (a access) size() int { return product(a.dims) }

// identity reports whether the access reads the whole buffer in its order.
func (a access) identity() bool { return a.inOrder() && a.off == 0 && a.size() == a.buf.size }

// inOrder reports whether the elements follow each other in the buffer.
func (a access) inOrder() bool {
	if a.table != nil {
		return false
	}
	want := rowMajor(a.dims)
	for i, d := range a.dims {
		if d > 1 && a.strides[i] != want[i] {
			return false
		}
	}
	return true
}

// constantOver reports whether all elements are the same one.
func (a access) constantOver() bool {
	if a.table != nil {
		return false
	}
	for i, d := range a.dims {
		if d > 1 && a.strides[i] != 0 {
			return false
		}
	}
	return true
}

// offsets lists where the elements along some axes lie, in row-major order, from zero.
func (a access) offsets(axes []int) []int32 {
	table := []int32{0}
	for _, axis := range axes {
		next := make([]int32, 0, len(table)*a.dims[axis])
		for _, at := range table {
			for i := range a.dims[axis] {
				next = append(next, at+int32(i*a.strides[axis]))
			}
		}
		table = next
	}
	return table
}

// elements lists where all elements lie.
func (a access) elements() []int32 {
	if a.table != nil {
		return a.table
	}
	all := a.offsets(count(len(a.dims)))
	for i := range all {
		all[i] += int32(a.off)
	}
	return all
}

// count lists 0 … n-1.
func count(n int) []int {
	axes := make([]int, n)
	for i := range axes {
		axes[i] = i
	}
	return axes
}

// positions is an access to the numbers of the elements of a, to move a table's entries.
func (a access) positions() access {
	return access{dims: a.dims, strides: rowMajor(a.dims)}
}

// through is a padded access whose elements are moved as view moves those of positions.
func (a access) through(view access) access {
	at := view.elements()
	table := make([]int32, len(at))
	for i, k := range at {
		table[i] = a.table[k]
	}
	return access{buf: a.buf, dims: view.dims, table: table, fill: a.fill}
}

// moved applies a change of axes to either kind of access.
func (a access) moved(change func(access) access) access {
	if a.table == nil {
		return change(a)
	}
	return a.through(change(a.positions()))
}

func (a access) transposed(axes []int) access {
	return a.moved(func(a access) access {
		b := a
		b.dims, b.strides = make([]int, len(axes)), make([]int, len(axes))
		for i, from := range axes {
			b.dims[i], b.strides[i] = a.dims[from], a.strides[from]
		}
		return b
	})
}

// broadcast puts axis i at axes[i] of dims, and repeats the elements along the others.
func (a access) broadcast(dims, axes []int) access {
	return a.moved(func(a access) access {
		b := a
		b.dims, b.strides = slices.Clone(dims), make([]int, len(dims))
		for i, to := range axes {
			if a.dims[i] == dims[to] {
				b.strides[to] = a.strides[i]
			}
		}
		return b
	})
}

func (a access) sliced(dims, starts, strides []int) access {
	return a.moved(func(a access) access {
		b := a
		b.dims, b.strides = slices.Clone(dims), make([]int, len(dims))
		for i := range dims {
			b.off += starts[i] * a.strides[i]
			b.strides[i] = a.strides[i] * strides[i]
		}
		return b
	})
}

// reshaped splits and joins axes. It is not possible where axes are to be joined that do
// not follow each other in memory.
func (a access) reshaped(dims []int) (access, bool) {
	if a.table != nil {
		return access{buf: a.buf, dims: slices.Clone(dims), table: a.table, fill: a.fill}, true
	}
	b := access{buf: a.buf, dims: slices.Clone(dims), strides: make([]int, len(dims)), off: a.off}
	var old, own []int // axes of size 1 have no say
	for i, d := range a.dims {
		if d > 1 {
			old, own = append(old, d), append(own, a.strides[i])
		}
	}
	i, j := 0, 0
	for i < len(old) {
		from, size := i, old[i]
		for j < len(dims) && dims[j] == 1 {
			j++
		}
		to, want := j, dims[j]
		for size != want {
			if size < want {
				i++
				size *= old[i]
			} else {
				j++
				want *= dims[j]
			}
		}
		for k := from; k < i; k++ {
			if own[k] != old[k+1]*own[k+1] {
				return access{}, false
			}
		}
		for k, s := j, own[i]; k >= to; k-- {
			b.strides[k] = s
			s *= dims[k]
		}
		i, j = i+1, j+1
	}
	return b, true
}

// padded is the access with elements of fill around and between.
func (a access) padded(dims, starts, strides []int, fill uint32) access {
	from := a.elements()
	table := slices.Repeat([]int32{-1}, product(dims))
	index := make([]int, len(dims))
	step := rowMajor(dims)
	for _, e := range from {
		at, inside := 0, true
		for axis, i := range index {
			p := starts[axis] + i*strides[axis]
			inside = inside && p >= 0 && p < dims[axis]
			at += p * step[axis]
		}
		if inside {
			table[at] = e
		}
		for axis := len(index) - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < a.dims[axis] {
				break
			}
			index[axis] = 0
		}
	}
	return access{buf: a.buf, dims: slices.Clone(dims), table: table, fill: fill}
}
