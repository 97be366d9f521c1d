package lanegraph_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/core/tensors"
	"pgregory.net/rapid"
)

// drawing draws a graph step by step. Another graph, which only tells shapes, grows with it.
type drawing struct {
	*rapid.T
	large   bool // few tasks, with so many numbers each that they do not fit a cache
	tasks   int
	inputs  []*tensors.Tensor
	steps   []step
	values  []drawn
	outputs []int
}

// step makes a value of earlier ones.
type step struct {
	name string
	in   []int
	of   func(in []*Node) *Node
}

// drawn is a value. Exact ones have the same bits on every backend: no rounding has touched
// them. Of a float's size only a bound is known.
type drawn struct {
	*Node
	exact bool
	bound float64
}

// mostElements bounds the number of elements of a value, and mostSize the size of the
// numbers which operations take: greater ones go through a tanh first.
const mostElements, mostSize = 3000, 4

// The values that are inputs: two of floats with a task axis in front, weights without, and
// integers with one.
const weights, labels = 2, 3

// newDrawing draws the number of tasks, around those that fit a register, and the inputs.
func newDrawing(t *rapid.T, shapeGraph *Graph, large bool) *drawing {
	d := &drawing{T: t, large: large}
	d.tasks = oneOf(d, []int{2, 1, 3, 4, 5, 8, 16, 17, 33, 6}, "tasks")
	if large {
		d.tasks = d.int(1, 3, "few tasks")
	}
	d.input(shapeGraph, numbers(0, append([]int{d.tasks}, d.dims(1, 2)...)...))
	d.input(shapeGraph, numbers(1, append([]int{d.tasks}, d.dims(1, 3)...)...))
	d.input(shapeGraph, numbers(2, 40))
	dims := append([]int{d.tasks}, d.dims(1, 2)...)
	integers := make([]int32, product(dims))
	for i := range integers {
		integers[i] = int32(i*i+i/3) % 3
	}
	d.input(shapeGraph, tensors.FromFlatDataAndDimensions(integers, dims...))
	return d
}

func product(dims []int) int {
	p := 1
	for _, d := range dims {
		p *= d
	}
	return p
}

func (d *drawing) input(g *Graph, t *tensors.Tensor) {
	node := Parameter(g, fmt.Sprint("in", len(d.inputs)), t.Shape())
	d.inputs = append(d.inputs, t)
	d.values = append(d.values, drawn{node, true, 2})
}

// dims draws from least to most sizes of axes.
func (d *drawing) dims(least, most int) []int {
	sizes := []int{2, 1, 3, 4, 5}
	if d.large {
		sizes = []int{8, 30, 21}
	}
	var dims []int
	for range d.int(least, most, "rank") {
		dims = append(dims, oneOf(d, sizes, "size"))
	}
	return dims
}

func (d *drawing) yes(label string) bool { return rapid.Bool().Draw(d.T, label) }

// int draws an integer, all about as often; rapid's own are mostly small.
func (d *drawing) int(from, to int, label string) int {
	n := 0
	for _, b := range rapid.SliceOfN(rapid.Bool(), 8, 8).Draw(d.T, label) {
		if n *= 2; b {
			n++
		}
	}
	return from + n%(to-from+1)
}

// oneOf draws an element.
func oneOf[T any](d *drawing, all []T, label string) T { return all[d.int(0, len(all)-1, label)] }

// axes draws some axes, at least one.
func (d *drawing) axes(rank int) []int {
	mask := d.int(1, 1<<rank-1, "axes")
	var axes []int
	for i := range rank {
		if mask>>i&1 != 0 {
			axes = append(axes, i)
		}
	}
	return axes
}

// add makes a value, unless it is too large.
func (d *drawing) add(name string, exact bool, bound float64, of func(in []*Node) *Node, in ...int) int {
	var nodes []*Node
	for _, i := range in {
		nodes = append(nodes, d.values[i].Node)
	}
	node := of(nodes)
	if size := node.Shape().Size(); size > mostElements && !d.large || size > 20*mostElements || node.Rank() > 6 {
		return in[0]
	}
	d.steps = append(d.steps, step{name, in, of})
	d.values = append(d.values, drawn{node, exact, bound})
	return len(d.values) - 1
}

// one makes a value of one other.
func (d *drawing) one(name string, exact bool, bound float64, of func(x *Node) *Node, in int) int {
	return d.add(name, exact && d.values[in].exact, bound, func(in []*Node) *Node { return of(in[0]) }, in)
}

// move makes a value of the elements of another.
func (d *drawing) move(name string, of func(x *Node) *Node, in int) int {
	return d.one(name, true, d.values[in].bound, of, in)
}

// where lists the values that are as wanted.
func (d *drawing) where(want func(v drawn) bool) []int {
	var all []int
	for i, v := range d.values {
		if want(v) {
			all = append(all, i)
		}
	}
	return all
}

// pick draws one of the values, more often a late one, and seldom the weights. There is
// always one.
func (d *drawing) pick(want func(v drawn) bool) int {
	all := d.where(want)
	if len(all) > 1 && d.int(0, 7, "also the weights") > 0 {
		all = slices.DeleteFunc(all, func(i int) bool { return i == weights })
	}
	slices.Reverse(all)
	if n := min(3, len(all)); d.int(0, 3, "any value") > 0 {
		all = all[:n]
	}
	return oneOf(d, all, "value")
}

// number picks a float that is not too large, of some rank.
func (d *drawing) number(leastRank int) int {
	i := d.pick(func(v drawn) bool { return v.DType() == dtypes.Float32 && v.Rank() >= leastRank })
	return d.small(i)
}

func (d *drawing) small(i int) int {
	if d.values[i].bound > mostSize {
		return d.one("tanh", false, 1, Tanh, i)
	}
	return i
}

// exact picks a float that no rounding has touched.
func (d *drawing) exact(leastRank int) int {
	return d.pick(func(v drawn) bool { return v.DType() == dtypes.Float32 && v.exact && v.Rank() >= leastRank })
}

// integer picks an integer, of some rank.
func (d *drawing) integer(leastRank int) int {
	return d.pick(func(v drawn) bool { return v.DType() == dtypes.Int32 && v.Rank() >= leastRank })
}

// broadcasts reports whether an operation can take both shapes.
func broadcasts(a, b shapes.Shape) bool {
	if a.Rank() == 0 || b.Rank() == 0 {
		return true
	}
	if a.Rank() != b.Rank() {
		return false
	}
	for i, d := range a.Dimensions {
		if e := b.Dimensions[i]; d != e && d != 1 && e != 1 {
			return false
		}
	}
	return true
}

// partner picks or makes an operand to go with value i.
func (d *drawing) partner(i int, exact bool) int {
	v := d.values[i]
	fits := d.where(func(w drawn) bool {
		return w.DType() == v.DType() && (w.exact || !exact) && broadcasts(v.Shape(), w.Shape())
	})
	if n := len(fits); n > 0 && d.yes("a value that fits") {
		return d.smallFloat(fits[d.int(0, n-1, "partner")], exact)
	}
	if v.DType() == dtypes.Float32 && v.Rank() > 0 && !exact && d.yes("its mean") {
		axes := d.axes(v.Rank())
		return d.smallFloat(d.one(fmt.Sprint("mean over ", axes), false, v.bound, func(x *Node) *Node {
			return ReduceAndKeep(x, ReduceMean, axes...)
		}, i), exact)
	}
	dims := slices.Clone(v.Shape().Dimensions)
	for a := range dims {
		if d.yes("repeat") {
			dims[a] = 1
		}
	}
	return d.add(fmt.Sprint("constant ", dims), true, 2, func(in []*Node) *Node {
		c := Const(in[0].Graph(), numbers(len(dims), dims...))
		return ConvertDType(c, in[0].DType())
	}, i)
}

func (d *drawing) smallFloat(i int, exact bool) int {
	if exact || d.values[i].DType() != dtypes.Float32 {
		return i
	}
	return d.small(i)
}

// String lists the steps.
func (d *drawing) String() string {
	var b strings.Builder
	for i, v := range d.values[:len(d.inputs)] {
		fmt.Fprintf(&b, "%d: input %s\n", i, v.Shape())
	}
	for i, s := range d.steps {
		fmt.Fprintf(&b, "%d: %s of %v: %s\n", len(d.inputs)+i, s.name, s.in, d.values[len(d.inputs)+i].Shape())
	}
	fmt.Fprintf(&b, "outputs %v", d.outputs)
	return b.String()
}

// graph makes the graph: its outputs, a loss of all that are floats, and the gradients of it.
func (d *drawing) graph(in []*Node) []*Node {
	values := slices.Clone(in)
	for _, s := range d.steps {
		var nodes []*Node
		for _, i := range s.in {
			nodes = append(nodes, values[i])
		}
		values = append(values, s.of(nodes))
	}
	var out, floats []*Node
	loss := ScalarZero(in[0].Graph(), dtypes.Float32)
	for k, i := range d.outputs {
		out = append(out, values[i])
		if v := values[i]; v.DType() == dtypes.Float32 {
			weights := Const(v.Graph(), numbers(k, v.Shape().Dimensions...))
			loss = Add(loss, ReduceAllMean(Mul(v, weights)))
		}
	}
	for _, x := range in {
		if x.DType() == dtypes.Float32 {
			floats = append(floats, x)
		}
	}
	return append(append(out, loss), Gradient(loss, floats...)...)
}

// padding is compute.PadAxis by its short name.
type padding = compute.PadAxis
