// Package selection is the study of claim 3 (paper, Fig. 3): what an ICL transformer learns
// on a mixture is not to select one of the learners that are good for its parts. On a new
// family, the discs of radius, it does better than any selection; where the inputs spread
// more widely than in training, it loses more; and after few examples its answers are those of
// an average over the families, not of the likeliest one.
package selection

import (
	"context"
	"slices"

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
	Name: "claim3", CoreMinutes: 20, Title: "ICL is not algorithm selection: better than it on a new family, worse under shift", New: build,
}

// lengths are the numbers of examples that the paper looks at.
func lengths() []int { return []int{2, 4, 7, 10, 15, 20, 27, 35, 42, 49} }

// fromRadius is the smallest number of examples in the comparison on the new family.
const (
	newFamily  = "radius"
	fromRadius = 10
)

// Names of what is compared with ICL(mix). Selection is among the members as they were trained on
// the mixture, or among specialists: each trained on its own family.
var (
	icl         = plane.ICL(plane.Mixture)
	selected    = baseline.Selection{}.Name()
	bestOfSet   = baseline.BestOf{}.Name()
	specialists = selected + " of specialists"
)

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
	parts, err := changed(size)
	if err != nil {
		return nil, err
	}
	s := &study.Study{Looks: size.Selection, Statements: statements(), Settings: size, Arms: slices.Concat(arms, parts)}
	// Discs have as many points again behind the last query, by which [baseline.BestOf]
	// judges.
	s.Conditions = append(s.Conditions, condition(newFamily, 1, 2*plane.Points, size))
	for _, f := range plane.Families() {
		for _, sigma := range plane.Sigmas() {
			s.Conditions = append(s.Conditions, condition(f, sigma, plane.Points, size))
		}
	}
	for _, f := range plane.Families() {
		s.Conditions = append(s.Conditions, few(f, size))
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		r.Tasks = size.Shift
		return report(d, r)
	}
	return s, nil
}

// arms are the transformer on the mixture, then each member on the mixture and on its own
// family; of few seeds the transformer there, and on tasks of several spreads.
func arms(size plane.Size) ([]study.Arm, error) {
	type cell struct {
		l         learner.Learner
		trainedOn string
		seeds     int
	}
	cells := []cell{{transformer.Paper{}, plane.Mixture, 0}, {transformer.Paper{}, plane.Shifted, size.Told}}
	for i, l := range members() {
		f := plane.Families()[i]
		cells = append(cells, cell{l, plane.Mixture, 0}, cell{l, f, 0}, cell{transformer.Paper{}, f, size.Told})
	}
	var all []study.Arm
	for _, c := range cells {
		arm, err := size.Arm(c.l, c.trainedOn)
		if err != nil {
			return nil, err
		}
		arm.Seeds = c.seeds
		all = append(all, arm)
	}
	return all, nil
}

// bayesSeeds is the number of seeds on whose tasks the families' Bayes predictors are shown:
// that of proto takes as long as all else, and they differ little from seed to seed.
const bayesSeeds = 1

// condition is a family at a spread, with selection and, of few seeds or on the new family, what
// it is compared with besides.
func condition(family string, sigma float64, points int, size plane.Size) study.Condition {
	c := plane.Test(family, sigma, points, size.Shift)
	c.At = lengths()
	c.Derive = func(ctx context.Context, s *study.Session, seed uint64) ([]eval.Predictor, error) {
		told := seed < uint64(size.Told)
		if !told && sigma != 1 && sigma != widest() {
			return nil, nil // drops are from σ = 1 to the widest
		}
		own := plane.Families()
		mixed, err := trained(ctx, s, seed, func(int) string { return plane.Mixture })
		if err != nil {
			return nil, err
		}
		alone, err := trained(ctx, s, seed, func(i int) string { return own[i] })
		if err != nil {
			return nil, err
		}
		all := []eval.Predictor{baseline.Selection{Of: mixed}}
		if told || family == newFamily {
			all = append(all, eval.Named{Predictor: baseline.Selection{Of: alone}, Label: specialists})
		}
		if family == newFamily {
			all = append(all, baseline.BestOf{Of: mixed})
		}
		if family == newFamily || seed < bayesSeeds {
			best, err := plane.Bayes(family, sigma)
			if err != nil {
				return nil, err
			}
			all = append(all, best)
		}
		return all, nil
	}
	if family == newFamily {
		c.First = fromRadius
	}
	return c
}

// widest is the greatest spread.
func widest() float64 { return slices.Max(plane.Sigmas()) }

// trained lists the members of a seed, the i-th as it was trained on on(i).
func trained(ctx context.Context, s *study.Session, seed uint64, on func(i int) string) (of []eval.Predictor, err error) {
	for i, l := range members() {
		f, err := s.Run(ctx, plane.Name(l.Name(), on(i)), seed)
		if err != nil {
			return nil, err
		}
		of = append(of, f)
	}
	return of, nil
}

func report(d *study.Data, r *study.Result) error {
	x := scores{d}
	near, err := x.averaging()
	if err != nil {
		return err
	}
	r.Checks = append(x.checks(), averageChecks(near)...)
	r.Headline = study.Find("radius: ICL(mix) − selection, from 10 examples", x.onRadius(selected))
	r.Findings = append(x.findings(), x.partFindings()...)
	r.Figure = study.Figure{Title: "Accuracy on discs", Rows: []study.Row{{
		Title: "{family}, never seen in training", Group: newFamily,
		Learners: []string{icl, selected, specialists, bestOfSet, plane.BayesOptimal},
	}}}
	x.accuracies(r)
	x.shift(r)
	r.Add("closeness", near.curves()...)
	r.Tables = append(r.Tables, x.partTable())
	return nil
}
