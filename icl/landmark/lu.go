package landmark

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/landmark/internal/measure"
	"github.com/goicl/goicl/icl/linearattention"
	"github.com/goicl/goicl/icl/study"
)

// Lu is the result of Lu, Letey, Zavatone-Veth, Maiti and Pehlevan, "Asymptotic theory of
// in-context learning by linear attention" (PNAS 122, 2025; arXiv 2405.11751): fitted without a
// penalty to n contexts in d dimensions, a layer of linear attention has the largest error on
// new tasks where there are as many contexts as weights, n = d² for large d (double descent),
// and the limit of that error is known. Nothing is trained: weights are solved for by least
// squares, and errors are expected errors, noise of the query's target included.
//
// The paper has up to 100 dimensions, where the error at twice as many contexts as weights is
// within 4 % of the limit; with 40 it is within 9 %.
var Lu = study.Definition{Name: "lu2024", CoreMinutes: 2, Title: "the error of linear attention is largest where it has as many contexts as weights", New: newLu}

// luSize is the size of the study: numbers of dimensions, of which the last two are compared.
type luSize struct {
	Dims  []int
	Looks []study.Look
}

func newLu(preset string) (*study.Study, error) {
	z, err := size(preset,
		luSize{[]int{5, 10}, study.LooksAt(2)},
		luSize{[]int{10, 20, 40}, study.LooksAt(8, 16)},
		luSize{[]int{20, 40, 64}, study.LooksAt(16)})
	if err != nil {
		return nil, err
	}
	return z.study(), nil
}

// luRatios are the numbers of contexts n/d².
var luRatios = []float64{.25, .5, .85, 1.15, 1.5, 2}

// The tasks that luFit answers, and names of groups and tables.
const (
	luNew   = "new tasks"
	luSeen  = "tasks of the contexts"
	luError = "error by number of contexts"
)

// luSetting is that of the paper's figure on double descent: as many examples as dimensions,
// half as many tasks, and noise of variance .01.
func luSetting(dims int, ratio float64) linearattention.Setting {
	return linearattention.Setting{D: dims, Tau: ratio, Noise: .1}
}

func luCondition(s linearattention.Setting) string {
	return fmt.Sprintf("d = %d, n/d² = %g", s.D, s.Tau)
}

// luFit is a layer that is fitted when its expected error on some tasks is asked for.
type luFit struct {
	label string // of the tasks
	fit   func() (luFitted, error)
}

func (f luFit) Name() string { return f.label }

// luFitted is a fitted layer, and the tasks of its contexts.
type luFitted struct {
	linearattention.Model
	seen linearattention.Tasks
}

// luContexts draws the contexts that the layer is fitted to with a seed, and the tasks they are of.
func luContexts(s linearattention.Setting, seed uint64) (b *datasets.Batch, tasks [][]float32, err error) {
	pool, err := s.Pool(seed)
	if err != nil {
		return nil, nil, err
	}
	if tasks, err = pool.Members(); err != nil {
		return nil, nil, err
	}
	b, err = pool.Sample(datasets.Rand(seed, "contexts/"+luCondition(s)), s.Contexts())
	return b, tasks, err
}

func (z luSize) study() *study.Study {
	const descent, theory = "descent", "theory"
	s := &study.Study{Looks: z.Looks, Settings: z, Statements: []study.Statement{
		{ID: descent, Text: "the error on new tasks rises with the number of contexts up to that of weights, and then falls"},
		{ID: theory, Text: "on either side of that it is near the limit for many dimensions, and nearer with more of them"},
	}}
	for _, dims := range z.Dims {
		for _, ratio := range luRatios {
			s.Conditions = append(s.Conditions, luTest(luSetting(dims, ratio)))
		}
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		most := z.Dims[len(z.Dims)-1]
		change := func(from, to float64) eval.Estimate {
			return eval.OfSeeds(measure.LessBy(luErrors(d, luNew, luSetting(most, to)), luErrors(d, luNew, luSetting(most, from))))
		}
		matters := "predicting 0 has an error of 1.01: a change by 1 is one by all that there is to explain"
		fall := change(2, 1.15)
		r.Headline = study.Find(fmt.Sprintf("error on new tasks at n/d² = 1.15 less that at 2, d = %d", most), fall)
		r.Checks = []study.Check{
			study.Above("rise: error at n/d² = .85 less that at .5", 1, change(.5, .85)).For(descent, matters),
			study.Above("fall: error at n/d² = 1.15 less that at 2", 1, fall).For(descent, matters),
		}
		for _, ratio := range []float64{.5, 2} {
			r.Checks = append(r.Checks, z.theoryChecks(d, r, theory, ratio)...)
		}
		z.draw(d, r)
		return nil
	}
	return s
}

// luTest has the expected errors of a layer that is fitted to the contexts of a seed.
func luTest(s linearattention.Setting) study.Condition {
	return study.Condition{
		Name: luCondition(s), Family: "linear attention", At: []int{s.Examples()},
		Sample: func(seed uint64) (*datasets.Batch, error) {
			b, _, err := luContexts(s, seed)
			return b, err
		},
		Derive: func(_ context.Context, _ *study.Session, seed uint64) ([]eval.Predictor, error) {
			fit := sync.OnceValues(func() (luFitted, error) { return luSolve(s, seed) })
			return []eval.Predictor{luFit{luNew, fit}, luFit{luSeen, fit}}, nil
		},
		Test: func(_ context.Context, p eval.Predictor, _ uint64, _ *datasets.Batch, at []int) (*eval.Scores, error) {
			f, ok := p.(luFit)
			if !ok {
				return nil, fmt.Errorf("landmark: the expected error of %s; want a layer of linear attention", p.Name())
			}
			m, err := f.fit()
			if err != nil {
				return nil, err
			}
			tasks := map[string]linearattention.Tasks{luSeen: m.seen}[f.label] // new tasks are the zero value
			e, err := m.Error(tasks, at[0], s.Noise)
			return eval.NewScores(eval.SquaredError, f.label, "linear attention", at, []float64{e}), err
		},
	}
}

// luSolve fits a layer to the contexts of a seed.
func luSolve(s linearattention.Setting, seed uint64) (luFitted, error) {
	b, tasks, err := luContexts(s, seed)
	if err != nil {
		return luFitted{}, err
	}
	m, err := linearattention.Fit(b)
	return luFitted{m, linearattention.TasksOf(tasks)}, err
}

// theoryChecks compare the error at a number of contexts with its limit.
func (z luSize) theoryChecks(d *study.Data, r *study.Result, statement string, ratio float64) []study.Check {
	excess := func(dims int) []float64 {
		s := luSetting(dims, ratio)
		errs := luErrors(d, luNew, s)
		for i := range errs {
			errs[i] = errs[i]/s.Theory() - 1
		}
		return errs
	}
	most, fewer := z.Dims[len(z.Dims)-1], z.Dims[len(z.Dims)-2]
	near, far := excess(most), excess(fewer)
	limit := make([]float64, len(near)) // of a + b/d through both
	for i := range limit {
		limit[i] = (float64(most)*near[i] - float64(fewer)*far[i]) / float64(most-fewer)
	}
	r.Findings = append(r.Findings, study.Find(fmt.Sprintf("n/d² = %g: error/limit − 1, extended to 1/d = 0 from d = %d and %d", ratio, fewer, most), eval.OfSeeds(limit)))
	return []study.Check{
		study.Within(fmt.Sprintf("n/d² = %g: error/limit − 1, d = %d", ratio, most), .15, eval.OfSeeds(near)).
			For(statement, "the limit at n/d² = .5 or 2 is less than half that at .85 or 1.15; 15 % tells them apart by far"),
		study.Above(fmt.Sprintf("n/d² = %g: error/limit, d = %d less d = %d", ratio, fewer, most), .02, eval.OfSeeds(measure.LessBy(far, near))).
			For(statement, "a limit is approached; 2 % is a fifth of what is left"),
	}
}

// draw adds the figure, whose curves have a hundred times n/d² for numbers, and the table.
func (z luSize) draw(d *study.Data, r *study.Result) {
	theory := eval.Curve{Learner: "limit", Metric: eval.SquaredError}
	for percent := 5; percent <= 200; percent += 5 {
		if v := luSetting(0, float64(percent)/100).Theory(); !math.IsInf(v, 1) {
			theory.N, theory.Mean = append(theory.N, percent), append(theory.Mean, v)
		}
	}
	theory.Lo, theory.Hi = theory.Mean, theory.Mean
	r.Add(luError, theory)
	table := eval.Table{Title: luError, Header: []string{"n/d²", "limit"}}
	for _, ratio := range luRatios {
		table.Rows = append(table.Rows, []string{fmt.Sprint(ratio), fmt.Sprintf("%.3f", luSetting(0, ratio).Theory())})
	}
	shown := []string{theory.Learner}
	for _, subject := range []string{luNew, luSeen} {
		for _, dims := range z.Dims {
			curve := eval.Curve{Learner: fmt.Sprintf("%s, d = %d", subject, dims), Metric: eval.SquaredError}
			for i, ratio := range luRatios {
				e := eval.OfSeeds(luErrors(d, subject, luSetting(dims, ratio)))
				curve.N = append(curve.N, int(math.Round(100*ratio)))
				curve.Add(e)
				table.Rows[i] = append(table.Rows[i], e.String())
			}
			table.Header = append(table.Header, curve.Learner)
			r.Add(luError, curve)
			if subject == luNew {
				shown = append(shown, curve.Learner)
			}
		}
	}
	r.Tables = append(r.Tables, table)
	r.Figure = study.Figure{
		Title: "Linear attention fitted to n contexts", XLabel: "contexts n, in % of d²", YLabel: "squared error",
		Rows: []study.Row{{Group: luError, Learners: shown, YMax: 8}},
	}
}

// luErrors are the expected errors of the seeds.
func luErrors(d *study.Data, subject string, s linearattention.Setting) []float64 {
	return measure.SeedMeans(d, eval.SquaredError, subject, luCondition(s))
}
