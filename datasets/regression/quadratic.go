package regression

import (
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Quadratic is the family of quadratic functions without mixed terms (Garg et al.
// 2022, in their code):
//
//	f(x) = Σ_i w_i x_i² / √3,   w ~ N(0, I)
//
// Since x⁴ is 3 on average for x ~ N(0, 1), the mean of f(x)² over functions and
// inputs is D, that of [Linear].
type Quadratic struct {
	N      int    `json:"n,omitempty"`     // points a task; 0 means 41
	D      int    `json:"d,omitempty"`     // input dimensions; 0 means 20
	Inputs Inputs `json:"inputs,omitzero"` // how inputs are drawn; x ~ N(0, I)
}

// Name is "quadratic".
func (Quadratic) Name() string { return "quadratic" }

func (s Quadratic) setting() setting { return newSetting(s.N, s.D, 0, s.Inputs) }

// Space returns the input dimensions and how inputs are drawn.
func (s Quadratic) Space() (d int, inputs Inputs) { return s.setting().d, s.Inputs }

// WithInputs returns the family with inputs drawn as said.
func (s Quadratic) WithInputs(inputs Inputs) Family { s.Inputs = inputs; return s }

// Validate reports the first setting that is out of range.
func (s Quadratic) Validate() error { return s.setting().validate() }

// Sample draws that many tasks. The latent variable "w" [D] holds w.
func (s Quadratic) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	return weighted(s, rng, tasks, 0, quadratic, func(w []float32, _ int) { normal(rng, w) })
}

func quadratic(w, x []float32) float64 {
	sum := 0.0
	for i, v := range x {
		square := float64(float64(v) * float64(v)) // the conversions prevent fusing
		sum += float64(float64(w[i]) * square)
	}
	return sum / math.Sqrt(3)
}
