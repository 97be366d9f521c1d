package matching

import (
	"fmt"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// scores are those of the study, with the best rival of each family.
type scores struct {
	*study.Data
	best map[string]string // by family
}

// margin is how much lower an accuracy may be and still count as matching.
const margin = .01

// checks are the criteria of claim 2. Accuracies are means over 2 and more examples.
func (x *scores) checks() []study.Check {
	var checks []study.Check
	for _, f := range plane.Families() {
		checks = append(checks, study.Above(fmt.Sprintf("%s: ICL(%s) − best rival, %s", f, f, trimmed(x.best[f], f)), -margin,
			x.Difference(eval.Accuracy, plane.ICL(f), x.best[f], f)))
	}
	for _, f := range plane.Families() {
		other := x.bestOther(f)
		checks = append(checks, study.Above(fmt.Sprintf("%s: %s − %s, each trained on its own family", f, plane.Optimal[f], plane.Optimal[other]), 0,
			x.Difference(eval.Accuracy, optimalOn(f, f), optimalOn(other, other), f)))
	}
	for _, f := range plane.Families() {
		checks = append(checks, study.Below(fmt.Sprintf("%s(mix) over the families − %s(%s) on %s", plane.Optimal[f], plane.Optimal[f], f, f), 0,
			x.mixtureLoss(f)))
	}
	for _, f := range plane.Families() {
		checks = append(checks, study.Within(fmt.Sprintf("%s: ICL(mix) − ICL(%s)", f, f), margin,
			x.Difference(eval.Accuracy, plane.ICL(plane.Mixture), plane.ICL(f), f)))
	}
	return checks
}

// optimalOn is the learner that the paper calls optimal for f, trained on something.
func optimalOn(f, trainedOn string) string { return plane.Name(plane.Optimal[f], trainedOn) }

// trimmed is the name of a learner without what it was trained on.
func trimmed(arm, trainedOn string) string { return arm[:len(arm)-len(trainedOn)-len("()")] }

// headline compares one transformer, trained on the mixture, with the best rival of each
// family, trained on that family alone.
func (x *scores) headline() study.Finding {
	e := eval.Interval(overFamilies(func(f string) [][]float64 {
		return eval.Differences(x.accuracies(plane.ICL(plane.Mixture), f), x.accuracies(x.best[f], f))
	}))
	return study.Find("ICL(mix) − best rival of each family", e)
}

func (x *scores) accuracies(subject, family string) [][]float64 {
	return x.PerTask(eval.Accuracy, subject, family)
}

// bestRival is the conventional learner with the best validation accuracy on f,
// trained on f: the test tasks take no part in the choice.
func (x *scores) bestRival(f string) (string, error) {
	best, top := "", 0.
	for _, l := range rivals() {
		name := plane.Name(l.Name(), f)
		v, err := x.Validation(name)
		if err != nil {
			return "", err
		}
		if best == "" || v.Accuracy > top {
			best, top = name, v.Accuracy
		}
	}
	return best, nil
}

// bestOther is the family whose optimal learner, trained there, does best on f, of all
// but f itself.
func (x *scores) bestOther(f string) string {
	best, top := "", 0.
	for _, other := range plane.Families() {
		if other == f {
			continue
		}
		if m := x.Mean(eval.Accuracy, optimalOn(other, other), f).Mean; best == "" || m > top {
			best, top = other, m
		}
	}
	return best
}

// mixtureLoss is the mean accuracy over the three families of the learner that is
// optimal for f, trained on the mixture, less its accuracy on f when trained there.
func (x *scores) mixtureLoss(f string) eval.Estimate {
	mean := overFamilies(func(g string) [][]float64 { return x.accuracies(optimalOn(f, plane.Mixture), g) })
	return eval.Interval(eval.Differences(mean, x.accuracies(optimalOn(f, f), f)))
}

// overFamilies averages what values gives for each family, task by task.
func overFamilies(values func(family string) [][]float64) [][]float64 {
	var mean [][]float64
	families := plane.Families()
	for _, f := range families {
		groups := values(f)
		if mean == nil {
			mean = make([][]float64, len(groups))
		}
		for s, g := range groups {
			if mean[s] == nil {
				mean[s] = make([]float64, len(g))
			}
			floats.AddScaled(mean[s], 1/float64(len(families)), g)
		}
	}
	return mean
}
