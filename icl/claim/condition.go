package claim

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/learner"
)

// singles are the families of claims 2 and 3, each the best case of one
// conventional learner.
var singles = []string{"proto", "pair", "amort"}

// What learners are trained on, besides a single family.
const (
	mixture = "mix"       // a third of each family
	shifted = "mix σ 1–5" // the same, each task with one of five spreads σ
)

// shifts are the spreads σ of the shift experiments. Training is at 1.
var shifts = []float64{1, 2, 3, 4, 5}

// optimal names the conventional learner that the paper calls optimal for a family.
var optimal = map[string]string{"proto": "ProtoNet", "pair": "MatchNet", "amort": "CNP"}

// points is the number of points of a task.
const points = 50

// trainingTasks returns the sampler of what learners are trained on.
func trainingTasks(name string) (datasets.Sampler, error) {
	if name != shifted {
		return synthetic.ByName(name, 1, points)
	}
	var all datasets.Mix
	for _, sigma := range shifts {
		all.Samplers = append(all.Samplers, synthetic.Mixture(sigma, points))
	}
	return all, nil
}

// cell is a learner to be trained on something.
type cell struct {
	learner learner.Learner
	trained string
}

func (c cell) subject() subject { return subject{c.learner.Name(), c.trained} }

// subject is a predictor under test: a learner and what it was trained on, or one
// that needs no training of its own.
type subject struct{ learner, trained string }

func (s subject) String() string {
	if s.trained == "" {
		return s.learner
	}
	return fmt.Sprintf("%s(%s)", s.learner, s.trained)
}

// condition is a distribution of test tasks.
type condition struct {
	family string
	sigma  float64
	points int
}

// sample draws the test tasks of a seed: the same for every subject, so that
// comparisons pair by task, and for every claim that tests under the condition.
func (c condition) sample(seed uint64, tasks int) (*datasets.Batch, error) {
	sampler, err := synthetic.ByName(c.family, c.sigma, c.points)
	if err != nil {
		return nil, err
	}
	stream := "test/" + c.family
	if c.sigma != 1 {
		stream = fmt.Sprintf("%s/%g", stream, c.sigma)
	}
	return sampler.Sample(datasets.Rand(seed, stream), tasks)
}

// at1 are the families under the spread they are trained with.
func at1(families ...string) []condition {
	var all []condition
	for _, f := range families {
		all = append(all, on(f))
	}
	return all
}
