package bayes

import (
	"cmp"
	"context"
	"math"

	"github.com/goicl/goicl/datasets"
)

// Pair is the Bayes predictor of the family "pair": x ~ N(0, σ²I), and y = 0 if
// x·v > 0 else 1, with v = u_0 − u_1 the difference of two isotropic vectors.
//
// Labels depend on the direction of v only, which is uniform on the circle. A
// labelled point leaves the half of the circle that agrees with it, so the
// posterior after n points is uniform on an arc A, and
//
//	P(y = 0 | x, D) = |A ∩ H(x)| / |A|,   H(x) = {v : x·v > 0}
//	p(D, x) = Π_i N(x_i; 0, σ²I) · |A| / 2π
//
// A point at the origin has no direction and gets 1/2.
type Pair struct {
	Sigma float64 `json:"sigma,omitempty"` // standard deviation of x, 1e-6..1e6; 0 means 1
}

// Name is "Bayes".
func (Pair) Name() string { return "Bayes" }

// Family is "pair".
func (Pair) Family() string { return "pair" }

// Predict returns class probabilities [T, len(at), 2].
func (m Pair) Predict(ctx context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	return predictFamily(ctx, b, at, m)
}

func (m Pair) validate() error { return checkSigma(m.Family(), m.Sigma) }

func (m Pair) newFilter() filter {
	return &pairFilter{sigma: cmp.Or(m.Sigma, 1), arc: circle}
}

type pairFilter struct {
	sigma     float64
	arc       arc        // directions of v that agree with the labels
	x         [2]float64 // the point last seen
	logInputs float64    // log-density of the inputs
}

func (f *pairFilter) see(x [2]float64) belief {
	f.x = x
	f.logInputs += logNormal(x, f.sigma)
	width := f.arc.width()
	if width == 0 {
		return impossible()
	}
	p := belief{0.5, f.logInputs + math.Log(width/(2*math.Pi))}
	if x != [2]float64{} {
		p.class0 = f.arc.half(x).width() / width
	}
	return p
}

func (f *pairFilter) label(y int32) {
	if f.x == [2]float64{} {
		return
	}
	if y == 1 {
		f.x = [2]float64{-f.x[0], -f.x[1]}
	}
	f.arc = f.arc.half(f.x)
}

// arc is an interval of directions, in radians: the whole circle or, after the
// first cut, at most half of it.
type arc struct{ from, to float64 }

var circle = arc{-math.Pi, math.Pi}

func (a arc) width() float64 { return a.to - a.from }

// half returns the part of the arc within π/2 of the direction of x ≠ 0. The
// part may be empty, of width 0.
func (a arc) half(x [2]float64) arc {
	centre := math.Atan2(x[1], x[0])
	if a == circle {
		return arc{centre - math.Pi/2, centre + math.Pi/2}
	}
	// Turn the centre to within π of the arc's own: two arcs of at most half a
	// circle then overlap on one side only.
	middle := (a.from + a.to) / 2
	centre = middle + math.Remainder(centre-middle, 2*math.Pi)
	from, to := max(a.from, centre-math.Pi/2), min(a.to, centre+math.Pi/2)
	return arc{from, max(from, to)}
}
