// Package expressiveness is the study of claim 1 (paper, Fig. 1): an ICL transformer can be a
// gradient-, a metric- or an amortization-based learner, and more. Constructions settle the
// first part: their predictions are compared with the learners'. For the second there is a
// witness, which members of the three classes cannot be, since it violates an invariance
// that all of them have, and from which their best, trained to imitate it, stay further off
// than from a member. The third is that training goes on from a construction.
//
// The classes are those of learners that average over examples; see [construct.Repetition]
// for what that leaves out.
package expressiveness

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/internal/backend"
)

// Claim is the study by name.
var Claim = study.Definition{
	Name: "claim1", CoreMinutes: 2, Title: "an ICL transformer can be a gradient-, metric- or amortization-based learner, and more", New: build,
}

// size is how much of everything claim 1 takes.
type size struct {
	Looks    []int // numbers of seeds of everything that is trained; see [study.LooksAt]
	Episodes int   // for each learner and shape of tasks
	Teaching int   // steps of a learner before it is constructed
	Students int   // steps of a student
	FineTune int   // steps of a transformer from a construction
	Tests    int   // test tasks for each student and seed, and a quarter of it for fine-tuning
}

// seeds is the number of seeds at the last look.
func (s size) seeds() int { return slices.Max(s.Looks) }

// sizeOf is the size of claim 1: the same in all presets whose result counts.
func sizeOf(preset string) size {
	if preset == "smoke" {
		return size{Looks: []int{2}, Episodes: 48, Teaching: 50, Students: 40, FineTune: 60, Tests: 128}
	}
	return size{Looks: []int{5, 10}, Episodes: 384, Teaching: 500, Students: 400, FineTune: 600, Tests: 1024}
}

// The statements of claim 1.
const (
	be     = "be"
	more   = "more"
	trains = "trains"
)

func statements() []study.Statement {
	return []study.Statement{
		{ID: be, Text: "a transformer can be each of the gradient-, metric- and amortization-based learners"},
		{ID: more, Text: "a transformer can be something that no learner of the three classes can, if they average over examples"},
		{ID: trains, Text: "training from the constructed weights lowers the loss"},
	}
}

// class is one of the paper's three hypothesis classes: an invariance that all its members
// have, students of ample width, and a member that students imitate for comparison.
//
// Gradient- and amortization-based learners are taken as the paper's: they average, over
// the losses or the codes of the examples, which is what makes them invariant under
// repetition. One that sums over examples, or is told how many there are, is not bound by
// it. Nor is MatchNet because it compares: the one here adds a virtual example, and only
// that tells whether examples are repeated. That of Vinyals et al. (2016) has none. See
// [variants].
type class struct {
	name       string
	invariance construct.Invariance
	members    []learner.Learner // of those that have a construction
	violators  []string          // learners of the matrix that violate the invariance
	students   []learner.Learner
	control    learner.Learner
}

func classes() []class {
	const width = 64
	witness := construct.Witness{}.Name()
	gd, anil, proto, match, cnp := metalearner.GradientDescent{Steps: 4}, metalearner.ANIL{}, metalearner.ProtoNet{}, metalearner.MatchNet{}, metalearner.CNP{}
	sum := metalearner.MatchNet{Sum: true}
	return []class{
		{"gradient", construct.Repetition, []learner.Learner{gd, anil}, []string{match.Name(), witness},
			[]learner.Learner{metalearner.ANIL{Width: width}}, anil},
		{"metric", construct.Relabelling, []learner.Learner{proto, match, sum, metalearner.Kernel{}}, []string{gd.Name(), anil.Name(), cnp.Name(), witness},
			[]learner.Learner{metalearner.ProtoNet{Width: width}, metalearner.MatchNet{Width: width}, metalearner.MatchNet{Width: width, Sum: true}}, proto},
		{"amortization", construct.Repetition, []learner.Learner{cnp}, []string{match.Name(), witness},
			[]learner.Learner{metalearner.CNP{Width: width}}, cnp},
	}
}

// has reports whether a learner is a member, by name.
func (c class) has(name string) bool {
	return slices.ContainsFunc(c.members, func(l learner.Learner) bool { return l.Name() == name })
}

// trained reports whether students of the class are trained to imitate a learner: where
// nothing rules out that a member is that learner, for the control, and for the witness.
func (c class) trained(name string) bool {
	return !c.has(name) && !slices.Contains(c.violators, name) || name == c.control.Name() || name == construct.Witness{}.Name()
}

// teachers are the learners that are trained on the paper's mixture before they are
// constructed.
func teachers() []learner.Learner {
	var all []learner.Learner
	for _, c := range classes() {
		all = append(all, c.members...)
	}
	return all
}

// ridge is a learner that only has predictions.
const ridge = "ridge"

// rows are the learners of the matrix, in order.
func rows() []string {
	var names []string
	for _, l := range teachers() {
		names = append(names, l.Name())
	}
	return append(names, ridge, construct.Witness{}.Name())
}

// constructed lists the learners that have a construction, the witness last.
func constructed() []learner.Learner { return append(construct.Learners(), construct.Witness{}) }

// experiment holds what is measured besides runs.
type experiment struct {
	size
	open   sync.Mutex
	golang *backend.Backend // GoMLX's Go backend, the reference

	mu         sync.Mutex
	teachers   map[string]teacher
	repeated   []repetition
	agreements []agreement
	mutants    []mutant
	violations map[[2]string]float64 // by learner and class
	depth      []ridgeError
	maml       []mamlError
}

func build(preset string) (*study.Study, error) { return newExperiment(sizeOf(preset)).study() }

func newExperiment(size size) *experiment {
	return &experiment{size: size, teachers: map[string]teacher{}, violations: map[[2]string]float64{}}
}

// study trains learners, students that imitate them and transformers from constructions,
// and measures the constructions beside it.
func (x *experiment) study() (*study.Study, error) {
	s := &study.Study{
		Looks: study.LooksAt(x.Looks...), Statements: statements(),
		Settings: []any{x.size, mutation, studentPoints, noise, depths, sharpness, noPrior, summands},
	}
	var err error
	if s.Arms, err = x.teacherArms(); err != nil {
		return nil, err
	}
	students, conditions := x.students()
	tuned, condition := x.fineTuned()
	s.Arms = slices.Concat(s.Arms, students, tuned)
	s.Conditions = slices.Concat(conditions, []study.Condition{condition})
	s.Parts = slices.Concat(x.agreementParts(), x.mutantParts(), x.approximateParts(), x.invarianceParts(), []study.Part{x.repetitionPart()})
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error { return x.report(d, r) }
	return s, nil
}

// reference opens the Go backend: it predicts at once, where another would compile for each
// size of batch.
func (x *experiment) reference(ctx context.Context) (*backend.Backend, error) {
	x.open.Lock()
	defer x.open.Unlock()
	if x.golang == nil {
		b, err := backend.Shared(ctx, "go")
		if err != nil {
			return nil, fmt.Errorf("expressiveness: %w", err)
		}
		x.golang = b
	}
	return x.golang, nil
}
