package curriculum

import (
	"context"
	"math"
	"slices"
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
type course func(family, order string, seed uint64, step int) float64

// falls goes from 1 to the final error in a straight line, and stays there.
func falls(step int, after, final float64) float64 {
	return max(final, 1-(1-final)*float64(step)/after)
}

// claimed halves its error in half the steps with a ramp, and ends alike.
func claimed(_, order string, _ uint64, step int) float64 {
	if order == orderRamp {
		return falls(step, 15, .2)
	}
	return falls(step, 30, .2)
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

// concluded is the result where runs take these courses.
func concluded(t *testing.T, of course, settings ...setting) *study.Result {
	t.Helper()
	s := newStudy(3, settings)
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
	r, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir(), Train: []train.Option{
		train.WithCustomEngine(func(learner.Learner, int, int) (engine.Engine, error) { return idle{}, nil }),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// quick is a setting that takes 30 steps, one for each look.
func quick(family regression.Family, orders ...string) setting {
	e := newSetting(family, 4, looks, 2, []float64{1e-3}, orders...)
	e.tests = 30
	return e
}

// TestChecksFollowTheCourses: where the claim is true, all checks pass; where one thing is
// otherwise, the check of that fails, and no other.
func TestChecksFollowTheCourses(t *testing.T) {
	const speed, end = "saves, in the worst seed", "final excess error"
	change := func(how func(family, order string, seed uint64, step int, as float64) float64) course {
		return func(family, order string, seed uint64, step int) float64 {
			return how(family, order, seed, step, claimed(family, order, seed, step))
		}
	}
	for name, test := range map[string]struct {
		course
		fails []string // what the names of those that fail have in them
	}{
		"as claimed": {claimed, nil},
		"one seed is no faster": {change(func(_, order string, seed uint64, step int, as float64) float64 {
			if order == orderRamp && seed == 1 {
				return falls(step, 29, .2)
			}
			return as
		}), []string{speed}},
		"a ramp ends worse": {change(func(_, order string, _ uint64, step int, as float64) float64 {
			if order == orderRamp && step == looks {
				return .3
			}
			return as
		}), []string{end}},
		"a ramp ends better": {change(func(_, order string, _ uint64, step int, as float64) float64 {
			if order == orderRamp && step == looks {
				return .1
			}
			return as
		}), []string{end}},
		"a ramp ends within the margin": {change(func(_, order string, _ uint64, step int, as float64) float64 {
			if order == orderRamp && step == looks {
				return .22
			}
			return as
		}), nil},
		"classification as claimed": {claimed, nil},
		"classification takes as long": {change(func(family, _ string, _ uint64, step int, as float64) float64 {
			if strings.HasPrefix(family, "classification") {
				return falls(step, 30, .2)
			}
			return as
		}), []string{"classification, d = 2: share of the steps"}},
	} {
		t.Run(name, func(t *testing.T) {
			settings := []setting{quick(linear(2), orderNone, orderRamp)}
			if strings.HasPrefix(name, "classification") {
				settings = append(settings, quick(classification(2), orderNone, orderRamp))
			}
			r := concluded(t, test.course, settings...)
			var failed []string
			for _, c := range r.Checks {
				if !c.Pass {
					failed = append(failed, c.Name)
				}
			}
			agree := len(failed) == len(test.fails)
			for i := range min(len(failed), len(test.fails)) {
				agree = agree && strings.Contains(failed[i], test.fails[i])
			}
			if len(r.Checks) != 2*len(settings) || !agree {
				t.Errorf("of %d checks %q fail; want %q: %+v", len(r.Checks), failed, test.fails, r.Checks)
			}
		})
	}
}

// TestReport: what is made of known courses.
func TestReport(t *testing.T) {
	r := concluded(t, claimed, quick(linear(2), orderNone, orderRamp, orderReverse), quick(linear(2), orderNone, orderRamp).wideStart())
	if len(r.Checks) != 2 || r.Verdict != study.Reproduced {
		t.Errorf("%d checks, %s; only the first setting of a family is checked", len(r.Checks), r.Verdict)
	}
	if !strings.Contains(r.Headline.Name, "linear, d = 2: share of the steps to an excess error of 0.5") || math.Abs(r.Headline.Estimate-.5) > 1e-3 {
		t.Errorf("headline %+v; want half of the steps saved", r.Headline)
	}
	// 8 findings of ramp and reverse, 4 of the ramp from the wide start.
	if len(r.Findings) != 12 || !strings.HasPrefix(r.Findings[4].Name, "linear, d = 2, reverse against none") || math.Abs(r.Findings[4].Estimate) > 1e-9 {
		t.Errorf("findings %+v", r.Findings)
	}
	atD := r.Curves(excessAtD)
	if len(atD) != 3 || len(atD[0].N) != looks+1 || atD[1].Learner != orderRamp || math.Abs(atD[1].Mean[15]-.2) > 1e-3 || math.Abs(atD[0].Mean[15]-.6) > 1e-3 {
		t.Errorf("the excesses at n = d are %+v", atD)
	}
	if other := r.Curves(excessAtD + ", other settings"); len(other) != 2 || other[0].Family != "linear, d = 2, wide start" {
		t.Errorf("those of other settings are %+v", other)
	}
	table := r.Table("linear, d = 2")
	if len(table.Header) != 8 || table.Header[3] != "steps to 0.5" || len(table.Rows) != 5 {
		t.Fatalf("the table is %+v", table)
	}
	if row := table.Rows[2]; row[0] != "  against none" || row[2] != "saves 50 % [50, 50]" || !strings.HasSuffix(row[6], "0.000 [+0.000, +0.000]") && !strings.HasSuffix(row[6], "0.000 [-0.000, +0.000]") {
		t.Errorf("the ramp saves %q", row)
	}
	if row := table.Rows[0]; row[0] != orderNone || row[2] != "19 ±0" || row[6] != "0.200 ±0.000" {
		t.Errorf("without a curriculum it is %q", row)
	}
}

// TestCommonLevel: where a run does not get half the way, arms are compared at a level that
// all of them reach, and the table marks the steps as a bound.
func TestCommonLevel(t *testing.T) {
	slow := func(_, order string, seed uint64, step int) float64 {
		if order == orderNone && seed == 1 {
			return falls(step, 30, .65)
		}
		return claimed("", order, seed, step)
	}
	r := concluded(t, slow, quick(linear(2), orderNone, orderRamp))
	table := r.Table("linear, d = 2")
	if table.Header[3] != "steps to 0.7" || !strings.HasPrefix(table.Rows[0][2], "≥ ") || strings.HasPrefix(table.Rows[1][2], "≥") {
		t.Errorf("the table is %+v", table)
	}
	if !strings.Contains(r.Checks[0].Name, "an excess error of 0.7 at n = d") {
		t.Errorf("the check is %q", r.Checks[0].Name)
	}
	if i := slices.IndexFunc(r.Checks, func(c study.Check) bool { return strings.Contains(c.Name, "final excess") }); r.Checks[i].Pass {
		t.Errorf("%+v passes, though one seed ends .45 higher", r.Checks[i])
	}
}
