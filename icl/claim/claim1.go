package claim

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/backend"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
)

// Claim 1 (paper, Fig. 1): an ICL transformer can be a gradient-, a metric- or an
// amortization-based learner, and more. Constructions settle the first part: their
// outputs are compared with the learners'. For the second there is a witness, which
// members of the three classes cannot be by a law that all of them obey, and which
// their best, trained to imitate it, are not.

// Expression is what claim 1 measures besides its checks.
type Expression struct {
	// Agreements are the differences of all constructions from their learners, on each
	// backend.
	Agreements []BackendAgreement `json:"agreements"`
	// Mutants tells, for each learner, how much its construction is off, at least, when
	// any one of its matrices is changed by 1 %.
	Mutants []Mutant `json:"mutants"`
	// Matrix says which learner is in which hypothesis class.
	Matrix []Membership `json:"matrix"`
	// Depth and MAML are constructions that are approximate.
	Depth []RidgeError `json:"depth"`
	MAML  []mamlError  `json:"maml"`
	// Onwards are losses of transformers trained onwards from constructions.
	Onwards []Onwards `json:"onwards"`
}

// RidgeError is how far a construction of ridge regression is from it.
type RidgeError struct {
	Ridge construct.Ridge `json:"ridge"`
	// Worst is the greatest relative error, Bound what theory allows, and Outside the
	// number of contexts of which it says nothing.
	Worst   float64 `json:"worst"`
	Bound   float64 `json:"bound"`
	Outside int     `json:"outside"`
}

// mamlError is how far the construction of MAML is from MAML: the share of episodes that
// differ by more than 1e-10, the greatest difference and that of the median episode.
type mamlError struct {
	Sharp  float64 `json:"sharp"`
	Wrong  float64 `json:"wrong"`
	Worst  float64 `json:"worst"`
	Median float64 `json:"median"`
}

func (e *expressiveness) ridgeError(r construct.Ridge) (RidgeError, error) {
	const episodes = 1024
	errs, err := r.Errors(e.golang.Backend, 5, episodes, 0)
	if err != nil {
		return RidgeError{}, err
	}
	r.Penalty, r.Largest = .1, 4 // the defaults, as numbers
	return RidgeError{Ridge: r, Worst: slices.Max(errs), Bound: r.Bound(), Outside: episodes - len(errs)}, nil
}

func (e *expressiveness) mamlError(sharp float64) (mamlError, error) {
	errs, err := construct.MAML{Sharp: sharp}.Errors(e.golang.Backend, 2, 2048, 0)
	if err != nil {
		return mamlError{}, err
	}
	slices.Sort(errs)
	right, _ := slices.BinarySearchFunc(errs, 1e-10, func(e, most float64) int {
		if e > most {
			return 1
		}
		return -1
	})
	return mamlError{sharp, 1 - float64(right)/float64(len(errs)), errs[len(errs)-1], errs[len(errs)/2]}, nil
}

// BackendAgreement is an agreement as measured on one backend.
type BackendAgreement struct {
	Backend string `json:"backend"`
	construct.Agreement
}

// Mutant is the change of one matrix that shows least.
type Mutant struct {
	Learner string  `json:"learner"`
	Matrix  string  `json:"matrix"`
	Gap     float64 `json:"gap"`
}

// expressSize is how much of everything claim 1 takes.
type expressSize struct {
	Seeds    int // of everything that is trained
	Episodes int // for each learner and shape of tasks
	Teaching int // steps of a learner before it is written down
	Lessons  int // steps of a pupil
	Onwards  int // steps of a transformer from a construction
	Tests    int // test tasks for each pupil and seed, and a quarter of it onwards
}

// expressionSize is the size of claim 1: the same in all presets whose result counts.
func expressionSize(preset string) expressSize {
	if preset == "smoke" {
		return expressSize{Seeds: 2, Episodes: 48, Teaching: 50, Lessons: 40, Onwards: 60, Tests: 128}
	}
	return expressSize{Seeds: 5, Episodes: 384, Teaching: 500, Lessons: 400, Onwards: 600, Tests: 1024}
}

// mutation is the share by which a matrix is changed.
const mutation = .01

// expressiveness is the study of claim 1.
type expressiveness struct {
	Options
	size   expressSize
	opts   []train.Option
	golang *backend.Backend   // GoMLX's Go backend, the reference
	on     []*backend.Backend // where constructions are measured

	slots      chan struct{} // holds one for each call under way
	mu         sync.Mutex
	done, all  int
	result     Expression
	busy       time.Duration // of all that was done side by side
	imitations []imitation
}

func claim1(p Preset) study { return &expressiveness{size: expressionSize(p.Name)} }

func (e *expressiveness) prepare(o Options) error {
	e.Options = o
	e.slots = make(chan struct{}, engine.AtOnce())
	e.opts = o.manyRuns()
	return nil
}

// identify writes the sizes, and the keys of the learners that are written down.
func (e *expressiveness) identify(w io.Writer) error {
	fmt.Fprintln(w, e.size, mutation, lessonPoints, e.imitationRecipe(), e.onwardsRecipes(true), e.onwardsRecipes(false))
	for _, l := range taught() {
		for seed := range uint64(e.size.Seeds) {
			key, err := e.teacherConfig(l, seed).Key()
			if err != nil {
				return err
			}
			fmt.Fprintln(w, key)
		}
	}
	return nil
}

// work does all of it for the first part: claim 1 takes minutes and is not split.
func (e *expressiveness) work(ctx context.Context, mine func(i int) bool) error {
	if !mine(0) {
		return nil
	}
	_, err := e.conclude(ctx)
	return err
}

func (e *expressiveness) conclude(ctx context.Context) (*Result, error) {
	if err := e.open(ctx); err != nil {
		return nil, err
	}
	teachers, err := e.teach(ctx)
	if err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, part := range []func(context.Context) error{
		func(ctx context.Context) error { return e.onwards(ctx, teachers) },
		func(ctx context.Context) error { return e.imitate(ctx, teachers) },
		e.compare, e.mutate, e.approximate,
	} {
		group.Go(func() error { return part(ctx) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	e.completeMatrix()
	r := &Result{
		Title: "an ICL transformer can be a gradient-, metric- or amortization-based learner, and more",
		Seeds: e.size.Seeds, Tasks: e.size.Tests, Expression: &e.result,
		CoreMinutes: e.busy.Minutes() * coreShare(),
	}
	r.Checks, r.Headline, r.Findings = e.checks(), e.headline(), e.findings()
	return r, nil
}

// open opens the backends: Go, and the one that was asked for if it is another.
func (e *expressiveness) open(ctx context.Context) error {
	var err error
	if e.golang, err = backend.Shared(ctx, "go"); err != nil {
		return err
	}
	chosen, err := backend.Shared(ctx, e.Backend)
	if err != nil {
		return err
	}
	e.on = []*backend.Backend{e.golang}
	if chosen.Kind() != e.golang.Kind() {
		e.on = append(e.on, chosen)
	}
	return nil
}

// step reports that a part of the work is done.
func (e *expressiveness) step(label string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.done++
	e.Progress(Progress{Done: e.done, Total: max(e.all, e.done), Label: label})
}

// inLine calls do for each 0 ≤ i < n and counts them as steps. All parts of the study
// together have as many calls under way as [inParallel] alone.
func (e *expressiveness) inLine(ctx context.Context, n int, do func(ctx context.Context, i int) (label string, err error)) error {
	e.mu.Lock()
	e.all += n
	e.mu.Unlock()
	return inParallel(ctx, n, func(int) bool { return true }, func(ctx context.Context, i int) error {
		e.slots <- struct{}{}
		defer func() { <-e.slots }()
		start := time.Now()
		label, err := do(ctx, i)
		e.mu.Lock()
		e.busy += time.Since(start)
		e.mu.Unlock()
		e.step(label)
		return err
	})
}

// written lists the learners that have a construction, the witness last.
func written() []learner.Learner { return append(construct.Learners(), construct.Witness{}) }

// compare measures how far each construction is from its learner, for tasks of 2, 5
// and 16 inputs and 2 or 5 classes or, where the learner can predict them, targets: on
// the Go backend for all of them, on the other, which compiles for longer than it
// computes, for some.
func (e *expressiveness) compare(ctx context.Context) error {
	type job struct {
		l    learner.Learner
		d, c int
		on   *backend.Backend
	}
	var jobs []job
	for _, on := range e.on {
		for _, l := range written() {
			for _, d := range []int{2, 5, 16} {
				for _, c := range []int{0, 2, 5} {
					some := d == 5 && c != 2 || d != 5 && c == 2
					if _, err := l.Params(d, c); err == nil && (on == e.golang || some) {
						jobs = append(jobs, job{l, d, c, on})
					}
				}
			}
		}
	}
	e.result.Agreements = make([]BackendAgreement, len(jobs))
	return e.inLine(ctx, len(jobs), func(_ context.Context, i int) (string, error) {
		j := jobs[i]
		a, err := construct.Compare(j.l, j.d, j.c, e.size.Episodes, 0, e.golang.Backend, j.on.Backend)
		e.result.Agreements[i] = BackendAgreement{j.on.Kind(), a}
		return j.l.Name() + " as a transformer", err
	})
}

// mutate changes one matrix after the other of each construction.
func (e *expressiveness) mutate(ctx context.Context) error {
	learners := written()
	e.result.Mutants = make([]Mutant, len(learners))
	return e.inLine(ctx, len(learners), func(_ context.Context, i int) (string, error) {
		m, err := e.leastMutant(learners[i])
		e.result.Mutants[i] = m
		return learners[i].Name() + " with a matrix changed", err
	})
}

// leastMutant finds the matrix of a learner's construction whose change shows least.
func (e *expressiveness) leastMutant(l learner.Learner) (Mutant, error) {
	least := Mutant{Learner: l.Name(), Gap: math.Inf(1)}
	rng := datasets.Rand(0, "mutants "+l.Name())
	weights, err := construct.RandomWeights(l, 5, 2, rng)
	if err != nil {
		return least, err
	}
	c, err := construct.Of(l, weights, 5, 2)
	if err != nil {
		return least, err
	}
	b, at := construct.RandomEpisodes(rng, e.size.Episodes, 5, 2)
	want, err := construct.Predict(e.golang.Backend, l, weights, b, at)
	if err != nil {
		return least, err
	}
	for name, mutant := range c.Mutants(mutation, rng) {
		got, err := construct.Predict(e.golang.Backend, mutant.Circuit, mutant.Weights, b, at)
		if err != nil {
			return least, err
		}
		if gap := construct.Difference(got, want); gap < least.Gap {
			least.Matrix, least.Gap = name, gap
		}
	}
	return least, nil
}

// The steps of ridge regression and the sharpness of MAML that are measured.
var (
	depths  = []int{1, 2, 4, 8, 12, 16, 24, 32, 40, 48}
	sharper = []float64{1, 10, 100, 1000, 10_000}
)

// approximate measures the constructions that are not exact.
func (e *expressiveness) approximate(ctx context.Context) error {
	e.result.Depth, e.result.MAML = make([]RidgeError, 2*len(depths)), make([]mamlError, len(sharper))
	return e.inLine(ctx, 2*len(depths)+len(sharper), func(_ context.Context, i int) (label string, err error) {
		if i < len(sharper) {
			e.result.MAML[i], err = e.mamlError(sharper[i])
			return "MAML as a transformer", err
		}
		i -= len(sharper)
		of := construct.Ridge{Steps: depths[i%len(depths)], Chebyshev: i >= len(depths)}
		e.result.Depth[i], err = e.ridgeError(of)
		return "ridge as a transformer", err
	})
}

// worst has the greatest differences of a learner's construction or, with "", of all,
// on all backends and shapes of tasks, and the number of episodes.
func (e *Expression) worst(name string) construct.Agreement {
	all := construct.Agreement{Learner: name}
	for _, a := range e.Agreements {
		if name == "" || name == a.Learner {
			all.Episodes += a.Episodes
			all.Float64, all.Float32 = max(all.Float64, a.Float64), max(all.Float32, a.Float32)
		}
	}
	return all
}

// exactly is an estimate that no chance is in.
func exactly(v float64) eval.Estimate { return eval.Estimate{Mean: v, Lo: v, Hi: v} }

func (e *expressiveness) checks() []Check {
	worst := e.result.worst("")
	mutant := math.Inf(1)
	for _, m := range e.result.Mutants {
		mutant = min(mutant, m.Gap)
	}
	last := e.result.Depth[len(e.result.Depth)-1]
	checks := []Check{
		below("float64: greatest difference of a construction from its learner", 1e-10, exactly(worst.Float64)),
		below("float32: the same, relative", 1e-5, exactly(worst.Float32)),
		above("float64: the same with any one matrix changed by 1 %, least of all", 1e-7, exactly(mutant)),
		below(fmt.Sprintf("ridge regression by %d steps of Chebyshev's iteration: error", last.Ridge.Steps), 1e-6, exactly(last.Worst)),
	}
	for _, class := range classes() {
		best := e.bestImitation(class, construct.Witness{}.Name())
		checks = append(checks,
			above(fmt.Sprintf("witness: least error of any %s-based learner, by law", class.name), .01, exactly(e.membership(construct.Witness{}.Name(), class.name).Bound)),
			above(fmt.Sprintf("witness: distance of the best %s-based learner trained to imitate it", class.name), .01, best.distance()))
	}
	return append(checks, below("trained onwards: loss − loss as installed, over three learners", 0, bootstrap(e.onwardsGroups(installedEnd, installedStart, ""))))
}

func (e *expressiveness) headline() Headline {
	return headline("greatest difference of a construction from its learner", exactly(e.result.worst("").Float64))
}

func (e *expressiveness) findings() []Headline {
	var all []Headline
	for _, l := range onwardsLearners() {
		name := l.Name()
		all = append(all,
			headline(name+" trained onwards: loss − loss as installed", bootstrap(e.onwardsGroups(installedEnd, installedStart, name))),
			headline(name+" trained onwards: loss − loss of the same transformer from a random start", bootstrap(e.onwardsGroups(installedEnd, randomEnd, name))),
			headline(name+" trained onwards: largest rise of the loss between two looks", exactly(e.largestRise(name))))
	}
	for _, class := range classes() {
		best := e.bestImitation(class, class.control.Name())
		all = append(all, headline(fmt.Sprintf("%s-based learners trained to imitate their own %s: distance of the best", class.name, class.control.Name()), best.distance()))
	}
	for _, teacher := range []learner.Learner{metalearner.GradientDescent{Steps: 4}, construct.Witness{}} {
		i := slices.IndexFunc(e.imitations, func(i imitation) bool { return i.pupil == paperPupil && i.teacher == teacher.Name() })
		all = append(all, headline(fmt.Sprintf("the paper's trained transformer (6 channels): distance from %s", teacher.Name()), e.imitations[i].distance()))
	}
	sharpest := e.result.MAML[len(e.result.MAML)-1]
	return append(all, headline(fmt.Sprintf("MAML through a leaky ReLU network: share of episodes that are wrong, sharpness %g", sharpest.Sharp), exactly(sharpest.Wrong)))
}
