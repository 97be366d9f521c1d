package claim

import (
	"slices"

	"github.com/goicl/goicl/icl/eval"
)

// Label names a curve's learner and what it was trained on: "ICL(mix)", "Bayes".
func (c Curve) Label() string { return subject{c.Learner, c.TrainedOn}.String() }

// labelled lists the curves of those labels that keep accepts, in the labels'
// order, each with its label for a learner.
func labelled(from []Curve, labels []string, keep func(Curve) bool) []eval.Curve {
	var curves []eval.Curve
	for _, label := range labels {
		for _, c := range from {
			if c.Label() == label && keep(c) {
				c.Learner = label
				curves = append(curves, c.Curve)
			}
		}
	}
	return curves
}

// On lists the accuracies on a family of the learners of those labels:
// On("radius", "ICL(mix)", "selection", "Bayes").
func (r *Result) On(family string, labels ...string) []eval.Curve {
	return labelled(r.Curves, labels, func(c Curve) bool { return c.Family == family && c.Sigma == 1 })
}

// Near lists the distances of ICL(mix)'s predictions from those of the learners of
// those labels, one curve a family and label.
func (r *Result) Near(labels ...string) []eval.Curve {
	return labelled(r.Closeness, labels, func(Curve) bool { return true })
}

// Shift lists the accuracies by spread σ, averaged over numbers of examples, of the
// learners of those labels, one curve a family and label; its N is σ.
func (r *Result) Shift(labels ...string) []eval.Curve {
	var curves []eval.Curve
	for _, label := range labels {
		for _, f := range singles {
			by := eval.Curve{Learner: label, Family: f, Metric: eval.Accuracy}
			for _, c := range r.Curves {
				if c.Label() == specific(label, f) && c.Family == f {
					by.N = append(by.N, int(c.Sigma))
					by.Add(c.Overall[eval.Accuracy])
				}
			}
			if len(by.N) > 0 {
				curves = append(curves, by)
			}
		}
	}
	return curves
}

// OwnFamily stands, in a label of [Result.Shift], for the family that is tested:
// "ICL(own family)".
const OwnFamily = "own family"

func specific(label, family string) string {
	if label == "ICL("+OwnFamily+")" {
		return icl(family).String()
	}
	return label
}

// RegretBy lists the regrets to Bayes in a metric, or the sample inflations if that
// is [eval.SampleInflation]: for each family those of "ICL", trained on it,
// "ICL, mixture" and "best rival".
func (r *Result) RegretBy(m eval.Metric) []eval.Curve {
	var curves []eval.Curve
	for _, c := range slices.Concat(r.Regret, r.Inflation) {
		if c.Metric != m {
			continue
		}
		switch c.Label() {
		case icl(c.Family).String():
			c.Learner = "ICL"
		case icl(mixture).String():
			c.Learner = "ICL, mixture"
		default:
			c.Learner = "best rival"
		}
		curves = append(curves, c.Curve)
	}
	return curves
}
