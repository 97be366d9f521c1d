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
	"github.com/goicl/goicl/icl/train"
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

// Beyond the plane: two of the families, and their mixture, with five inputs and three classes.
const (
	WideProto   = "proto 5-D"
	WidePair    = "pair 5-D"
	WideMixture = "mix 5-D"
)

// WideFamilies are those with five inputs and three classes.
func WideFamilies() []string { return []string{WideProto, WidePair} }

// Sigmas are the spreads σ of the shift experiments. Training is at 1.
func Sigmas() []float64 { return []float64{1, 2, 3, 4, 5} }

// Points is the number of points of a task, and FromExamples the smallest number of
// examples that counts in averages: the authors' loss starts there, too.
const (
	Points       = 50
	FromExamples = 2
)

// Tasks returns the sampler of what learners are trained on: a family, [Mixture] or
// [Shifted], or one beyond the plane.
func Tasks(name string) (datasets.Sampler, error) {
	switch name {
	case Shifted:
		var all datasets.Mix
		for _, sigma := range Sigmas() {
			all.Samplers = append(all.Samplers, synthetic.Mixture(sigma, Points))
		}
		return all, nil
	case WideMixture:
		return datasets.Mix{Samplers: []datasets.Sampler{wide(WideProto, 1), wide(WidePair, 1)}}, nil
	case WideProto, WidePair:
		return wide(name, 1), nil
	}
	return synthetic.ByName(name, 1, Points)
}

// wide is a family beyond the plane.
func wide(name string, sigma float64) datasets.Sampler {
	const inputs, classes = 5, 3
	if name == WideProto {
		return synthetic.Proto{N: Points, D: inputs, C: classes, Sigma: sigma}
	}
	return synthetic.Pair{N: Points, D: inputs, C: classes, Sigma: sigma}
}

// Name names a learner by what it was trained on: "ICL(mix)".
func Name(learner, trainedOn string) string { return fmt.Sprintf("%s(%s)", learner, trainedOn) }

// ICL names the paper's transformer by what it was trained on.
func ICL(trainedOn string) string { return Name(transformer.Paper{}.Name(), trainedOn) }

// Arm is a learner to be trained on a family or mixture in the size of the claims 2 and 3. It
// is tested with the weights after its last step.
func (s Size) Arm(l learner.Learner, trainedOn string) (study.Arm, error) {
	tasks, err := Tasks(trainedOn)
	arm := study.Arm{
		Name: Name(l.Name(), trainedOn), Learner: l, Tasks: tasks,
		Recipe: s.recipe(l, trainedOn), Starts: s.starts(l), Last: true,
	}
	if !isTransformer(l) && !s.Authors && !beyond(trainedOn) {
		arm.Rates, arm.RateSeeds = s.rates(l), 2
	}
	return arm, err
}

// ICLOf is the name of the paper's transformer after another number of steps than the usual.
func ICLOf(trainedOn string, steps int) string {
	return fmt.Sprintf("%s, %s steps", ICL(trainedOn), Thousands(steps))
}

// Thousands writes a number of steps: "33k", or "3.3k" below ten thousand.
func Thousands(steps int) string {
	if steps < 1000 {
		return fmt.Sprint(steps)
	}
	if steps < 10_000 {
		return fmt.Sprintf("%.2gk", float64(steps)/1000)
	}
	return fmt.Sprintf("%.0fk", float64(steps)/1000)
}

// Longer are the transformers of the other budgets: each on a family, or on the mixture with
// as many tasks of each family.
func (s Size) Longer(trainedOn string) ([]study.Arm, error) {
	var arms []study.Arm
	for _, budget := range s.Budgets {
		arm, err := s.Arm(transformer.Paper{}, trainedOn)
		if err != nil {
			return nil, err
		}
		steps := s.StepsOn(trainedOn, budget)
		arm.Name, arm.Recipe = ICLOf(trainedOn, steps), train.Fast(steps)
		arms = append(arms, arm)
	}
	return arms, nil
}

// Test is the condition of that many test tasks of a family at spread sigma. Every study
// that tests under it draws the same tasks, and tasks of another spread are drawn with the same
// random numbers, so that they differ in the spread alone.
func Test(family string, sigma float64, points, tasks int) study.Condition {
	c := study.Condition{Name: family, Family: family, First: FromExamples}
	if sigma != 1 {
		c.Name = fmt.Sprintf("%s, σ = %g", family, sigma)
	}
	c.Sample = func(seed uint64) (*datasets.Batch, error) {
		sampler, err := tested(family, sigma, points)
		if err != nil {
			return nil, err
		}
		return sampler.Sample(datasets.Rand(seed, "test/"+family), tasks)
	}
	return c
}

func tested(family string, sigma float64, points int) (datasets.Sampler, error) {
	if slices.Contains(WideFamilies(), family) {
		return wide(family, sigma), nil
	}
	return synthetic.ByName(family, sigma, points)
}

// BayesOptimal names the Bayes-optimal predictor of the tested family.
var BayesOptimal = bayes.Pair{}.Name()

// Bayes is the Bayes-optimal predictor of a family, which it knows. With 1,000 particles
// proto's log-loss at 49 examples is within .003 of that with 3,000.
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

const particles = 1000
