package bayes

import (
	"fmt"
	"strings"
)

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
	return nil, fmt.Errorf("bayes: no Bayes predictor for the family %q; there is one for %s, and a classical predictor for any", family, strings.Join(names, ", "))
}
