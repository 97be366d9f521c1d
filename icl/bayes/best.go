package bayes

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict"
)

// Best is the best predictor known for a family of package regression. The excess error
// of a learner is its error minus that of Best.
type Best struct {
	// Predictor is a classifier for classification, a regressor for all other families.
	Predictor eval.Predictor
	// Bayes reports whether it is Bayes-optimal: no predictor has a lower expected error.
	Bayes bool
	// Scale is the mean of f(x)² over functions f and inputs x ~ N(0, I), the error of
	// predicting 0: [eval.WithUnit] divides squared errors by it.
	// It is 0 for classification.
	Scale float64
}

// BestFor returns the best predictor known for a family with its settings:
//
//	linear          [Linear], Bayes
//	sparse          [Sparse], Bayes if inputs are drawn in all dimensions
//	pool            [Pool], Bayes
//	quadratic       [Quadratic], Bayes
//	domain          [Domain], Bayes
//	domains         [Pooled], the best that is linear in the targets
//	tree            [Tree], Bayes
//	relu            [ReLUNet], Bayes in the limit of many hidden units
//	classification  [Classification], close to Bayes; in two dimensions [Pair], Bayes
//
// It is the same for every prompting strategy, since inputs do not depend on the function,
// and for every scale of inputs. It is an error if the family is not one of package regression or
// its settings are out of range.
func BestFor(family regression.Family) (Best, error) {
	if family == nil {
		return Best{}, errors.New("bayes: no family to predict; take one from package regression")
	}
	if err := family.Validate(); err != nil {
		return Best{}, fmt.Errorf("bayes: %w", err)
	}
	d, inputs := family.Space()
	switch f := family.(type) {
	case regression.Linear:
		return Best{Predictor: Linear{Noise: f.Noise}, Bayes: true, Scale: float64(d)}, nil
	case regression.Sparse:
		whole := inputs.Least == 0 && cmp.Or(inputs.Dims, d) == d
		return Best{Predictor: Sparse{K: f.K, Noise: f.Noise}, Bayes: whole, Scale: float64(cmp.Or(f.K, 3))}, nil
	case regression.Pool:
		return bestForPool(f)
	case regression.Domain:
		bayes, err := Domain(f)
		f.Noise = 0
		return Best{Predictor: bayes, Bayes: true, Scale: f.Square()}, err
	case regression.Domains:
		pooled, err := Pooled(f)
		f.Noise = 0
		return Best{Predictor: pooled, Scale: f.Square()}, err
	case regression.Quadratic:
		scale := float64(d)
		if f.Mixed {
			scale += 2
		}
		return Best{Predictor: Quadratic{Mixed: f.Mixed}, Bayes: true, Scale: scale}, nil
	case regression.ReLUNet:
		return Best{Predictor: ReLUNet{}, Scale: float64(d)}, nil
	case regression.Tree:
		return Best{Predictor: Tree{Depth: f.Depth}, Bayes: true, Scale: 1}, nil
	case regression.Classification:
		if d == 2 {
			return Best{Predictor: Pair{}, Bayes: true}, nil
		}
		return Best{Predictor: Classification{}}, nil
	}
	return Best{}, fmt.Errorf("bayes: no predictor is known for the family %q; compare with those of package baseline", family.Name())
}

func bestForPool(f regression.Pool) (Best, error) {
	members, err := f.Members()
	if err != nil {
		return Best{}, fmt.Errorf("bayes: %w", err)
	}
	scale := 0.0
	for _, w := range members {
		scale += floats.Dot(predict.Widen(w), predict.Widen(w)) / float64(len(members))
	}
	return Best{Predictor: Pool{Members: members, Noise: f.Noise}, Bayes: true, Scale: scale}, nil
}

// ByName returns the Bayes predictor of a family of package synthetic whose inputs
// are scaled by sigma (the paper: 1). It is an error if the family has none or
// sigma is out of range. The mixture's is [Mix].
func ByName(family string, sigma float64) (Family, error) {
	all := []Family{Proto{Sigma: sigma}, Pair{Sigma: sigma}, Amort{Sigma: sigma}, Radius{Sigma: sigma}}
	var names []string
	for _, f := range all {
		if f.Family() == family {
			return f, f.validate()
		}
		names = append(names, f.Family())
	}
	return nil, fmt.Errorf("bayes: no Bayes predictor for the family %q; there is one for %s, and package baseline for any", family, strings.Join(names, ", "))
}
