package expressiveness

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/internal/backend"
)

// agreement is a construction compared with its learner on one backend.
type agreement struct {
	backend string
	construct.Agreement
}

// part computes something on the Go backend, and on the one that was asked for if it is
// another; on is nil where there is no other.
func (x *experiment) part(label string, do func(golang, on *backend.Backend) error) study.Part {
	return study.Part{Label: label, Do: func(ctx context.Context, s *study.Session) error {
		golang, err := x.reference(ctx)
		if err != nil {
			return err
		}
		on, err := backend.Shared(ctx, s.Backend())
		if err != nil {
			return fmt.Errorf("expressiveness: %w", err)
		}
		if on.Kind() == golang.Kind() {
			on = nil
		}
		return do(golang, on)
	}}
}

// agreementParts measure how far each construction is from its learner, for tasks of 2, 5
// and 16 inputs and 2 or 5 classes or, where the learner can predict them, targets: on
// the Go backend for all of them, on the other, which compiles for longer than it
// computes, for some.
func (x *experiment) agreementParts() []study.Part {
	var parts []study.Part
	for _, other := range []bool{false, true} {
		for _, l := range constructed() {
			for _, d := range []int{2, 5, 16} {
				for _, c := range []int{0, 2, 5} {
					some := d == 5 && c != 2 || d != 5 && c == 2
					if _, err := l.Params(d, c); err != nil || other && !some {
						continue
					}
					i := len(parts)
					x.agreements = append(x.agreements, agreement{})
					parts = append(parts, x.part(l.Name()+" as a transformer", func(golang, on *backend.Backend) (err error) {
						if !other {
							on = golang
						}
						if on == nil {
							return nil
						}
						x.agreements[i].backend = on.Kind()
						x.agreements[i].Agreement, err = construct.Compare(l, d, c, x.Episodes, 0, golang.Backend, on.Backend)
						return err
					}))
				}
			}
		}
	}
	return parts
}

// worst has the greatest differences of some learners' constructions or, without names, of
// all, on all backends and shapes of tasks, and the number of episodes.
func (x *experiment) worst(names ...string) construct.Agreement {
	var all construct.Agreement
	for _, a := range x.agreements {
		if names == nil || slices.Contains(names, a.Learner) {
			all.Episodes += a.Episodes
			all.Float64, all.Float32 = max(all.Float64, a.Float64), max(all.Float32, a.Float32)
		}
	}
	return all
}

// mutant is the change of one matrix of a construction that shows least.
type mutant struct {
	learner, matrix string
	gap             float64
}

// mutation is the share by which a matrix is changed.
const mutation = .01

// mutantParts change one matrix after the other of each construction.
func (x *experiment) mutantParts() []study.Part {
	learners := constructed()
	x.mutants = make([]mutant, len(learners))
	var parts []study.Part
	for i, l := range learners {
		parts = append(parts, x.part(l.Name()+" with a matrix changed", func(golang, _ *backend.Backend) (err error) {
			x.mutants[i], err = leastMutant(golang, l, mutation, x.Episodes)
			return err
		}))
	}
	return parts
}

// leastMutant finds the matrix of a learner's construction whose change by a share shows
// least.
func leastMutant(on *backend.Backend, l learner.Learner, share float64, episodes int) (mutant, error) {
	least := mutant{learner: l.Name(), gap: math.Inf(1)}
	rng := datasets.Rand(0, "mutants "+l.Name())
	weights, err := construct.RandomWeights(l, 5, 2, rng)
	if err != nil {
		return least, err
	}
	c, err := construct.Of(l, weights, 5, 2)
	if err != nil {
		return least, err
	}
	b, at := construct.RandomEpisodes(rng, episodes, 5, 2)
	want, err := construct.Predict(on.Backend, l, weights, b, at)
	if err != nil {
		return least, err
	}
	for name, m := range c.Mutants(share, rng) {
		got, err := construct.Predict(on.Backend, m.Circuit, m.Weights, b, at)
		if err != nil {
			return least, err
		}
		if gap := construct.Difference(got, want); gap < least.gap {
			least.matrix, least.gap = name, gap
		}
	}
	return least, nil
}

// The steps of ridge regression and the sharpness of MAML that are measured.
var (
	depths    = []int{1, 2, 4, 8, 12, 16, 24, 32, 40, 48}
	sharpness = []float64{1, 10, 100, 1000, 10_000}
)

// ridgeError is how far a construction of ridge regression is from it: the greatest relative
// error, and what theory allows.
type ridgeError struct {
	construct.Ridge
	worst, bound float64
}

// mamlError is how far the construction of MAML is from MAML: the share of episodes that
// differ by more than 1e-10, the greatest difference and that of the median episode.
type mamlError struct{ sharp, wrong, worst, median float64 }

// approximateParts measure the constructions that are not exact.
func (x *experiment) approximateParts() []study.Part {
	x.depth, x.maml = make([]ridgeError, 2*len(depths)), make([]mamlError, len(sharpness))
	var parts []study.Part
	for i, sharp := range sharpness {
		parts = append(parts, x.part("MAML as a transformer", func(golang, _ *backend.Backend) (err error) {
			errs, err := construct.MAML{Sharp: sharp}.Errors(golang.Backend, 2, 2048, 0)
			if err == nil {
				x.maml[i] = newMAMLError(sharp, errs)
			}
			return err
		}))
	}
	for i := range x.depth {
		r := construct.Ridge{Steps: depths[i%len(depths)], Chebyshev: i >= len(depths)}
		parts = append(parts, x.part("ridge as a transformer", func(golang, _ *backend.Backend) error {
			errs, err := r.Errors(golang.Backend, 5, 1024, 0)
			if err == nil {
				x.depth[i] = ridgeError{r, slices.Max(errs), r.Bound()}
			}
			return err
		}))
	}
	return parts
}

func newMAMLError(sharp float64, errs []float64) mamlError {
	slices.Sort(errs)
	right, _ := slices.BinarySearchFunc(errs, 1e-10, func(e, most float64) int {
		if e > most {
			return 1
		}
		return -1
	})
	return mamlError{sharp, 1 - float64(right)/float64(len(errs)), errs[len(errs)-1], errs[len(errs)/2]}
}

// invarianceParts measure by how much each learner of the matrix violates the invariance of
// each class that it is not in, with the first seed whose run did not diverge.
func (x *experiment) invarianceParts() []study.Part {
	var parts []study.Part
	for _, name := range rows() {
		parts = append(parts, study.Part{Label: "invariances of " + name, Do: func(ctx context.Context, s *study.Session) error {
			t, err := x.firstTeacher(ctx, s, name)
			if err != nil || t.predict == nil {
				return err // or all its runs diverged, so that no seed is left
			}
			for _, c := range classes() {
				if c.has(name) {
					continue
				}
				v, err := c.invariance.Violation(t.predict, 2, 2, x.Episodes, datasets.Rand(0, "laws"))
				if err != nil {
					return err
				}
				x.mu.Lock()
				x.violations[[2]string{name, c.name}] = v
				x.mu.Unlock()
			}
			return nil
		}})
	}
	return parts
}
