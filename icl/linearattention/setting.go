package linearattention

import (
	"cmp"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets/regression"
)

// Setting is a size of the experiment of Lu et al.: how many contexts, tasks and examples
// there are for d dimensions. The zero value is one of theirs, at τ = 1/2, but for D.
type Setting struct {
	D     int     `json:"d,omitempty"`     // dimensions d; 0 means 20
	Alpha float64 `json:"alpha,omitempty"` // examples of a context, ℓ/d; 0 means 1
	Kappa float64 `json:"kappa,omitempty"` // tasks in training, k/d; 0 means 1/2
	Tau   float64 `json:"tau,omitempty"`   // contexts in training, n/d²; 0 means 1/2
	Noise float64 `json:"noise,omitempty"` // standard deviation √ρ of a target; 0 means 1/10
}

func (s Setting) filled() Setting {
	return Setting{cmp.Or(s.D, 20), cmp.Or(s.Alpha, 1), cmp.Or(s.Kappa, .5), cmp.Or(s.Tau, .5), cmp.Or(s.Noise, .1)}
}

// Validate reports the first setting that is out of range.
func (s Setting) Validate() error {
	s = s.filled()
	if s.D < 1 || s.D > 1000 {
		return fmt.Errorf("linearattention: %d dimensions; want 1..1000, or 0 for 20", s.D)
	}
	for name, v := range map[string]float64{"Alpha": s.Alpha, "Kappa": s.Kappa, "Tau": s.Tau, "Noise": s.Noise} {
		if !(v > 0 && v <= 1e6) {
			return fmt.Errorf("linearattention: %s is %g; want a positive number of at most 1e6, or 0 for the default", name, v)
		}
	}
	return nil
}

// Examples is the number ℓ of examples of a context.
func (s Setting) Examples() int { return s.count(s.filled().Alpha, 1) }

// Contexts is the number n of contexts in training.
func (s Setting) Contexts() int { return s.count(s.filled().Tau, 2) }

// count is a ratio of a power of d as a number of things, at least 1; 0 for a setting that
// Validate refuses.
func (s Setting) count(ratio float64, power int) int {
	if s.Validate() != nil {
		return 0
	}
	return max(1, int(math.Round(ratio*math.Pow(float64(s.filled().D), float64(power)))))
}

// Pool draws contexts in training, of ℓ examples and a query: each task is one of the k of that
// seed, uniform on the sphere of radius √d; inputs are N(0, I/d). Its error is that of
// Validate.
func (s Setting) Pool(seed uint64) (regression.Pool, error) {
	if err := s.Validate(); err != nil {
		return regression.Pool{}, err
	}
	f := s.filled()
	return regression.Pool{
		N: s.Examples() + 1, D: f.D, Size: s.count(f.Kappa, 1), Seed: seed, Sphere: true,
		Noise: f.Noise, Inputs: regression.Inputs{Scale: 1 / math.Sqrt(float64(f.D))},
	}, nil
}

// NewTasks draws contexts of new tasks, uniform on the sphere: of a pool of 2¹⁸ tasks that has
// none in common with those of Pool, for seeds below 2³².
func (s Setting) NewTasks(seed uint64) (regression.Pool, error) {
	p, err := s.Pool(seed + 1<<32)
	p.Size = 1 << 18
	return p, err
}

// Theory is the limit of the expected error on new tasks, noise of the query's target
// included, for large d. With ρ = Noise², x = (1 + ρ)/α and
//
//	M_κ(x) = 2/(x + 1 − 1/κ + √((x + 1 − 1/κ)² + 4x/κ))
//
// it is, for τ < 1 with µ = x M_{κ/τ}(x),
//
//	τ(1 + x)/(1 − τ) · (1 − τ(1 − µ)² − µ(x − ρ)/x) − 2τ(1 − µ) + 1 + ρ
//
// and for τ > 1 with m = M_κ(x) and c = 1/(1 − κ (m/(κ + m))²),
//
//	(c − 1/(τ − 1)) (1 + x) (xm)² + (3 − 2τ)/(τ − 1) · mx² + ((1 + ρ)m/(τ − 1) + 1)x + ρm/(τ − 1) + ρ
//
// It is +Inf at τ = 1, and NaN for a setting that Validate refuses.
func (s Setting) Theory() float64 {
	if s.Validate() != nil {
		return math.NaN()
	}
	s = s.filled()
	rho, tau := s.Noise*s.Noise, s.Tau
	x := (1 + rho) / s.Alpha
	if tau == 1 {
		return math.Inf(1)
	}
	if tau < 1 {
		mu := x * resolvent(s.Kappa/tau, x)
		return tau*(1+x)/(1-tau)*(1-tau*(1-mu)*(1-mu)-mu*(x-rho)/x) - 2*tau*(1-mu) + 1 + rho
	}
	m, over := resolvent(s.Kappa, x), 1/(tau-1)
	c := 1 / (1 - s.Kappa*(m/(s.Kappa+m))*(m/(s.Kappa+m)))
	return (c-over)*(1+x)*x*m*x*m + (3-2*tau)*over*m*x*x + ((1+rho)*m*over+1)*x + rho*m*over + rho
}

// resolvent is M_κ(x), a moment of the Marchenko–Pastur law of the tasks in training.
func resolvent(kappa, x float64) float64 {
	b := x + 1 - 1/kappa
	return 2 / (b + math.Sqrt(b*b+4*x/kappa))
}
