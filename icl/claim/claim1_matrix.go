package claim

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Membership says whether a learner is in a hypothesis class.
type Membership struct {
	Learner string `json:"learner"`
	Class   string `json:"class"` // "gradient", "metric", "amortization", "transformer"
	// Kind is "exact", "approximate" or "impossible".
	Kind string `json:"kind"`
	// Law is what the learner breaks where it is impossible, and Bound the least error
	// of any member on the worst episode, as a probability.
	Law   string  `json:"law,omitempty"`
	Bound float64 `json:"bound,omitempty"`
	// Error is, where it is approximate, the mean distance (total variation) of the best
	// member trained to imitate it; where it is exact, the construction's greatest
	// difference.
	Error eval.Estimate `json:"error"`
}

// class is one of the paper's three hypothesis classes: a law that all its members
// obey, members of ample width to be trained, and a learner that is in it.
type class struct {
	name    string
	law     construct.Invariance
	members []learner.Learner // names of those the constructions know
	pupils  []learner.Learner
	control learner.Learner
}

func classes() []class {
	const width = 64
	return []class{
		{"gradient", construct.Repetition,
			[]learner.Learner{metalearner.GradientDescent{Steps: 4}, metalearner.ANIL{}},
			[]learner.Learner{metalearner.ANIL{Width: width}}, metalearner.ANIL{}},
		{"metric", construct.Relabelling,
			[]learner.Learner{metalearner.ProtoNet{}, metalearner.MatchNet{}, metalearner.MatchNet{Sum: true}, metalearner.Kernel{}},
			[]learner.Learner{metalearner.ProtoNet{Width: width}, metalearner.MatchNet{Width: width}, metalearner.MatchNet{Width: width, Sum: true}},
			metalearner.ProtoNet{}},
		{"amortization", construct.Repetition,
			[]learner.Learner{metalearner.CNP{}},
			[]learner.Learner{metalearner.CNP{Width: width}}, metalearner.CNP{}},
	}
}

// has tells whether a learner is a member, by name.
func (c class) has(name string) bool {
	return slices.ContainsFunc(c.members, func(l learner.Learner) bool { return l.Name() == name })
}

// taught are the learners that are trained on the paper's mixture before they are
// written down.
func taught() []learner.Learner {
	var all []learner.Learner
	for _, c := range classes() {
		all = append(all, c.members...)
	}
	return all
}

func (e *expressiveness) teacherConfig(l learner.Learner, seed uint64) train.Config {
	tasks, err := trainingTasks(mixture)
	if err != nil {
		panic(err) // the mixture is always known
	}
	return train.Config{Learner: l, Tasks: tasks, Recipe: allPrefixes(e.size.Teaching, 8, rivalsRate), Seed: seed}
}

// teacher is a learner with its weights for one seed. Ridge regression has only answers.
type teacher struct {
	learner learner.Learner
	weights []float64
	answer  construct.PredictFunc
}

const ridgeName = "ridge"

// transformerClass is the column of the constructions.
const transformerClass = "transformer"

// teach trains the learners, and adds ridge regression and the witness, which need no
// training: by name, one a seed.
func (e *expressiveness) teach(ctx context.Context) (map[string][]teacher, error) {
	all := map[string][]teacher{}
	learners := taught()
	for _, l := range learners {
		all[l.Name()] = make([]teacher, e.size.Seeds)
	}
	err := e.inLine(ctx, len(learners)*e.size.Seeds, func(ctx context.Context, i int) (string, error) {
		l, seed := learners[i%len(learners)], i/len(learners)
		f, err := train.Train(ctx, e.teacherConfig(l, uint64(seed)), e.opts...)
		if err == nil {
			all[l.Name()][seed], err = e.newTeacher(l, widened(f.Params))
		}
		return fmt.Sprintf("%s, seed %d", l.Name(), seed), err
	})
	if err != nil {
		return nil, err
	}
	witness := construct.Witness{}
	layout, err := learner.NewLayout(witness, 2, 2)
	if err != nil {
		return nil, err
	}
	fixed, err := e.newTeacher(witness, widened(layout.Init(datasets.Rand(0, "witness"))))
	for range e.size.Seeds {
		all[ridgeName] = append(all[ridgeName], teacher{answer: construct.Ridge{}.Exact})
		all[witness.Name()] = append(all[witness.Name()], fixed)
	}
	return all, err
}

// newTeacher asks l on the Go backend: it answers at once, where another would compile
// for each size of batch.
func (e *expressiveness) newTeacher(l learner.Learner, weights []float64) (teacher, error) {
	answer, err := construct.Predictor(e.golang.Backend, l, weights, 2, 2)
	return teacher{l, weights, answer}, err
}

func widened(v []float32) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = float64(v[i])
	}
	return out
}

// rows are the learners of the matrix, in order.
func rows() []string {
	var names []string
	for _, l := range taught() {
		names = append(names, l.Name())
	}
	return append(names, ridgeName, construct.Witness{}.Name())
}

// imitation is a pupil that was trained to imitate a teacher: how far its predictions
// are from the teacher's on each test task of each seed.
type imitation struct {
	pupil, teacher string
	groups         [][]float64
	loss           float64 // mean validation loss over seeds
}

func (i imitation) distance() eval.Estimate { return bootstrap(i.groups) }

// lessonPoints are those of a lesson: 15 examples and a query.
const lessonPoints = 16

func (e *expressiveness) imitationRecipe() train.Recipe {
	r := train.Fast(e.size.Lessons)
	r.Batch, r.Rate, r.First = 64, 5e-3, lessonPoints-1
	return r
}

// paperPupil is the paper's transformer, which is trained to imitate a learner that a
// transformer with more channels can be.
var paperPupil = transformer.Paper{}.Name()

// imitate fills the matrix: laws first, and where none is broken training.
func (e *expressiveness) imitate(ctx context.Context, teachers map[string][]teacher) error {
	type job struct {
		pupil   learner.Learner
		teacher string
	}
	var jobs []job
	for _, name := range rows() {
		for _, c := range classes() {
			m, err := e.lawful(c, name, teachers[name])
			if err != nil {
				return err
			}
			e.result.Matrix = append(e.result.Matrix, m)
			if m.Kind == "approximate" || name == c.control.Name() || name == (construct.Witness{}).Name() {
				for _, p := range c.pupils {
					jobs = append(jobs, job{p, name})
				}
			}
		}
		e.result.Matrix = append(e.result.Matrix, Membership{Learner: name, Class: transformerClass})
	}
	for _, name := range []string{metalearner.GradientDescent{Steps: 4}.Name(), construct.Witness{}.Name()} {
		jobs = append(jobs, job{transformer.Paper{}, name})
	}
	e.imitations = make([]imitation, len(jobs))
	for i, j := range jobs {
		e.imitations[i] = imitation{j.pupil.Name(), j.teacher, make([][]float64, e.size.Seeds), 0}
	}
	return e.inLine(ctx, len(jobs)*e.size.Seeds, func(ctx context.Context, i int) (string, error) {
		j, seed := jobs[i%len(jobs)], i/len(jobs)
		gaps, loss, err := e.lesson(ctx, j.pupil, j.teacher, teachers[j.teacher][seed], uint64(seed))
		e.mu.Lock()
		defer e.mu.Unlock()
		e.imitations[i%len(jobs)].groups[seed] = gaps
		e.imitations[i%len(jobs)].loss += loss / float64(e.size.Seeds)
		return fmt.Sprintf("%s imitates %s", j.pupil.Name(), j.teacher), err
	})
}

// completeMatrix fills in what training and constructions have shown.
func (e *expressiveness) completeMatrix() {
	for i, m := range e.result.Matrix {
		if m.Class == transformerClass {
			e.result.Matrix[i] = e.asTransformer(m.Learner)
		} else if m.Kind == "approximate" {
			k := slices.IndexFunc(classes(), func(c class) bool { return c.name == m.Class })
			e.result.Matrix[i].Error = e.bestImitation(classes()[k], m.Learner).distance()
		}
	}
}

// lawful says what a class's law tells about a learner.
func (e *expressiveness) lawful(c class, name string, taught []teacher) (Membership, error) {
	m := Membership{Learner: name, Class: c.name, Kind: "exact"}
	if c.has(name) {
		return m, nil
	}
	rng := datasets.Rand(0, "laws")
	broken, err := c.law.Violation(taught[0].answer, 2, 2, e.size.Episodes, rng)
	if err != nil {
		return m, err
	}
	const rounding = 1e-9
	if broken > rounding {
		m.Kind, m.Law, m.Bound = "impossible", c.law.Name, broken/2
	} else {
		m.Kind = "approximate"
	}
	return m, nil
}

// asTransformer says how exact a learner's construction is.
func (e *expressiveness) asTransformer(name string) Membership {
	if name == ridgeName {
		return Membership{Learner: name, Class: transformerClass, Kind: "approximate", Error: exactly(e.result.Depth[len(e.result.Depth)-1].Worst)}
	}
	return Membership{Learner: name, Class: transformerClass, Kind: "exact", Error: exactly(e.result.worst(name).Float64)}
}

func (e *expressiveness) membership(name, class string) Membership {
	i := slices.IndexFunc(e.result.Matrix, func(m Membership) bool { return m.Learner == name && m.Class == class })
	return e.result.Matrix[i]
}

// bestImitation is that of the class's pupil with the lowest validation loss.
func (e *expressiveness) bestImitation(c class, teacher string) imitation {
	best := imitation{loss: math.Inf(1)}
	for _, i := range e.imitations {
		isPupil := slices.ContainsFunc(c.pupils, func(l learner.Learner) bool { return l.Name() == i.pupil })
		if isPupil && i.teacher == teacher && i.loss < best.loss {
			best = i
		}
	}
	return best
}

// lesson trains a pupil and returns how far it is from its teacher on each test task
// (total variation), and its validation loss.
func (e *expressiveness) lesson(ctx context.Context, pupil learner.Learner, name string, t teacher, seed uint64) (gaps []float64, loss float64, err error) {
	tasks, err := construct.NewDistillation(name, t.weights, lessonPoints, t.answer)
	if err != nil {
		return nil, 0, err
	}
	f, err := train.Train(ctx, train.Config{Learner: pupil, Tasks: tasks, Recipe: e.imitationRecipe(), Seed: seed}, e.opts...)
	if err != nil {
		return nil, 0, err
	}
	// The teacher's answers are what counts, not labels drawn from them.
	b, err := synthetic.Mixture(1, lessonPoints).Sample(datasets.Rand(seed, "test lessons"), e.size.Tests)
	if err != nil {
		return nil, 0, err
	}
	want, err := tasks.SoftTargets(b)
	if err != nil {
		return nil, 0, err
	}
	got, err := f.Predict(ctx, b, []int{b.N - 1})
	if err != nil {
		return nil, 0, err
	}
	gaps = make([]float64, b.T)
	for i, p := range want {
		gaps[i] = math.Abs(float64(got[i*b.C]) - p[0])
	}
	return gaps, f.Score.Loss, nil
}
