package baseline

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// DescentFit finds the rates of [Descent] of the least [Descent.ExpectedError] on contexts.
type DescentFit struct {
	Steps    int  `json:"steps,omitempty"`    // up to 4, or with Shared up to 100; 0 means 1
	PlusPlus bool `json:"plusplus,omitempty"` // chooses Gamma, too: GD++
	// Shared has one rate, and one Gamma, for all steps. Else each step has its own.
	Shared bool    `json:"shared,omitempty"`
	Noise  float64 `json:"noise,omitempty"` // standard deviation of a target about w·x
}

const (
	mostOwnRates    = 4
	mostSharedRates = 100
	descentStarts   = 20
)

// Best returns the descent with the least error on contexts of n examples, the inputs of the
// tasks of b, and that error. Several steps with rates of their own have local minima: it is
// the best from the shared rates and 20 random starts, each improved by the simplex method
// of Nelder and Mead. Errors are those of [Descent.ExpectedError], and of a number of steps
// out of range.
func (f DescentFit) Best(b *datasets.Batch, n int) (Descent, eval.Estimate, error) {
	most := mostOwnRates
	if f.Shared {
		most = mostSharedRates
	}
	if f.Steps = cmp.Or(f.Steps, 1); f.Steps < 1 || f.Steps > most {
		return Descent{}, eval.Estimate{}, fmt.Errorf("baseline: the best rates of %d steps of gradient descent; want 1 to %d steps, or with Shared up to %d", f.Steps, most, mostSharedRates)
	}
	all, err := spectra(b, n, f.Noise)
	if err != nil {
		return Descent{}, eval.Estimate{}, err
	}
	s := newDescentSearch(f, all, n)
	unit, err := s.rescale()
	if err != nil {
		return Descent{}, eval.Estimate{}, err
	}
	best := Descent{Steps: s.run()}
	for i := range best.Steps {
		best.Steps[i].Rate *= unit
		best.Steps[i].Gamma *= unit
	}
	return best, expectedError(best.Steps, all, f.Noise*f.Noise/float64(n)), nil
}

// descentSearch is a search for steps. Its points are rate and gamma of some steps in turn;
// those after them share the last. Without GD++, and for the last step, gamma is 0.
type descentSearch struct {
	DescentFit
	values, weights []float64 // eigenvalues of all contexts, and what of the mean error each is
	noise           float64   // noise²/n
}

// newDescentSearch takes the greatest 2048 eigenvalues one by one, since the errors of steps
// are polynomials, and the means of up to 2048 groups of the others.
func newDescentSearch(f DescentFit, spectra [][]float64, n int) *descentSearch {
	const most = 2048
	all := slices.Concat(spectra...)
	slices.Sort(all)
	s := &descentSearch{DescentFit: f, noise: f.Noise * f.Noise / float64(n)}
	add := func(group []float64) {
		s.values = append(s.values, floats.Sum(group)/float64(len(group)))
		s.weights = append(s.weights, float64(len(group))/float64(len(all)))
	}
	rest := max(0, len(all)-most)
	groups := min(rest, most)
	for i := range groups {
		add(all[i*rest/groups : (i+1)*rest/groups])
	}
	for i := range all[rest:] {
		add(all[rest+i : rest+i+1])
	}
	return s
}

// rescale measures rates in units of the best single one without noise, and returns that.
func (s *descentSearch) rescale() (unit float64, err error) {
	sum, squares := 0.0, 0.0
	for i, v := range s.values {
		sum += s.weights[i] * v
		squares += s.weights[i] * v * v
	}
	if unit = sum / squares; !(unit > 0) || math.IsInf(unit, 1) {
		return 0, errors.New("baseline: the inputs of all contexts are 0, or too large or too small to square; scale them")
	}
	floats.Scale(unit, s.values)
	s.noise *= unit
	return unit, nil
}

// run returns the best steps found.
func (s *descentSearch) run() []DescentStep {
	best := s.minimise([]float64{1, .2})
	if s.Shared || s.Steps == 1 {
		return s.steps(best)
	}
	rng := datasets.Rand(0, "descent fit")
	starts := [][]float64{slices.Concat(slices.Repeat([][]float64{best}, s.Steps)...)}
	for range descentStarts {
		var x []float64
		for range s.Steps {
			x = append(x, 4*rng.Float64(), .5*rng.Float64())
		}
		starts = append(starts, x)
	}
	least := math.Inf(1)
	for _, x := range starts {
		x = s.minimise(x)
		if e := s.error(x); e < least {
			best, least = x, e
		}
	}
	return s.steps(best)
}

func (s *descentSearch) minimise(x []float64) []float64 { return nelderMead(s.error, x, .1, 1e-9) }

func (s *descentSearch) error(x []float64) float64 {
	sum, steps := 0.0, s.steps(x)
	for i, v := range s.values {
		sum += s.weights[i] * errorAlong(steps, v, s.noise)
	}
	return sum
}

func (s *descentSearch) steps(x []float64) []DescentStep {
	steps := make([]DescentStep, s.Steps)
	for i := range steps {
		k := min(2*i, len(x)-2)
		steps[i].Rate = x[k]
		if s.PlusPlus && i < s.Steps-1 {
			steps[i].Gamma = x[k+1]
		}
	}
	return steps
}
