package inspect

import (
	"context"
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
)

// donor is what the pass that is taken from computes.
type donor struct {
	values [][]float32 // of the part in each layer
	dims   [][]int     // their shapes in a task
	sum    float64     // of its scores
}

// capture runs the tasks that are taken from.
func (p *patch) capture(ctx context.Context) (*donor, error) {
	d, b := &donor{}, p.from.Tasks
	l, _ := p.from.Model.Config.Learner.(transformer.Transparent)
	out, err := p.from.Model.Observe(ctx, b, queries(b, p.n), func(w learner.Weights, ep learner.Episode) []*Node {
		var values []*Node
		layers := 0
		answers := l.LogitsWith(w, ep, func(at transformer.Site, value *Node) *Node {
			if at.Part == "attention" {
				layers++
			}
			if at.Part == p.part {
				values = append(values, value)
			}
			return value
		})
		values = values[:min(layers, len(values))] // the stream at the end is no layer's
		d.dims = nil
		for _, v := range values {
			d.dims = append(d.dims, slices.Clone(v.Shape().Dimensions[1:]))
		}
		return append(values, answers)
	})
	if err != nil {
		return nil, err
	}
	d.values = out[:len(out)-1]
	answers := out[len(out)-1]
	for task := range b.T {
		d.sum += p.score(answers[task*len(answers)/b.T:], task)
	}
	if p.part != "stream" && len(d.dims) > 0 {
		for head := range d.dims[0][p.axis()-1] {
			p.columns, p.places = append(p.columns, fmt.Sprintf("head %d", head)), append(p.places, head)
		}
	}
	return d, nil
}

// patchesPerCall limits the tasks, and so the memory, of one graph.
const patchesPerCall = 4096

// measure runs a copy of each task for each layer and column, and one as it is.
func (p *patch) measure(ctx context.Context, d *donor) (*Patched, error) {
	copies := len(d.values)*len(p.columns) + 1
	sums := make([]float64, copies)
	each := max(1, patchesPerCall/copies)
	for lo := 0; lo < p.into.Tasks.T; lo += each {
		hi := min(lo+each, p.into.Tasks.T)
		b, err := repeated(p.into.Tasks.Slice(lo, hi), copies)
		if err != nil {
			return nil, err
		}
		var dims [][]int
		out, err := p.into.Model.Observe(ctx, b, queries(b, p.n), func(w learner.Weights, ep learner.Episode) []*Node {
			answers, own := p.patched(w, ep, d, lo, hi)
			dims = own
			return []*Node{answers}
		})
		if err == nil && !slices.EqualFunc(dims, d.dims, slices.Equal) {
			err = fmt.Errorf("inspect: the part %q of each layer has the shapes %v in %s, and %v in %s; want transformers of the same sizes", p.part, dims, p.into.Model.Name(), d.dims, p.from.Model.Name())
		}
		if err != nil {
			return nil, err
		}
		answers := out[0]
		for i := range b.T {
			sums[i%copies] += p.score(answers[i*len(answers)/b.T:], lo+i/copies)
		}
	}
	return p.result(len(d.values), sums, d.sum)
}

// patched are the answers of copies of tasks lo..hi-1, and the shape of a task's part in each
// layer. Where it is not the donor's, nothing is replaced.
func (p *patch) patched(w learner.Weights, ep learner.Episode, d *donor, lo, hi int) (answers *Node, dims [][]int) {
	layers := 0
	answers = p.l.LogitsWith(w, ep, func(at transformer.Site, value *Node) *Node {
		if at.Part == "attention" {
			layers++
		}
		if at.Part != p.part {
			return value
		}
		own := slices.Clone(value.Shape().Dimensions[1:])
		dims = append(dims, own)
		if at.Layer >= len(d.dims) || !slices.Equal(own, d.dims[at.Layer]) {
			return value
		}
		return p.replaced(value, d.values[at.Layer], at.Layer, lo, hi)
	})
	return answers, dims[:min(layers, len(dims))]
}

// repeated has each task of b several times, one after the other.
func repeated(b *datasets.Batch, copies int) (*datasets.Batch, error) {
	if err := datasets.CheckSize(b.T*copies, b.N, b.D, b.C); err != nil {
		return nil, fmt.Errorf("inspect: the copies of a task to patch: %w", err)
	}
	out := datasets.NewBatch(b.T*copies, b.N, b.D, b.C)
	for t := range out.T {
		from := t / copies
		copy(out.X[t*b.N*b.D:], b.X[from*b.N*b.D:(from+1)*b.N*b.D])
		if b.Regression() {
			copy(out.Z[t*b.N:], b.Z[from*b.N:(from+1)*b.N])
		} else {
			copy(out.Y[t*b.N:], b.Y[from*b.N:(from+1)*b.N])
		}
	}
	return out, nil
}

// replaced is the value of copies of tasks lo..hi-1 in which copy layer·columns + c has, at
// column c, from's in place of its own.
func (p *patch) replaced(value *Node, from []float32, layer, lo, hi int) *Node {
	g, dims := value.Graph(), value.Shape().Dimensions
	tasks, copies, size := hi-lo, dims[0]/(hi-lo), dims[p.axis()]
	own := append([]int{tasks, copies}, dims[1:]...)
	task := len(from) / p.from.Tasks.T
	donated := ConstTensor(g, tensors.FromFlatDataAndDimensions(from[lo*task:hi*task], append([]int{tasks, 1}, dims[1:]...)...))

	mask := make([]float32, copies*size)
	for c, place := range p.places {
		mask[(layer*len(p.places)+c)*size+place] = 1
	}
	shape := slices.Repeat([]int{1}, len(own))
	shape[1], shape[p.axis()+1] = copies, size
	here := BroadcastToDims(ConstTensor(g, tensors.FromFlatDataAndDimensions(mask, shape...)), own...)
	out := Where(GreaterThan(here, ZerosLike(here)), BroadcastToDims(donated, own...), Reshape(value, own...))
	return Reshape(out, dims...)
}
