package parity

import "math"

// dual is a number and its derivative by one of the weights, which every operation carries
// along (forward-mode differentiation).
type dual struct{ v, d float64 }

func (a dual) plus(b dual) dual  { return dual{a.v + b.v, a.d + b.d} }
func (a dual) times(b dual) dual { return dual{a.v * b.v, a.v*b.d + a.d*b.v} }
func (a dual) by(f float64) dual { return dual{f * a.v, f * a.d} }

// gelu is x·Φ(x) with the normal distribution function Φ, whose derivative is Φ(x) + x·φ(x).
func (a dual) gelu() dual {
	below := math.Erfc(-a.v/math.Sqrt2) / 2
	density := math.Exp(-a.v*a.v/2) / math.Sqrt(2*math.Pi)
	return dual{a.v * below, a.d * (below + a.v*density)}
}

// softmax is exp(x) over its sum.
func softmax(x []dual) []dual {
	p, sum, greatest := make([]dual, len(x)), dual{}, math.Inf(-1)
	for _, a := range x {
		greatest = max(greatest, a.v)
	}
	for i, a := range x {
		e := math.Exp(a.v - greatest) // a constant factor drops out
		p[i] = dual{e, e * a.d}
		sum = sum.plus(p[i])
	}
	for i, e := range p {
		p[i] = dual{e.v / sum.v, (e.d*sum.v - e.v*sum.d) / (sum.v * sum.v)}
	}
	return p
}

// linear is x·Wᵀ for rows x [N, in] and weights [out, in].
func linear(x [][]dual, w []dual, out int) [][]dual {
	y := make([][]dual, len(x))
	for n, row := range x {
		y[n] = make([]dual, out)
		for o := range out {
			for i, a := range row {
				y[n][o] = y[n][o].plus(w[o*len(row)+i].times(a))
			}
		}
	}
	return y
}
