package lanes

import (
	"math"
	"slices"
)

// float is the precision of the reference: float64 for what is true, float32 for
// what an ordinary evaluation gives.
type float interface{ float32 | float64 }

// value is a matrix [rows, cols] with its gradient.
type value[F float] struct {
	rows, cols int
	x, dx      []F
}

func newValue[F float](rows, cols int) *value[F] {
	return &value[F]{rows, cols, make([]F, rows*cols), make([]F, rows*cols)}
}

// tape is reverse-mode differentiation in its simplest form: every operation leaves
// behind a function that adds its part to the gradients of its inputs.
type tape[F float] struct{ back []func() }

func (t *tape[F]) backward() {
	for i := len(t.back) - 1; i >= 0; i-- {
		t.back[i]()
	}
}

// result makes the output of an operation, [rows, cols], and records back.
func (t *tape[F]) result(rows, cols int, back func(y *value[F])) *value[F] {
	y := newValue[F](rows, cols)
	t.back = append(t.back, func() { back(y) })
	return y
}

// matmul returns a·b, with b transposed where bT and a where aT.
func (t *tape[F]) matmul(a, b *value[F], aT, bT bool) *value[F] {
	rows, inner, cols := a.rows, a.cols, b.cols
	aRow, aCol, bRow, bCol := a.cols, 1, b.cols, 1
	if aT {
		rows, inner, aRow, aCol = a.cols, a.rows, 1, a.cols
	}
	if bT {
		cols, bRow, bCol = b.rows, 1, b.cols
	}
	each := func(f func(y, a, b int)) {
		for i := range rows {
			for j := range cols {
				for k := range inner {
					f(i*cols+j, i*aRow+k*aCol, k*bRow+j*bCol)
				}
			}
		}
	}
	y := t.result(rows, cols, func(y *value[F]) {
		each(func(i, j, k int) {
			a.dx[j] += y.dx[i] * b.x[k]
			b.dx[k] += y.dx[i] * a.x[j]
		})
	})
	each(func(i, j, k int) { y.x[i] += a.x[j] * b.x[k] })
	return y
}

// add returns a + b, where b may be one row for all.
func (t *tape[F]) add(a, b *value[F]) *value[F] {
	y := t.result(a.rows, a.cols, func(y *value[F]) {
		for i, d := range y.dx {
			a.dx[i] += d
			b.dx[i%len(b.x)] += d
		}
	})
	for i := range y.x {
		y.x[i] = a.x[i] + b.x[i%len(b.x)]
	}
	return y
}

// gelu returns the exact GELU.
func (t *tape[F]) gelu(a *value[F]) *value[F] {
	cdf := func(x F) F { return F(.5 * (1 + math.Erf(float64(x)/math.Sqrt2))) }
	y := t.result(a.rows, a.cols, func(y *value[F]) {
		for i, x := range a.x {
			pdf := F(math.Exp(-.5*float64(x)*float64(x)) / math.Sqrt(2*math.Pi))
			a.dx[i] += y.dx[i] * (cdf(x) + x*pdf)
		}
	})
	for i, x := range a.x {
		y.x[i] = x * cdf(x)
	}
	return y
}

// scale returns c·a.
func (t *tape[F]) scale(c F, a *value[F]) *value[F] {
	y := t.result(a.rows, a.cols, func(y *value[F]) {
		for i, d := range y.dx {
			a.dx[i] += c * d
		}
	})
	for i, x := range a.x {
		y.x[i] = c * x
	}
	return y
}

// softmaxRows returns the softmax of each row.
func (t *tape[F]) softmaxRows(a *value[F]) *value[F] {
	return t.softmax(a, a.rows, a.cols, a.cols, 1)
}

// softmaxColumns returns the softmax of each column.
func (t *tape[F]) softmaxColumns(a *value[F]) *value[F] {
	return t.softmax(a, a.cols, a.rows, 1, a.cols)
}

// softmax takes the softmax of each of n groups of size elements; groups start
// start apart, elements of a group lie step apart.
func (t *tape[F]) softmax(a *value[F], n, size, start, step int) *value[F] {
	y := t.result(a.rows, a.cols, func(y *value[F]) {
		for g := range n {
			var dot F
			for e := range size {
				i := g*start + e*step
				dot += y.x[i] * y.dx[i]
			}
			for e := range size {
				i := g*start + e*step
				a.dx[i] += y.x[i] * (y.dx[i] - dot)
			}
		}
	})
	for g := range n {
		top := F(math.Inf(-1))
		for e := range size {
			top = max(top, a.x[g*start+e*step])
		}
		var sum F
		for e := range size {
			i := g*start + e*step
			y.x[i] = F(math.Exp(float64(a.x[i] - top)))
			sum += y.x[i]
		}
		for e := range size {
			y.x[g*start+e*step] /= sum
		}
	}
	return y
}

// row returns one row.
func (t *tape[F]) row(a *value[F], r int) *value[F] {
	y := t.result(1, a.cols, func(y *value[F]) {
		for i, d := range y.dx {
			a.dx[r*a.cols+i] += d
		}
	})
	copy(y.x, a.x[r*a.cols:])
	return y
}

// crossEntropy returns log Σ exp(a) - a[class] of a single row, and starts the
// backward pass: the gradient of weight times that.
func (t *tape[F]) crossEntropy(a *value[F], class int, weight F) F {
	var sum F
	top := slices.Max(a.x)
	for _, x := range a.x {
		sum += F(math.Exp(float64(x - top)))
	}
	for i, x := range a.x {
		a.dx[i] = weight * F(math.Exp(float64(x-top))) / sum
	}
	a.dx[class] -= weight
	return F(math.Log(float64(sum))) - (a.x[class] - top)
}
