package claim

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// Transfer is what claim 5 tells: how well learners predict the tasks of domains they
// have not seen, before and after they are adapted to some of a domain's tasks.
//
// Errors are squared errors divided by the domain's mean square of targets, so that who
// always says 0 has an error of about 1; means are over all numbers of examples,
// domains and seeds. A domain's mean error before any example is near 1 for who knows
// nothing of it.
type Transfer struct {
	D       int `json:"d"`
	Points  int `json:"points"`
	Domains int `json:"domains"` // unseen ones, of all seeds together
	// Support are the numbers of tasks that are adapted to.
	Support []int         `json:"support"`
	Arms    []TransferArm `json:"arms"`
	// Oracles are predictors told something of the domain, the most first: their errors
	// are what knowledge is worth.
	Oracles []TransferOracle `json:"oracles"`
	// OwnSteps is the number of steps of M²'s own protocol.
	OwnSteps int `json:"own_steps"`
}

// TransferArm is how an arm did.
type TransferArm struct {
	Name  string      `json:"name"`
	Rate  float64     `json:"rate"`  // of its training
	Tried []RateScore `json:"tried"` // errors on validation domains, adapted to 64 tasks
	// Plain is without adaptation.
	Plain Errors `json:"plain"`
	// Tuned is after the adaptation that suits the arm best, by number of tasks; Own after
	// M²'s own inner loop.
	Tuned []Adapted `json:"tuned"`
	Own   []Adapted `json:"own"`
	// PlainLead is by how much M², adapted to 64 tasks, is better than this arm that is
	// not; Shrinks is by how much M²'s lead at 64 tasks is greater than at the most.
	PlainLead eval.Estimate `json:"plain_lead"`
	Shrinks   eval.Estimate `json:"shrinks"`
}

// Adapted is an arm after adaptation.
type Adapted struct {
	Way
	Errors
	// Lead is by how much M², adapted likewise, is better: error − error of M², paired by
	// domain.
	Lead eval.Estimate `json:"lead"`
}

// Errors are a mean error, and that by number of examples.
type Errors struct {
	Error eval.Estimate `json:"error"`
	Curve eval.Curve    `json:"curve"`
}

// TransferOracle is a predictor told something of the domain.
type TransferOracle struct {
	Name string `json:"name"`
	// BySupport are its errors by number of tasks, the same for those that estimate
	// nothing from tasks.
	BySupport []Errors `json:"by_support"`
}

// sumUp makes the result of all lanes' errors.
func (c *transfer) sumUp(ctx context.Context, seeds []uint64) (*Transfer, error) {
	t := &Transfer{
		Points:  c.size.Model.WithDefaults().Points,
		Domains: len(seeds) * c.size.Test, Support: c.size.Support, OwnSteps: c.ownSteps(),
	}
	t.D, _ = c.size.Domains.Space()
	m2 := c.lanesOf(ArmM2, seeds)
	plain := func(l *transferLane) [][]float64 { return l.plain }
	tunedTo := func(k int) func(*transferLane) [][]float64 {
		return func(l *transferLane) [][]float64 { return l.tuned[k] }
	}
	for _, arm := range transferArms() {
		lanes := c.lanesOf(arm, seeds)
		chosen := lanes[0].chosen
		a := TransferArm{Name: arm, Rate: chosen.rate, Tried: chosen.tried}
		a.Plain = errorsOver(arm+", not adapted", lanes, plain)
		for k, way := range chosen.ways {
			tuned := tunedTo(k)
			own := func(l *transferLane) [][]float64 { return l.own[k] }
			a.Tuned = append(a.Tuned, Adapted{way, errorsOver(arm, lanes, tuned), lead(lanes, m2, tuned)})
			way = Way{Tasks: way.Tasks, Rate: c.ownWay().Rate, Steps: c.ownSteps()}
			a.Own = append(a.Own, Adapted{way, errorsOver(arm, lanes, own), lead(lanes, m2, own)})
		}
		k, last := nearest(t.Support, choiceTasks), len(t.Support)-1
		a.PlainLead = estimate(eval.Differences(means(byDomain(lanes, plain)), means(byDomain(m2, tunedTo(k)))))
		a.Shrinks = estimate(eval.Differences(leads(lanes, m2, tunedTo(k)), leads(lanes, m2, tunedTo(last))))
		t.Arms = append(t.Arms, a)
	}
	return t, c.oracles(ctx, t, seeds)
}

// lanesOf are the runs of an arm, one a seed.
func (c *transfer) lanesOf(arm string, seeds []uint64) []*transferLane {
	lanes := make([]*transferLane, len(seeds))
	for _, l := range c.lanes {
		for i, seed := range seeds {
			if l.arm == arm && l.seed == seed {
				lanes[i] = l
			}
		}
	}
	return lanes
}

// byDomain are errors [seed][domain][examples] of lanes.
func byDomain(lanes []*transferLane, of func(*transferLane) [][]float64) [][][]float64 {
	var all [][][]float64
	for _, l := range lanes {
		all = append(all, of(l))
	}
	return all
}

// means are the means over numbers of examples, [seed][domain].
func means(errs [][][]float64) [][]float64 {
	all := make([][]float64, len(errs))
	for s := range errs {
		for _, domain := range errs[s] {
			all[s] = append(all[s], stat.Mean(domain, nil))
		}
	}
	return all
}

// estimate is a mean over seeds and domains; both are drawn again.
func estimate(groups [][]float64) eval.Estimate {
	return eval.Bootstrap(datasets.Rand(0, "bootstrap domains"), groups, bootstrapRounds)
}

func errorsOver(name string, lanes []*transferLane, of func(*transferLane) [][]float64) Errors {
	return newErrors(name, byDomain(lanes, of))
}

func newErrors(name string, errs [][][]float64) Errors {
	curve := eval.Curve{Learner: name, Family: "domains", Metric: eval.SquaredError}
	for n := range errs[0][0] {
		groups := make([][]float64, len(errs))
		for s := range errs {
			for _, domain := range errs[s] {
				groups[s] = append(groups[s], domain[n])
			}
		}
		curve.N = append(curve.N, n)
		curve.Add(eval.Interval(groups))
	}
	return Errors{estimate(means(errs)), curve}
}

// leads are by how much M² is better than lanes, [seed][domain].
func leads(lanes, m2 []*transferLane, of func(*transferLane) [][]float64) [][]float64 {
	return eval.Differences(means(byDomain(lanes, of)), means(byDomain(m2, of)))
}

func lead(lanes, m2 []*transferLane, of func(*transferLane) [][]float64) eval.Estimate {
	return estimate(leads(lanes, m2, of))
}

// told is an oracle: what it makes of a place and the first of its tasks, and whether it
// learns from them.
type told struct {
	name   string
	learns bool
	given  func(p place, tasks int) (bayes.Linear, error)
}

func (c *transfer) told(ctx context.Context) []told {
	return []told{
		{"Bayes", false, func(p place, _ int) (bayes.Linear, error) { return bayes.Domain(p.Domain) }},
		{"empirical Bayes", true, func(p place, tasks int) (bayes.Linear, error) {
			return bayes.FitLinear(ctx, p.support.Slice(0, tasks), p.Noise)
		}},
		{"known mean", false, func(p place, _ int) (bayes.Linear, error) { return bayes.DomainMean(p.Domain, c.size.Domains) }},
		{"pooled", false, func(place, int) (bayes.Linear, error) { return bayes.Pooled(c.size.Domains) }},
	}
}

// oracles adds them to the result.
func (c *transfer) oracles(ctx context.Context, t *Transfer, seeds []uint64) error {
	all := make([][]place, len(seeds))
	for s, seed := range seeds {
		var err error
		if all[s], err = c.places("test", seed, c.size.Test); err != nil {
			return err
		}
	}
	for _, o := range c.told(ctx) {
		c.report(train.Step{}, o.name, 0)
		result := TransferOracle{Name: o.name}
		for k, tasks := range c.size.Support {
			if k > 0 && !o.learns { // the same as before
				result.BySupport = append(result.BySupport, result.BySupport[0])
				continue
			}
			errs, err := o.errors(ctx, all, tasks)
			if err != nil {
				return err
			}
			result.BySupport = append(result.BySupport, newErrors(o.name, errs))
		}
		t.Oracles = append(t.Oracles, result)
	}
	return nil
}

// errors are those of an oracle at all places, [seed][domain][examples].
func (o told) errors(ctx context.Context, all [][]place, tasks int) ([][][]float64, error) {
	errs := make([][][]float64, len(all))
	for s, places := range all {
		for _, p := range places {
			predictor, err := o.given(p, tasks)
			if err != nil {
				return nil, fmt.Errorf("claim: %w", err)
			}
			at, err := errorsAt(ctx, predictor, p)
			if err != nil {
				return nil, err
			}
			errs[s] = append(errs[s], at)
		}
	}
	return errs, nil
}
