package baseline

import (
	"cmp"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// vertex is a point and the value of a function there.
type vertex struct {
	x []float64
	f float64
}

// nelderMead looks for a minimum of f from a start by the simplex method (Nelder and Mead,
// The Computer Journal 7(4), 1965), with steps of size in every coordinate at first. It ends
// where the values at all vertices differ by no more than tolerance, or after 500 rounds a
// coordinate.
func nelderMead(f func(x []float64) float64, start []float64, size, tolerance float64) []float64 {
	simplex := []vertex{{start, f(start)}}
	for i := range start {
		x := slices.Clone(start)
		x[i] += size
		simplex = append(simplex, vertex{x, f(x)})
	}
	last := len(start)
	for range 500 * last {
		slices.SortStableFunc(simplex, func(a, b vertex) int { return cmp.Compare(a.f, b.f) })
		best, worst := simplex[0], simplex[last]
		if !(worst.f-best.f > tolerance) {
			break
		}
		centre := make([]float64, last)
		for _, v := range simplex[:last] {
			floats.AddScaled(centre, 1/float64(last), v.x)
		}
		along := func(by float64) vertex { // from the worst vertex through the centre of the others
			x := slices.Clone(centre)
			floats.AddScaled(x, by, centre)
			floats.AddScaled(x, -by, worst.x)
			return vertex{x, f(x)}
		}
		switch reflected := along(1); {
		case reflected.f < best.f:
			simplex[last] = better(reflected, along(2))
		case reflected.f < simplex[last-1].f:
			simplex[last] = reflected
		default:
			if inner := better(along(.5), along(-.5)); inner.f < worst.f {
				simplex[last] = inner
				continue
			}
			for i, v := range simplex[1:] { // shrink towards the best
				x := slices.Clone(best.x)
				floats.Add(x, v.x)
				floats.Scale(.5, x)
				simplex[i+1] = vertex{x, f(x)}
			}
		}
	}
	return simplex[0].x
}

func better(a, b vertex) vertex {
	if b.f < a.f {
		return b
	}
	return a
}
