package expressiveness

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

func estimate(mean, lo, hi float64) eval.Estimate {
	return eval.Estimate{Mean: mean, Lo: lo, Hi: hi, SE: (hi - lo) / 4}
}

// labelled is a learner that has the name of an arm.
type labelled struct {
	metalearner.CNP
	Label string
}

func (l labelled) Name() string { return l.Label }

// idle is an engine that trains nothing; sure is how sure it is of the right label in
// validation.
type idle struct{ sure float32 }

func (idle) Name() string { return "idle" }

func (idle) LossGrad(_ []float32, _ *datasets.Batch, _ []int32, grad []float32) (float64, error) {
	clear(grad)
	return 1, nil
}

func (e idle) Logits(_ []float32, b *datasets.Batch, at []int32) ([]float32, error) {
	logits, queries := make([]float32, len(at)*b.C), len(at)/b.T
	for i, n := range at {
		logits[i*b.C+int(b.Y[i/queries*b.N+int(n)])] = e.sure
	}
	return logits, nil
}

// made says how far a student is from its teacher, and what a transformer's loss is after a
// step.
type made struct {
	distance func(arm string) float64
	loss     func(arm string, step int) float64
}

// claimed: students of the witness stay further off than those of members, and fine-tuning
// lowers the loss.
func claimed() made {
	return made{
		func(arm string) float64 {
			if strings.HasSuffix(arm, "imitates witness") {
				return .2
			}
			return .03
		},
		func(arm string, step int) float64 {
			if strings.HasSuffix(arm, constructedStart) {
				return .5 - .01*float64(step)
			}
			return .7 - .01*float64(step)
		},
	}
}

// imitated are the distances as claimed, but for the students whose name begins so.
func (m made) imitated(student string, distance float64) func(arm string) float64 {
	claimed := m.distance
	return func(arm string) float64 {
		if strings.HasPrefix(arm, student) {
			return distance
		}
		return claimed(arm)
	}
}

// measured is an experiment in which what is not trained is as claimed.
func measured() *experiment {
	x := newExperiment(tinySize())
	for _, l := range constructed() {
		x.agreements = append(x.agreements, agreement{"go", construct.Agreement{Learner: l.Name(), Episodes: 1, Float64: 1e-15, Float32: 1e-6}})
		x.mutants = append(x.mutants, mutant{l.Name(), "readout", 1e-3})
	}
	x.depth = []ridgeError{{construct.Ridge{Steps: 48, Chebyshev: true}, 5e-7, 6e-7}}
	x.maml = []mamlError{{sharp: 10_000}}
	for _, c := range classes() {
		x.violations[[2]string{construct.Witness{}.Name(), c.name}] = .1
	}
	return x
}

// tried lists arms that a check or a finding is about: not teachers, nor other students.
func tried(arms []study.Arm) []study.Arm {
	return slices.DeleteFunc(arms, func(a study.Arm) bool {
		_, teacher, student := strings.Cut(a.Name, " imitates ")
		asked := slices.Contains([]string{"witness", "ANIL", "ProtoNet", "CNP"}, teacher) || strings.HasPrefix(a.Name, paperStudent.Name()+" ")
		return strings.HasPrefix(a.Name, "teacher ") || student && !asked
	})
}

// concluded is what the study makes of made scores and of an experiment's measurements. The
// students on MatchNet have the least validation loss. Runs are kept in dir.
func concluded(t *testing.T, dir string, measured *experiment, m made) *study.Result {
	t.Helper()
	s := newStudy(t, newExperiment(tinySize()))
	s.Seeds, s.Looks, s.Parts, s.Settings = 5, nil, nil, nil
	tasks, err := plane.Tasks(plane.Mixture)
	if err != nil {
		t.Fatal(err)
	}
	s.Arms = tried(s.Arms)
	for i := range s.Arms {
		a := &s.Arms[i]
		a.Learner, a.Tasks, a.Make, a.Rates = labelled{Label: a.Name}, tasks, nil, nil
		a.Recipe = train.Recipe{Steps: measured.FineTune, Batch: 2}
	}
	for i := range s.Conditions {
		s.Conditions[i].Arms = slices.DeleteFunc(s.Conditions[i].Arms, func(name string) bool {
			return !slices.ContainsFunc(s.Arms, func(a study.Arm) bool { return a.Name == name })
		})
		s.Conditions[i].Test = func(_ context.Context, p eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
			metric, v := eval.Distance, 0.
			if s.Conditions[i].Name == fineTuning {
				metric, v = eval.LogLoss, m.loss(p.Name(), p.(*train.Fitted).Step)
			} else {
				v = m.distance(p.Name())
			}
			values := make([]float64, b.T*len(at))
			for k := range values {
				values[k] = v * (.9 + .02*float64((k/len(at)+int(seed))%11)) // tasks differ
			}
			return eval.NewScores(metric, p.Name(), "", at, values), nil
		}
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) (err error) {
		if r.Checks, err = measured.checks(d); err != nil {
			return err
		}
		if err := measured.choices(d, r); err != nil {
			return err
		}
		return measured.findings(d, r, measured.fineTuningCurves(d))
	}
	r, err := study.Run(t.Context(), s, study.Options{Dir: dir, Train: []train.Option{
		train.WithCustomEngine(func(l learner.Learner, _, _ int) (engine.Engine, error) {
			if strings.HasPrefix(l.Name(), "MatchNet") {
				return idle{2}, nil
			}
			return idle{1}, nil
		}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestFindings: what fine-tuning gains, how the loss goes on the way, and how far students
// are from their own class's control.
func TestFindings(t *testing.T) {
	m := claimed()
	fall := m.loss
	m.loss = func(arm string, step int) float64 {
		if strings.HasPrefix(arm, "CNP") && step == 1 && strings.HasSuffix(arm, constructedStart) {
			return fall(arm, step) + .1
		}
		return fall(arm, step)
	}
	m.distance = m.imitated("ANIL-64 imitates ANIL", .06)
	r := concluded(t, t.TempDir(), measured(), m)
	byName := map[string]float64{}
	for _, f := range r.Findings {
		byName[f.Name] = f.Estimate
	}
	for name, want := range map[string]float64{
		"ANIL fine-tuned: loss − loss as constructed":                                       -.2,
		"ANIL fine-tuned: loss − loss of the same transformer from a random start":          -.2,
		"CNP fine-tuned: largest rise of the loss between two looks":                        .09,
		"gradient-based learners trained to imitate their own ANIL: distance of the best":   .06,
		"metric-based learners trained to imitate their own ProtoNet: distance of the best": .03,
		"metric-based learners trained to imitate the witness: distance of the best":        .2,
		"the paper's trained transformer (6 channels): distance from witness":               .2,
	} {
		if got, ok := byName[name]; !ok || math.Abs(got-want) > .1*math.Abs(want) {
			t.Errorf("%s: %g, want about %g; there are %v", name, got, want, byName)
		}
	}
	for _, c := range r.Choices {
		if !strings.HasPrefix(c.Of, "metric-based student of ") || c.Chosen != "MatchNet-64" || len(c.Tried) != 3 || c.Seeds != 5 {
			t.Errorf("the choice %+v; want MatchNet-64 of three, by five seeds", c)
		}
	}
	if len(r.Choices) != 2 {
		t.Errorf("%d choices, want those of the witness's and of the control's student", len(r.Choices))
	}
}

// TestLargestRise: between two looks at a construction that is trained on.
func TestLargestRise(t *testing.T) {
	curves := []eval.Curve{
		{Learner: constructedStart, Family: "ANIL", Mean: []float64{1, .5, .6, .3}},
		{Learner: constructedStart, Family: "CNP", Mean: []float64{1, .5, .4}},
		{Learner: randomStart, Family: "CNP", Mean: []float64{1, 2}},
	}
	for name, want := range map[string]float64{"ANIL": .1, "CNP": -.1} {
		if got := largestRise(curves, name); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, got, want)
		}
	}
	if got := largestRise(nil, "ANIL"); !math.IsInf(got, -1) {
		t.Errorf("of nothing %g", got)
	}
}

// diverging is an idle engine whose loss is NaN for the weights that begin with start.
type diverging struct {
	idle
	start float32
}

func (e diverging) LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (float64, error) {
	if params[0] == e.start {
		return math.NaN(), nil
	}
	return e.idle.LossGrad(params, b, at, grad)
}

// TestInvariancesWithoutTheFirstSeed: a learner whose first run diverged is measured with the
// next.
func TestInvariancesWithoutTheFirstSeed(t *testing.T) {
	x := newExperiment(tinySize())
	s := newStudy(t, x)
	i := slices.IndexFunc(s.Arms, func(a study.Arm) bool { return a.Name == teacherName("MatchNet") })
	s.Arms = s.Arms[i : i+1]
	s.Parts = slices.DeleteFunc(s.Parts, func(p study.Part) bool { return p.Label != "invariances of MatchNet" })
	s.Seeds, s.Looks, s.Statements, s.Settings, s.Conditions, s.Report = 3, nil, nil, nil, nil, nil
	o := study.Options{Dir: t.TempDir(), Backend: "go"}
	var start float32
	o.Train = []train.Option{train.WithCustomEngine(func(learner.Learner, int, int) (engine.Engine, error) { return diverging{start: start}, nil })}
	run, err := train.Open(train.Config{Learner: s.Arms[0].Learner, Tasks: s.Arms[0].Tasks, Recipe: s.Arms[0].Recipe}, append(o.Train, train.WithDir(o.Dir))...)
	if err != nil {
		t.Fatal(err)
	}
	start = run.Fitted(true).Params[0]
	r, err := study.Run(t.Context(), s, o)
	if err != nil || !slices.Equal(r.FailedSeeds, []uint64{0}) {
		t.Fatalf("%+v, error %v; want the first seed to fail", r, err)
	}
	if v := x.violations[[2]string{"MatchNet", "gradient"}]; v < .01 {
		t.Errorf("MatchNet violates the invariance of gradient-based learners by %g", v)
	}
}
