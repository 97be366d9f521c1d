package selection

import (
	"fmt"
	"slices"
	"testing"

	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/study"
)

// checksOnly reports the checks.
func checksOnly(d *study.Data, r *study.Result) error {
	x := scores{d}
	near, err := x.averaging()
	r.Checks = append(x.checks(), averageChecks(near)...)
	return err
}

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

// TestAsClaimed: where the skills are those of the claim, all checks pass, each with all seeds.
func TestAsClaimed(t *testing.T) {
	r := experiment{skills: claimed(), report: checksOnly}.run(t)
	if failed := failing(t, r); len(failed) > 0 || len(r.Checks) != 10 || r.Verdict != study.Reproduced {
		t.Errorf("%d checks, of which %q fail: %s; want 10 that pass", len(r.Checks), failed, r.Verdict)
	}
	for statement, want := range map[string]int{better: 3, learns: 1, brittle: 3, averages: 3} {
		if got := r.ChecksOf(statement); len(got) != want {
			t.Errorf("%q has %d checks, want %d", statement, len(got), want)
		}
	}
	for _, c := range r.Checks {
		if c.Why == "" || len(c.Seeds) != 5 {
			t.Errorf("%s of %d seeds says %q; want why, of 5", c.Name, len(c.Seeds), c.Why)
		}
	}
	for i, want := range map[int]float64{0: .1, 1: .12, 2: .05, 3: .3 / .45, 4: .25, 5: .25, 6: .25, 7: .25, 8: .25, 9: .25} {
		if c := r.Checks[i]; !near(c.Estimate, want) {
			t.Errorf("%s: %.3f, want %.3f", c.Name, c.Estimate, want)
		}
	}
}

// TestEachCheckFails: where one thing is otherwise, the check of that fails, and no other.
func TestEachCheckFails(t *testing.T) {
	type change struct {
		statement, name string
		skills          skills
		averaging       func(n int) float64
	}
	changes := []change{
		{better, "radius: ICL(mix) − selection by leave-one-out likelihood", skills{selected + " on radius": .85}, nil},
		{better, "radius: ICL(mix) − selection among specialists", skills{specialists + " on radius": .85}, nil},
		{better, "radius: ICL(mix) − the best of the three for each task", skills{bestOfSet + " on radius": .85}, nil},
		{learns, "radius: share of the way from chance to Bayes", skills{
			icl + " on radius": .65, selected + " on radius": .55, specialists + " on radius": .52, bestOfSet + " on radius": .6,
		}, nil},
	}
	for _, f := range plane.Families() {
		changes = append(changes, change{brittle, f + ", σ 1→5: drop of ICL(mix) − drop of selection", skills{icl + " on shifted " + f: .85}, nil})
	}
	for _, n := range decisive() {
		changes = append(changes, change{
			averages, fmt.Sprintf("%d examples: distance of ICL(mix) from selecting the likeliest family − from averaging", n), nil,
			func(examples int) float64 { return map[bool]float64{true: 0, false: 1}[examples == n] },
		})
	}
	if len(changes) != 10 {
		t.Fatalf("%d changes for 10 checks", len(changes))
	}
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			r := experiment{skills: claimed().with(c.skills), averaging: c.averaging, report: checksOnly}.run(t)
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

// TestNoCheckFails: what lies beside the thresholds fails none.
func TestNoCheckFails(t *testing.T) {
	for name, x := range map[string]experiment{
		"selection is as good where it was trained":     {skills: claimed().with(skills{selected + " on pair": .85, selected + " on shifted pair": .8})},
		"ICL is nearer to selection after ten examples": {skills: claimed(), averaging: func(n int) float64 { return map[bool]float64{true: 0, false: 1}[n == 10] }},
		"ICL is a little nearer to the average":         {skills: claimed(), averaging: func(int) float64 { return .55 }},
	} {
		x.report = checksOnly
		if failed := failing(t, x.run(t)); len(failed) > 0 {
			t.Errorf("%s, and %q fail", name, failed)
		}
	}
}

// TestNothingIsClaimed: where ICL is selection, all checks fail but that of the way to Bayes.
func TestNothingIsClaimed(t *testing.T) {
	s := claimed()
	s[icl+" on radius"], s[selected+" on radius"], s[specialists+" on radius"], s[bestOfSet+" on radius"] = .8, .8, .8, .8
	for _, f := range plane.Families() {
		s[icl+" on "+f], s[icl+" on shifted "+f] = s[selected+" on "+f], s[selected+" on shifted "+f]
	}
	r := experiment{skills: s, averaging: func(int) float64 { return 0 }, report: checksOnly}.run(t)
	if failed := failing(t, r); len(failed) != 9 || r.ChecksOf(learns)[0].Status != study.Pass || r.Verdict != study.Mixed {
		t.Errorf("%q fail, %s; want all but one", failed, r.Verdict)
	}
}
