package regression

import (
	"cmp"
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// prompt draws the inputs of one task, in order.
type prompt struct {
	Inputs
	rng  *rand.Rand
	b    *datasets.Batch
	t    int // the task
	dims int // dimensions that are drawn

	signs []float64   // of the context's orthant, or nil [dims]
	axes  [][]float64 // x = Σ_i g_i · axes[i], g ~ N(0, I); or nil [rank][dims]
}

func newPrompt(rng *rand.Rand, in Inputs, b *datasets.Batch, t int) *prompt {
	in.Scale = cmp.Or(in.Scale, 1)
	p := &prompt{Inputs: in, rng: rng, b: b, t: t, dims: cmp.Or(in.Dims, b.D)}
	if in.Least != 0 {
		p.dims = in.Least + rng.IntN(p.dims-in.Least+1)
	}
	return p
}

// begin draws what the points share.
func (p *prompt) begin() {
	switch p.Strategy {
	case randomQuadrants, oppositeQuadrants:
		p.signs = make([]float64, p.dims)
		for i := range p.signs {
			p.signs[i] = float64(2*p.rng.IntN(2) - 1)
		}
	case halfSubspace:
		p.axes = axes(p.rng, p.dims, p.rank(p.dims), func(int) float64 { return 1 })
	case skewed:
		p.axes = axes(p.rng, p.dims, p.dims, func(i int) float64 { return 1 / float64(i+1) })
	}
}

// row returns the drawn dimensions of point n.
func (p *prompt) row(n int) []float32 { return p.b.Point(p.t, n)[:p.dims] }

// point draws point n and returns it, dimensions of 0 included.
func (p *prompt) point(n int) []float32 {
	x, query := p.row(n), n == p.b.N-1
	switch {
	case p.axes != nil:
		p.combine(x)
	case query && p.Strategy == overlapping:
		copy(x, p.row(p.rng.IntN(n)))
	default:
		for i := range x {
			x[i] = float32(p.Scale * p.coordinate())
		}
	}
	switch {
	case query && p.Strategy == orthogonal:
		p.turn(x)
	case query && p.Strategy == oppositeQuadrants:
		p.reflect(x, -1)
	case !query && p.signs != nil:
		p.reflect(x, 1)
	}
	return p.b.Point(p.t, n)
}

// coordinate draws a coordinate of an input before it is scaled.
func (p *prompt) coordinate() float64 {
	if p.Uniform == 0 {
		return datasets.Normal(p.rng)
	}
	return float64((2*p.rng.Float64() - 1) * p.Uniform) // 2u − 1 is exact, so that nothing fuses
}

// reflect moves x into the context's orthant, or, with side −1, its opposite.
func (p *prompt) reflect(x []float32, side float64) {
	for i, v := range x {
		x[i] = float32(side * p.signs[i] * math.Abs(float64(v)))
	}
}

// combine draws x from the axes.
func (p *prompt) combine(x []float32) {
	sum := make([]float64, len(x))
	for _, axis := range p.axes {
		g := p.Scale * datasets.Normal(p.rng)
		for i, v := range axis {
			sum[i] += float64(g * v) // the conversion prevents fusing, here and below
		}
	}
	for i, v := range sum {
		x[i] = float32(v)
	}
}

// turn makes the query orthogonal to all points before it and keeps its length.
func (p *prompt) turn(x []float32) {
	var basis [][]float64
	for n := range p.b.N - 1 {
		axis, _ := datasets.Orthonormal(basis, widen(p.row(n)))
		basis = append(basis, axis)
	}
	all := widen(x)
	length := math.Sqrt(datasets.Dot(all, all))
	axis, _ := datasets.Orthonormal(basis, all)
	for i, v := range axis {
		x[i] = float32(length * v)
	}
}

// axes returns k random orthogonal vectors of lengths in proportion to length(i),
// such that their squares sum to d.
func axes(rng *rand.Rand, d, k int, length func(i int) float64) [][]float64 {
	all, total := datasets.Frame(rng, d, k), 0.0
	for i := range all {
		total += float64(length(i) * length(i))
	}
	for i, axis := range all {
		for j := range axis {
			axis[j] *= length(i) * math.Sqrt(float64(d)/total)
		}
	}
	return all
}

func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}
