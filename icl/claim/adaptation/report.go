package adaptation

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

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

func (e domainErrors) estimate() eval.Estimate { return eval.Interval(e.means()) }

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

func (x *experiment) report(d *study.Data, r *study.Result) {
	r.Tasks = x.Test * x.Tasks
	t := table{x, d}
	t.checks(r)
	t.findings(r)
	t.curves(r)
	r.Choices = append(r.Choices, x.adaptations()...)
	r.Figure = study.Figure{
		Title: "The error on unseen domains", XLabel: "tasks adapted to", YLabel: "squared error, 1 = predicting 0", LogX: true,
		Rows: []study.Row{{Title: "adapted in the way that suits each best", Group: byTasksTuned}},
	}
	r.Tables = append(r.Tables, t.errors("errors, tuned", tunedName), t.errors("errors by M²'s steps", ownName))
}

// adaptations lists how arms chose to adapt.
func (x *experiment) adaptations() (all []study.Choice) {
	for _, a := range arms() {
		for k, c := range x.choices[a] {
			all = append(all, study.Choice{
				Of: a, What: fmt.Sprintf("adaptation to %d tasks", x.Support[k]), Chosen: c.String(),
				Tried: c.finalists, Seeds: c.seeds, Edge: c.edge,
			})
		}
	}
	return all
}

// matters is the least difference of errors that matters: about a twentieth of what it is
// worth to know the domain, by which the pooled predictor and Bayes differ.
const matters = .01

// checks are those of the claim's statements. The least numbers of tasks, up to the claim's,
// are few, the greatest is many.
func (t table) checks(r *study.Result) {
	const why = "about a twentieth of what it is worth to know the domain (error of pooled − Bayes)"
	at, last := t.choiceSupport(), t.Support[len(t.Support)-1]
	tuned := func(tasks int) [][]float64 { return t.lead(armICL, tasks, tunedName) }
	for _, tasks := range t.Support {
		if tasks <= at {
			r.Checks = append(r.Checks, study.Above(leadName("tuned", armICL, tasks), matters, eval.Interval(tuned(tasks))).For(few, why))
		}
	}
	shrinks := eval.Interval(eval.Differences(tuned(at), tuned(last)))
	r.Checks = append(r.Checks,
		study.Above(fmt.Sprintf("lead over %s at %d tasks − lead at %d", armICL, at, last), matters, shrinks).For(many, why),
		study.Above(leadName("tuned", armICL, last), -matters, eval.Interval(tuned(last))).For(many, "a loss below "+why))
	r.Headline = study.Find(leadName("tuned", armICL, at), eval.Interval(tuned(at)))
}

// leadName names a lead of M²: "tuned, 64 tasks: error of ICL, equal compute − M²".
func leadName(how, arm string, tasks int) string {
	return fmt.Sprintf("%s, %d tasks: error of %s − M²", how, tasks, arm)
}

// findings are the leads at each number of tasks, tuned and by M²'s own protocol, where they
// end, and what is left to the best that could be known.
func (t table) findings(r *study.Result) {
	find := func(name string, groups [][]float64) {
		r.Findings = append(r.Findings, study.Find(name, eval.Interval(groups)))
	}
	own := fmt.Sprintf("M²'s own %d steps", t.ownWay().Steps)
	for _, s := range t.Support {
		find(leadName("tuned", armICL, s), t.lead(armICL, s, tunedName))
		find(leadName(own, armICL, s), t.lead(armICL, s, ownName))
	}
	for _, s := range t.Support {
		find(leadName("tuned", armFirst, s), t.lead(armFirst, s, tunedName))
	}
	plain := t.of(plainName(armICL)).means()
	for _, s := range t.Support {
		find(fmt.Sprintf("error of %s − M² adapted to %d tasks", plainName(armICL), s), eval.Differences(plain, t.of(tunedName(armM2, s)).means()))
	}
	r.Findings = append(r.Findings, t.end())
	for _, a := range arms() {
		find(plainName(a)+": error", t.of(plainName(a)).means())
	}
	for _, name := range toldNames() {
		find(name+": error", t.of(toldName(name, t.choiceSupport())).means())
	}
	find(fmt.Sprintf("%s − %s: error", toldPool, toldDomain), eval.Differences(t.of(toldPool).means(), t.of(toldDomain).means()))
}

// end is the number of tasks at which the lead of M² over ICL falls below what matters: the
// geometric mean over seeds, with its interval.
func (t table) end() study.Finding {
	seeds := len(t.data.Seeds())
	leads := make([][]float64, seeds)
	for _, tasks := range t.Support {
		for s, domains := range t.lead(armICL, tasks, tunedName) {
			leads[s] = append(leads[s], stat.Mean(domains, nil))
		}
	}
	logs, beyond := make([]float64, seeds), 0
	for s := range leads {
		tasks, within := fallsBelow(matters, t.Support, leads[s])
		logs[s] = math.Log(tasks)
		if !within {
			beyond++
		}
	}
	e := eval.OfSeeds(logs)
	e.Mean, e.Lo, e.Hi = math.Exp(e.Mean), math.Exp(e.Lo), math.Exp(e.Hi)
	least, most := t.Support[0], t.Support[len(t.Support)-1]
	return study.Find(fmt.Sprintf("tasks at which the lead over %s falls below %g (outside of %d to %d, and counted as the nearer: %d of %d seeds)", armICL, matters, least, most, beyond, seeds), e)
}

// fallsBelow is where values by rising numbers, joined by lines over the logarithm of the
// number, first fall below a level. Where they begin below it, that is the first number,
// where they never fall below it the last, and not within.
func fallsBelow(level float64, numbers []int, values []float64) (at float64, within bool) {
	i := slices.IndexFunc(values, func(v float64) bool { return v < level })
	switch i {
	case 0:
		return float64(numbers[0]), false
	case -1:
		return float64(numbers[len(numbers)-1]), false
	}
	share := (values[i-1] - level) / (values[i-1] - values[i])
	from, to := math.Log(float64(numbers[i-1])), math.Log(float64(numbers[i]))
	return math.Exp(from + share*(to-from)), true
}

// byTasksTuned is the group of mean errors, each arm adapted in the way that suits it best.
const byTasksTuned = "error by tasks, tuned"

// curves are errors by number of examples, for each number of tasks adapted to, and mean
// errors and leads by the number of tasks.
func (t table) curves(r *study.Result) {
	for _, tasks := range t.Support {
		curves := []eval.Curve{
			t.of(tunedName(armM2, tasks)).curve(armM2), t.of(tunedName(armFirst, tasks)).curve(armFirst),
			t.of(tunedName(armICL, tasks)).curve(armICL), t.of(plainName(armICL)).curve(plainName(armICL)),
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
			lead.Add(eval.Interval(t.lead(a, tasks, tunedName)))
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
