package bayes_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// predictors lists the Bayes predictor of each family at a given σ, with fewer
// particles than the default, for speed.
func predictors(sigma float64) map[string]eval.Classifier {
	proto, pair, amort := bayes.Proto{Sigma: sigma, Particles: 300}, bayes.Pair{Sigma: sigma}, bayes.Amort{Sigma: sigma}
	return map[string]eval.Classifier{
		"proto":  proto,
		"pair":   pair,
		"amort":  amort,
		"radius": bayes.Radius{Sigma: sigma},
		"mix":    bayes.Mix{Families: []bayes.Family{proto, pair, amort}},
	}
}

// draw samples tasks of a family, the same ones for the same arguments.
func draw(t testing.TB, family string, sigma float64, tasks int) *datasets.Batch {
	t.Helper()
	s, err := synthetic.ByName(family, sigma, 50)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Sample(datasets.Rand(1, family), tasks)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// taskCount is how many tasks a test takes of a family: the particle filter is
// slow.
func taskCount(family string, closedForm int) int {
	if family == "proto" || family == "mix" {
		return max(20, closedForm/100)
	}
	return closedForm
}

// TestKnownAccuracy compares the mean accuracy over n = 2..49 at σ = 1 with
// figures from independent implementations, good to .001.
func TestKnownAccuracy(t *testing.T) {
	for family, want := range map[string]float64{"pair": .969, "amort": .975, "proto": .959, "radius": .979} {
		b := draw(t, family, 1, taskCount(family, 4000))
		probs := predicttest.Predict(predictors(1)[family], b, eval.AllLengths(50)...)
		sum, squares := 0.0, 0.0
		for task := range b.T {
			right := 0.0
			for n := 2; n < b.N; n++ {
				i := task*b.N + n
				if argmax(probs[2*i:2*i+2]) == int(b.Y[i]) {
					right += 1. / 48
				}
			}
			sum, squares = sum+right, squares+right*right
		}
		mean := sum / float64(b.T)
		se := math.Sqrt((squares/float64(b.T) - mean*mean) / float64(b.T))
		t.Logf("%s: accuracy %.4f, standard error %.4f, %d tasks", family, mean, se, b.T)
		if math.Abs(mean-want) > 3*se+.001 {
			t.Errorf("%s: accuracy %.4f, want %.3f within 3 standard errors of %.4f", family, mean, want, se)
		}
	}
}

// TestCalibration checks every family at all numbers of examples.
func TestCalibration(t *testing.T) {
	for _, sigma := range []float64{0.3, 1, 4} {
		for family, p := range predictors(sigma) {
			if family == "mix" && sigma != 1 {
				continue
			}
			b := draw(t, family, sigma, taskCount(family, calibrationTasks(sigma)))
			checkCalibration(t, fmt.Sprintf("%s, σ = %g", family, sigma), b, predicttest.Predict(p, b, eval.AllLengths(50)...), eval.AllLengths(50))
		}
	}
}

// TestCalibrationOverManyTasks checks the particle filters, for which all numbers
// of examples would take minutes, over 20,000 tasks after three examples.
func TestCalibrationOverManyTasks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	proto := bayes.Proto{Particles: 150}
	for family, p := range map[string]eval.Classifier{
		"proto": proto,
		"mix":   bayes.Mix{Families: []bayes.Family{proto, bayes.Pair{}, bayes.Amort{}}},
	} {
		b := draw(t, family, 1, calibrationTasks(1))
		checkCalibration(t, family, b, predicttest.Predict(p, b, 3), []int{3})
	}
}

// checkCalibration checks that among the predictions near p, the share of class 0
// is p: within 4 binomial standard errors for each tenth of [0, 1]. Label minus
// probability is a martingale difference, so predictions of one task count as
// independent.
func checkCalibration(t *testing.T, name string, b *datasets.Batch, probs []float32, at []int) {
	t.Helper()
	var excess, variance [10]float64
	for i := range b.T * len(at) {
		y, p0 := b.Y[i/len(at)*b.N+at[i%len(at)]], float64(probs[2*i])
		bin := min(int(10*p0), 9)
		excess[bin] += float64(1-y) - p0
		variance[bin] += p0 * (1 - p0)
	}
	for bin := range excess {
		// One prediction's worth of slack where nearly nothing is uncertain.
		if math.Abs(excess[bin]) > 4*math.Sqrt(variance[bin])+1 {
			t.Errorf("%s: with probabilities of class 0 in %.1f..%.1f it came %.1f times more often than predicted, standard error %.1f",
				name, float64(bin)/10, float64(bin+1)/10, excess[bin], math.Sqrt(variance[bin]))
		}
	}
}

// calibrationTasks are 20,000 at the paper's σ, fewer elsewhere.
func calibrationTasks(sigma float64) int {
	if sigma == 1 {
		return 20_000
	}
	return 2000
}

// TestProbabilitiesStayInRange: on this batch, which the properties above once met, a sum
// of weights rounds to a little more than 1.
func TestProbabilitiesStayInRange(t *testing.T) {
	b := datasets.NewBatch(2, 4, 2, 2)
	copy(b.X, []float32{0, 0, 1, 0, 1, 0, 1, 1, 2.625, 1.020298, -3, .40625, -2.0303261, 2.439455e-19, 1, 3})
	copy(b.Y, []int32{1, 0, 1, 1, 0, 0, 1, 0})
	mix := bayes.Mix{Families: []bayes.Family{bayes.Proto{Particles: 20, Moves: 2}, bayes.Pair{}, bayes.Amort{}, bayes.Radius{}}}
	for _, p := range []eval.Classifier{bayes.Pair{}, bayes.Amort{}, bayes.Radius{}, bayes.Proto{Particles: 20, Moves: 2}, mix} {
		probs, err := p.Predict(context.Background(), b, []int{0, 1, 2, 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range probs {
			if !(v >= 0 && v <= 1) {
				t.Errorf("%s: probabilities %v", p.Name(), probs)
				break
			}
		}
	}
}

// TestOrderDoesNotMatter shuffles contexts. The particle filter's answer may
// change by its Monte Carlo error.
func TestOrderDoesNotMatter(t *testing.T) {
	const n = 30
	for family, p := range predictors(1) {
		if family == "mix" {
			continue // as good as its members
		}
		b := draw(t, family, 1, 50)
		before := predicttest.Predict(p, b, n)
		rng := rand.New(rand.NewPCG(5, 6))
		for task := range b.T {
			rng.Shuffle(n, func(i, j int) {
				y := b.Y[task*b.N:]
				y[i], y[j] = y[j], y[i]
				for k := range 2 {
					u, v := &b.Point(task, i)[k], &b.Point(task, j)[k]
					*u, *v = *v, *u
				}
			})
		}
		tolerance := 1e-6
		if family == "proto" {
			tolerance = 0.15
		}
		for i, v := range predicttest.Predict(p, b, n) {
			if !near(v, float64(before[i]), tolerance) {
				t.Errorf("%s: %g after a shuffle of the context, %g before", family, v, before[i])
			}
		}
	}
}

// TestImpossibleContexts shows each family labels that it cannot produce: the
// same point, or nearly, with both labels.
func TestImpossibleContexts(t *testing.T) {
	b := datasets.NewBatch(1, 5, 2, 2)
	copy(b.X, []float32{1, 2, 1, 2, -1, .5, 3, 2, 1, -2})
	copy(b.Y, []int32{0, 1, 0, 1, 0})
	for family, p := range predictors(1) {
		for _, v := range predicttest.Predict(p, b, 2, 3, 4) {
			if v != 0.5 {
				t.Errorf("%s: probability %g after contradictory labels, want 0.5", family, v)
			}
		}
	}
	mix := bayes.Mix{Families: []bayes.Family{bayes.Proto{}, bayes.Radius{}}, Prior: []float64{3, 1}}
	posterior, err := mix.FamilyPosterior(context.Background(), b, []int{4})
	if err != nil || posterior[0] != 0.75 || posterior[1] != 0.25 {
		t.Errorf("family posterior %v, %v after contradictory labels, want the prior", posterior, err)
	}
}

func ExamplePair() {
	// Labels follow from the side of an unknown line through the origin.
	b := datasets.NewBatch(1, 3, 2, 2)
	copy(b.X, []float32{1, 0, 0, 1, 1, -1}) // the query is (1, -1)
	copy(b.Y, []int32{0, 0, 0})
	probs, err := bayes.Pair{}.Predict(context.Background(), b, []int{1, 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("P(class 0) of (0, 1) after one example: %.2f\n", probs[0])
	fmt.Printf("P(class 0) of (1, -1) after two: %.2f\n", probs[2])
	// Output:
	// P(class 0) of (0, 1) after one example: 0.50
	// P(class 0) of (1, -1) after two: 0.50
}

func near(a float32, b, tol float64) bool { return math.Abs(float64(a)-b) <= tol }

func argmax(p []float32) int {
	best := 0
	for c := range p {
		if p[c] > p[best] {
			best = c
		}
	}
	return best
}

// checkOneLine wants an error of one line that contains want.
func checkOneLine(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one line naming %q", err, want)
	}
}
