package learner

import (
	"fmt"

	"github.com/goicl/goicl/internal/usercode"
)

// Limits of a learner, which keep a slip of the pen from taking the machine's memory.
const (
	// MaxWeights is the greatest number of weights: 1 GiB in float32.
	MaxWeights = 1 << 28
	// MaxDepth is the greatest number of layers, or of steps of an inner loop, which are
	// layers of a graph, too.
	MaxDepth = 1000
)

// CheckLimit reports a setting of a learner that is beyond its limit, such as [MaxDepth]. A
// learner whose Params makes lists as long as its settings say calls it first.
func CheckLimit(name, setting string, value, most int) error {
	if value > most {
		return fmt.Errorf("learner: %s with %s = %d; want at most %d", name, setting, value, most)
	}
	return nil
}

// paramsOf are the parameters of l, which may be a user's.
func paramsOf(l Learner, d, c int) (params []Param, name string, err error) {
	if err = usercode.Want("learner", l); err != nil {
		return nil, "", fmt.Errorf("learner: %w", err)
	}
	if name, err = usercode.Get("Name of a learner", l.Name); err != nil {
		return nil, "", fmt.Errorf("learner: %w", err)
	}
	if d < 1 || c < 0 || d > MaxWeights || c > MaxWeights {
		return nil, name, fmt.Errorf("learner: %s for tasks with %d inputs and %d classes; want 1 to %d inputs, and 0 classes (real targets) to as many", name, d, c, MaxWeights)
	}
	err = usercode.Try(fmt.Sprintf("Params of %s", usercode.Of("learner", l)), func() (err error) {
		params, err = l.Params(d, c)
		return err
	})
	return params, name, err
}

// size is the number of values of a parameter, or an error if that is none or too many.
func (p Param) size(of string) (int, error) {
	size := 1
	for _, d := range p.Dims {
		switch {
		case d < 1:
			return 0, fmt.Errorf("learner: %s: parameter %q has shape %v; want sizes of at least 1", of, p.Name, p.Dims)
		case d > MaxWeights/size:
			return 0, fmt.Errorf("learner: %s: parameter %q of shape %v is too large; a learner has at most %d weights", of, p.Name, p.Dims, MaxWeights)
		}
		size *= d
	}
	return size, nil
}

// start fills in the values of a parameter before training.
func (p Param) start(of string, init func()) error {
	return usercode.Try(fmt.Sprintf("Init of parameter %q of %s", p.Name, of), func() error {
		init()
		return nil
	})
}
