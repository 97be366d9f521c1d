package synthetic

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Domain is a family whose inputs are transformed by a linear map: a task is one of the
// family, with its labels, and then each input x becomes Map·x. So a class of [Proto]
// is the prototype nearest in the domain's own metric, ‖Map⁻¹(x − Map w)‖, and the
// border of [Amort] has the domain's own direction. [Domains] draws domains.
//
// A label is that of the input before the map, which float32 rounds: going back from
// the stored input may put a point very near the border on its other side.
//
// Latent variables: those of the family, for inputs before the map.
type Domain struct {
	Family string      `json:"family,omitempty"` // "proto", "pair", "amort" or "mix"; "" means proto
	N      int         `json:"n,omitempty"`      // points a task; 0 means 50
	D      int         `json:"d,omitempty"`      // input dimensions; 0 means those of Map, or 2
	Sigma  float64     `json:"sigma,omitempty"`  // spread of the family's inputs; 0 means 1
	Map    [][]float64 `json:"map,omitempty"`    // [D, D], invertible; nil means none
}

// Name is the family's name with "-domain".
func (s Domain) Name() string { return cmp.Or(s.Family, "proto") + "-domain" }

// base returns the family.
func (s Domain) base() (datasets.Sampler, error) {
	d := cmp.Or(s.D, len(s.Map))
	proto, pair, amort := Proto{N: s.N, D: d, Sigma: s.Sigma}, Pair{N: s.N, D: d, Sigma: s.Sigma}, Amort{N: s.N, D: d, Sigma: s.Sigma}
	switch s.Family {
	case "", "proto":
		return proto, proto.Validate()
	case "pair":
		return pair, pair.Validate()
	case "amort":
		return amort, amort.Validate()
	case "mix":
		return datasets.Mix{Samplers: []datasets.Sampler{proto, pair, amort}}, proto.Validate()
	}
	return nil, fmt.Errorf("synthetic: no domains of the family %q; want proto, pair, amort or mix", s.Family)
}

// Validate reports the first setting that is out of range and a map that does not fit
// or is not invertible.
func (s Domain) Validate() error {
	if _, err := s.base(); err != nil {
		return err
	}
	if s.Map == nil {
		return nil
	}
	return checkMap(s.Map, cmp.Or(s.D, len(s.Map)))
}

// maxMap bounds the numbers of a map, and minRow the share of a row that must lie
// outside of the span of the rows before it.
const (
	maxMap = 1e6
	minRow = 1e-6
)

func checkMap(m [][]float64, d int) error {
	if len(m) != d {
		return fmt.Errorf("synthetic: a map of %d rows for inputs of %d dimensions", len(m), d)
	}
	var basis [][]float64
	for i, row := range m {
		if len(row) != d {
			return fmt.Errorf("synthetic: row %d of the map has %d numbers, want %d", i, len(row), d)
		}
		for j, v := range row {
			if !(math.Abs(v) <= maxMap) { // also catches NaN
				return fmt.Errorf("synthetic: the map has %g in row %d, column %d; want at most %g", v, i, j, float64(maxMap))
			}
		}
		axis, left := datasets.Orthonormal(basis, slices.Clone(row))
		if left <= minRow*math.Sqrt(datasets.Dot(row, row)) {
			return fmt.Errorf("synthetic: the map is singular: row %d is a combination of those before it; want inputs of all %d dimensions", i, d)
		}
		basis = append(basis, axis)
	}
	return nil
}

// Sample draws that many tasks.
func (s Domain) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	b, err := s.unmapped(rng, tasks)
	if err != nil || s.Map == nil {
		return b, err
	}
	for t := range tasks {
		apply(s.Map, b, t)
	}
	return b, nil
}

// unmapped draws tasks of the family.
func (s Domain) unmapped(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	base, _ := s.base() // Validate has checked it
	return base.Sample(rng, tasks)
}

// apply maps the inputs of task t.
func apply(m [][]float64, b *datasets.Batch, t int) {
	wide := make([]float64, b.D)
	for n := range b.N {
		x := b.Point(t, n)
		for i, v := range x {
			wide[i] = float64(v)
		}
		for i, row := range m {
			x[i] = float32(datasets.Dot(row, wide))
		}
	}
}
