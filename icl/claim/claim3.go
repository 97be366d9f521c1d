package claim

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Claim 3 (paper, Fig. 3): what an ICL transformer learns on a mixture is not to
// select one of the learners that are good for its parts. On a new family, the
// discs of radius, it does better than any selection; where the inputs spread more
// widely than in training, it loses more.

// authorsAt are the numbers of examples that claim 3 looks at.
var authorsAt = []int{2, 4, 7, 10, 15, 20, 27, 35, 42, 49}

// fromRadius is the smallest number of examples in claim 3's comparison on radius.
const fromRadius = 10

// radius are the tasks of the new family. They have as many points again behind
// the last query, by which [baseline.BestOf] judges.
var radius = condition{"radius", 1, 2 * points}

var (
	selection = subject{baseline.Selection{}.Name(), ""}
	bestOf    = subject{baseline.BestOf{}.Name(), ""}
	bayesMix  = subject{"Bayes of the mixture", ""}
)

// members are the learners that selection is from: those that the paper calls
// optimal for the parts of the mixture.
func members() []learner.Learner {
	return []learner.Learner{metalearner.ProtoNet{}, metalearner.MatchNet{}, metalearner.CNP{}}
}

func claim3(p Preset) study {
	x := &experiment{
		title:  "ICL is not algorithm selection: better than it on a new family, worse under shift",
		preset: p, tasks: p.Shift, at: authorsAt, conditions: []condition{radius},
		derive: claim3Derived,
		keep:   func(c condition) bool { return c.sigma == 1 },
	}
	for _, f := range singles {
		for _, sigma := range shifts {
			x.conditions = append(x.conditions, condition{f, sigma, points})
		}
	}
	x.cells = []cell{{transformer.Paper{}, mixture}, {transformer.Paper{}, shifted}, {transformer.PreNorm{}, mixture}}
	for i, l := range members() {
		x.cells = append(x.cells, cell{l, mixture}, cell{l, singles[i]}, cell{transformer.Paper{}, singles[i]})
	}
	x.fill = func(r *Result) {
		r.Checks, r.Headline, r.Findings = claim3Checks(x), claim3Headline(x), claim3Findings(x)
		r.Closeness = claim3Closeness(x)
	}
	return x
}

// bayesOfMixture is the Bayes-optimal predictor of the mixture.
func bayesOfMixture() bayes.Mix {
	return bayes.Mix{Families: []bayes.Family{bayes.Proto{Particles: particles}, bayes.Pair{}, bayes.Amort{}}}
}

// claim3Derived are selection, its bounds and the Bayes predictors of a condition.
func claim3Derived(c condition, trained func(subject) *train.Fitted) ([]eval.Predictor, error) {
	best, err := bayesOf(c)
	if err != nil {
		return nil, err
	}
	var of []eval.Classifier
	for _, l := range members() {
		of = append(of, trained(subject{l.Name(), mixture}))
	}
	all := []eval.Predictor{best, baseline.Selection{Of: of}}
	if c == radius {
		all = append(all, baseline.BestOf{Of: of})
	}
	if c.sigma == 1 {
		all = append(all, eval.Named{Predictor: bayesOfMixture(), Label: bayesMix.learner})
	}
	return all, nil
}

// claim3Checks are the criteria of claim 3.
func claim3Checks(x *experiment) []Check {
	return []Check{
		above("radius: ICL(mix) − selection by leave-one-out likelihood", 0, x.onRadius(selection)),
		above("radius: ICL(mix) − the best of the three for each task", 0, x.onRadius(bestOf)),
		above("radius: accuracy of ICL(mix)", .55, bootstrap(x.fromTen(icl(mixture)))),
		x.shiftCheck(),
	}
}

// fromTen is a subject's accuracy per task on radius, from ten examples on.
func (x *experiment) fromTen(s subject) [][]float64 {
	var groups [][]float64
	for _, seed := range x.seeds() {
		groups = append(groups, x.kept[scoreKey{s, radius, seed}].Summarize(fromRadius).Of(eval.Accuracy).PerTask)
	}
	return groups
}

// onRadius is the accuracy of ICL(mix) less another's, from ten examples on.
func (x *experiment) onRadius(other subject) eval.Estimate {
	return bootstrap(eval.Differences(x.fromTen(icl(mixture)), x.fromTen(other)))
}

func claim3Headline(x *experiment) Headline {
	e := x.onRadius(selection)
	return headline("ICL(mix) − selection on radius, from 10 examples", e)
}

// timesAsMuch is how many times the selected learner's loss ICL must lose under
// shift.
const timesAsMuch = 3

// shiftCheck wants ICL to lose at least three times as much as selection on at
// least two of the three families, as σ grows from 1 to 5. It is the test of that
// partial conjunction (Benjamini and Heller 2008): twice the second smallest p.
func (x *experiment) shiftCheck() Check {
	var each []Check
	for _, f := range singles {
		excess := eval.Combine(x.drops(icl(mixture), f), 1, x.drops(selection, f), -timesAsMuch)
		each = append(each, above(fmt.Sprintf("σ 1→5: ICL(mix)'s drop − 3 × selection's, second best family (%s)", f), 0, bootstrap(excess)))
	}
	slices.SortStableFunc(each, func(a, b Check) int { return cmp.Compare(a.P, b.P) })
	second := each[1]
	second.P = min(1, 2*second.P)
	return second
}

// drops is what a subject's accuracy loses on a family as σ grows from 1 to 5.
// Tasks of different σ are independent, so pairing them costs nothing.
func (x *experiment) drops(s subject, family string) [][]float64 {
	least, most := shifts[0], shifts[len(shifts)-1]
	return eval.Differences(x.perTask(s, condition{family, least, points}), x.perTask(s, condition{family, most, points}))
}

// claim3Findings tell what every subject loses under shift.
func claim3Findings(x *experiment) []Headline {
	var all []Headline
	for _, f := range singles {
		own := subject{optimal[f], f}
		for _, s := range []subject{icl(mixture), icl(f), icl(shifted), {transformer.PreNorm{}.Name(), mixture}, selection, own, bayesOptimal} {
			e := bootstrap(x.drops(s, f))
			all = append(all, headline(fmt.Sprintf("σ 1→5, %s: drop of %s", f, s), e))
		}
	}
	return all
}

// claim3Closeness is the distance of ICL(mix)'s predictions from every other
// subject's, where the spread is that of training.
func claim3Closeness(x *experiment) []Curve {
	var all []Curve
	for _, where := range x.conditions {
		if !x.keep(where) {
			continue
		}
		for _, s := range x.subjects(where) {
			if s == icl(mixture) {
				continue
			}
			var sums []*eval.Summary
			for _, seed := range x.seeds() {
				d, err := x.kept[scoreKey{icl(mixture), where, seed}].DistanceTo(x.kept[scoreKey{s, where, seed}])
				if err != nil {
					continue // both were scored on the same tasks
				}
				sums = append(sums, d.Summarize(fromExamples))
			}
			all = append(all, x.label(eval.CurveOf(eval.Distance, sums...), s, where, nil))
		}
	}
	return all
}

// FamilyPosterior is what the Bayes predictor of the mixture believes of which of
// its families a task is from, by number of examples: a curve for each family, over
// that many tasks of the family that is named.
func FamilyPosterior(ctx context.Context, family string, tasks int) ([]eval.Curve, error) {
	b, err := on(family).sample(0, tasks)
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	at := eval.AllLengths(points)
	posterior, err := bayesOfMixture().FamilyPosterior(ctx, b, at)
	if err != nil {
		return nil, err
	}
	var curves []eval.Curve
	for i, name := range singles {
		c := eval.Curve{Learner: name, Family: family, N: at}
		for k := range at {
			column := make([]float64, b.T)
			for t := range column {
				column[t] = float64(posterior[(t*len(at)+k)*len(singles)+i])
			}
			c.Add(eval.Interval([][]float64{column}))
		}
		curves = append(curves, c)
	}
	return curves, nil
}
