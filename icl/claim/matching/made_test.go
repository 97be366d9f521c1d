package matching

import (
	"context"
	"maps"
	"math"
	"testing"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
	"github.com/goicl/goicl/icl/study"
)

// small is the size of made-up studies: the usual number of steps lies between the others.
func small() plane.Size {
	return plane.Size{Matching: study.LooksAt(5), Told: 5, Tasks: 200, Mixture: 300, Budgets: []int{150, 900}, Small: []float64{.01, .03}, Large: []float64{.01}}
}

// skills are accuracies by "subject on condition"; what is not named has the one of the subject
// alone, or .55.
type skills map[string]float64

func (s skills) of(subject, condition string) float64 {
	for _, key := range []string{subject + " on " + condition, subject} {
		if v, ok := s[key]; ok {
			return v
		}
	}
	return .55
}

// with are the skills but for a change.
func (s skills) with(change skills) skills {
	all := maps.Clone(s)
	maps.Copy(all, change)
	return all
}

// The best rivals of made-up studies.
func rivalOn(trainedOn string) string {
	return plane.Name(map[string]string{"proto": "ProtoNet-64", "pair": "MAML-8", "amort": "ANIL-64", plane.Mixture: "CNP-64"}[trainedOn], trainedOn)
}

// iclOn is the transformer of the largest budget.
func iclOn(trainedOn string) string {
	return map[string]string{
		"proto": "ICL(proto), 300 steps", "pair": "ICL(pair), 300 steps", "amort": "ICL(amort), 300 steps", plane.Mixture: "ICL(mix), 900 steps",
	}[trainedOn]
}

// claimed are skills as the claim has them. With fewer steps the transformer is worse.
func claimed() skills {
	s := skills{
		plane.BayesOptimal: .9, rivalOn(plane.Mixture): .75,
		iclOn(plane.Mixture): .8, "ICL(mix)": .7, "ICL(mix), 150 steps": .6,
	}
	for _, f := range plane.Families() {
		s[iclOn(f)+" on "+f], s[plane.ICL(f)+" on "+f], s[plane.ICLOf(f, 50)+" on "+f] = .8, .72, .65
		s[rivalOn(f)+" on "+f], s[optimalOn(f, f)+" on "+f], s[optimalOn(f, plane.Mixture)+" on "+f] = .78, .74, .65
	}
	for _, f := range plane.WideFamilies() {
		shifted := f + ", σ = 5"
		s["ICL("+f+") on "+f], s["ProtoNet-64("+f+") on "+f], s["ANIL-64("+f+") on "+f] = .8, .7, .6
		s["ICL(mix 5-D) on "+f], s["ProtoNet-64(mix 5-D) on "+f], s["ANIL-64(mix 5-D) on "+f] = .75, .7, .55
		s["ICL(mix 5-D) on "+shifted], s["ProtoNet-64(mix 5-D) on "+shifted], s["ANIL-64(mix 5-D) on "+shifted] = .55, .65, .55
	}
	return s
}

// ofChecks are the subjects of checks and headline.
func ofChecks() (all []string) {
	all = append(all, iclOn(plane.Mixture), rivalOn(plane.Mixture))
	for _, f := range plane.Families() {
		all = append(all, iclOn(f), rivalOn(f), optimalOn(f, f), optimalOn(f, plane.Mixture))
	}
	return all
}

// made is the result of learners with these skills: of the subjects that are named, or of all,
// those of conditions beyond the plane included.
func made(t *testing.T, s skills, subjects []string, report func(x *scores, r *study.Result)) *study.Result {
	t.Helper()
	real, err := newStudy(small())
	if err != nil {
		t.Fatal(err)
	}
	nothing := study.Part{Label: "nothing", Do: func(context.Context, *study.Session) error { return nil }}
	of := &study.Study{Name: "made", Looks: small().Matching, Statements: real.Statements, Parts: []study.Part{nothing}}
	for _, c := range real.Conditions {
		named := subjects
		switch {
		case subjects == nil && c.Derive != nil: // in the plane
			named = append([]string{plane.BayesOptimal}, c.Arms...)
		case subjects == nil:
			named = c.Arms
		case c.Derive == nil:
			continue
		}
		c.Arms, c.At = []string{}, []int{0, 2, 5, 11}
		c.Derive = func(context.Context, *study.Session, uint64) (all []eval.Predictor, err error) {
			for _, name := range named {
				all = append(all, predicttest.Skilled{Label: name, Skill: s.of(name, c.Name)})
			}
			return all, nil
		}
		of.Conditions = append(of.Conditions, c)
	}
	of.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		x := &scores{Data: d, size: small(), best: map[string]string{plane.Mixture: rivalOn(plane.Mixture)}}
		for _, f := range plane.Families() {
			x.best[f] = rivalOn(f)
		}
		r.Checks, r.Headline = x.checks(), x.headline()
		if report != nil {
			report(x, r)
		}
		return nil
	}
	r, err := study.Run(t.Context(), of, study.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func near(v, want float64) bool { return math.Abs(v-want) < .04 }
