package bayes_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// rule is one task drawn from a family's prior: how probable an input is, up to
// a factor, and which label it gets.
type rule struct {
	density func(x []float32) float64
	label   func(x []float32) int32
}

// gauss is the density of N(mean, σ²I) in two dimensions.
func gauss(x []float32, mean [2]float64, sigma float64) float64 {
	u, v := (float64(x[0])-mean[0])/sigma, (float64(x[1])-mean[1])/sigma
	return math.Exp(-(u*u+v*v)/2) / (2 * math.Pi * sigma * sigma)
}

func bit(one bool) int32 {
	if one {
		return 1
	}
	return 0
}

// priors draws a rule of each family, written down anew from the definitions.
func priors(sigma float64) map[string]func(rng *rand.Rand) rule {
	normal2 := func(rng *rand.Rand) [2]float64 { return [2]float64{rng.NormFloat64(), rng.NormFloat64()} }
	return map[string]func(rng *rand.Rand) rule{
		"pair": func(rng *rand.Rand) rule {
			v := normal2(rng)
			return rule{
				func(x []float32) float64 { return gauss(x, [2]float64{}, sigma) },
				func(x []float32) int32 { return bit(float64(x[0])*v[0]+float64(x[1])*v[1] < 0) },
			}
		},
		"amort": func(rng *rand.Rand) rule {
			w := normal2(rng)
			return rule{
				func(x []float32) float64 { return gauss(x, w, sigma) },
				func(x []float32) int32 { return bit(float64(x[0])+float64(x[1]) <= w[0]+w[1]) },
			}
		},
		"radius": func(rng *rand.Rand) rule {
			r := 2 + 2*rng.Float64()
			return rule{
				func(x []float32) float64 { return gauss(x, [2]float64{}, .849*r*sigma) },
				func(x []float32) int32 { return bit(math.Hypot(float64(x[0]), float64(x[1])) <= r) },
			}
		},
		"proto": func(rng *rand.Rand) rule {
			w0, w1 := normal2(rng), normal2(rng)
			return rule{
				func(x []float32) float64 { return gauss(x, w0, sigma)/2 + gauss(x, w1, sigma)/2 },
				func(x []float32) int32 {
					d := func(w [2]float64) float64 { return math.Hypot(float64(x[0])-w[0], float64(x[1])-w[1]) }
					return bit(d(w1) < d(w0))
				},
			}
		},
	}
}

// bruteForce weighs rules drawn from the prior by the context and the query's
// input. It returns the probability of class 0, its standard error, and the
// evidence with its relative standard error.
func bruteForce(b *datasets.Batch, task, n int, prior func(*rand.Rand) rule) (p0, seP, evidence, seE float64) {
	const draws = 100_000
	rng := rand.New(rand.NewPCG(uint64(task), uint64(n)))
	var sum, squares, class0 float64
	for range draws {
		r, w := prior(rng), 1.0
		for i := range n {
			x := b.Point(task, i)
			if r.label(x) != b.Y[task*b.N+i] {
				w = 0
				break
			}
			w *= r.density(x)
		}
		if w == 0 {
			continue
		}
		w *= r.density(b.Point(task, n))
		sum, squares = sum+w, squares+w*w
		if r.label(b.Point(task, n)) == 0 {
			class0 += w
		}
	}
	p0 = class0 / sum
	return p0, math.Sqrt(p0*(1-p0)*squares) / sum, sum / draws, math.Sqrt(squares) / sum
}

// TestAgainstBruteForce compares predictions on small contexts with Monte Carlo
// over the prior, on tasks of the family itself and of another one.
func TestAgainstBruteForce(t *testing.T) {
	for _, sigma := range []float64{0.7, 2} {
		for family, prior := range priors(sigma) {
			own, other := draw(t, family, sigma, 6), draw(t, "amort", sigma, 2)
			for _, b := range []*datasets.Batch{own, other} {
				got := predicttest.Predict(predictors(sigma)[family], b, 0, 1, 3, 6)
				slack := 1e-6
				if family == "proto" {
					slack = 0.08 // Monte Carlo error of the particles
				}
				for task := range b.T {
					for i, n := range []int{0, 1, 3, 6} {
						want, se, evidence, _ := bruteForce(b, task, n, prior)
						if evidence == 0 {
							continue // impossible, or too rare for this method
						}
						if p := got[(task*4+i)*2]; !near(p, want, 5*se+slack+1e-3) {
							t.Errorf("%s, σ = %g, task %d: P(class 0) = %.4f after %d examples, brute force says %.4f ± %.4f", family, sigma, task, p, n, want, se)
						}
					}
				}
			}
		}
	}
}

// TestFamilyPosterior compares the posterior over all four families with the
// ratio of brute-force evidences.
func TestFamilyPosterior(t *testing.T) {
	names := []string{"proto", "pair", "amort", "radius"}
	prior := []float64{1, 2, 3, 4}
	mix := bayes.Mix{Families: []bayes.Family{bayes.Proto{}, bayes.Pair{}, bayes.Amort{}, bayes.Radius{}}, Prior: prior}
	for _, family := range names {
		b, at := draw(t, family, 1, 4), []int{0, 2, 5}
		got, err := mix.FamilyPosterior(context.Background(), b, at)
		if err != nil {
			t.Fatal(err)
		}
		for task := range b.T {
			for i, n := range at {
				var weight [4]float64
				total, worst := 0.0, 0.0
				for f, name := range names {
					_, _, evidence, se := bruteForce(b, task, n, priors(1)[name])
					weight[f] = prior[f] * evidence
					total += weight[f]
					if evidence > 0 {
						worst = max(worst, se*weight[f])
					}
				}
				for f, name := range names {
					want := weight[f] / total
					if p := got[(task*len(at)+i)*4+f]; !near(p, want, 5*worst/total+0.1*want*(1-want)+0.01) {
						t.Errorf("%s task %d after %d examples: P(%s) = %.4f, brute force says %.4f", family, task, n, name, p, want)
					}
				}
			}
		}
	}
}
