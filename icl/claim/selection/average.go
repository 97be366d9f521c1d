package selection

import (
	"context"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// Two ways to answer for a mixture whose families are known: by the likeliest family's Bayes
// predictor alone, or by the average of all, weighted by the families' probabilities, which is
// Bayes-optimal.
const (
	hard    = "Bayes of the likeliest family"
	average = "Bayes of the mixture"
)

// fewLengths are the numbers of examples at which the two differ enough to tell which of them
// a learner is nearer to. With more examples the family is known, and they agree.
func fewLengths() []int { return []int{2, 4, 7, 10} }

// decisive are those of the checks.
func decisive() []int { return []int{2, 4, 7} }

// few is a family with few examples, on which averaging is told from selecting.
func few(family string, size plane.Size) study.Condition {
	c := plane.Test(family, 1, plane.Points, size.Few)
	c.Name, c.At, c.Keep, c.Arms = fewOf(family), fewLengths(), true, []string{icl}
	sample := c.Sample
	c.Derive = func(ctx context.Context, _ *study.Session, seed uint64) ([]eval.Predictor, error) {
		b, err := sample(seed)
		if err != nil {
			return nil, err
		}
		families, class0, err := plane.BayesOfMixture().Beliefs(ctx, b, fewLengths())
		if err != nil {
			return nil, err
		}
		return []eval.Predictor{
			answers{hard, likeliest(families, class0)}, answers{average, weighted(families, class0)},
		}, nil
	}
	return c
}

func fewOf(family string) string { return family + ", few examples" }

// answers is a predictor whose answers are known: the probabilities of class 0 of each task
// and number of examples.
type answers struct {
	name   string
	class0 []float32
}

func (a answers) Name() string { return a.name }

func (a answers) Predict(_ context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	if len(a.class0) != b.T*len(at) {
		return nil, fmt.Errorf("selection: %d answers for %d queries", len(a.class0), b.T*len(at))
	}
	var all []float32
	for _, p := range a.class0 {
		all = append(all, p, 1-p)
	}
	return all, nil
}

// likeliest takes, of each query, the answer of the family with the greatest probability.
func likeliest(families, class0 []float32) []float32 {
	width := len(plane.Families())
	out := make([]float32, len(families)/width)
	for i := range out {
		best := 0
		for f, p := range families[i*width : (i+1)*width] {
			if p > families[i*width+best] {
				best = f
			}
		}
		out[i] = class0[i*width+best]
	}
	return out
}

// weighted is the sum of the families' answers times their probabilities.
func weighted(families, class0 []float32) []float32 {
	width := len(plane.Families())
	out := make([]float32, len(families)/width)
	for i := range families {
		out[i/width] += families[i] * class0[i]
	}
	for i := range out {
		out[i] = min(out[i], 1)
	}
	return out
}

// distances are how far ICL(mix)'s probabilities are from those of the two, by seed and number
// of examples, in the mean over families and their tasks (total variation).
type distances struct{ hard, average [][]float64 }

func (x scores) averaging() (distances, error) {
	var all distances
	for range x.Seeds() {
		all.hard = append(all.hard, make([]float64, len(fewLengths())))
		all.average = append(all.average, make([]float64, len(fewLengths())))
	}
	add := func(to [][]float64, subject, family string) error {
		mine := x.Scores(icl, fewOf(family))
		for s, other := range x.Scores(subject, fewOf(family)) {
			d, err := mine[s].DistanceTo(other)
			if err != nil {
				return err
			}
			for i, v := range d.Values(eval.Distance) {
				to[s][i%len(fewLengths())] += v / float64(d.Tasks*len(plane.Families()))
			}
		}
		return nil
	}
	for _, f := range plane.Families() {
		if err := add(all.hard, hard, f); err != nil {
			return all, err
		}
		if err := add(all.average, average, f); err != nil {
			return all, err
		}
	}
	return all, nil
}

// least is the smallest difference of distances that matters.
const least = .003

// averageChecks want ICL to be nearer to the average than to selection.
func averageChecks(d distances) (all []study.Check) {
	for _, n := range decisive() {
		k := position(n)
		var gaps []float64
		for s := range d.hard {
			gaps = append(gaps, d.hard[s][k]-d.average[s][k])
		}
		all = append(all, study.Above(fmt.Sprintf("%d examples: distance of ICL(mix) from selecting the likeliest family − from averaging", n), least,
			eval.OfSeeds(gaps)).For(averages, "the sampling error of the Bayes predictor's own answers is of this size"))
	}
	return all
}

func position(n int) int {
	for k, v := range fewLengths() {
		if v == n {
			return k
		}
	}
	return -1
}

// curves are the distances by number of examples.
func (d distances) curves() []eval.Curve {
	var curves []eval.Curve
	for name, values := range map[string][][]float64{hard: d.hard, average: d.average} {
		c := eval.Curve{Learner: name, Family: plane.Mixture, Metric: eval.Distance, N: fewLengths()}
		for k := range c.N {
			var column []float64
			for s := range values {
				column = append(column, values[s][k])
			}
			e := eval.OfSeeds(column)
			e.Lo = math.Max(0, e.Lo)
			c.Add(e)
		}
		curves = append(curves, c)
	}
	if curves[0].Learner != hard {
		curves[0], curves[1] = curves[1], curves[0]
	}
	return curves
}
