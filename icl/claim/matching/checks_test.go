package matching

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/study"
)

// failing lists the checks that fail, and reports those that are open.
func failing(t *testing.T, r *study.Result) (failed []string) {
	t.Helper()
	for _, c := range r.Checks {
		switch c.Status {
		case study.Fail:
			failed = append(failed, c.Name)
		case study.Open:
			t.Errorf("%s is open: %+v", c.Name, c)
		}
	}
	return failed
}

// TestAsClaimed: where the skills are those of the claim, all checks pass.
func TestAsClaimed(t *testing.T) {
	r := made(t, claimed(), ofChecks(), nil)
	if failed := failing(t, r); len(failed) > 0 || len(r.Checks) != 15 || r.Verdict != study.Reproduced {
		t.Errorf("%d checks, of which %q fail: %s; want 15 that pass", len(r.Checks), failed, r.Verdict)
	}
	for _, statement := range []string{alone, rules, mixed, keeps, forgets} {
		if got := r.ChecksOf(statement); len(got) != 3 {
			t.Errorf("%q has %d checks, want one a family", statement, len(got))
		}
	}
	for _, c := range r.Checks {
		if c.Why == "" {
			t.Errorf("%s says not why", c.Name)
		}
	}
}

// TestEachCheckFails: where one thing is otherwise, the check of that fails, and no other.
func TestEachCheckFails(t *testing.T) {
	type change struct {
		statement, name string
		skills          skills
	}
	var changes []change
	for _, f := range plane.Families() {
		other := map[string]string{"proto": "amort", "pair": "amort", "amort": "pair"}[f]
		own, mix := optimalOn(f, f), optimalOn(f, plane.Mixture)
		changes = append(changes,
			change{alone, fmt.Sprintf("%s: ICL(%s) − best rival, %s", f, f, trimmed(rivalOn(f), f)), skills{rivalOn(f) + " on " + f: .88}},
			change{rules, fmt.Sprintf("%s: %s − %s, each trained on its own family", f, plane.Optimal[f], plane.Optimal[other]), skills{optimalOn(other, other) + " on " + f: .82}},
			change{mixed, fmt.Sprintf("%s: ICL(mix) − best rival, CNP-64(mix)", f), skills{rivalOn(plane.Mixture) + " on " + f: .88}},
			change{keeps, fmt.Sprintf("%s: ICL(mix) − ICL(%s)", f, f), skills{iclOn(f) + " on " + f: .88}},
			change{forgets, fmt.Sprintf("%s: %s − %s", f, own, mix), skills{mix + " on " + f: .82}},
		)
	}
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			r := made(t, claimed().with(c.skills), ofChecks(), nil)
			if failed := failing(t, r); !slices.Equal(failed, []string{c.name}) {
				t.Errorf("%q fail; want %q alone", failed, c.name)
			}
			for _, s := range r.Statements {
				if want := map[bool]study.Verdict{true: study.NotReproduced, false: study.Reproduced}[s.ID == c.statement]; s.Verdict != want {
					t.Errorf("%s is %s, want %s", s.ID, s.Verdict, want)
				}
			}
			if r.Verdict != study.Mixed {
				t.Errorf("the verdict is %s", r.Verdict)
			}
		})
	}
}

// TestNoCheckFails: what lies within the margin, and what no check is about, fails none.
func TestNoCheckFails(t *testing.T) {
	for name, change := range map[string]skills{
		"ICL is as good as the rivals": {rivalOn("pair") + " on pair": .8, rivalOn(plane.Mixture) + " on pair": .8},
		"ICL gains from the mixture":   {iclOn("amort") + " on amort": .79, rivalOn("amort") + " on amort": .7},
		"rivals are better elsewhere":  {rivalOn("pair") + " on proto": .9, rivalOn("proto") + " on amort": .9},
	} {
		if failed := failing(t, made(t, claimed().with(change), ofChecks(), nil)); len(failed) > 0 {
			t.Errorf("%s, and %q fail", name, failed)
		}
	}
}

// TestNothingIsClaimed: where all learners do alike, no learner is best anywhere, so that
// the verdict is not that of the claim.
func TestNothingIsClaimed(t *testing.T) {
	r := made(t, skills{}, ofChecks(), nil)
	for _, c := range r.Checks {
		// ICL is within the margin of the rivals, and of itself on the mixture.
		want := map[bool]study.Status{true: study.Pass, false: study.Fail}[strings.Contains(c.Name, "ICL(")]
		if c.Status != want {
			t.Errorf("%s: %+.3f, %s", c.Name, c.Estimate, c.Status)
		}
	}
	if r.Headline.Estimate != 0 || r.Verdict != study.Mixed {
		t.Errorf("headline %+v, verdict %q", r.Headline, r.Verdict)
	}
}

// TestHeadline: it is that of the family where the transformer of the mixture falls behind the
// best rival of that family alone by most.
func TestHeadline(t *testing.T) {
	for _, f := range plane.Families() {
		h := made(t, claimed().with(skills{rivalOn(f) + " on " + f: .9, iclOn(plane.Mixture) + " on " + f: .85}), ofChecks(), nil).Headline
		if want := fmt.Sprintf("where ICL loses most, %s: ICL(mix) − %s", f, rivalOn(f)); h.Name != want || !near(h.Estimate, -.05) || h.CI[0] > h.Estimate || h.CI[1] < h.Estimate {
			t.Errorf("%+v; want %q, about −.05", h, want)
		}
	}
}
