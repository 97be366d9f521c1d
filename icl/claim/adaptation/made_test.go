package adaptation

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// made is a predictor whose error is a share of that of predicting 0, on every task.
type made struct {
	name  string
	share float64
}

func (m made) Name() string { return m.name }

func (m made) Regress(_ context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	for i := range b.T * len(at) {
		z := b.Z[i/len(at)*b.N+at[i%len(at)]]
		mean = append(mean, z*float32(1-math.Sqrt(m.share)))
	}
	return mean, nil, nil
}

// shares are errors by predictor.
type shares map[string]float64

// claimed has M² ahead of ICL by .1 at 16 tasks, .06 at 64 and 0 at 256.
func claimed() shares {
	s := shares{toldDomain: .1, toldTasks: .12, toldMean: .15, toldPool: .18}
	for tasks, icl := range map[int]float64{16: .3, 64: .26, 256: .2} {
		s[tunedName(armM2, tasks)], s[tunedName(armICL, tasks)], s[tunedName(armFirst, tasks)] = .2, icl, .23
		s[ownName(armM2, tasks)], s[ownName(armICL, tasks)], s[ownName(armFirst, tasks)] = .25, .45, .4
	}
	s[plainName(armM2)], s[plainName(armICL)], s[plainName(armFirst)] = .9, .4, .8
	return s
}

// concluded are checks, findings and curves where predictors have these errors.
func concluded(t *testing.T, s shares) (*study.Result, eval.Table) {
	t.Helper()
	size := tinySize()
	size.Support, size.Test, size.Tasks = []int{16, 64, 256}, 4, 64
	x := newExperiment(size)
	m := &study.Study{Name: "made", Seeds: 5, Statements: statements(), Parts: []study.Part{{Label: "nothing", Do: func(context.Context, *study.Session) error { return nil }}}}
	for i := range size.Test {
		c := x.condition(i)
		c.Arms = nil
		c.Derive = func(context.Context, *study.Session, uint64) ([]eval.Predictor, error) {
			all := []eval.Predictor{}
			for name, share := range s {
				all = append(all, made{name, share})
				if name == toldTasks {
					for _, tasks := range size.Support {
						all = append(all, made{toldName(name, tasks), share})
					}
				}
			}
			return all, nil
		}
		m.Conditions = append(m.Conditions, c)
	}
	var errs eval.Table
	m.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		of := table{x, d}
		of.checks(r)
		of.findings(r)
		of.curves(r)
		errs = of.errors("errors, tuned", tunedName)
		return nil
	}
	r, err := study.Run(t.Context(), m, study.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return r, errs
}

// TestChecksFollowTheErrors: where the claim is true, all four checks pass; where one thing
// is otherwise, the check of that fails, and no other.
func TestChecksFollowTheErrors(t *testing.T) {
	const sixteen, sixtyFour, shrinks, turns = "few.1", "few.2", "many.1", "many.2"
	for name, test := range map[string]struct {
		change  shares
		fails   []string
		verdict study.Verdict
	}{
		"as claimed":                       {nil, nil, study.Reproduced},
		"no lead at 16 tasks":              {shares{tunedName(armICL, 16): .2}, []string{sixteen}, study.Mixed},
		"a lead too small to matter":       {shares{tunedName(armICL, 16): .204}, []string{sixteen}, study.Mixed},
		"no lead at 64 tasks":              {shares{tunedName(armICL, 64): .2, tunedName(armICL, 256): .192}, []string{sixtyFour, shrinks}, study.NotReproduced},
		"the lead stays":                   {shares{tunedName(armICL, 256): .26}, []string{shrinks}, study.Mixed},
		"the lead grows":                   {shares{tunedName(armICL, 256): .4}, []string{shrinks}, study.Mixed},
		"ICL is better at 256":             {shares{tunedName(armICL, 256): .15}, []string{turns}, study.Mixed},
		"ICL is a little better at 256":    {shares{tunedName(armICL, 256): .198}, nil, study.Reproduced},
		"ICL is better everywhere":         {shares{tunedName(armM2, 16): .4, tunedName(armM2, 64): .4, tunedName(armM2, 256): .3}, []string{sixteen, sixtyFour, shrinks, turns}, study.NotReproduced},
		"first order is better":            {shares{tunedName(armFirst, 16): .1, tunedName(armFirst, 64): .1}, nil, study.Reproduced},
		"only by M²'s own number of steps": {shares{ownName(armM2, 64): .6}, nil, study.Reproduced},
	} {
		t.Run(name, func(t *testing.T) {
			s := claimed()
			for key, v := range test.change {
				s[key] = v
			}
			r, _ := concluded(t, s)
			var failed []string
			for _, c := range r.Checks {
				if c.Status == study.Fail {
					failed = append(failed, c.ID)
				}
				if c.Status == study.Open || c.Why == "" {
					t.Errorf("%+v; want a status and a reason for the threshold", c)
				}
			}
			if len(r.Checks) != 4 || !slices.Equal(failed, test.fails) || r.Verdict != test.verdict {
				t.Errorf("%s: of %d checks %v fail; want %v and %s: %+v", r.Verdict, len(r.Checks), failed, test.fails, test.verdict, r.Checks)
			}
		})
	}
}

// TestMade: what is made of known errors. A lead is positive where M² errs less.
func TestMade(t *testing.T) {
	r, errs := concluded(t, claimed())
	near := func(v, want float64) bool { return math.Abs(v-want) < .1*math.Abs(want)+.01 }
	if !near(r.Headline.Estimate, .06) || !strings.HasPrefix(r.Headline.Name, "tuned, 64 tasks: error of ICL, equal compute − M²") {
		t.Errorf("headline %+v", r.Headline)
	}
	for name, want := range map[string]float64{
		"tuned, 64 tasks: error of ICL, equal compute − M²":                 .06,
		"tuned, 256 tasks: error of ICL, equal compute − M²":                0,
		"M²'s own 2 steps, 16 tasks: error of ICL, equal compute − M²":      .2,
		"tuned, 16 tasks: error of M², first order − M²":                    .03,
		"error of ICL, equal compute, not adapted − M² adapted to 64 tasks": .2,
		"pooled − Bayes: error":                                             .08,
		"M², not adapted: error":                                            .9,
		"empirical Bayes: error":                                            .12,
		"pooled: error":                                                     .18,
	} {
		i := slices.IndexFunc(r.Findings, func(f study.Finding) bool { return f.Name == name })
		if i < 0 || !near(r.Findings[i].Estimate, want) {
			t.Errorf("%s: no finding of about %g among %+v", name, want, r.Findings)
		}
	}
	if lead := r.Curves("lead", armICL); len(lead) != 1 || !slices.Equal(lead[0].N, []int{16, 64, 256}) || !near(lead[0].Mean[0], .1) || !near(lead[0].Mean[2], 0) {
		t.Errorf("leads %+v", lead)
	}
	if len(errs.Rows) != 7 || !slices.Equal(errs.Header, []string{"", "not adapted", "t = 16", "t = 64", "t = 256"}) {
		t.Fatalf("the table of errors is %+v", errs)
	}
	if row := errs.Rows[2]; row[0] != armICL || !strings.HasPrefix(row[1], "0.4") && !strings.HasPrefix(row[1], "0.3") || errs.Rows[3][0] != toldDomain || errs.Rows[3][1] != "" {
		t.Errorf("rows %q", errs.Rows)
	}
}

// TestEnd: where the lead falls below what matters, from .06 at 64 tasks to 0 at 256: at 64 times
// 4 to the power of 5/6. A lead that does not is counted as the nearest number, and said so.
func TestEnd(t *testing.T) {
	for name, test := range map[string]struct {
		change shares
		want   float64
		beyond string
	}{
		"between":           {nil, 64 * math.Pow(4, 5./6), "0 of 5"},
		"a lead at the end": {shares{tunedName(armICL, 256): .3}, 256, "5 of 5"},
		"no lead":           {shares{tunedName(armICL, 16): .2, tunedName(armICL, 64): .3}, 16, "5 of 5"},
	} {
		s := claimed()
		for key, v := range test.change {
			s[key] = v
		}
		r, _ := concluded(t, s)
		i := slices.IndexFunc(r.Findings, func(f study.Finding) bool { return strings.HasPrefix(f.Name, "tasks at which the lead") })
		if i < 0 {
			t.Fatalf("%s: no such finding", name)
		}
		if f := r.Findings[i]; math.Abs(f.Estimate-test.want) > .03*test.want || f.CI[0] > f.Estimate || f.CI[1] < f.Estimate || !strings.Contains(f.Name, "16 to 256, and counted as the nearer: "+test.beyond+" seeds") {
			t.Errorf("%s: %+v; want about %g", name, f, test.want)
		}
	}
}

// TestDomainErrors: means over numbers of examples and curves over seeds and domains.
func TestDomainErrors(t *testing.T) {
	e := domainErrors{{{1, 0}, {.5, .5}}, {{2, 1}, {.6, 0}}}
	for s, want := range [][]float64{{.5, .5}, {1.5, .3}} {
		for i := range want {
			if got := e.means()[s][i]; math.Abs(got-want[i]) > 1e-12 {
				t.Errorf("seed %d, domain %d: %g, want %g", s, i, got, want[i])
			}
		}
	}
	if got := e.estimate(); math.Abs(got.Mean-.7) > 1e-12 || got.Lo >= .7 || got.Hi <= .7 {
		t.Errorf("%+v; want .7 within an interval", got)
	}
	c := e.curve("x")
	if c.Learner != "x" || !slices.Equal(c.N, []int{0, 1}) || math.Abs(c.Mean[0]-1.025) > 1e-12 || math.Abs(c.Mean[1]-.375) > 1e-12 {
		t.Errorf("%+v", c)
	}
	s := eval.NewScores(eval.SquaredError, "x", "d", []int{0, 1}, []float64{1, 0, 3, .5})
	if got := byExamples(s); !slices.Equal(got, []float64{2, .25}) {
		t.Errorf("by examples %v", got)
	}
}
