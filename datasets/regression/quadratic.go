package regression

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Quadratic is the family of quadratic functions, without mixed terms (Garg et al.
// 2022, in their code) unless Mixed says otherwise:
//
//	f(x) = Σ_i w_i x_i² / √3,   w ~ N(0, I)
//
// Since x⁴ is 3 on average for x ~ N(0, 1), the mean of f(x)² over functions and
// inputs is D, that of [Linear].
type Quadratic struct {
	N      int    `json:"n,omitempty"`     // points a task; 0 means 41
	D      int    `json:"d,omitempty"`     // input dimensions; 0 means 20
	Inputs Inputs `json:"inputs,omitzero"` // how inputs are drawn; x ~ N(0, I)
	// Mixed has the mixed terms, too: f(x) = xᵀWx / √D with W ~ N(0, I) of D × D entries (Kim,
	// Kwon, Choi, Park, Cho, Lee and Ryu, "Task Diversity Shortens the ICL Plateau", 2024, in
	// their code). The mean of f(x)² is then D + 2.
	Mixed bool `json:"mixed,omitempty"`
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

// Sample draws that many tasks. The latent variable "w" [D] holds w, or "W" [D, D] holds W.
func (s Quadratic) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if s.Mixed {
		return s.sampleMixed(rng, tasks)
	}
	return weighted(s, rng, tasks, 0, quadratic, func(w []float32, _ int) { normal(rng, w) })
}

func (s Quadratic) sampleMixed(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	set := s.setting()
	if err := datasets.CheckSize(tasks, set.d, set.d, 0); err != nil {
		return nil, fmt.Errorf("regression: weights of %d × %d: %w", set.d, set.d, err)
	}
	b, err := set.newBatch(rng, tasks, 0)
	if err != nil {
		return nil, err
	}
	weights := b.AddLatent("W", b.D, b.D)
	set.fill(rng, b, func(t, _ int) func(x []float32) float64 {
		w := weights.Row(t)
		normal(rng, w)
		return func(x []float32) float64 { return bilinear(w, x) / math.Sqrt(float64(len(x))) }
	})
	return b, nil
}

// bilinear is xᵀWx.
func bilinear(w, x []float32) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(float64(v) * target(w[i*len(x):(i+1)*len(x)], x)) // the conversion prevents fusing
	}
	return sum
}

func quadratic(w, x []float32) float64 {
	sum := 0.0
	for i, v := range x {
		square := float64(float64(v) * float64(v)) // the conversions prevent fusing
		sum += float64(float64(w[i]) * square)
	}
	return sum / math.Sqrt(3)
}
