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

// claimed has M² ahead of both other arms at 64 tasks, and less so at 256.
func claimed() shares {
	s := shares{toldDomain: .1, toldTasks: .12, toldMean: .15, toldPool: .18}
	for _, tasks := range []int{16, 64, 256} {
		s[tunedName(armM2, tasks)], s[tunedName(armCompute, tasks)], s[tunedName(armData, tasks)] = .2, .26, .3
		s[ownName(armM2, tasks)], s[ownName(armCompute, tasks)], s[ownName(armData, tasks)] = .25, .4, .45
	}
	s[tunedName(armCompute, 256)] = .21
	s[plainName(armM2)], s[plainName(armCompute)], s[plainName(armData)] = .9, .4, .42
	return s
}

// concluded are checks, findings and curves where predictors have these errors.
func concluded(t *testing.T, s shares) (*study.Result, eval.Table) {
	t.Helper()
	size := tinySize()
	size.Support, size.Reads, size.Test, size.Tasks = []int{16, 64, 256}, [][]int{{1}, {1}, {1}}, 4, 64
	x := &experiment{size: size}
	m := &study.Study{Name: "made", Seeds: 5, Parts: []study.Part{{Label: "nothing", Do: func(context.Context, *study.Session) error { return nil }}}}
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
	for name, test := range map[string]struct {
		change shares
		fails  []int
	}{
		"as claimed":                       {nil, nil},
		"equal compute is better":          {shares{tunedName(armCompute, 64): .18, tunedName(armCompute, 256): .14}, []int{0}},
		"equal data is as good":            {shares{tunedName(armData, 64): .2}, []int{1}},
		"better without adaptation":        {shares{plainName(armCompute): .15}, []int{2}},
		"the lead stays":                   {shares{tunedName(armCompute, 256): .26}, []int{3}},
		"the lead grows":                   {shares{tunedName(armCompute, 256): .4}, []int{3}},
		"ordinary training leads":          {shares{tunedName(armM2, 64): .35, tunedName(armM2, 256): .2}, []int{0, 1, 3}},
		"only at other numbers of tasks":   {shares{tunedName(armCompute, 16): .1, tunedName(armData, 16): .1}, nil},
		"only by M²'s own number of steps": {shares{ownName(armM2, 64): .6}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := claimed()
			for key, v := range test.change {
				s[key] = v
			}
			r, _ := concluded(t, s)
			var failed []int
			for i, c := range r.Checks {
				if !c.Pass {
					failed = append(failed, i)
				}
			}
			if len(r.Checks) != 4 || !slices.Equal(failed, test.fails) {
				t.Errorf("of %d checks those numbered %v fail; want %v: %+v", len(r.Checks), failed, test.fails, r.Checks)
			}
		})
	}
}

// TestMade: what is made of known errors. A lead is positive where M² errs less.
func TestMade(t *testing.T) {
	r, errs := concluded(t, claimed())
	near := func(v, want float64) bool { return math.Abs(v-want) < .1*math.Abs(want)+.01 }
	if !near(r.Headline.Estimate, .06) || !strings.HasPrefix(r.Headline.Name, "adapted to 64 tasks: error of ICL, equal compute − M²") {
		t.Errorf("headline %+v", r.Headline)
	}
	for name, want := range map[string]float64{
		"tuned, t = 64: error of ICL, equal compute − M²":         .06,
		"tuned, t = 256: error of ICL, equal compute − M²":        .01,
		"M²'s own 2 steps, t = 16: error of ICL, equal data − M²": .2,
		"M², not adapted: error":                                  .9,
		"empirical Bayes: error":                                  .12,
		"pooled: error":                                           .18,
	} {
		i := slices.IndexFunc(r.Findings, func(f study.Finding) bool { return f.Name == name })
		if i < 0 || !near(r.Findings[i].Estimate, want) {
			t.Errorf("%s: no finding of about %g among %+v", name, want, r.Findings)
		}
	}
	if lead := r.Curves("lead", armCompute); len(lead) != 1 || !slices.Equal(lead[0].N, []int{16, 64, 256}) || !near(lead[0].Mean[0], .06) || !near(lead[0].Mean[2], .01) {
		t.Errorf("leads %+v", lead)
	}
	if len(errs.Rows) != 7 || !slices.Equal(errs.Header, []string{"", "not adapted", "t = 16", "t = 64", "t = 256"}) {
		t.Fatalf("the table of errors is %+v", errs)
	}
	if row := errs.Rows[1]; row[0] != armCompute || !strings.HasPrefix(row[1], "0.4") && !strings.HasPrefix(row[1], "0.3") || errs.Rows[3][0] != toldDomain || errs.Rows[3][1] != "" {
		t.Errorf("rows %q", errs.Rows)
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
