package tables

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Domains draws synthetic grouped tables, as there are of patients, schools or plants that
// were measured several times: a prior for learners that predict the rows of a group from a
// few others of it. A domain is a table, and a task is N rows of one of its groups, in random
// order. A batch has Tasks tasks of one domain, each of a group of its own, then as many of
// another, and so on; the last domain may have fewer.
//
// What a domain has in common:
//
//   - its columns: a time, at the same or nearly the same points in each group, or none; columns
//     that differ from row to row, or more between groups than within them, or drift with the
//     time; columns that are constant in a group; columns of two values; skewed ones
//   - the distribution of a group's intercept and coefficients: a mean for each, of which most
//     may be 0, a variance for each, which may be 0, and what they share with the intercept
//   - the shape of a curve over the time, whose size, rate and beginning may differ from group
//     to group, and the size of what else is smooth over the time in a group
//   - whether the target is the exponential of all this, and the noise, from a fiftieth of its
//     deviation to seven tenths over a time, and from a tenth to four times as much else
//
// Inputs and targets are standardised by all rows of the domain, at least 16 groups of N, and
// inputs are limited to ±3, as [datasets.Groups] has them after Split. Columns that a domain
// does not have are 0 in all its rows.
type Domains struct {
	N       int `json:"n,omitempty"`       // rows of a task; 0 means 8
	Columns int `json:"columns,omitempty"` // at most; 0 means 24
	Tasks   int `json:"tasks,omitempty"`   // of one domain in a batch; 0 means 64
}

// Name is "grouped tables".
func (Domains) Name() string { return "grouped tables" }

// WithDefaults replaces zeros by the default sizes.
func (s Domains) WithDefaults() Domains {
	return Domains{cmp.Or(s.N, 8), cmp.Or(s.Columns, 24), cmp.Or(s.Tasks, 64)}
}

// Group is the number of tasks of a domain, see [datasets.Grouped].
func (s Domains) Group() int { return s.WithDefaults().Tasks }

// leastGroups is the number of groups whose rows a domain is standardised by, at least.
const leastGroups = 16

// maxRows is the largest number of rows of a task.
const maxRows = 1 << 16

// Validate reports sizes that no domain has.
func (s Domains) Validate() error {
	s = s.WithDefaults()
	if s.N < 2 || s.Columns < 1 || s.Tasks < 1 {
		return fmt.Errorf("tables: domains of %d columns and tasks of %d rows, %d of a domain; want at least 1, 2 and 1", s.Columns, s.N, s.Tasks)
	}
	if s.N > maxRows {
		return fmt.Errorf("tables: tasks of %d rows; want at most %d", s.N, maxRows)
	}
	return datasets.CheckSize(max(s.Tasks, leastGroups), s.N, s.Columns, 0)
}

// Sample draws that many tasks. Latent variables: "domain", its number in the batch, and
// "columns", how many it has.
func (s Domains) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, errors.New("tables: rng is nil; make one with datasets.Rand")
	}
	s = s.WithDefaults()
	if err := datasets.CheckSize(tasks, s.N, s.Columns, 0); err != nil {
		return nil, err
	}
	b := datasets.NewBatch(tasks, s.N, s.Columns, 0)
	number, columns := b.AddLatent("domain"), b.AddLatent("columns")
	for first := 0; first < tasks; first += s.Tasks {
		d := newDomain(rng, s)
		x, target := d.table(rng, max(s.Tasks, leastGroups), s.N)
		last := min(first+s.Tasks, tasks)
		for t := first; t < last; t++ {
			number.Data[t], columns.Data[t] = float32(first/s.Tasks), float32(len(d.columns))
			for n := range s.N {
				for j, v := range x[(t-first)*s.N+n] {
					b.Point(t, n)[j] = float32(v)
				}
			}
		}
		for i := range b.Z[first*s.N : last*s.N] {
			b.Z[first*s.N+i] = float32(target[i])
		}
	}
	return b, nil
}

// column says how a column is drawn.
type column struct {
	kind    int
	between float64 // share of the variance that is between groups
	drift   float64 // with the time, over all groups
	drifts  float64 // deviation of a group's own drift
	common  float64 // share of the variance within a group that its rows' columns have in common
	skew    float64 // 0: none
	cut     float64 // where a column of two values is cut
	flag    bool    // whether it has two values
}

// The kinds of columns.
const (
	isTime     = iota // the time, or a rising function of it
	isRow             // differs from row to row
	isConstant        // in a group
)

// domain is a synthetic grouped table.
type domain struct {
	columns []column

	timed  bool
	points int     // of the time, from which a group's rows are drawn
	bend   float64 // exponent of the points' places: above 1 they are denser at the beginning
	jitter float64 // of a group's times

	mean, spread, shared []float64 // of the coefficients; shared is their correlation with the intercept
	intercept            float64   // deviation of the groups' intercepts

	curve                     func(t float64) float64
	size, sizes, rates, delay float64 // of the curve, and how much it differs from group to group
	rough                     float64 // deviation of what else is smooth over the time
	growth                    float64 // the target is exp(growth · standard score), if it is not 0
	noise                     float64 // over the signal's deviation
}

// curves are the shapes over a time from 0 to 1.
var curves = []func(t float64) float64{
	func(t float64) float64 { return 1 - math.Exp(-4*t) },
	func(t float64) float64 { return 1 / (1 + math.Exp(6-12*t)) },
	func(t float64) float64 { return 2 * (math.Exp(-2.5*t) - math.Exp(-15*t)) },
	func(t float64) float64 { return t * t },
	func(t float64) float64 { return math.Exp(3*t) / math.Exp(3) },
	math.Sqrt,
	func(t float64) float64 { return .5 * math.Sin(2*math.Pi*t) },
	func(t float64) float64 { return math.Abs(t - .5) },
	func(t float64) float64 { return 1 / (1 + 4*t) },
}

// maybe is drawn from least to most on a logarithmic scale, and 0 with a chance.
func maybe(rng *rand.Rand, none, least, most float64) float64 {
	v := datasets.LogUniform(rng, least, most)
	if rng.Float64() < none {
		return 0
	}
	return v
}

func newDomain(rng *rand.Rand, s Domains) domain {
	d := domain{timed: rng.IntN(3) > 0, points: s.N + rng.IntN(3*s.N), bend: 1}
	if rng.IntN(3) == 0 {
		d.bend = datasets.LogUniform(rng, 1, 4)
	}
	d.jitter = maybe(rng, .5, .01, .3) / float64(d.points)
	if rng.IntN(4) == 0 {
		d.jitter = 1 // each group has its own times
	}
	columns := min(s.Columns, int(datasets.LogUniform(rng, 1, float64(s.Columns+1))))
	place := rng.IntN(columns) // of the time
	few := .8 * rng.Float64()
	for j := range columns {
		c := newColumn(rng, d.timed)
		if d.timed && (j == place || columns > 1 && rng.IntN(8) == 0) {
			c = column{kind: isTime, skew: maybe(rng, .7, .3, 1)}
		}
		d.columns = append(d.columns, c)
		mean, spread := datasets.Normal(rng), maybe(rng, .3, .03, 1)
		if rng.Float64() < few && j != place {
			mean, spread = 0, spread*float64(rng.IntN(2))
		}
		d.mean, d.spread, d.shared = append(d.mean, mean), append(d.spread, spread), append(d.shared, 1-2*rng.Float64())
	}
	d.intercept = maybe(rng, .1, .05, 4)
	if d.timed {
		d.curve = curves[rng.IntN(len(curves))]
		d.size, d.sizes = maybe(rng, .3, .5, 10), maybe(rng, .3, .03, .6)
		d.rates, d.delay = maybe(rng, .4, .03, .5), maybe(rng, .5, .01, .2)
		d.rough = maybe(rng, .4, .03, 1)
	}
	if rng.IntN(2) == 0 {
		d.size *= -1
	}
	d.growth = maybe(rng, .7, .2, 1)
	d.noise = datasets.LogUniform(rng, .1, 4)
	if d.timed {
		d.noise = datasets.LogUniform(rng, .02, .7)
	}
	return d
}

func newColumn(rng *rand.Rand, timed bool) column {
	c := column{kind: isRow, common: .8 * rng.Float64(), skew: maybe(rng, .7, .3, 1), flag: rng.IntN(5) == 0, cut: datasets.Normal(rng)}
	if rng.IntN(3) > 0 {
		c.between = rng.Float64()
	}
	switch {
	case rng.IntN(3) == 0:
		c.kind, c.flag = isConstant, rng.IntN(2) == 0
	case timed && rng.IntN(2) == 0:
		c.drift, c.drifts = 2*datasets.Normal(rng), maybe(rng, .3, .1, 2)
	}
	return c
}

// table draws groups of n rows each, standardised.
func (d domain) table(rng *rand.Rand, groups, n int) (x [][]float64, target []float64) {
	for range groups {
		rows, signal := d.group(rng, n)
		x, target = append(x, rows...), append(target, signal...)
	}
	if d.growth > 0 {
		for i, v := range standardScores(target) {
			target[i] = math.Exp(d.growth * v)
		}
	}
	addNoise(rng, target, d.noise)
	standardize(x)
	for _, row := range x {
		for j, v := range row {
			row[j] = min(max(v, -3), 3)
		}
	}
	return x, standardScores(target)
}

// standardScores are numbers as standard scores, at most 8 of them apart from the mean.
func standardScores(v []float64) []float64 {
	column := make([][]float64, len(v))
	for i := range v {
		column[i] = v[i : i+1 : i+1]
	}
	mean, sd := moments(column, 0)
	scores := make([]float64, len(v))
	for i := range v {
		scores[i] = min(max((v[i]-mean)/sd, -8), 8)
	}
	return scores
}

// group draws the rows of a group and their targets without noise.
func (d domain) group(rng *rand.Rand, n int) (x [][]float64, signal []float64) {
	base := datasets.Normal(rng)
	weight := make([]float64, len(d.columns))
	for j := range weight {
		own := d.shared[j]*base + math.Sqrt(1-d.shared[j]*d.shared[j])*datasets.Normal(rng)
		weight[j] = d.mean[j] + float64(d.spread[j]*own)
	}
	times, over := d.times(rng, n), d.overTime(rng)
	x = d.inputs(rng, times)
	for i, row := range x {
		v := d.intercept*base + datasets.Dot(weight, row)
		if d.timed {
			v += over(times[i])
		}
		signal = append(signal, v)
	}
	return x, signal
}

// times are those of a group's rows: some of the domain's points, or times of its own.
func (d domain) times(rng *rand.Rand, n int) []float64 {
	times := make([]float64, n)
	for i, point := range rng.Perm(d.points)[:n] {
		t := (float64(point) + .5) / float64(d.points)
		if d.jitter == 1 {
			t = rng.Float64()
		}
		t = min(max(math.Pow(t, d.bend)+float64(d.jitter*(rng.Float64()-.5)), 0), 1)
		times[i] = t
	}
	return times
}

// overTime draws a group's curve over the time, and what else is smooth over it.
func (d domain) overTime(rng *rand.Rand) func(t float64) float64 {
	if !d.timed {
		return nil
	}
	size := d.size * math.Exp(d.sizes*datasets.Normal(rng))
	rate, delay := math.Exp(d.rates*datasets.Normal(rng)), d.delay*datasets.Normal(rng)
	var waves [4]float64
	for k := range waves {
		waves[k] = d.rough * datasets.Normal(rng) / float64(k+1)
	}
	return func(t float64) float64 {
		v := size * d.curve(min(max(float64(rate*t)+delay, 0), 1.5))
		for k, height := range waves {
			v += float64(height * math.Cos(float64(k+1)*math.Pi*t))
		}
		return v
	}
}

// inputs draws the columns of a group's rows.
func (d domain) inputs(rng *rand.Rand, times []float64) [][]float64 {
	x, level, drift := make([][]float64, len(times)), make([]float64, len(d.columns)), make([]float64, len(d.columns))
	for j, c := range d.columns {
		level[j], drift[j] = datasets.Normal(rng), c.drift+float64(c.drifts*datasets.Normal(rng))
	}
	for i, t := range times {
		common := datasets.Normal(rng)
		for j, c := range d.columns {
			within := math.Sqrt(c.common)*common + math.Sqrt(1-c.common)*datasets.Normal(rng)
			v := level[j]
			switch c.kind {
			case isTime:
				v = 4*t - 2
			case isRow:
				v = math.Sqrt(c.between)*level[j] + math.Sqrt(1-c.between)*within + float64(drift[j]*(t-.5))
			}
			if c.skew > 0 {
				v = math.Exp(c.skew * v)
			}
			switch {
			case c.flag && v > c.cut:
				v = 1
			case c.flag:
				v = 0
			}
			x[i] = append(x[i], v)
		}
	}
	return x
}
