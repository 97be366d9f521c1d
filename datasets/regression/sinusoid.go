package regression

import (
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Sinusoid is the family of sine waves that MAML was first shown on (Finn, Abbeel and
// Levine, "Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks", ICML
// 2017, §5.1), in one dimension:
//
//	f(x) = A sin(x + φ),   A ~ U(.1, 5), φ ~ U(0, π), x ~ U(−5, 5)
//
// Latent variables: "amplitude" and "phase", without dimensions.
type Sinusoid struct {
	N     int     `json:"n,omitempty"`     // points a task; 0 means 11: a query after 10 examples
	Noise float64 `json:"noise,omitempty"` // standard deviation of a target about f(x)
}

// Name is "sinusoid".
func (Sinusoid) Name() string { return "sinusoid" }

func (s Sinusoid) setting() setting {
	set := newSetting(s.N, 1, s.Noise, Inputs{})
	if s.N == 0 {
		set.n = domainN
	}
	return set
}

// Validate reports the first setting that is out of range.
func (s Sinusoid) Validate() error { return s.setting().validate() }

// Sample draws that many tasks.
func (s Sinusoid) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	b, err := s.setting().newBatch(rng, tasks, 0)
	if err != nil {
		return nil, err
	}
	amplitude, phase := b.AddLatent("amplitude"), b.AddLatent("phase")
	for t := range tasks {
		a, phi := uniform(rng, .1, 5), uniform(rng, 0, math.Pi)
		amplitude.Data[t], phase.Data[t] = a, phi
		for n := range b.N {
			x := uniform(rng, -5, 5)
			b.Point(t, n)[0] = x
			z := float64(float64(a)*sine(float64(x)+float64(phi))) + perturbation(rng, s.Noise)
			b.Z[t*b.N+n] = float32(z)
		}
	}
	return b, nil
}

func uniform(rng *rand.Rand, low, high float64) float32 {
	return float32(low + float64(rng.Float64()*(high-low)))
}

// sine is sin(x) to 1e-14 for |x| < 10, by its power series about the nearest multiple
// of π. Unlike math.Sin, whose products some machines fuse, it rounds alike on all.
func sine(x float64) float64 {
	half := math.Round(x / math.Pi)
	x -= float64(half * math.Pi)
	if math.Mod(half, 2) != 0 {
		x = -x
	}
	sum, term := 0.0, x
	for k := 1.0; k < 23; k += 2 {
		sum += term
		term *= -float64(x*x) / ((k + 1) * (k + 2))
	}
	return sum
}
