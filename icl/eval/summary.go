package eval

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
)

// Summary is what later steps need of [Scores]; it is a twentieth of their size.
type Summary struct {
	Learner string
	Family  string
	At      []int
	// Reliability of the predictions, for each number of examples.
	Reliability []Reliability

	metrics map[Metric]*Moments
}

// Moments sums one metric up.
type Moments struct {
	Mean []float64 // over tasks, for each number of examples
	Var  []float64 // over tasks
	// PerTask is each task's mean over the numbers of examples from the chosen first
	// one on: the quantity that comparisons pair by task.
	PerTask []float64
	// Blocks are the means of up to 64 blocks of consecutive tasks, each for every
	// number of examples. Blocks are as independent as tasks, and few enough to
	// resample whole curves.
	Blocks [][]float64
}

// maxBlocks is enough for the variance of a mean to be known to a fifth.
const maxBlocks = 64

// Of returns the summary of one metric; nil where it was not measured.
func (s *Summary) Of(m Metric) *Moments {
	if s == nil {
		return nil
	}
	return s.metrics[m]
}

// have reports whether there are summaries, as many of each, and all have a metric at as many
// numbers of examples.
func have(m Metric, all ...[]*Summary) bool {
	for _, seeds := range all {
		if len(seeds) == 0 || len(seeds) != len(all[0]) {
			return false
		}
		for _, s := range seeds {
			if of := s.Of(m); of == nil || len(of.Mean) != len(all[0][0].At) {
				return false
			}
		}
	}
	return true
}

// Summarize averages the scores; PerTask starts at that many examples.
func (s *Scores) Summarize(first int) *Summary {
	sum := &Summary{Learner: s.Learner, Family: s.Family, At: s.At, Reliability: s.reliability(), metrics: map[Metric]*Moments{}}
	for m, values := range s.values {
		sum.metrics[m] = s.moments(values, first)
	}
	return sum
}

func (s *Scores) moments(values []float64, first int) *Moments {
	m := &Moments{PerTask: make([]float64, s.Tasks), Blocks: s.blocks(values)}
	column, lengths := make([]float64, s.Tasks), 0.
	for i, n := range s.At {
		for t := range column {
			column[t] = values[t*len(s.At)+i]
		}
		mean, variance := stat.PopMeanVariance(column, nil)
		m.Mean, m.Var = append(m.Mean, mean), append(m.Var, variance)
		if n >= first {
			floats.Add(m.PerTask, column)
			lengths++
		}
	}
	floats.Scale(1/lengths, m.PerTask)
	return m
}

func (s *Scores) blocks(values []float64) [][]float64 {
	count := min(maxBlocks, s.Tasks)
	blocks, width := make([][]float64, count), len(s.At)
	for i := range blocks {
		lo, hi := i*s.Tasks/count, (i+1)*s.Tasks/count
		blocks[i] = make([]float64, width)
		for t := lo; t < hi; t++ {
			floats.AddScaled(blocks[i], 1/float64(hi-lo), values[t*width:(t+1)*width])
		}
	}
	return blocks
}

// CurveOf is a metric by number of examples of the same learner and family over
// several seeds, each with test tasks of its own. It has no points where a summary lacks the
// metric.
func CurveOf(m Metric, seeds ...*Summary) Curve {
	if !have(m, seeds) {
		return Curve{Metric: m}
	}
	c := Curve{Learner: seeds[0].Learner, Family: seeds[0].Family, Metric: m, N: seeds[0].At}
	means := make([]float64, len(seeds))
	for i := range c.N {
		for s, seed := range seeds {
			means[s] = seed.Of(m).Mean[i]
		}
		c.Add(interval(means, func() float64 {
			of := seeds[0].Of(m)
			return of.Var[i] / float64(len(of.PerTask))
		}))
	}
	return c
}

// Regret is how much a learner falls short of another predictor, normally the
// Bayes-optimal one, on the same tasks, by number of examples: the difference of
// accuracies, or that of losses with the sign that makes a shortfall positive.
// Tasks are paired, in blocks. It has no points where a summary lacks the metric.
func Regret(m Metric, learner, best []*Summary) Curve {
	if !have(m, learner, best) {
		return Curve{Metric: m}
	}
	sign := -1.
	if m == Accuracy {
		sign = 1
	}
	c := Curve{Learner: learner[0].Learner, Family: learner[0].Family, Metric: m, N: learner[0].At}
	means := make([]float64, len(learner))
	for i := range c.N {
		for s := range learner {
			means[s] = sign * (best[s].Of(m).Mean[i] - learner[s].Of(m).Mean[i])
		}
		c.Add(interval(means, func() float64 {
			a, b := best[0].Of(m).Blocks, learner[0].Of(m).Blocks
			gaps := make([]float64, len(a))
			for k := range gaps {
				gaps[k] = a[k][i] - b[k][i]
			}
			return stat.Variance(gaps, nil) / float64(len(gaps))
		}))
	}
	return c
}

// Add appends an estimate to the curve; the caller appends to N.
func (c *Curve) Add(e Estimate) {
	c.Mean, c.Lo, c.Hi = append(c.Mean, e.Mean), append(c.Lo, e.Lo), append(c.Hi, e.Hi)
}

// bins divide the probabilities of the likeliest class, 0..1, into equal parts.
const bins = 20

// Reliability counts predictions by the probability of their likeliest class.
// Entries are sums over the predictions of a bin.
type Reliability struct {
	Count, Confidence, Correct [bins]float64
}

func (s *Scores) reliability() []Reliability {
	all := make([]Reliability, len(s.At))
	for i, p := range s.top {
		r, bin := &all[i%len(s.At)], min(int(p*bins), bins-1)
		r.Count[bin]++
		r.Confidence[bin] += p
		r.Correct[bin] += s.values[Accuracy][i]
	}
	return all
}

// Add adds the predictions of another.
func (r *Reliability) Add(other Reliability) {
	floats.Add(r.Count[:], other.Count[:])
	floats.Add(r.Confidence[:], other.Confidence[:])
	floats.Add(r.Correct[:], other.Correct[:])
}

// Error is the expected calibration error (Naeini et al. 2015): the gap between
// mean probability and accuracy, averaged over bins by their counts. It is a
// little above 0 even for a calibrated predictor, by the noise of the bins.
func (r *Reliability) Error() float64 {
	sum := 0.
	for b := range r.Count {
		sum += math.Abs(r.Confidence[b] - r.Correct[b])
	}
	return sum / floats.Sum(r.Count[:])
}
