package matching

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
	"github.com/goicl/goicl/icl/study"
)

// skills are accuracies by "subject on family"; what is not named has the one of "", or .55.
type skills map[string]float64

func (s skills) of(subject, family string) float64 {
	for _, key := range []string{subject + " on " + family, subject, ""} {
		if v, ok := s[key]; ok {
			return v
		}
	}
	return .55
}

// claimed are skills as the claim has them.
func claimed() skills {
	s := skills{plane.BayesOptimal: .85, plane.ICL(plane.Mixture): .8}
	for _, f := range plane.Families() {
		s[plane.ICL(f)+" on "+f] = .8
		s[optimalOn(f, f)+" on "+f] = .75
		s[optimalOn(f, plane.Mixture)] = .65
	}
	return s
}

// concluded are the checks, the headline and the curves of the claim where the learners have
// these skills, with each family's optimal learner as its best rival.
func concluded(t *testing.T, s skills) *study.Result {
	t.Helper()
	size, err := plane.SizeOf("smoke")
	if err != nil {
		t.Fatal(err)
	}
	arms, err := newStudy(size)
	if err != nil {
		t.Fatal(err)
	}
	nothing := study.Part{Label: "nothing", Do: func(context.Context, *study.Session) error { return nil }}
	made := &study.Study{Name: "made", Seeds: 5, Parts: []study.Part{nothing}}
	for _, f := range plane.Families() {
		c := plane.Test(f, 1, 12, 100)
		c.At, c.Derive = []int{0, 2, 5, 11}, func(context.Context, *study.Session, uint64) ([]eval.Predictor, error) {
			all := []eval.Predictor{madeOf(plane.BayesOptimal, f, s)}
			for _, a := range arms.Arms {
				all = append(all, madeOf(a.Name, f, s))
			}
			return all, nil
		}
		made.Conditions = append(made.Conditions, c)
	}
	made.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		x := &scores{Data: d, best: map[string]string{}}
		for _, f := range plane.Families() {
			x.best[f] = optimalOn(f, f)
		}
		r.Checks, r.Headline = x.checks(), x.headline()
		x.curves(r)
		r.Tables = append(r.Tables, x.crossTable(), x.summary(eval.Accuracy, []study.RunInfo{{Learner: "ICL", Params: 7}, {Learner: "CNP", Params: 3}, {Learner: "ICL", Params: 7}}))
		return nil
	}
	r, err := study.Run(t.Context(), made, study.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func madeOf(name, family string, s skills) predicttest.Skilled {
	return predicttest.Skilled{Label: name, Skill: s.of(name, family)}
}

// TestChecksFollowTheSkills: where the claim is true, all checks pass; where one thing is
// otherwise, the check of that fails, and no other.
func TestChecksFollowTheSkills(t *testing.T) {
	for name, test := range map[string]struct {
		change skills
		fails  []string
	}{
		"as claimed": {nil, nil},
		"ICL is worse than the best rival": {
			skills{"ICL(proto) on proto": .7, "ICL(mix) on proto": .7},
			[]string{"proto: ICL(proto) − best rival, ProtoNet"},
		},
		"ICL is as good within the margin": {skills{"ICL(pair) on pair": .75, "ICL(mix) on pair": .75}, nil},
		"another learner is as good on pair": {
			skills{"CNP(amort) on pair": .77},
			[]string{"pair: MatchNet − CNP, each trained on its own family"},
		},
		"MatchNet loses nothing on the mixture": {
			skills{"MatchNet(mix)": .8},
			[]string{"MatchNet(mix) over the families − MatchNet(pair) on pair"},
		},
		"ICL loses on the mixture": {
			skills{"ICL(mix) on amort": .7},
			[]string{"amort: ICL(mix) − ICL(amort)"},
		},
		"ICL gains from the mixture": {
			skills{"ICL(mix) on amort": .85},
			[]string{"amort: ICL(mix) − ICL(amort)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := claimed()
			for key, v := range test.change {
				s[key] = v
			}
			r := concluded(t, s)
			var failed []string
			for _, c := range r.Checks {
				if !c.Pass {
					failed = append(failed, c.Name)
				}
			}
			if len(r.Checks) != 12 || !slices.Equal(failed, test.fails) {
				t.Errorf("of %d checks %q fail; want 12 and %q", len(r.Checks), failed, test.fails)
			}
			if want := map[bool]study.Verdict{true: study.Reproduced, false: study.Mixed}[len(test.fails) == 0]; r.Verdict != want {
				t.Errorf("the verdict is %q, want %q", r.Verdict, want)
			}
		})
	}
}

// TestNothingIsClaimed: where all learners do alike, no learner is best anywhere, so that
// the verdict is not that of the claim.
func TestNothingIsClaimed(t *testing.T) {
	r := concluded(t, skills{"": .6})
	for _, c := range r.Checks {
		// ICL is within the margin of the rivals, and of itself on the mixture.
		if want := strings.Contains(c.Name, "ICL("); c.Pass != want {
			t.Errorf("%s: %+.3f passes: %t", c.Name, c.Estimate, c.Pass)
		}
	}
	if r.Headline.Estimate != 0 || r.Verdict != study.Mixed {
		t.Errorf("headline %+v, verdict %q", r.Headline, r.Verdict)
	}
}

// TestHeadline: the transformer of the mixture against each family's best rival, over the
// families.
func TestHeadline(t *testing.T) {
	s := claimed()
	s["ICL(mix) on proto"], s["ICL(mix) on pair"], s["ICL(mix) on amort"] = .85, .75, .8
	h := concluded(t, s).Headline
	if h.Name != "ICL(mix) − best rival of each family" || h.Estimate < .03 || h.Estimate > .07 || h.CI[0] > .05 || h.CI[1] < .05 {
		t.Errorf("%+v; want .05 within its interval", h)
	}
}

// TestMadeCurves: the groups have each learner under its own name, Bayes among them, and
// what was trained elsewhere under the whole name.
func TestMadeCurves(t *testing.T) {
	r := concluded(t, claimed())
	for group, want := range map[string]int{ownFamily: 42, onMixture: 42, elsewhere: 78} {
		if got := len(r.Curves(group)); got != want {
			t.Errorf("%s: %d curves, want %d", group, got, want)
		}
	}
	near := func(group, learner, family string, want float64) {
		t.Helper()
		for _, c := range r.Curves(group, learner) {
			if c.Family == family && math.Abs(c.Mean[1]-want) < .08 && slices.Equal(c.N, []int{0, 2, 5, 11}) {
				return
			}
		}
		t.Errorf("%s: no curve of %s on %s at %g among %+v", group, learner, family, want, r.Curves(group, learner))
	}
	near(ownFamily, "ICL", "pair", .8)
	near(ownFamily, plane.BayesOptimal, "pair", .85)
	near(onMixture, plane.BayesOptimal, "amort", .85)
	near(onMixture, "CNP", "proto", .65)
	near(elsewhere, "CNP(amort)", "proto", .55)
}

// TestTables: the cross table has the optimal learners' accuracies, deepest on the diagonal;
// the summary has each learner once, trained on the family and on the mixture.
func TestTables(t *testing.T) {
	r := concluded(t, claimed())
	cross := r.Table("cross table")
	if len(cross.Rows) != 3 || cross.Rows[1][0] != "MatchNet trained on pair" || !slices.Equal(cross.Header, []string{"trained on \\ tested on", "proto", "pair", "amort"}) {
		t.Fatalf("the cross table is %+v", cross)
	}
	for i, tints := range cross.Tints {
		if len(tints) != 3 || slices.Max(tints) != tints[i] {
			t.Errorf("row %d has the accuracies %v; want the %d-th to be the greatest", i, tints, i)
		}
	}
	table := r.Table(string(eval.Accuracy))
	if want := []string{"learner", "weights", "proto", "pair", "amort", "proto (mix)", "pair (mix)", "amort (mix)"}; !slices.Equal(table.Header, want) {
		t.Errorf("header %q, want %q", table.Header, want)
	}
	if len(table.Rows) != 2 || table.Rows[0][0] != "ICL" || table.Rows[0][1] != "7" || table.Rows[1][0] != "CNP" {
		t.Fatalf("rows %q; want ICL once, then CNP", table.Rows)
	}
	if row := table.Rows[1]; !strings.HasPrefix(row[4], "0.7") || !strings.HasPrefix(row[7], "0.6") || !strings.HasPrefix(row[2], "0.5") {
		t.Errorf("CNP is %q; want about .75 on amort, .65 on the mixture and .55 elsewhere", row)
	}
}
