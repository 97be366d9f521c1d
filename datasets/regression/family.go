package regression

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/goicl/goicl/datasets"
)

// Family is a family of this package, or a user-defined one that draws its inputs as
// [Inputs] says.
type Family interface {
	datasets.Sampler
	// Validate reports the first setting that is out of range.
	Validate() error
	// Space returns the number of input dimensions and how inputs are drawn.
	Space() (d int, inputs Inputs)
	// WithInputs returns the family with inputs drawn as said.
	WithInputs(inputs Inputs) Family
}

// families lists the family of each name with that many points and dimensions.
func families(n, d int) []Family {
	return []Family{
		Linear{N: n, D: d}, Sparse{N: n, D: d}, Pool{N: n, D: d}, Quadratic{N: n, D: d},
		ReLUNet{N: n, D: d}, Tree{N: n, D: d}, Classification{N: n, D: d}, Domains{N: n, D: d},
	}
}

// Families lists the names that [ByName] knows.
func Families() []string {
	var names []string
	for _, f := range families(0, 0) {
		names = append(names, f.Name())
	}
	return names
}

// ByName returns the family of that name (see [Families]) with n points a task (the
// paper: 41) in d dimensions (20) and inputs scaled by sigma (1); other settings are
// as in its zero value. It is an error if the family is unknown, sigma is out of
// range, n < 1 or d < 1, or the zero value does not fit d.
func ByName(family string, sigma float64, n, d int) (Family, error) {
	// Here a zero is a value the caller chose, not a field left out.
	if err := cmp.Or(checkScale("sigma", sigma), checkCount("points", n), checkCount("dimensions", d)); err != nil {
		return nil, err
	}
	var inputs Inputs
	if sigma != 1 {
		inputs.Scale = sigma
	}
	for _, f := range families(n, d) {
		if f.Name() == family {
			f = f.WithInputs(inputs)
			return f, f.Validate()
		}
	}
	return nil, fmt.Errorf("regression: unknown family %q; known: %s", family, strings.Join(Families(), ", "))
}
