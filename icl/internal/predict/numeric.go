package predict

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Widen returns x in float64.
func Widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// Narrow is the float32 nearest to v; beyond its range that is ±MaxFloat32.
func Narrow(v float64) float32 {
	return float32(min(max(v, -math.MaxFloat32), math.MaxFloat32))
}

// Rotation turns (a, b) to (√(a²+b²), 0).
func Rotation(a, b float64) (cos, sin float64) {
	h := math.Hypot(a, b)
	return a / h, b / h
}

// Sigmoid is 1/(1 + e^−z).
func Sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// Normalise scales positive numbers to sum 1.
func Normalise(p []float64) {
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	for i := range p {
		p[i] /= sum
	}
}

// Scaled returns x times a factor.
func Scaled(x []float64, by float64) []float64 { return floats.ScaleTo(make([]float64, len(x)), by, x) }
