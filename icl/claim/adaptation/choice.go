package adaptation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// way is how an arm adapts to a number of tasks.
type way struct {
	train.Adaptation
	steps int
	// validation is the mean error on the validation domains.
	validation float64
	// edge reports that rate or steps lie on the edge of what there was to choose from, so
	// that the best may lie beyond.
	edge bool
}

// String is "adam 0.001, 50 steps", with a star if it lies on the edge.
func (w way) String() string {
	optimizer, edge := "SGD", ""
	if w.Optimizer == optim.Adam {
		optimizer = w.Optimizer.String()
	}
	if w.edge {
		edge = " *"
	}
	return fmt.Sprintf("%s %g, %d steps%s", optimizer, w.Rate, w.steps, edge)
}

// choiceTasks is the number of tasks to adapt to at which training rates are compared,
// or the nearest there is: that of the claim.
const choiceTasks = 64

// choiceSupport is the number of tasks of Support that is nearest to choiceTasks.
func (s size) choiceSupport() int { return s.Support[nearest(s.Support, choiceTasks)] }

// nearest is the place of the number nearest to v.
func nearest(numbers []int, v int) int {
	best := 0
	for i, n := range numbers {
		if max(n-v, v-n) < max(numbers[best]-v, v-numbers[best]) {
			best = i
		}
	}
	return best
}

// choose has an arm choose how to adapt to a number of tasks, the k-th of Support, on the
// validation domains and with the first seed.
func (x *experiment) choose(ctx context.Context, s *study.Session, arm string, k int) error {
	f, err := s.Run(ctx, arm, 0)
	if err != nil {
		return err
	}
	w := way{}
	if f != nil {
		if w, err = x.bestWay(ctx, f, x.Support[k]); err != nil {
			return err
		}
	}
	if w.steps == 0 {
		return fmt.Errorf("adaptation: %s, or every way to adapt it to %d tasks, diverged; lower the rates %v or those of the grid", arm, x.Support[k], x.rates(arm))
	}
	x.choices[arm][k] = w
	return nil
}

// validationPlaces draws the domains on which choices are made, once.
func (x *experiment) validationPlaces() ([]place, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := len(x.places); i < x.Validation; i++ {
		p, err := x.at("validation", 0, i)
		if err != nil {
			return nil, err
		}
		x.places = append(x.places, p)
	}
	return x.places, nil
}

// bestWay is the best way to adapt f to a number of tasks. It is found once.
func (x *experiment) bestWay(ctx context.Context, f *train.Fitted, tasks int) (way, error) {
	key := fmt.Sprint(f.Key(), " ", tasks)
	x.mu.Lock()
	w, known := x.ways[key]
	x.mu.Unlock()
	if known {
		return w, nil
	}
	w, err := x.tryAll(ctx, f, tasks)
	x.mu.Lock()
	defer x.mu.Unlock()
	if err == nil {
		x.ways[key] = w
	}
	return w, err
}

// tryAll tries the whole grid on all validation domains. Ways that diverge in one of them
// are out.
func (x *experiment) tryAll(ctx context.Context, f *train.Fitted, tasks int) (way, error) {
	places, err := x.validationPlaces()
	if err != nil {
		return way{}, err
	}
	var all []way
	for _, a := range x.Grid {
		for _, steps := range x.reads(tasks) {
			v, err := x.validation(ctx, f, places, a, tasks, steps)
			if err != nil {
				return way{}, err
			}
			if math.IsInf(v, 1) {
				break // more steps at these rates diverge, too
			}
			all = append(all, way{a, steps, v, x.onEdge(a, steps, tasks)})
		}
	}
	return fewest(all), nil
}

// goodEnough is by how much a way to adapt may be worse on validation than the best: few
// domains cannot tell such ways apart, and the fewest steps are chosen among them.
const goodEnough = 1.01

// fewest is the way of the fewest steps that is good enough; +Inf is the error of none.
func fewest(all []way) way {
	best := way{validation: math.Inf(1)}
	for _, w := range all {
		best.validation = min(best.validation, w.validation)
	}
	most := goodEnough * best.validation
	for _, w := range all {
		if w.validation <= most && (best.steps == 0 || w.steps < best.steps || w.steps == best.steps && w.validation < best.validation) {
			best = w
		}
	}
	return best
}

// validation is the mean error on places of a way to adapt; +Inf if it diverged in one.
func (x *experiment) validation(ctx context.Context, f *train.Fitted, places []place, a train.Adaptation, tasks, steps int) (sum float64, err error) {
	for _, p := range places {
		after, err := x.adapted(ctx, f, p, a, tasks, steps)
		if err != nil {
			return 0, err
		}
		if after == nil {
			return math.Inf(1), nil
		}
		s, err := eval.Evaluate(ctx, after, p.Name(), p.test, eval.AllLengths(p.test.N), eval.WithUnit(p.Square()))
		if errors.Is(err, eval.ErrNotFinite) {
			return math.Inf(1), nil
		}
		if err != nil {
			return 0, err
		}
		sum += stat.Mean(byExamples(s), nil)
	}
	return sum / float64(len(places)), nil
}

// byExamples are the mean squared errors over test tasks by number of examples.
func byExamples(s *eval.Scores) []float64 {
	errs := make([]float64, len(s.At))
	for i, v := range s.Values(eval.SquaredError) {
		errs[i%len(s.At)] += v / float64(s.Tasks)
	}
	return errs
}

// onEdge reports whether a rate is the least or greatest of its optimizer's, or the steps
// are the fewest or the most there are.
func (x *experiment) onEdge(a train.Adaptation, steps, tasks int) bool {
	var rates []float64
	for _, other := range x.Grid {
		if other.Optimizer == a.Optimizer {
			rates = append(rates, other.Rate)
		}
	}
	reads := x.reads(tasks)
	return a.Rate == slices.Min(rates) || a.Rate == slices.Max(rates) || steps == slices.Min(reads) || steps == slices.Max(reads)
}

// adaptBatch is the most tasks that a step of adaptation takes.
const adaptBatch = 8

// adapted is f after that many steps on the first of a place's tasks; nil where it diverged.
func (x *experiment) adapted(ctx context.Context, f *train.Fitted, p place, a train.Adaptation, tasks, steps int) (*train.Fitted, error) {
	a.Batch = min(tasks, cmp.Or(a.Batch, adaptBatch))
	after, err := f.Adapt(ctx, p.support.Slice(0, tasks), a, steps)
	switch {
	case errors.Is(err, train.ErrDiverged):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return after[0], nil
}

// ownWay and ownSteps are M²'s own protocol: its inner loop.
func (s size) ownWay() train.Adaptation {
	in := s.M2.WithDefaults()
	return train.Adaptation{Rate: in.Rate, Batch: in.Support}
}

func (s size) ownSteps() int { return s.M2.WithDefaults().Steps }

// orPlain is an adapted learner or, where a prediction of it is not finite, the learner
// before adaptation.
type orPlain struct {
	*train.Fitted
	plain *train.Fitted
}

// Regress is that of the adapted learner if all of it is finite.
func (p orPlain) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	mean, variance, err = p.Fitted.Regress(ctx, b, at)
	if err == nil && slices.ContainsFunc(mean, func(v float32) bool { return v-v != 0 }) {
		return p.plain.Regress(ctx, b, at)
	}
	return mean, variance, err
}
