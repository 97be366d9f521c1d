package synthetic

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Domains is a distribution of domains of a family, claim 5 for classification. The map
// of a domain scales the coordinate axes, each by a factor drawn log-uniform up to
// Ratio, then rotates them at random; it is scaled so that inputs have the mean square
// that they have in the family.
//
// A batch has Tasks tasks of one domain, then as many of another, and so on; the last
// group may be smaller.
//
// Latent variables: those of the family, for inputs before the map; the domain's "map"
// [D, D]; "domain", the number of the domain in the batch.
type Domains struct {
	Family string  `json:"family,omitempty"` // "proto", "pair", "amort" or "mix"; "" means proto
	N      int     `json:"n,omitempty"`      // points a task; 0 means 50
	D      int     `json:"d,omitempty"`      // input dimensions; 0 means 2
	Sigma  float64 `json:"sigma,omitempty"`  // spread of the family's inputs; 0 means 1
	Ratio  float64 `json:"ratio,omitempty"`  // greatest ratio of two axes' factors; 0 means 10
	Tasks  int     `json:"tasks,omitempty"`  // tasks of one domain in a batch; 0 means 128
}

// Name is the family's name with "-domains".
func (s Domains) Name() string { return cmp.Or(s.Family, "proto") + "-domains" }

// Group is the number of tasks of a domain, see [datasets.Grouped].
func (s Domains) Group() int { return s.filled().Tasks }

func (s Domains) filled() Domains {
	return Domains{cmp.Or(s.Family, "proto"), cmp.Or(s.N, paperN), cmp.Or(s.D, paperD), cmp.Or(s.Sigma, paperSigma), cmp.Or(s.Ratio, 10), cmp.Or(s.Tasks, 128)}
}

// family is the domain without a map.
func (s Domains) family() Domain { return Domain{Family: s.Family, N: s.N, D: s.D, Sigma: s.Sigma} }

// maxRatio keeps every map clearly invertible.
const maxRatio = 1000

// Validate reports the first setting that is out of range.
func (s Domains) Validate() error {
	s = s.filled()
	if !(s.Ratio >= 1 && s.Ratio <= maxRatio) { // also catches NaN
		return fmt.Errorf("synthetic: axes stretched up to a ratio of %g; want 1 to %d", s.Ratio, maxRatio)
	}
	return cmp.Or(checkCount("tasks of a domain", s.Tasks, 1), s.family().Validate())
}

// Draw draws one domain.
func (s Domains) Draw(rng *rand.Rand) (Domain, error) {
	if err := s.Validate(); err != nil {
		return Domain{}, err
	}
	if rng == nil {
		return Domain{}, errors.New("synthetic: rng is nil; make one with datasets.Rand")
	}
	s = s.filled()
	if err := datasets.CheckSize(1, s.D, s.D, 0); err != nil {
		return Domain{}, err
	}
	domain := s.family()
	domain.Map = s.draw(rng)
	return domain, nil
}

// draw draws the map of one domain, rounded to float32, so that the latent variable
// holds it exactly. Its squares add up to D.
func (s Domains) draw(rng *rand.Rand) [][]float64 {
	factors := make([]float64, s.D)
	for i := range factors {
		factors[i] = datasets.LogUniform(rng, 1, s.Ratio)
	}
	size := math.Sqrt(datasets.Dot(factors, factors) / float64(s.D))
	m := datasets.Frame(rng, s.D, s.D)
	for _, row := range m {
		for j := range row {
			row[j] = float64(float32(row[j] * factors[j] / size))
		}
	}
	return m
}

// Sample draws that many tasks.
func (s Domains) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s = s.filled()
	if err := datasets.CheckSize(tasks, s.D, s.D, 0); err != nil {
		return nil, fmt.Errorf("synthetic: a map for each task: %w", err)
	}
	b, err := s.family().unmapped(rng, tasks)
	if err != nil {
		return nil, err
	}
	maps, index := b.AddLatent("map", s.D, s.D), b.AddLatent("domain")
	var m [][]float64
	for t := range tasks {
		if t%s.Tasks == 0 {
			m = s.draw(rng)
		}
		for i, row := range m {
			for j, v := range row {
				maps.Row(t)[i*s.D+j] = float32(v)
			}
		}
		index.Data[t] = float32(t / s.Tasks)
		apply(m, b, t)
	}
	return b, nil
}
