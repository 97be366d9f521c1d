package expressiveness

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/claim/internal/plane"
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

// claimed: no student comes near the witness, and fine-tuning lowers the loss.
func claimed() made {
	return made{
		func(string) float64 { return .2 },
		func(arm string, step int) float64 {
			if strings.HasSuffix(arm, constructedStart) {
				return .5 - .01*float64(step)
			}
			return .7 - .01*float64(step)
		},
	}
}

// concluded are the trained checks, and the findings, of made scores. The student on
// MatchNet has the least validation loss.
func concluded(t *testing.T, m made) (trained []study.Check, findings []study.Finding) {
	t.Helper()
	x := newExperiment(tinySize())
	s := newStudy(t, x)
	s.Seeds, s.Parts, s.Settings = 2, nil, nil
	tasks, err := plane.Tasks(plane.Mixture)
	if err != nil {
		t.Fatal(err)
	}
	// Teachers are not needed, nor students that no check or finding is about.
	s.Arms = slices.DeleteFunc(s.Arms, func(a study.Arm) bool {
		_, teacher, student := strings.Cut(a.Name, " imitates ")
		asked := slices.Contains([]string{"witness", "ANIL", "ProtoNet", "CNP"}, teacher) || strings.HasPrefix(a.Name, paperStudent.Name()+" ")
		return strings.HasPrefix(a.Name, "teacher ") || student && !asked
	})
	for i := range s.Arms {
		a := &s.Arms[i]
		a.Learner, a.Tasks, a.Make, a.Rates = labelled{Label: a.Name}, tasks, nil, nil
		a.Recipe = train.Recipe{Steps: x.FineTune, Batch: 2}
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
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		if err := x.checks(d, r, nil); err != nil {
			return err
		}
		r.Checks = slices.DeleteFunc(r.Checks, func(c study.Check) bool {
			return !strings.Contains(c.Name, "trained") && !strings.Contains(c.Name, "tuned")
		})
		return x.findings(d, r, x.fineTuningCurves(d))
	}
	r, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir(), Train: []train.Option{
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
	return r.Checks, r.Findings
}

// TestTrainedChecks: where students stay far from the witness and fine-tuning helps, the
// checks of that pass; where one thing is otherwise, that one fails.
func TestTrainedChecks(t *testing.T) {
	as := claimed()
	for name, test := range map[string]struct {
		made
		fails []int
	}{
		"as claimed": {as, nil},
		"the best metric-based learner imitates the witness": {made{func(arm string) float64 {
			if strings.HasPrefix(arm, "MatchNet-64 imitates witness") {
				return .002
			}
			return .2
		}, as.loss}, []int{1}},
		"another one than the best does": {made{func(arm string) float64 {
			if strings.HasPrefix(arm, "ProtoNet-64 imitates witness") {
				return .002
			}
			return .2
		}, as.loss}, nil},
		"a network imitates it": {made{func(arm string) float64 {
			if strings.HasPrefix(arm, "CNP-64") {
				return .01
			}
			return .2
		}, as.loss}, []int{2}},
		"fine-tuning changes nothing": {made{as.distance, func(string, int) float64 { return .5 }}, []int{3}},
		"fine-tuning raises the loss": {made{as.distance, func(_ string, step int) float64 { return .5 + .01*float64(step) }}, []int{3}},
	} {
		t.Run(name, func(t *testing.T) {
			checks, _ := concluded(t, test.made)
			var failed []int
			for i, c := range checks {
				if !c.Pass {
					failed = append(failed, i)
				}
			}
			if len(checks) != 4 || !slices.Equal(failed, test.fails) {
				t.Errorf("of %d checks those numbered %v fail, want %v: %+v", len(checks), failed, test.fails, checks)
			}
		})
	}
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
	m.distance = func(arm string) float64 {
		if strings.HasSuffix(arm, "imitates ANIL") {
			return .03
		}
		return .2
	}
	_, findings := concluded(t, m)
	byName := map[string]float64{}
	for _, f := range findings {
		byName[f.Name] = f.Estimate
	}
	for name, want := range map[string]float64{
		"ANIL fine-tuned: loss − loss as constructed":                                       -.2,
		"ANIL fine-tuned: loss − loss of the same transformer from a random start":          -.2,
		"CNP fine-tuned: largest rise of the loss between two looks":                        .09,
		"gradient-based learners trained to imitate their own ANIL: distance of the best":   .03,
		"metric-based learners trained to imitate their own ProtoNet: distance of the best": .2,
		"the paper's trained transformer (6 channels): distance from witness":               .2,
	} {
		if got, ok := byName[name]; !ok || math.Abs(got-want) > .1*math.Abs(want) {
			t.Errorf("%s: %g, want about %g; there are %v", name, got, want, byName)
		}
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
	s.Seeds, s.Settings, s.Conditions, s.Report = 3, nil, nil, nil
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
