package curriculum

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// idle is an engine that trains nothing.
type idle struct{}

func (idle) Name() string { return "idle" }

func (idle) LossGrad(_ []float32, _ *datasets.Batch, _ []int32, grad []float32) (float64, error) {
	clear(grad)
	return 1, nil
}

func (idle) Logits(_ []float32, b *datasets.Batch, at []int32) ([]float32, error) {
	return make([]float32, len(at)*max(1, b.C)), nil
}

// made is a predictor whose error is a share of that without knowledge, on every task.
type made float64

func (made) Name() string { return "made" }

// Regress is off by the root of the share of each target.
func (m made) Regress(_ context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	for i := range b.T * len(at) {
		z := b.Z[i/len(at)*b.N+at[i%len(at)]]
		mean = append(mean, z*float32(1-math.Sqrt(float64(m))))
	}
	return mean, nil, nil
}

// Predict has a log-loss of as many bits as the share.
func (m made) Predict(_ context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	probs := make([]float32, b.T*len(at)*2)
	for i := range b.T * len(at) {
		label := b.Y[i/len(at)*b.N+at[i%len(at)]]
		probs[2*i+int(label)] = float32(math.Exp2(-float64(m)))
		probs[2*i+1-int(label)] = 1 - probs[2*i+int(label)]
	}
	return probs, nil
}

// course is the error of a run by training step.
type course func(setting, order string, seed uint64, step int) float64

// falls goes from 1 to the final error in a straight line, and stays there.
func falls(step int, after, final float64) float64 {
	return max(final, 1-(1-final)*float64(step)/after)
}

// claimed falls in half the steps with a ramp, and ends alike; in the third setting, hard,
// without a curriculum it stays on the plateau.
func claimed(setting, order string, _ uint64, step int) float64 {
	switch {
	case order == orderRamp:
		return falls(step, 15, .1)
	case setting == hard:
		return falls(step, 30, .9)
	}
	return falls(step, 30, .1)
}

// hard is the name of the setting in which plateaus are compared.
const hard = "linear, d = 3"

// steps that each run takes; it is tested at a quarter of them.
const steps = 40

// tried are three settings of so many steps.
func tried() []setting {
	all := three(small(linear(5, 2), 5, 4, 1, steps), small(classification(5, 2), 5, 4, 1, steps), small(linear(7, 3), 7, 4, 1, steps))
	for i := range all {
		all[i].recipe.Batch, all[i].tests, all[i].looks = 2, 30, steps/4
	}
	return all
}

// orderOf tells from what a run was trained on in which order it was.
func orderOf(f *train.Fitted) string {
	c, ok := f.Config.Tasks.(regression.Curriculum)
	switch {
	case !ok:
		return orderNone
	case c.Order == "":
		return orderRamp
	}
	return c.Order
}

// concluded is the result where runs, which are kept in dir, take this course.
func concluded(t *testing.T, dir string, of course) *study.Result {
	t.Helper()
	s := newStudy(study.LooksAt(8), tried())
	s.Name, s.Settings = "made", nil
	for i := range s.Conditions {
		c := &s.Conditions[i]
		c.Test = func(ctx context.Context, p eval.Predictor, seed uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
			if f, ok := p.(*train.Fitted); ok {
				p = made(of(c.Name, orderOf(f), seed, f.Step))
			}
			return eval.Evaluate(ctx, p, c.Name, b, at, eval.WithUnit(c.Unit))
		}
	}
	r, err := study.Run(t.Context(), s, study.Options{Dir: dir, Train: []train.Option{
		train.WithCustomEngine(func(learner.Learner, int, int) (engine.Engine, error) { return idle{}, nil }),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// change is the claimed course but for the ramp in settings whose name begins so.
func change(begins string, ramp func(seed uint64, step int) float64) course {
	return func(setting, order string, seed uint64, step int) float64 {
		if order == orderRamp && strings.HasPrefix(setting, begins) {
			return ramp(seed, step)
		}
		return claimed(setting, order, seed, step)
	}
}

// endsAt is a ramp with another error at the end.
func endsAt(final float64) course {
	return change("linear, d = 2", func(_ uint64, step int) float64 {
		if step == steps {
			return final
		}
		return falls(step, 15, .1)
	})
}

// TestChecksFollowTheCourses: where the claim is true, all checks pass; where one thing is
// otherwise, the check of that fails or is open, and no other.
func TestChecksFollowTheCourses(t *testing.T) {
	dir := t.TempDir()
	for name, test := range map[string]struct {
		course
		not     map[string]study.Status // checks that do not pass
		verdict study.Verdict
	}{
		"as claimed": {claimed, nil, study.Reproduced},
		"no faster": {change("linear, d = 2", func(_ uint64, step int) float64 { return falls(step, 30, .1) }),
			map[string]study.Status{"faster.1": study.Fail}, study.Mixed},
		"a little faster": {change("linear, d = 2", func(_ uint64, step int) float64 { return falls(step, 28.5, .1) }),
			map[string]study.Status{"faster.1": study.Fail}, study.Mixed},
		"labels slower": {change("classification", func(_ uint64, step int) float64 { return falls(step, 40, .1) }),
			map[string]study.Status{"faster.2": study.Fail}, study.Mixed},
		"faster in some seeds": {change("linear, d = 2", func(seed uint64, step int) float64 {
			return falls(step, 20+20*float64(seed%2), .1)
		}), map[string]study.Status{"faster.1": study.Open}, study.Undecided},
		"ends worse":          {endsAt(.2), map[string]study.Status{"end.1": study.Fail}, study.Mixed},
		"ends better":         {endsAt(.02), map[string]study.Status{"end.1": study.Fail}, study.Mixed},
		"ends a little worse": {endsAt(.13), nil, study.Reproduced},
		"ramp stays": {func(setting, order string, seed uint64, step int) float64 {
			if order == orderRamp && setting == hard {
				return falls(step, 30, .9)
			}
			return claimed(strings.Replace(setting, hard, "", 1), order, seed, step)
		}, map[string]study.Status{"plateau.1": study.Fail}, study.Mixed},
		"ramp stays in some seeds": {change(hard, func(seed uint64, step int) float64 {
			return falls(step, 30, .1+.8*float64(seed%2))
		}), map[string]study.Status{"plateau.1": study.Open}, study.Undecided},
		"all get off": {func(setting, order string, seed uint64, step int) float64 {
			return claimed(strings.Replace(setting, hard, "", 1), order, seed, step)
		}, map[string]study.Status{"plateau.1": study.Open}, study.Undecided},
	} {
		t.Run(name, func(t *testing.T) {
			r := concluded(t, dir, test.course)
			for _, c := range r.Checks {
				want, ok := test.not[c.ID]
				if !ok {
					want = study.Pass
				}
				if c.Status != want || c.Why == "" {
					t.Errorf("%s: %s is %s at %.3f %v; want %s", c.ID, c.Name, c.Status, c.Estimate, c.CI, want)
				}
			}
			if name == "as claimed" {
				checkReport(t, r)
			}
			if len(r.Checks) != 5 || r.Verdict != test.verdict {
				t.Errorf("%d checks, %s; want 5, %s", len(r.Checks), r.Verdict, test.verdict)
			}
		})
	}
}

// checkReport: what is made of the claimed courses.
func checkReport(t *testing.T, r *study.Result) {
	t.Helper()
	if !strings.HasPrefix(r.Headline.Name, "linear, d = 2: steps to half the mean excess error") || math.Abs(r.Headline.Estimate-2) > 1e-3 {
		t.Errorf("headline %+v; want that it takes twice the steps", r.Headline)
	}
	found := map[string]study.Finding{}
	for _, f := range r.Findings {
		found[f.Name] = f
	}
	for name, want := range map[string]float64{
		"linear, d = 2, ramp against none: steps to half the excess at n = d, none / ramp": 2,
		"linear, d = 2, ramp against none: share of seeds that save steps":                 1,
		"linear, d = 2, mixed against none: share of seeds that save steps":                0,
		"linear, d = 2, mixed against none: mean excess over all steps, mixed − none":      0,
		"linear, d = 3, ramp against none: final excess at n = d, ramp − none":             -.8,
	} {
		if f, ok := found[name]; !ok || math.Abs(f.Estimate-want) > 1e-3 {
			t.Errorf("%s is %+v, want %g", name, f, want)
		}
	}
	if len(r.Findings) != 2*3+6*4 || len(found) != len(r.Findings) {
		t.Errorf("%d findings, %d of them different; want 30", len(r.Findings), len(found))
	}
	checkTable(t, r.Table("linear, d = 2"))
	if row := r.Table(hard).Rows[0]; row[1] != "0 of 8" || row[2] != "40 ±0" {
		t.Errorf("on the plateau it is %q; want all steps", row)
	}
}

func checkTable(t *testing.T, table eval.Table) {
	t.Helper()
	if len(table.Header) != 7 || len(table.Rows) != 5 {
		t.Fatalf("the table is %+v", table)
	}
	if row := table.Rows[0]; row[0] != orderNone || row[1] != "8 of 8" || row[3] != "17 ±0" || row[5] != "0.100 ±0.000" {
		t.Errorf("without a curriculum it is %q", row)
	}
	if row := table.Rows[2]; row[0] != "  none / ramp, or ramp − none" || row[2] != "× 2.00 [2.00, 2.00]" || !strings.HasSuffix(row[5], "0.000]") {
		t.Errorf("the ramp compares as %q", row)
	}
}
