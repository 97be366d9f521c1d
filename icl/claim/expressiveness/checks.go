package expressiveness

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// checks are those of all statements.
func (x *experiment) checks(d *study.Data) ([]study.Check, error) {
	checks := append(x.constructionChecks(), x.boundChecks()...)
	imitation, err := imitationChecks(d)
	if err != nil {
		return nil, err
	}
	return append(append(checks, imitation...), x.trainingCheck(d)), nil
}

// constructionChecks compare constructions with their learners.
func (x *experiment) constructionChecks() []study.Check {
	var names []string
	for _, l := range construct.Learners() {
		names = append(names, l.Name())
	}
	worst, least, last := x.worst(names...), math.Inf(1), x.depth[len(x.depth)-1]
	for _, m := range x.mutants {
		least = min(least, m.gap)
	}
	return []study.Check{
		study.Below("float64: greatest difference of a construction from its learner", 1e-10, study.Exactly(worst.Float64)).
			For(be, "float64 rounds at 1e-16, and more at each layer; no wrong weight shows as little as 1e-10"),
		study.Below("float32: the same, relative", 1e-5, study.Exactly(worst.Float32)).
			For(be, "float32 rounds at 6e-8, and more at each layer"),
		study.Above("float64: the same with any one matrix changed by 1 %, least of all", 1e-7, study.Exactly(least)).
			For(be, "a thousand times what may pass for rounding: the comparison could have failed"),
		study.Below(fmt.Sprintf("ridge regression by %d steps of Chebyshev's iteration: error", last.Steps), 1e-6, study.Exactly(last.worst)).
			For(be, fmt.Sprintf("theory allows %.0e after as many steps", last.bound)),
	}
}

// boundChecks are that the transformer is the witness and that no learner of the classes is.
func (x *experiment) boundChecks() []study.Check {
	witness := construct.Witness{}.Name()
	checks := []study.Check{
		study.Below("float64: greatest difference of the witness's construction from it", 1e-10, study.Exactly(x.worst(witness).Float64)).
			For(more, "rounding, as for the learners"),
	}
	for _, c := range classes() {
		bound := x.violations[[2]string{witness, c.name}] / 2
		checks = append(checks, study.Above(fmt.Sprintf("witness: least error of any %s-based learner, by its invariance", c.name), .01, study.Exactly(bound)).
			For(more, "all above rounding rules a learner out; a probability that is off by .01 changes one answer in a hundred"))
	}
	return checks
}

// imitationChecks compare the best student of the witness with that of a member, in each
// class.
func imitationChecks(d *study.Data) ([]study.Check, error) {
	var checks []study.Check
	for _, c := range classes() {
		e, err := excess(d, c)
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("best %s-based student: distance from the witness − distance from its own kind's %s", c.name, c.control.Name())
		checks = append(checks, study.Above(name, .05, e).
			For(more, "one answer in twenty differs that would not if the witness were a member; students of members miss less than that in all"))
	}
	return checks, nil
}

// trainingCheck is that fine-tuning lowers the loss.
func (x *experiment) trainingCheck(d *study.Data) study.Check {
	return study.Below("fine-tuned: loss − loss as constructed, over three learners", -.01, x.gain(d, false, tunedLearners()...)).
		For(trains, "a hundredth of a nat makes the right label one per cent more probable; less than that is no use")
}

// choices are the architectures that were chosen among a class's students.
func (x *experiment) choices(d *study.Data, r *study.Result) error {
	for _, c := range classes() {
		for _, teacher := range []string{construct.Witness{}.Name(), c.control.Name()} {
			student, tried, err := best(d, c, teacher)
			if err != nil {
				return err
			}
			if len(tried) > 1 {
				r.Choices = append(r.Choices, study.Choice{
					Of: fmt.Sprintf("%s-based student of %s", c.name, teacher), What: "architecture", Chosen: student, Tried: tried, Seeds: len(d.Seeds()),
				})
			}
		}
	}
	return nil
}

func (x *experiment) findings(d *study.Data, r *study.Result, curves []eval.Curve) error {
	add := func(name string, e eval.Estimate) { r.Findings = append(r.Findings, study.Find(name, e)) }
	for _, l := range tunedLearners() {
		name := l.Name()
		add(name+" fine-tuned: loss − loss as constructed", x.gain(d, false, l))
		add(name+" fine-tuned: loss − loss of the same transformer from a random start", x.gain(d, true, l))
		add(name+" fine-tuned: largest rise of the loss between two looks", study.Exactly(largestRise(curves, name)))
	}
	for _, c := range classes() {
		witness, err := bestDistances(d, c, construct.Witness{}.Name())
		if err != nil {
			return err
		}
		control, err := bestDistances(d, c, c.control.Name())
		if err != nil {
			return err
		}
		add(fmt.Sprintf("%s-based learners trained to imitate the witness: distance of the best", c.name), eval.Interval(witness))
		add(fmt.Sprintf("%s-based learners trained to imitate their own %s: distance of the best", c.name, c.control.Name()), eval.Interval(control))
	}
	for _, t := range paperTeachers() {
		add(fmt.Sprintf("the paper's trained transformer (6 channels): distance from %s", t.Name()), eval.Interval(distances(d, paperStudent.Name(), t.Name())))
	}
	sharpest := x.maml[len(x.maml)-1]
	add(fmt.Sprintf("MAML through a leaky ReLU network: share of episodes that are wrong, sharpness %g", sharpest.sharp), study.Exactly(sharpest.wrong))
	return nil
}
