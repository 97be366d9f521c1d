package matching

import (
	"fmt"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// scores are those of the study, with the best rival of each family.
type scores struct {
	*study.Data
	size plane.Size
	best map[string]string // the best rival's arm, by what it was trained on
}

// The statements of claim 2.
const (
	alone   = "alone"
	rules   = "rules"
	mixed   = "mixed"
	keeps   = "keeps"
	forgets = "forgets"
)

func statements() []study.Statement {
	return []study.Statement{
		{ID: alone, Text: "trained on one family, ICL does as well as the best conventional learner, of any kind and size"},
		{ID: rules, Text: "each conventional learner of the paper is the best of the three in its own family"},
		{ID: mixed, Text: "trained on the mixture, ICL does as well in each family as the best conventional learner that is trained on the mixture"},
		{ID: keeps, Text: "trained on the mixture, ICL does as well as on the family alone, after as many tasks of it"},
		{ID: forgets, Text: "trained on the mixture, each conventional learner loses in its own family"},
	}
}

// margin is the smallest difference of accuracies that matters.
const margin = .01

// whyMargin says why.
const whyMargin = "one answer in a hundred: nobody would choose between learners that are closer"

// longest is the transformer of the largest budget.
func longest(size plane.Size, trainedOn string) string {
	return plane.ICLOf(trainedOn, size.StepsOn(trainedOn, size.Budgets[len(size.Budgets)-1]))
}

func (x *scores) longest(trainedOn string) string { return longest(x.size, trainedOn) }

// checks are the criteria of claim 2. Accuracies are means over 2 and more examples, and the
// transformer is that of the largest budget.
func (x *scores) checks() (all []study.Check) {
	for _, f := range plane.Families() {
		rival := x.best[f]
		all = append(all, study.Above(fmt.Sprintf("%s: ICL(%s) − best rival, %s", f, f, trimmed(rival, f)), -margin,
			x.Difference(eval.Accuracy, x.longest(f), rival, f)).For(alone, whyMargin))
	}
	for _, f := range plane.Families() {
		other := x.bestOther(f)
		all = append(all, study.Above(fmt.Sprintf("%s: %s − %s, each trained on its own family", f, plane.Optimal[f], plane.Optimal[other]), margin,
			x.Difference(eval.Accuracy, optimalOn(f, f), optimalOn(other, other), f)).For(rules, whyMargin))
	}
	for _, f := range plane.Families() {
		rival := x.best[plane.Mixture]
		all = append(all, study.Above(fmt.Sprintf("%s: ICL(mix) − best rival, %s", f, rival), -margin,
			x.Difference(eval.Accuracy, x.longest(plane.Mixture), rival, f)).For(mixed, whyMargin))
	}
	for _, f := range plane.Families() {
		all = append(all, study.Above(fmt.Sprintf("%s: ICL(mix) − ICL(%s)", f, f), -margin,
			x.Difference(eval.Accuracy, x.longest(plane.Mixture), x.longest(f), f)).For(keeps, whyMargin))
	}
	for _, f := range plane.Families() {
		all = append(all, study.Above(fmt.Sprintf("%s: %s(%s) − %s(mix)", f, plane.Optimal[f], f, plane.Optimal[f]), margin,
			x.Difference(eval.Accuracy, optimalOn(f, f), optimalOn(f, plane.Mixture), f)).For(forgets, whyMargin))
	}
	return all
}

// optimalOn is the learner that the paper calls optimal for f, trained on something.
func optimalOn(f, trainedOn string) string { return plane.Name(plane.Optimal[f], trainedOn) }

// trimmed is the name of a learner without what it was trained on.
func trimmed(arm, trainedOn string) string { return arm[:len(arm)-len(trainedOn)-len("()")] }

// headline is where one transformer, trained on the mixture, falls behind most: the family
// whose best rival, trained on that family alone, is farthest ahead.
func (x *scores) headline() study.Finding {
	var most study.Finding
	for i, f := range plane.Families() {
		e := x.Difference(eval.Accuracy, x.longest(plane.Mixture), x.best[f], f)
		if i == 0 || e.Mean < most.Estimate {
			most = study.Find(fmt.Sprintf("where ICL loses most, %s: ICL(mix) − %s", f, x.best[f]), e)
		}
	}
	return most
}

// chooseRival finds the conventional learner with the best validation accuracy of those that
// were trained on a family or on the mixture, in the mean over seeds. The test tasks take no
// part in the choice.
func (x *scores) chooseRival(trainedOn string) (study.Choice, error) {
	c := study.Choice{Of: "on " + trainedOn, What: "best rival, by validation error", Seeds: min(x.size.Told, len(x.Seeds()))}
	least := 2.
	for _, l := range rivals() {
		v, err := x.Validation(plane.Name(l.Name(), trainedOn))
		if err != nil {
			return c, err
		}
		wrong := 1 - v.Accuracy
		c.Tried = append(c.Tried, study.NewTry(l.Name(), wrong))
		if wrong < least {
			c.Chosen, least = l.Name(), wrong
		}
	}
	x.best[trainedOn] = plane.Name(c.Chosen, trainedOn)
	return c, nil
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
