// Package selection is the study of claim 3 (paper, Fig. 3): what an ICL transformer learns
// on a mixture is not to select one of the learners that are good for its parts. On a new
// family, the discs of radius, it does better than any selection; where the inputs spread
// more widely than in training, it loses more.
package selection

import (
	"context"

	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/transformer"
)

// Claim is the study by name.
var Claim = study.Definition{
	Name: "claim3", Title: "ICL is not algorithm selection: better than it on a new family, worse under shift", New: build,
}

// lengths are the numbers of examples that the paper looks at.
func lengths() []int { return []int{2, 4, 7, 10, 15, 20, 27, 35, 42, 49} }

// fromRadius is the smallest number of examples in the comparison on the new family.
const (
	newFamily  = "radius"
	fromRadius = 10
)

// Names of what is compared with ICL(mix).
var (
	icl       = plane.ICL(plane.Mixture)
	softmax   = plane.Name(transformer.PreNorm{}.Name(), plane.Mixture)
	selected  = baseline.Selection{}.Name()
	bestOfSet = baseline.BestOf{}.Name()
)

const bayesMix = "Bayes of the mixture"

// members are the learners that selection is from: those that the paper calls
// optimal for the parts of the mixture.
func members() []learner.Learner {
	return []learner.Learner{metalearner.ProtoNet{}, metalearner.MatchNet{}, metalearner.CNP{}}
}

func build(preset string) (*study.Study, error) {
	size, err := plane.SizeOf(preset)
	if err != nil {
		return nil, err
	}
	return newStudy(size)
}

// newStudy trains the transformers and the members, and tests all on discs and, with five
// spreads of the inputs, on the families of the mixture.
func newStudy(size plane.Size) (*study.Study, error) {
	arms, err := arms(size)
	if err != nil {
		return nil, err
	}
	s := &study.Study{Seeds: size.Seeds, Settings: size, Arms: arms}
	// Discs have as many points again behind the last query, by which [baseline.BestOf]
	// judges.
	s.Conditions = append(s.Conditions, condition(newFamily, 1, 2*plane.Points, size))
	for _, f := range plane.Families() {
		for _, sigma := range plane.Sigmas() {
			s.Conditions = append(s.Conditions, condition(f, sigma, plane.Points, size))
		}
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		r.Tasks = size.Shift
		return report(d, r)
	}
	return s, nil
}

// arms are the transformers on the mixture, then each member on the mixture and on its own
// family, beside the paper's transformer there.
func arms(size plane.Size) ([]study.Arm, error) {
	type cell struct {
		l         learner.Learner
		trainedOn string
	}
	cells := []cell{{transformer.Paper{}, plane.Mixture}, {transformer.Paper{}, plane.Shifted}, {transformer.PreNorm{}, plane.Mixture}}
	for i, l := range members() {
		f := plane.Families()[i]
		cells = append(cells, cell{l, plane.Mixture}, cell{l, f}, cell{transformer.Paper{}, f})
	}
	var all []study.Arm
	for _, c := range cells {
		arm, err := size.Arm(c.l, c.trainedOn)
		if err != nil {
			return nil, err
		}
		all = append(all, arm)
	}
	return all, nil
}

// condition is a family at a spread, with selection, its bound and Bayes predictors.
func condition(family string, sigma float64, points int, size plane.Size) study.Condition {
	c := plane.Test(family, sigma, points, size.Shift)
	c.At, c.Keep = lengths(), sigma == 1
	c.Derive = func(ctx context.Context, s *study.Session, seed uint64) ([]eval.Predictor, error) {
		best, err := plane.Bayes(family, sigma)
		if err != nil {
			return nil, err
		}
		var of []eval.Classifier
		for _, l := range members() {
			f, err := s.Run(ctx, plane.Name(l.Name(), plane.Mixture), seed)
			if err != nil {
				return nil, err
			}
			of = append(of, f)
		}
		all := []eval.Predictor{best, baseline.Selection{Of: of}}
		if family == newFamily {
			all = append(all, baseline.BestOf{Of: of})
		}
		if sigma == 1 {
			all = append(all, eval.Named{Predictor: plane.BayesOfMixture(), Label: bayesMix})
		}
		return all, nil
	}
	return c
}

func report(d *study.Data, r *study.Result) error {
	x := scores{d}
	r.Checks = x.checks()
	r.Headline = study.Find("ICL(mix) − selection on radius, from 10 examples", x.onRadius(selected))
	r.Findings = x.findings()
	r.Figure = study.Figure{Title: "Accuracy on discs", Rows: []study.Row{{
		Title: "{family}, never seen in training", Group: newFamily,
		Learners: []string{icl, selected, bestOfSet, softmax, plane.BayesOptimal},
	}}}
	x.accuracies(r)
	x.shift(r)
	r.Tables = append(r.Tables, plane.Rates(r.Runs))
	return x.closeness(r)
}
