package learner

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/goicl/goicl/datasets"
)

// Param is one trainable tensor of a learner.
type Param struct {
	Name string
	Dims []int
	// Init fills the tensor's values before training. Starting values are drawn on
	// the host, so that one seed starts every backend and engine from the same
	// weights. nil means [FanIn] of the last dimension.
	Init func(rng *rand.Rand, w []float32)
}

// Size is the number of values in the tensor.
func (p Param) Size() int {
	size := 1
	for _, d := range p.Dims {
		size *= d
	}
	return size
}

// FanIn is PyTorch's default for a linear layer with that many inputs: weights
// and biases uniform in ±1/√in.
func FanIn(in int) func(rng *rand.Rand, w []float32) {
	bound := 1 / math.Sqrt(float64(in))
	return func(rng *rand.Rand, w []float32) {
		for i := range w {
			w[i] = float32((2*rng.Float64() - 1) * bound)
		}
	}
}

// Constant starts every value at v.
func Constant(v float32) func(rng *rand.Rand, w []float32) {
	return func(_ *rand.Rand, w []float32) {
		for i := range w {
			w[i] = v
		}
	}
}

// Gaussian draws every value from the normal distribution with mean 0 and that
// standard deviation.
func Gaussian(deviation float64) func(rng *rand.Rand, w []float32) {
	return func(rng *rand.Rand, w []float32) {
		for i := range w {
			w[i] = float32(deviation * datasets.Normal(rng))
		}
	}
}

// Layout places a learner's parameters one after another in a flat vector.
type Layout struct {
	Params []Param
	Size   int // length of the flat vector
}

// NewLayout lays out the parameters of l for tasks with d inputs and c classes, or
// real targets for c = 0.
func NewLayout(l Learner, d, c int) (Layout, error) {
	params, name, err := paramsOf(l, d, c)
	if err != nil {
		return Layout{}, err
	}
	layout := Layout{Params: slices.Clone(params)}
	seen := make(map[string]bool, len(params))
	for i, p := range params {
		size, err := p.size(name)
		if err != nil {
			return Layout{}, err
		}
		if p.Init == nil {
			layout.Params[i].Init = FanIn(append([]int{1}, p.Dims...)[len(p.Dims)])
		}
		if seen[p.Name] {
			return Layout{}, fmt.Errorf("learner: %s has two parameters named %q; give each its own name", name, p.Name)
		}
		seen[p.Name] = true
		if layout.Size += size; layout.Size > MaxWeights {
			return Layout{}, fmt.Errorf("learner: %s has more than %d weights, the limit, with parameter %q of shape %v; make it smaller", name, MaxWeights, p.Name, p.Dims)
		}
	}
	if layout.Size == 0 {
		return Layout{}, fmt.Errorf("learner: %s has no parameters; nothing can be trained", name)
	}
	return layout, nil
}

// Init draws starting values for the flat vector, parameter by parameter. It panics where the
// Init of a parameter does; see [Layout.Start].
func (l Layout) Init(rng *rand.Rand) []float32 {
	flat := make([]float32, l.Size)
	l.All(func(p Param, lo, hi int) {
		if p.Init != nil {
			p.Init(rng, flat[lo:hi])
		}
	})
	return flat
}

// Start is [Layout.Init] of the learner of that name, with an error where the Init of a
// parameter panics.
func (l Layout) Start(name string, rng *rand.Rand) ([]float32, error) {
	flat := make([]float32, l.Size)
	var failed error
	l.All(func(p Param, lo, hi int) {
		failed = cmp.Or(failed, p.start(name, func() { p.Init(rng, flat[lo:hi]) }))
	})
	return flat, failed
}

// All calls yield with each parameter and its place [lo, hi) in the flat vector.
func (l Layout) All(yield func(p Param, lo, hi int)) {
	offset := 0
	for _, p := range l.Params {
		yield(p, offset, offset+p.Size())
		offset += p.Size()
	}
}

// Of returns a parameter's values in the flat vector, as a view; nil if there is no such
// parameter.
func (l Layout) Of(flat []float32, name string) (values []float32) {
	l.All(func(p Param, lo, hi int) {
		if p.Name == name {
			values = flat[lo:hi]
		}
	})
	return values
}

// InnerRates are the rates of the inner loop of a, one for each weight of the layout, which
// is that of a or of its base. learned returns rates that are learned, by their name.
func (l Layout) InnerRates(a Adaptive, learned func(name string) []float32) (rates []float32) {
	l.All(func(p Param, lo, hi int) {
		own := a.InnerRate(p.Name, learned)
		for i := range hi - lo {
			rates = append(rates, own[i%len(own)])
		}
	})
	return rates
}

// Bind cuts the flat node [Size] into named tensors.
func (l Layout) Bind(flat *Node) Weights {
	w := Weights{nodes: make(map[string]*Node, len(l.Params))}
	l.All(func(p Param, lo, hi int) {
		w.nodes[p.Name] = Reshape(Slice(flat, AxisRange(lo, hi)), p.Dims...)
		w.names = append(w.names, p.Name)
	})
	return w
}

// Weights are a learner's parameters as graph nodes, by name.
type Weights struct {
	nodes map[string]*Node
	names []string
}

// Names lists the parameters' names in their order.
func (w Weights) Names() []string { return w.names }

// With returns the weights with other nodes for some of the parameters: the fast
// weights of an inner loop.
func (w Weights) With(nodes map[string]*Node) Weights {
	all := maps.Clone(w.nodes)
	maps.Copy(all, nodes)
	return Weights{all, w.names}
}

// Without returns the weights but for those of some parameters: those of a learner inside of
// another.
func (w Weights) Without(params []Param) Weights {
	rest := Weights{nodes: maps.Clone(w.nodes)}
	for _, p := range params {
		delete(rest.nodes, p.Name)
	}
	for _, name := range w.names {
		if rest.has(name) {
			rest.names = append(rest.names, name)
		}
	}
	return rest
}

// Get returns the parameter called name. Inside a graph an unknown name panics,
// as GoMLX's own operations do; the engine turns that into an error.
func (w Weights) Get(name string) *Node {
	node, ok := w.nodes[name]
	if !ok {
		exceptions.Panicf("learner: no parameter %q; list it in Params", name)
	}
	return node
}

// has reports whether there is a parameter called name.
func (w Weights) has(name string) bool { return w.nodes[name] != nil }
