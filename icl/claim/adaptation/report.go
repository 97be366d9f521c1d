package adaptation

import (
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// Names of the predictors that are told something of the domain, the most first.
const (
	toldDomain = "Bayes"
	toldTasks  = "empirical Bayes"
	toldMean   = "known mean"
	toldPool   = "pooled"
)

func toldNames() []string { return []string{toldDomain, toldTasks, toldMean, toldPool} }

// toldName is the predictor's name where it sees that many of the domain's tasks.
func toldName(name string, tasks int) string {
	if name != toldTasks {
		return name
	}
	return fmt.Sprintf("%s from %d tasks", name, tasks)
}

// told lists the predictors that are told something of a place's domain.
func (x *experiment) told(ctx context.Context, p place) ([]eval.Predictor, error) {
	var all []eval.Predictor
	add := func(name string, l bayes.Linear, err error) error {
		all = append(all, eval.Named{Predictor: l, Label: name})
		return err
	}
	best, err := bayes.Domain(p.Domain)
	if err := add(toldDomain, best, err); err != nil {
		return nil, err
	}
	mean, err := bayes.DomainMean(p.Domain, x.Domains)
	if err := add(toldMean, mean, err); err != nil {
		return nil, err
	}
	pooled, err := bayes.Pooled(x.Domains)
	if err := add(toldPool, pooled, err); err != nil {
		return nil, err
	}
	for _, tasks := range x.Support {
		fitted, err := bayes.FitLinear(ctx, p.support.Slice(0, tasks), p.Noise)
		if err := add(toldName(toldTasks, tasks), fitted, err); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// domainErrors are the errors of a predictor by seed, domain and number of examples.
type domainErrors [][][]float64

// table holds the errors of all predictors.
type table struct {
	*experiment
	data *study.Data
}

func (t table) of(predictor string) domainErrors {
	all := make(domainErrors, len(t.data.Seeds()))
	for i := range t.Test {
		for s, scores := range t.data.Scores(predictor, domain(i)) {
			all[s] = append(all[s], byExamples(scores))
		}
	}
	return all
}

// means are over numbers of examples, by seed and domain.
func (e domainErrors) means() [][]float64 {
	all := make([][]float64, len(e))
	for s := range e {
		for _, domain := range e[s] {
			all[s] = append(all[s], stat.Mean(domain, nil))
		}
	}
	return all
}

func (e domainErrors) estimate() eval.Estimate { return estimate(e.means()) }

// estimate is a mean over seeds and domains; both are drawn again.
func estimate(groups [][]float64) eval.Estimate {
	const rounds = 1000
	return eval.Bootstrap(datasets.Rand(0, "bootstrap domains"), groups, rounds)
}

// curve is the error by number of examples.
func (e domainErrors) curve(name string) eval.Curve {
	curve := eval.Curve{Learner: name, Metric: eval.SquaredError}
	for n := range e[0][0] {
		groups := make([][]float64, len(e))
		for s := range e {
			for _, domain := range e[s] {
				groups[s] = append(groups[s], domain[n])
			}
		}
		curve.N = append(curve.N, n)
		curve.Add(eval.Interval(groups))
	}
	return curve
}

// lead is by how much M² is better than an arm, both adapted likewise to a number of
// tasks, by seed and domain.
func (t table) lead(arm string, tasks int, name func(arm string, tasks int) string) [][]float64 {
	return eval.Differences(t.of(name(arm, tasks)).means(), t.of(name(armM2, tasks)).means())
}

func (x *experiment) report(d *study.Data, r *study.Result) error {
	r.Tasks = x.Test * x.Tasks
	t := table{x, d}
	t.checks(r)
	t.findings(r)
	t.curves(r)
	r.Figure = study.Figure{
		Title: "The error on unseen domains", XLabel: "tasks adapted to", YLabel: "squared error, 1 = predicting 0", LogX: true,
		Rows: []study.Row{{Title: "adapted in the way that suits each best", Group: byTasksTuned}},
	}
	trials, err := t.trials()
	if err != nil {
		return err
	}
	ways, err := t.ways()
	r.Tables = append(r.Tables, trials, ways, t.errors("errors, tuned", tunedName), t.errors("errors by M²'s steps", ownName))
	return err
}

// checks are those of the claim's criterion: at 64 tasks M² adapted is better than ICL
// adapted and not, and less so with more tasks.
func (t table) checks(r *study.Result) {
	at, last := t.choiceSupport(), t.Support[len(t.Support)-1]
	for _, a := range arms()[1:] {
		r.Checks = append(r.Checks, study.Above(fmt.Sprintf("adapted to %d tasks: error of %s − M²", at, a), 0, estimate(t.lead(a, at, tunedName))))
	}
	plain := eval.Differences(t.of(plainName(armCompute)).means(), t.of(tunedName(armM2, at)).means())
	shrinks := eval.Differences(t.lead(armCompute, at, tunedName), t.lead(armCompute, last, tunedName))
	r.Checks = append(r.Checks,
		study.Above(fmt.Sprintf("error of %s, not adapted − M² adapted to %d tasks", armCompute, at), 0, estimate(plain)),
		study.Above(fmt.Sprintf("lead of M² over %s at %d tasks − at %d", armCompute, at, last), 0, estimate(shrinks)))
	r.Headline = study.Find(fmt.Sprintf("adapted to %d tasks: error of %s − M²", at, armCompute), estimate(t.lead(armCompute, at, tunedName)))
}

// findings are the leads at each number of tasks, tuned and by M²'s own protocol, and
// what is left to the best that could be known.
func (t table) findings(r *study.Result) {
	for _, a := range arms()[1:] {
		for _, s := range t.Support {
			r.Findings = append(r.Findings,
				study.Find(fmt.Sprintf("tuned, t = %d: error of %s − M²", s, a), estimate(t.lead(a, s, tunedName))),
				study.Find(fmt.Sprintf("M²'s own %d steps, t = %d: error of %s − M²", t.ownSteps(), s, a), estimate(t.lead(a, s, ownName))))
		}
	}
	for _, a := range arms() {
		r.Findings = append(r.Findings, study.Find(a+", not adapted: error", t.of(plainName(a)).estimate()))
	}
	for _, name := range toldNames() {
		r.Findings = append(r.Findings, study.Find(name+": error", t.of(toldName(name, t.choiceSupport())).estimate()))
	}
}

// byTasksTuned is the group of mean errors, each arm adapted in the way that suits it best.
const byTasksTuned = "error by tasks, tuned"

// curves are errors by number of examples, for each number of tasks adapted to, and mean
// errors and leads by the number of tasks.
func (t table) curves(r *study.Result) {
	for _, tasks := range t.Support {
		curves := []eval.Curve{
			t.of(tunedName(armM2, tasks)).curve(armM2), t.of(tunedName(armCompute, tasks)).curve(armCompute),
			t.of(tunedName(armData, tasks)).curve(armData), t.of(plainName(armCompute)).curve(plainName(armCompute)),
		}
		for _, name := range toldNames() {
			curves = append(curves, t.of(toldName(name, tasks)).curve(name))
		}
		family := fmt.Sprintf("adapted to %d tasks", tasks)
		for _, c := range curves {
			c.Family = family
			r.Add("error by examples", c)
		}
		for _, a := range arms() {
			c := t.of(ownName(a, tasks)).curve(a)
			c.Family = family
			r.Add("error by examples, M²'s steps", c)
		}
	}
	for _, a := range arms() {
		r.Add("error by examples, not adapted", t.of(plainName(a)).curve(a))
	}
	r.Add(byTasksTuned, t.byTasks(tunedName)...)
	r.Add("error by tasks, M²'s steps", t.byTasks(ownName)...)
	for _, a := range arms()[1:] {
		lead := eval.Curve{Learner: a, Family: "domains", Metric: eval.SquaredError, N: t.Support}
		for _, tasks := range t.Support {
			lead.Add(estimate(t.lead(a, tasks, tunedName)))
		}
		r.Add("lead", lead)
	}
}

// byTasks lists mean errors by the number of tasks adapted to: of all arms, and of the
// predictors that are told something.
func (t table) byTasks(name func(arm string, tasks int) string) []eval.Curve {
	var curves []eval.Curve
	add := func(learner string, named func(string, int) string) {
		c := eval.Curve{Learner: learner, Family: "domains", Metric: eval.SquaredError, N: t.Support}
		for _, tasks := range t.Support {
			c.Add(t.of(named(learner, tasks)).estimate())
		}
		curves = append(curves, c)
	}
	for _, a := range arms() {
		add(a, name)
	}
	for _, n := range toldNames() {
		add(n, toldName)
	}
	return curves
}

// errors is a table of mean errors by the number of tasks adapted to.
func (t table) errors(title string, name func(arm string, tasks int) string) eval.Table {
	out := eval.Table{Title: title, Header: append([]string{"", "not adapted"}, t.numbers()...)}
	for i, c := range t.byTasks(name) {
		row := []string{c.Learner, ""}
		if i < len(arms()) {
			row[1] = t.of(plainName(c.Learner)).estimate().String()
		}
		for k := range t.Support {
			row = append(row, eval.Estimate{Mean: c.Mean[k], Lo: c.Lo[k], Hi: c.Hi[k]}.String())
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

func (t table) numbers() []string {
	var names []string
	for _, s := range t.Support {
		names = append(names, fmt.Sprintf("t = %d", s))
	}
	return names
}

// ways is how each arm was trained and chose to adapt; a * says that the best may lie
// beyond what there was to choose from.
func (t table) ways() (eval.Table, error) {
	out := eval.Table{Title: "chosen adaptations", Header: append([]string{"arm", "training rate"}, t.numbers()...)}
	for _, a := range arms() {
		rate, _, err := t.data.Rate(a)
		if err != nil {
			return out, err
		}
		row := []string{a, fmt.Sprintf("%g", rate)}
		for _, w := range t.choices[a] {
			row = append(row, w.String())
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// trials is each arm's error on validation domains by the rate of training, after the best
// adaptation to 64 tasks found. A rate that diverged has none.
func (t table) trials() (eval.Table, error) {
	var rates []float64
	for _, a := range arms() {
		rates = append(rates, t.rates(a)...)
	}
	slices.Sort(rates)
	rates = slices.Compact(rates)
	out := eval.Table{Title: "validation errors by training rate", Header: []string{"arm"}}
	for _, r := range rates {
		out.Header = append(out.Header, fmt.Sprintf("rate %g", r))
	}
	for _, a := range arms() {
		_, tried, err := t.data.Rate(a)
		if err != nil {
			return out, err
		}
		row := make([]string, 1+len(rates))
		row[0] = a
		for _, trial := range tried {
			row[1+slices.Index(rates, trial.Rate)] = fmt.Sprintf("%.3f", trial.Loss)
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}
