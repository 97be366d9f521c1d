package claim

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// Claim 2 (paper, Fig. 2): an ICL transformer trained on a family of tasks does
// as well as the best learner for it; trained on a mixture it still does, while
// conventional learners lose.

// icl is the paper's transformer trained on something.
func icl(trained string) subject { return subject{transformer.Paper{}.Name(), trained} }

// bayes is the Bayes-optimal predictor of the tested family.
var bayesOptimal = subject{bayes.Pair{}.Name(), ""}

// rivals are the conventional learners, at the paper's size and at 64 units.
func rivals() []learner.Learner {
	return []learner.Learner{
		metalearner.ProtoNet{}, metalearner.MatchNet{}, metalearner.MatchNet{Sum: true}, metalearner.CNP{},
		metalearner.ProtoNet{Width: 64}, metalearner.MatchNet{Width: 64}, metalearner.CNP{Width: 64},
	}
}

// asPublished are the learners as the authors' code has them. They are shown
// beside the others and take no part in the checks.
func asPublished() []learner.Learner {
	return []learner.Learner{metalearner.ProtoNet{Parity: true}, metalearner.MatchNet{Sum: true, Parity: true}}
}

func claim2(p Preset) study {
	x := &experiment{
		title:  "ICL matches the optimal learner of each family, even trained on a mixture",
		preset: p, tasks: p.Tasks, at: eval.AllLengths(points), conditions: at1(singles...),
		derive: func(c condition, _ func(subject) *train.Fitted) ([]eval.Predictor, error) {
			best, err := bayesOf(c)
			return []eval.Predictor{best}, err
		},
		keep: func(condition) bool { return false },
	}
	for _, l := range append(append([]learner.Learner{transformer.Paper{}}, rivals()...), asPublished()...) {
		for _, family := range append(slices.Clone(singles), mixture) {
			x.cells = append(x.cells, cell{l, family})
		}
	}
	x.fill = func(r *Result) {
		r.Checks, r.Headline = claim2Checks(x), claim2Headline(x)
		claim2Regret(x, r)
	}
	return x
}

// bayesOf is the Bayes-optimal predictor of a condition, which it knows. With 250
// particles proto's accuracy is that of 1,000 to .001, its log-loss .003 higher.
func bayesOf(c condition) (eval.Predictor, error) {
	if c.family == "proto" {
		return bayes.Proto{Sigma: c.sigma, Particles: particles}, nil
	}
	return bayes.ByName(c.family, c.sigma)
}

const particles = 250

// margin is how much lower an accuracy may be and still count as matching.
const margin = .01

// claim2Checks are the criteria of claim 2. Accuracies are means over 2 and more
// examples.
func claim2Checks(x *experiment) []Check {
	var checks []Check
	for _, f := range singles {
		best := x.bestRival(f)
		checks = append(checks, above(fmt.Sprintf("%s: ICL(%s) − best rival, %s", f, f, best.learner), -margin,
			x.difference(icl(f), best, on(f))))
	}
	for _, f := range singles {
		other := x.bestOther(f)
		checks = append(checks, above(fmt.Sprintf("%s: %s − %s, each trained on its own family", f, optimal[f], other.learner), 0,
			x.difference(optimalOn(f, f), other, on(f))))
	}
	for _, f := range singles {
		checks = append(checks, below(fmt.Sprintf("%s(mix) over the families − %s(%s) on %s", optimal[f], optimal[f], f, f), 0,
			x.mixtureLoss(f)))
	}
	for _, f := range singles {
		checks = append(checks, within(fmt.Sprintf("%s: ICL(mix) − ICL(%s)", f, f), margin,
			x.difference(icl(mixture), icl(f), on(f))))
	}
	return checks
}

// on is the condition of claim 2 for a family.
func on(family string) condition { return condition{family, 1, points} }

// optimalOn is the learner that the paper calls optimal for f, trained on something.
func optimalOn(f, trained string) subject { return subject{optimal[f], trained} }

// claim2Headline sets one transformer, trained on the mixture, against the best
// rival of each family, trained on that family alone.
func claim2Headline(x *experiment) Headline {
	e := bootstrap(overFamilies(func(f string) [][]float64 {
		return eval.Differences(x.perTask(icl(mixture), on(f)), x.perTask(x.bestRival(f), on(f)))
	}))
	return headline("ICL(mix) − best rival of each family", e)
}

// claim2Regret sets the transformer, trained alone and on the mixture, and the best
// rival of each family against Bayes.
func claim2Regret(x *experiment, r *Result) {
	rng := datasets.Rand(0, "inflation")
	for _, f := range singles {
		best := x.summaries(bayesOptimal, on(f))
		for _, s := range []subject{icl(f), icl(mixture), x.bestRival(f)} {
			mine := x.summaries(s, on(f))
			for _, m := range []eval.Metric{eval.Accuracy, eval.LogLoss} {
				r.Regret = append(r.Regret, x.label(eval.Regret(m, mine, best), s, on(f), nil))
			}
			c := eval.Inflation(rng, mine, best, bootstrapRounds)
			r.Inflation = append(r.Inflation, x.label(c, s, on(f), nil))
			last := len(c.N) - 1
			r.Findings = append(r.Findings, Headline{
				fmt.Sprintf("%s: sample inflation of %s at %d examples", f, s, c.N[last]), c.Mean[last], [2]float64{c.Lo[last], c.Hi[last]}})
		}
	}
}

// bestRival is the conventional learner with the best validation accuracy on f,
// trained on f: the test tasks take no part in the choice.
func (x *experiment) bestRival(f string) subject {
	var best subject
	for _, l := range rivals() {
		if s := (subject{l.Name(), f}); best.learner == "" || x.validation(s) > x.validation(best) {
			best = s
		}
	}
	return best
}

// bestOther is the family's strongest off-diagonal entry of the cross table: of
// the learners that are optimal for other families, trained there, the one that
// does best on f.
func (x *experiment) bestOther(f string) subject {
	var best subject
	top := 0.
	for _, other := range singles {
		if other == f {
			continue
		}
		s := optimalOn(other, other)
		if m := eval.Interval(x.perTask(s, on(f))).Mean; best.learner == "" || m > top {
			best, top = s, m
		}
	}
	return best
}

// mixtureLoss is the mean accuracy over the three families of the learner that is
// optimal for f, trained on the mixture, less its accuracy on f when trained there.
func (x *experiment) mixtureLoss(f string) eval.Estimate {
	mean := overFamilies(func(g string) [][]float64 { return x.perTask(optimalOn(f, mixture), on(g)) })
	return bootstrap(eval.Differences(mean, x.perTask(optimalOn(f, f), on(f))))
}

// overFamilies averages what values gives for each family, task by task.
func overFamilies(values func(family string) [][]float64) [][]float64 {
	var mean [][]float64
	for _, f := range singles {
		groups := values(f)
		if mean == nil {
			mean = make([][]float64, len(groups))
		}
		for s, g := range groups {
			if mean[s] == nil {
				mean[s] = make([]float64, len(g))
			}
			floats.AddScaled(mean[s], 1/float64(len(singles)), g)
		}
	}
	return mean
}
