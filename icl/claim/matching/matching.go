// Package matching is the study of claim 2 (paper, Fig. 2): an ICL transformer trained on a
// family of tasks does as well as the best learner for it; trained on a mixture it still
// does, while conventional learners lose.
package matching

import (
	"context"
	"slices"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/transformer"
)

// Claim is the study by name.
var Claim = study.Definition{
	Name: "claim2", CoreMinutes: 29, Title: "ICL matches the optimal learner of each family, even trained on a mixture", New: build,
}

// rivals are the conventional learners: metric- and amortization-based ones at the paper's
// size and at 64 units, and gradient-based ones, which the paper argues about and leaves out
// of its race.
func rivals() []learner.Learner {
	return []learner.Learner{
		metalearner.ProtoNet{}, metalearner.MatchNet{}, metalearner.CNP{},
		metalearner.ProtoNet{Width: 64}, metalearner.MatchNet{Width: 64}, metalearner.CNP{Width: 64},
		metalearner.ANIL{Width: 64}, maml(),
	}
}

// maml has an inner rate of its own for each layer, learned from .1 on, ten times the usual:
// of five steps on a few points at .01 little comes.
func maml() metalearner.MAML {
	return metalearner.MAML{Width: 8, Inner: metalearner.Inner{Rate: .1, Rates: "layer"}}
}

// asPublished are the learners as the authors' code has them. They are shown
// beside the others and take no part in the checks.
func asPublished() []learner.Learner {
	return []learner.Learner{metalearner.ProtoNet{Parity: true}, metalearner.MatchNet{Sum: true, Parity: true}}
}

func learners() []learner.Learner {
	return slices.Concat([]learner.Learner{transformer.Paper{}}, rivals(), asPublished())
}

// wideRivals are those beyond the plane.
func wideRivals() []learner.Learner {
	return []learner.Learner{metalearner.ProtoNet{Width: 64}, metalearner.ANIL{Width: 64}}
}

func build(preset string) (*study.Study, error) {
	size, err := plane.SizeOf(preset)
	if err != nil {
		return nil, err
	}
	return newStudy(size)
}

// newStudy trains each learner on each family and on the mixture, and tests all on all
// families, beside the Bayes-optimal predictor.
func newStudy(size plane.Size) (*study.Study, error) {
	s := &study.Study{Looks: size.Matching, Settings: size, Statements: statements()}
	arms, err := arms(size)
	if err != nil {
		return nil, err
	}
	wide, err := wideArms(size)
	if err != nil {
		return nil, err
	}
	s.Arms = slices.Concat(arms, wide)
	for i, a := range s.Arms {
		if !slices.Contains(closest(size), a.Name) {
			s.Arms[i].Seeds = size.Told
		}
	}
	for _, f := range plane.Families() {
		c := plane.Test(f, 1, plane.Points, size.Tasks)
		c.Arms = names(arms)
		c.Derive = func(_ context.Context, _ *study.Session, seed uint64) ([]eval.Predictor, error) {
			if seed >= uint64(size.Told) {
				return nil, nil
			}
			best, err := plane.Bayes(f, 1)
			return []eval.Predictor{best}, err
		}
		s.Conditions = append(s.Conditions, c)
	}
	for _, f := range plane.WideFamilies() {
		for _, sigma := range []float64{1, 5} {
			c := plane.Test(f, sigma, plane.Points, size.Tasks)
			c.Arms = names(wide)
			s.Conditions = append(s.Conditions, c)
		}
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error { return report(d, r, size) }
	return s, nil
}

// closest are the arms that differ by about what matters in some check, so that all seeds are
// needed: the transformer of the largest budget and, of each family, its optimal learner alone
// and on the mixture.
func closest(size plane.Size) (all []string) {
	for _, f := range append(plane.Families(), plane.Mixture) {
		all = append(all, longest(size, f))
	}
	for _, f := range plane.Families() {
		all = append(all, optimalOn(f, f), optimalOn(f, plane.Mixture))
	}
	return all
}

// arms are those in the plane: each learner on each family and on the mixture, and the
// transformer for other numbers of steps.
func arms(size plane.Size) (all []study.Arm, err error) {
	for _, f := range append(plane.Families(), plane.Mixture) {
		for _, l := range learners() {
			arm, err := size.Arm(l, f)
			if err != nil {
				return nil, err
			}
			all = append(all, arm)
		}
		longer, err := size.Longer(f)
		if err != nil {
			return nil, err
		}
		all = append(all, longer...)
	}
	return all, nil
}

// wideArms are those beyond the plane.
func wideArms(size plane.Size) (all []study.Arm, err error) {
	for _, f := range append(plane.WideFamilies(), plane.WideMixture) {
		for _, l := range append([]learner.Learner{transformer.Paper{}}, wideRivals()...) {
			arm, err := size.Arm(l, f)
			if err != nil {
				return nil, err
			}
			all = append(all, arm)
		}
	}
	return all, nil
}

func names(arms []study.Arm) []string {
	var all []string
	for _, a := range arms {
		all = append(all, a.Name)
	}
	return all
}

func report(d *study.Data, r *study.Result, size plane.Size) (err error) {
	r.Tasks = size.Tasks
	x := &scores{Data: d, size: size, best: map[string]string{}}
	for _, trainedOn := range append(plane.Families(), plane.Mixture) {
		c, err := x.chooseRival(trainedOn)
		if err != nil {
			return err
		}
		r.Choices = append(r.Choices, c)
	}
	r.Checks, r.Headline = x.checks(), x.headline()
	x.curves(r)
	x.budgets(r)
	x.regret(r)
	x.wide(r)
	shown := []string{"ICL", "ProtoNet", "MatchNet", "CNP", metalearner.ANIL{Width: 64}.Name(), maml().Name(), plane.BayesOptimal}
	r.Figure = study.Figure{Title: "Accuracy by number of in-context examples", Rows: []study.Row{
		{Title: "{family}, trained on {family}", Group: ownFamily, Learners: shown},
		{Title: "{family}, trained on mix", Group: onMixture, Learners: shown},
	}}
	for _, m := range []eval.Metric{eval.Accuracy, eval.LogLoss, eval.Brier} {
		r.Tables = append(r.Tables, x.summary(m, r.Runs))
	}
	r.Tables = append(r.Tables, x.crossTable())
	return nil
}
