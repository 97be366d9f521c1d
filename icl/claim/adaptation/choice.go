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

// grid holds the ways to adapt that there are to choose from: gradient descent and Adam, each
// at its rates, and for numbers of steps. Rates fall over the steps: at a constant rate many
// more are needed for the same error.
type grid struct {
	SGD, Adam []float64
	Steps     []int
}

// way is how an arm adapts.
type way struct {
	train.Adaptation
	Steps int
}

// String is "adam 0.001, 50 steps".
func (w way) String() string {
	name := "SGD"
	if w.Optimizer == optim.Adam {
		name = w.Optimizer.String()
	}
	return fmt.Sprintf("%s %g, %d steps", name, w.Rate, w.Steps)
}

func (g grid) ways() (all []way) {
	for _, steps := range g.Steps {
		for _, rate := range g.SGD {
			all = append(all, way{train.Adaptation{Rate: rate, Cosine: true}, steps})
		}
		for _, rate := range g.Adam {
			all = append(all, way{train.Adaptation{Optimizer: optim.Adam, Rate: rate, Cosine: true}, steps})
		}
	}
	return all
}

// edge reports whether a rate is the least or greatest of its optimizer's, or the steps
// are the fewest or the most there are.
func (g grid) edge(w way) bool {
	rates := g.SGD
	if w.Optimizer == optim.Adam {
		rates = g.Adam
	}
	return w.Rate == slices.Min(rates) || w.Rate == slices.Max(rates) || w.Steps == slices.Min(g.Steps) || w.Steps == slices.Max(g.Steps)
}

// choice is the way of least validation loss, among the finalists.
type choice struct {
	way
	loss      float64
	finalists []study.Try
	seeds     int
	edge      bool
}

// choiceTasks is the number of tasks to adapt to at which training rates are compared.
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

// choiceSeeds is the number of seeds on which choices are made, from 0 on.
const choiceSeeds = 2

// choose has an arm choose how to adapt to a number of tasks, the k-th of Support.
func (x *experiment) choose(ctx context.Context, s *study.Session, arm string, k int) error {
	var fs []*train.Fitted
	for seed := range uint64(choiceSeeds) {
		f, err := s.Run(ctx, arm, seed)
		if err != nil {
			return err
		}
		if f != nil { // else it diverged
			fs = append(fs, f)
		}
	}
	c := choice{loss: math.Inf(1)}
	if len(fs) > 0 {
		var err error
		if c, err = x.bestWay(ctx, fs, x.Support[k]); err != nil {
			return err
		}
	}
	if math.IsInf(c.loss, 1) {
		return fmt.Errorf("adaptation: %s, or every way to adapt it to %d tasks, diverged; lower the rates %v or those of the grid", arm, x.Support[k], x.rates(arm))
	}
	x.choices[arm][k] = c
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

// bestWay is the way to adapt to a number of tasks after which runs have the least mean
// error on the validation domains. It tries all ways on the first of them, and the best of
// these on all (successive halving, Jamieson and Talwalkar 2016).
func (x *experiment) bestWay(ctx context.Context, fs []*train.Fitted, tasks int) (choice, error) {
	g := x.Grids[slices.Index(x.Support, tasks)]
	ways, err := x.ranked(ctx, fs, tasks, g.ways(), x.Screen)
	if err != nil {
		return choice{}, err
	}
	if ways, err = x.ranked(ctx, fs, tasks, ways[:min(x.Finalists, len(ways))], x.Validation); err != nil {
		return choice{}, err
	}
	best := choice{loss: math.Inf(1), seeds: len(fs)}
	for i, w := range ways {
		loss, err := x.loss(ctx, fs, tasks, w, x.Validation)
		if err != nil {
			return choice{}, err
		}
		if i == 0 {
			best.way, best.loss, best.edge = w, loss, g.edge(w)
		}
		best.finalists = append(best.finalists, study.NewTry(w.String(), loss))
	}
	return best, nil
}

// ranked sorts ways by their mean error on the first domains, the best first.
func (x *experiment) ranked(ctx context.Context, fs []*train.Fitted, tasks int, ways []way, domains int) ([]way, error) {
	losses := map[way]float64{}
	for _, w := range ways {
		loss, err := x.loss(ctx, fs, tasks, w, domains)
		if err != nil {
			return nil, err
		}
		losses[w] = loss
	}
	ways = slices.Clone(ways)
	slices.SortStableFunc(ways, func(a, b way) int { return cmp.Compare(losses[a], losses[b]) })
	return ways, nil
}

// loss is the mean error of runs after adaptation on the first validation domains; +Inf if
// it diverged in one.
func (x *experiment) loss(ctx context.Context, fs []*train.Fitted, tasks int, w way, domains int) (float64, error) {
	sum := 0.
	for _, f := range fs {
		errs, err := x.attempts(ctx, attempt{f.Key(), w, tasks}, f, domains)
		if err != nil {
			return 0, err
		}
		sum += stat.Mean(errs, nil)
	}
	return sum / float64(len(fs)), nil
}

// attempt is an adaptation of a run to that many tasks.
type attempt struct {
	run string
	way
	tasks int
}

// attempts are the errors of an adaptation by validation domain, of the first domains. Each is
// computed once. Where one diverges, the rest is not tried.
func (x *experiment) attempts(ctx context.Context, a attempt, f *train.Fitted, domains int) ([]float64, error) {
	places, err := x.validationPlaces()
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	errs := slices.Clone(x.tried[a])
	x.mu.Unlock()
	for i := len(errs); i < domains && !slices.Contains(errs, math.Inf(1)); i++ {
		v, err := x.validation(ctx, f, places[i], a)
		if err != nil {
			return nil, err
		}
		errs = append(errs, v)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.tried[a] = errs
	return errs[:min(domains, len(errs))], nil
}

// validation is the error on a domain after adaptation; +Inf if it diverged.
func (x *experiment) validation(ctx context.Context, f *train.Fitted, p place, a attempt) (float64, error) {
	after, err := x.adapted(ctx, f, p, a.Adaptation, a.tasks, a.Steps)
	if err != nil || after == nil {
		return math.Inf(1), err
	}
	s, err := eval.Evaluate(ctx, after, p.Name(), p.test, eval.AllLengths(p.test.N), eval.WithUnit(p.Square()))
	if errors.Is(err, eval.ErrNotFinite) {
		return math.Inf(1), nil
	}
	if err != nil {
		return 0, err
	}
	return stat.Mean(byExamples(s), nil), nil
}

// byExamples are the mean squared errors over test tasks by number of examples.
func byExamples(s *eval.Scores) []float64 {
	errs := make([]float64, len(s.At))
	for i, v := range s.Values(eval.SquaredError) {
		errs[i%len(s.At)] += v / float64(s.Tasks)
	}
	return errs
}

// adaptBatch is the most tasks that a step of adaptation takes.
const adaptBatch = 16

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

// ownWay is M²'s own protocol: its inner loop.
func (s size) ownWay() way {
	in := s.M2.WithDefaults()
	return way{train.Adaptation{Rate: in.Rate, Batch: in.Support}, in.Steps}
}

// orPlain is an adapted learner or, where a prediction of it is not finite, the learner
// before adaptation.
type orPlain struct {
	*train.Fitted
	plain *train.Fitted
}

// Regress is that of the adapted learner if all of it is finite.
func (p orPlain) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	mean, variance, err = p.Fitted.Regress(ctx, b, at)
	if errors.Is(err, eval.ErrNotFinite) {
		return p.plain.Regress(ctx, b, at)
	}
	return mean, variance, err
}
