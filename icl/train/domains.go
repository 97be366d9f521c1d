package train

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/optim"
)

// checkDomains reports tasks that do not come in the domains that the learner trains on.
func (c Config) checkDomains() error {
	l, ok := c.Learner.(learner.Adaptive)
	if !ok {
		return nil
	}
	s, ok := c.Tasks.(datasets.Grouped)
	switch {
	case !ok:
		return fmt.Errorf("train: %s learns from tasks that come in groups of one domain, and the tasks of %s do not; take domains, such as regression.Domains", l.Name(), c.Tasks.Name())
	case s.Group() != l.Group():
		return fmt.Errorf("train: %s takes %d tasks of a domain, but %s draws %d; set Tasks of both to the same number", l.Name(), l.Group(), s.Name(), s.Group())
	case c.Recipe.Batch%l.Group() != 0:
		return fmt.Errorf("train: a batch of %d tasks holds no whole number of domains of %d; set Batch to a multiple", c.Recipe.Batch, l.Group())
	}
	return nil
}

// innerAdvice says what inner rate to lower where a run diverged.
func (r *Run) innerAdvice() string {
	if _, ok := r.cfg.Learner.(learner.Adaptive); !ok {
		return ""
	}
	rates, err := (&Fitted{Config: r.cfg, Params: r.state.Params, run: r}).ownRates(optim.SGD)
	if err != nil {
		return ""
	}
	greatest := slices.Max(rates)
	return fmt.Sprintf(", the inner rate from %g (try %g)", greatest, greatest/2)
}

// warmStart copies the weights of another run that have the same names and sizes.
func warmStart(layout learner.Layout, params []float32, from *Fitted) error {
	copied := 0
	layout.All(func(p learner.Param, lo, hi int) {
		if v := from.run.layout.Of(from.Params, p.Name); len(v) == hi-lo {
			copied += copy(params[lo:hi], v)
		}
	})
	if copied == 0 {
		return fmt.Errorf("train: nothing of %s fits the learner that is to start from it; it needs parameters with the same names and sizes", from)
	}
	return nil
}
