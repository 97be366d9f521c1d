package regression

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// The setting of claim 5.
const (
	domainN = 11
	domainD = 5
)

// Domain is a family of linear functions w ~ N(µ, Σ), in which some directions are
// more certain than others. Σ is given by its axes: with one standard normal v_k each,
//
//	w = µ + Σ_k v_k axes_k
//
// so that Σ is the sum of their outer products, of any rank.
//
// The zero value is µ = 0, Σ = I in the sizes of claim 5; [Domains] draws domains.
type Domain struct {
	N      int         `json:"n,omitempty"`     // points a task; 0 means 11
	D      int         `json:"d,omitempty"`     // input dimensions; 0 means those of Mean or Axes, or 5
	Mean   []float64   `json:"mean,omitempty"`  // µ [D]; nil means 0
	Axes   [][]float64 `json:"axes,omitempty"`  // axes of Σ [K, D]; nil means the unit vectors
	Noise  float64     `json:"noise,omitempty"` // standard deviation of a target about w·x
	Inputs Inputs      `json:"inputs,omitzero"` // how inputs are drawn; x ~ N(0, I)
}

// Name is "domain".
func (Domain) Name() string { return "domain" }

func (s Domain) setting() setting {
	d := len(s.Mean)
	if len(s.Axes) > 0 {
		d = cmp.Or(d, len(s.Axes[0]))
	}
	return newSetting(cmp.Or(s.N, domainN), cmp.Or(s.D, d, domainD), s.Noise, s.Inputs)
}

// Space returns the input dimensions and how inputs are drawn.
func (s Domain) Space() (d int, inputs Inputs) { return s.setting().d, s.Inputs }

// WithInputs returns the family with inputs drawn as said.
func (s Domain) WithInputs(inputs Inputs) Family { s.Inputs = inputs; return s }

// Validate reports the first setting that is out of range, sizes that do not fit, and
// a domain without variance: its tasks are all the same.
func (s Domain) Validate() error {
	set := s.setting()
	if err := set.validate(); err != nil {
		return err
	}
	if s.Mean != nil {
		if err := checkVector("the domain's mean", s.Mean, set.d); err != nil {
			return err
		}
	}
	variance := 0.0
	for k, axis := range s.axes() {
		if err := checkVector(fmt.Sprintf("axis %d of the domain", k), axis, set.d); err != nil {
			return err
		}
		variance += datasets.Dot(axis, axis)
	}
	if variance == 0 {
		return errors.New("regression: a domain without variance: all its tasks are the same function, and no example is informative; give it an axis that is not 0")
	}
	return nil
}

// checkVector reports a vector that is not of d numbers within ±maxScale.
func checkVector(what string, x []float64, d int) error {
	if len(x) != d {
		return fmt.Errorf("regression: %s has %d numbers, want one for each of %d dimensions", what, len(x), d)
	}
	for i, v := range x {
		if !(math.Abs(v) <= maxScale) { // also catches NaN
			return fmt.Errorf("regression: %s is %g in dimension %d; want at most %g", what, v, i, float64(maxScale))
		}
	}
	return nil
}

// axes returns Axes, or the unit vectors.
func (s Domain) axes() [][]float64 {
	if s.Axes != nil {
		return s.Axes
	}
	d := s.setting().d
	if datasets.CheckSize(1, d, d, 0) != nil {
		return nil // Validate and Sample refuse it
	}
	unit := make([][]float64, d)
	for k := range unit {
		unit[k] = make([]float64, len(unit))
		unit[k][k] = 1
	}
	return unit
}

// Cov returns Σ [D, D]; none of a domain that Validate refuses.
func (s Domain) Cov() [][]float64 {
	d := s.setting().d
	if s.Validate() != nil || datasets.CheckSize(1, d, d, 0) != nil {
		return nil
	}
	cov := make([][]float64, d)
	for i := range cov {
		cov[i] = make([]float64, len(cov))
		for _, axis := range s.axes() {
			for j := range cov[i] {
				cov[i][j] += float64(axis[i] * axis[j]) // the conversion prevents fusing
			}
		}
	}
	return cov
}

// Square is the mean of squared targets at inputs x ~ N(0, I), ‖µ‖² + tr Σ + Noise²:
// what errors are divided by to compare domains.
func (s Domain) Square() float64 {
	square := float64(s.Noise*s.Noise) + datasets.Dot(s.Mean, s.Mean)
	for _, axis := range s.axes() {
		square += datasets.Dot(axis, axis)
	}
	return square
}

// Sample draws that many tasks. The latent variable "w" [D] holds w.
func (s Domain) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	axes := s.axes()
	return weighted(s, rng, tasks, 0, target, func(w []float32, _ int) { combine(rng, s.Mean, axes, w) })
}

// combine writes a draw from N(µ, Σ) to w; a nil mean is 0.
func combine(rng *rand.Rand, mean []float64, axes [][]float64, w []float32) {
	sum := make([]float64, len(w))
	copy(sum, mean)
	for _, axis := range axes {
		v := datasets.Normal(rng)
		for i, a := range axis {
			sum[i] += float64(v * a) // the conversion prevents fusing
		}
	}
	for i, v := range sum {
		w[i] = float32(v)
	}
}
