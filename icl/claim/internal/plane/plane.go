// Package plane holds what the claims share that train on the paper's families of
// two-dimensional classification tasks: what learners are trained on, with which recipe, and
// on which tasks they are tested.
package plane

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/transformer"
)

// Families are those of the paper's mixture, each the best case of one conventional learner.
func Families() []string { return []string{"proto", "pair", "amort"} }

// Optimal names the conventional learner that the paper calls optimal for a family.
var Optimal = map[string]string{"proto": "ProtoNet", "pair": "MatchNet", "amort": "CNP"}

// What learners are trained on, besides a single family.
const (
	Mixture = "mix"       // a third of each family
	Shifted = "mix σ 1–5" // the same, each task with one of five spreads σ
)

// Sigmas are the spreads σ of the shift experiments. Training is at 1.
func Sigmas() []float64 { return []float64{1, 2, 3, 4, 5} }

// Points is the number of points of a task, and FromExamples the smallest number of
// examples that counts in averages: the authors' loss starts there, too.
const (
	Points       = 50
	FromExamples = 2
)

// Tasks returns the sampler of what learners are trained on: a family, [Mixture] or
// [Shifted].
func Tasks(name string) (datasets.Sampler, error) {
	if name != Shifted {
		return synthetic.ByName(name, 1, Points)
	}
	var all datasets.Mix
	for _, sigma := range Sigmas() {
		all.Samplers = append(all.Samplers, synthetic.Mixture(sigma, Points))
	}
	return all, nil
}

// Name names a learner by what it was trained on: "ICL(mix)".
func Name(learner, trainedOn string) string { return fmt.Sprintf("%s(%s)", learner, trainedOn) }

// ICL names the paper's transformer by what it was trained on.
func ICL(trainedOn string) string { return Name(transformer.Paper{}.Name(), trainedOn) }

// Arm is a learner to be trained on a family or mixture in the size of the claims 2 and 3.
func (s Size) Arm(l learner.Learner, trainedOn string) (study.Arm, error) {
	tasks, err := Tasks(trainedOn)
	arm := study.Arm{
		Name: Name(l.Name(), trainedOn), Learner: l, Tasks: tasks,
		Recipe: s.recipe(l, trainedOn), Starts: s.starts(l),
	}
	if !isTransformer(l) {
		arm.Rates, arm.RateSeeds = s.Rates, s.RateSeeds
	}
	return arm, err
}

// Rates is a table of the learning rates that conventional learners have chosen, by what they
// are trained on. A * says that it is the least or the greatest there was to choose from.
func Rates(runs []study.RunInfo) eval.Table {
	trainedOn := append(Families(), Mixture)
	t := eval.Table{Title: "learning rates", Header: append([]string{"learner"}, trainedOn...)}
	rates, order := map[string]string{}, []string{}
	for _, run := range runs {
		if run.Rate == 0 {
			continue
		}
		rates[run.Arm] = fmt.Sprintf("%g", run.Rate)
		if run.Edge {
			rates[run.Arm] += " *"
		}
		if !slices.Contains(order, run.Learner) {
			order = append(order, run.Learner)
		}
	}
	for _, l := range order {
		row := []string{l}
		for _, name := range trainedOn {
			row = append(row, rates[Name(l, name)])
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// Test is the condition of that many test tasks of a family at spread sigma. Every study
// that tests under it draws the same tasks.
func Test(family string, sigma float64, points, tasks int) study.Condition {
	c := study.Condition{Name: family, Family: family, First: FromExamples}
	stream := "test/" + family
	if sigma != 1 {
		c.Name = fmt.Sprintf("%s, σ = %g", family, sigma)
		stream = fmt.Sprintf("%s/%g", stream, sigma)
	}
	c.Sample = func(seed uint64) (*datasets.Batch, error) {
		sampler, err := synthetic.ByName(family, sigma, points)
		if err != nil {
			return nil, err
		}
		return sampler.Sample(datasets.Rand(seed, stream), tasks)
	}
	return c
}

// BayesOptimal names the Bayes-optimal predictor of the tested family.
var BayesOptimal = bayes.Pair{}.Name()

// Bayes is the Bayes-optimal predictor of a family, which it knows. With 250 particles
// proto's accuracy is that of 1,000 to .001, its log-loss .003 higher.
func Bayes(family string, sigma float64) (eval.Predictor, error) {
	if family == "proto" {
		return bayes.Proto{Sigma: sigma, Particles: particles}, nil
	}
	return bayes.ByName(family, sigma)
}

// BayesOfMixture is the Bayes-optimal predictor of the mixture.
func BayesOfMixture() bayes.Mix {
	return bayes.Mix{Families: []bayes.Family{bayes.Proto{Particles: particles}, bayes.Pair{}, bayes.Amort{}}}
}

const particles = 250
