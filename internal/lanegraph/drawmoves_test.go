package lanegraph_test

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"pgregory.net/rapid"
)

// dot multiplies two values along axes of equal sizes: some are batch axes, some are summed
// over, and the others stay free.
func (d *drawing) dot() {
	i := d.number(1)
	j := d.number(1)
	x, y := d.values[i].Shape().Dimensions, d.values[j].Shape().Dimensions
	var xBatch, yBatch, xSum, ySum []int
	terms := 1
	order := count(len(x))
	if d.yes("axes in any order") {
		order = rapid.Permutation(order).Draw(d.T, "axes")
	}
	for _, a := range order {
		for b := range y {
			if x[a] != y[b] || slices.Contains(yBatch, b) || slices.Contains(ySum, b) {
				continue
			}
			switch d.int(0, 2, "role") {
			case 0:
				xSum, ySum = append(xSum, a), append(ySum, b)
				terms *= x[a]
			case 1:
				xBatch, yBatch = append(xBatch, a), append(yBatch, b)
			default:
				continue
			}
			break
		}
	}
	name := fmt.Sprintf("dot, sum %v %v, batch %v %v", xSum, ySum, xBatch, yBatch)
	inOrder := slices.IsSorted(xSum) && slices.IsSorted(ySum) && slices.IsSorted(xBatch) && slices.IsSorted(yBatch)
	d.add(name, false, mostSize*mostSize*float64(terms), func(in []*Node) *Node {
		out := DotGeneral(in[0], xSum, xBatch, in[1], ySum, yBatch)
		if !inOrder {
			return StopGradient(out) // GoMLX has gradients of axes in order only
		}
		return out
	}, i, j)
}

func count(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// layer multiplies the last axis by a matrix that is cut out of the weights.
func (d *drawing) layer() {
	i := d.number(1)
	dims := d.values[i].Shape().Dimensions
	in, out := dims[len(dims)-1], d.int(1, 5, "outputs")
	if in*out > 36 {
		return
	}
	from := d.int(0, 4, "first weight")
	w := d.move("weights", func(w *Node) *Node { return Reshape(Slice(w, AxisRange(from, from+in*out)), in, out) }, weights)
	d.add("layer", false, mostSize*2*float64(in), func(v []*Node) *Node {
		return DotGeneral(v[0], []int{len(dims) - 1}, nil, v[1], []int{0}, nil)
	}, i, w)
}

// any picks a value of any type.
func (d *drawing) any(leastRank int) int {
	return d.pick(func(v drawn) bool { return v.Rank() >= leastRank })
}

// reshape merges neighbouring axes, splits one, or inserts one of size 1.
func (d *drawing) reshape() {
	i := d.any(1)
	dims := slices.Clone(d.values[i].Shape().Dimensions)
	for range d.int(1, 3, "changes") {
		if len(dims) == 0 {
			break
		}
		a := d.int(0, len(dims)-1, "axis")
		switch d.int(0, 4, "change") {
		case 0, 1:
			if a+1 < len(dims) {
				dims[a] *= dims[a+1]
				dims = slices.Delete(dims, a+1, a+2)
			}
		case 2, 3:
			var factors []int
			for f := 2; f < dims[a]; f++ {
				if dims[a]%f == 0 {
					factors = append(factors, f)
				}
			}
			if len(factors) > 0 {
				f := oneOf(d, factors, "factor")
				dims[a] /= f
				dims = slices.Insert(dims, a+1, f)
			}
		case 4:
			dims = slices.Insert(dims, a, 1)
		}
	}
	d.move(fmt.Sprint("reshape to ", dims), func(x *Node) *Node { return Reshape(x, dims...) }, i)
}

func (d *drawing) transpose() {
	i := d.any(2)
	axes := rapid.Permutation(count(d.values[i].Rank())).Draw(d.T, "permutation")
	d.move(fmt.Sprint("transpose ", axes), func(x *Node) *Node { return TransposeAllAxes(x, axes...) }, i)
}

func (d *drawing) slice() {
	i := d.any(1)
	var cuts []SliceAxisSpec
	name := "slice"
	for _, size := range d.values[i].Shape().Dimensions {
		if d.yes("whole") {
			cuts = append(cuts, AxisRange())
			name += " whole"
			continue
		}
		from := d.int(0, size-1, "from")
		to := d.int(from+1, size, "to")
		stride := d.int(1, 3, "stride")
		cuts = append(cuts, AxisRange(from, to).Stride(stride))
		name += fmt.Sprintf(" %d:%d:%d", from, to, stride)
	}
	d.move(name, func(x *Node) *Node { return Slice(x, cuts...) }, i)
}

// pad puts numbers around and between. The Go backend cannot cut any off.
func (d *drawing) pad() {
	i := d.any(1)
	var axes []padding
	for range d.values[i].Shape().Dimensions {
		p := padding{Start: d.int(0, 2, "start"), End: d.int(0, 2, "end"), Interior: d.int(0, 2, "interior")}
		if d.yes("not this axis") {
			p = padding{}
		}
		axes = append(axes, p)
	}
	fill := oneOf(d, []float64{0, 1, -2}, "fill")
	d.move(fmt.Sprint("pad ", axes, " with ", fill), func(x *Node) *Node {
		return Pad(x, Scalar(x.Graph(), x.DType(), fill), axes...)
	}, i)
}

// concat puts a value and a part of it, or another that fits, one after the other.
func (d *drawing) concat() {
	i := d.any(1)
	v := d.values[i]
	axis := d.int(0, v.Rank()-1, "axis")
	fits := d.where(func(w drawn) bool {
		if w.DType() != v.DType() || w.Rank() != v.Rank() {
			return false
		}
		for a, size := range w.Shape().Dimensions {
			if a != axis && size != v.Shape().Dimensions[a] {
				return false
			}
		}
		return true
	})
	parts, bound, exact := []int{i}, v.bound, v.exact
	for range d.int(1, 3, "more parts") {
		j := fits[d.int(0, len(fits)-1, "part")]
		parts = append(parts, j)
		bound, exact = max(bound, d.values[j].bound), exact && d.values[j].exact
	}
	d.add(fmt.Sprint("concatenate along ", axis), exact, bound, func(in []*Node) *Node { return Concatenate(in, axis) }, parts...)
}

func (d *drawing) reverse() {
	i := d.any(1)
	axes := d.axes(d.values[i].Rank())
	d.move(fmt.Sprint("reverse ", axes), func(x *Node) *Node { return Reverse(x, axes...) }, i)
}

// broadcast inserts an axis and repeats along it, or along those of size 1.
func (d *drawing) broadcast() {
	i := d.any(0)
	dims := slices.Clone(d.values[i].Shape().Dimensions)
	if slices.Contains(dims, 1) && d.yes("along axes of size 1") {
		for a, size := range dims {
			if size == 1 {
				dims[a] = d.int(1, 3, "size")
			}
		}
		d.move(fmt.Sprint("broadcast to ", dims), func(x *Node) *Node { return BroadcastToDims(x, dims...) }, i)
		return
	}
	at := d.int(0, len(dims), "new axis")
	size := d.int(1, 3, "size")
	if d.yes("as many as tasks") {
		size = d.tasks
	}
	dims = slices.Insert(dims, at, size)
	d.move(fmt.Sprint("broadcast to ", dims, " at ", at), func(x *Node) *Node { return ExpandAndBroadcast(x, dims, []int{at}) }, i)
}

// draw draws a graph. Its outputs are values that no step reads, and any others.
func draw(t *rapid.T, shapeGraph *Graph, large bool) *drawing {
	d := newDrawing(t, shapeGraph, large)
	for range d.int(1, 14, "steps") {
		oneOf(d, kinds, "kind")(d)
	}
	read := map[int]bool{}
	for _, s := range d.steps {
		for _, i := range s.in {
			read[i] = true
		}
	}
	for i := len(d.inputs); i < len(d.values); i++ {
		if !read[i] && d.int(0, 3, "leave out") > 0 {
			d.outputs = append(d.outputs, i)
		}
	}
	for range d.int(1, 2, "more outputs") {
		d.outputs = append(d.outputs, d.int(0, len(d.values)-1, "output"))
	}
	return d
}

// isFloat reports whether a value is a float.
func isFloat(v drawn) bool { return v.DType() == dtypes.Float32 }
