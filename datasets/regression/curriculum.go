package regression

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Curriculum draws training tasks of a family whose inputs are 0 in all but the
// first dimensions: how many are not is a function of the training step. Targets are
// those of the masked inputs, so that a task is one of the family in fewer
// dimensions, while the sizes of a batch stay what they are.
//
// Its own tasks, by Sample, are those of the family in all dimensions.
type Curriculum struct {
	Family Family
	// Order is how the number of dimensions changes:
	//
	//	""        it grows from From to To and stays there (Garg et al. 2022; claim 4)
	//	"reverse" it falls from To to From and stays there
	//	"mixed"   each task draws a number, uniform on From..To, at every step
	Order string
	From  int // smallest number of dimensions; 0 means 5
	To    int // largest number; 0 means the family's
	Every int // steps before the number changes by 1; 0 means 10,000
}

const (
	ramp    = ""
	reverse = "reverse"
	mixed   = "mixed"
)

// Name is the family's name with "-ramp", "-reverse" or "-mixed".
func (c Curriculum) Name() string {
	name := cmp.Or(c.Order, "ramp")
	if c.Family != nil {
		name = c.Family.Name() + "-" + name
	}
	return name
}

// MarshalJSON writes the family's name and settings beside the curriculum's own, with
// defaults filled in.
func (c Curriculum) MarshalJSON() ([]byte, error) {
	from, to, every := c.filled()
	return json.Marshal(map[string]any{
		"curriculum": c.Name(), "family": c.Family, "from": from, "to": to, "every": every,
	})
}

func (c Curriculum) filled() (from, to, every int) {
	d := 0
	if c.Family != nil {
		d, _ = c.Family.Space()
	}
	return cmp.Or(c.From, 5), cmp.Or(c.To, d), cmp.Or(c.Every, 10_000)
}

// Validate reports a missing or invalid family and the first setting that is out of
// range.
func (c Curriculum) Validate() error {
	if c.Family == nil {
		return errors.New("regression: a curriculum without a family; set Curriculum.Family")
	}
	if err := c.Family.Validate(); err != nil {
		return err
	}
	d, inputs := c.Family.Space()
	from, to, every := c.filled()
	switch {
	case inputs.Dims != 0 || inputs.Least != 0:
		return fmt.Errorf("regression: a curriculum over inputs that have %d dimensions already; leave Dims and Least of the family's inputs to it", cmp.Or(inputs.Dims, d))
	case !slices.Contains([]string{ramp, reverse, mixed}, c.Order):
		return fmt.Errorf("regression: unknown order %q of a curriculum; want %q, %q or %q", c.Order, ramp, reverse, mixed)
	case from < 1 || from > to || to > d:
		return fmt.Errorf("regression: a curriculum from %d to %d dimensions of %d; want 1 ≤ from ≤ to ≤ %d", from, to, d, d)
	case every < 1:
		return fmt.Errorf("regression: a curriculum that changes every %d steps; want at least 1", every)
	}
	return c.at(from, to).Validate()
}

// Dims returns the smallest and largest number of dimensions in the tasks of a step
// ≥ 0. They are equal but for the order "mixed".
func (c Curriculum) Dims(step int) (least, most int) {
	from, to, every := c.filled()
	moved := min(step/every, to-from)
	switch c.Order {
	case mixed:
		return from, to
	case reverse:
		return to - moved, to - moved
	default:
		return from + moved, from + moved
	}
}

// At returns the family with inputs in as many dimensions as the step has. Where the
// curriculum is not valid, its Sample returns the error.
func (c Curriculum) At(step int) datasets.Sampler {
	if c.Validate() != nil {
		return c
	}
	return c.at(c.Dims(step))
}

func (c Curriculum) at(least, most int) Family {
	_, inputs := c.Family.Space()
	inputs.Dims = most
	if least < most {
		inputs.Least = least
	}
	return c.Family.WithInputs(inputs)
}

// Sample draws that many tasks of the family in all dimensions.
func (c Curriculum) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return c.Family.Sample(rng, tasks)
}
