package eval_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
)

// onPair is how p does on 200 tasks.
func onPair(p eval.Predictor) *eval.Summary {
	b, err := synthetic.Pair{}.Sample(datasets.Rand(0, "test"), 200)
	if err != nil {
		log.Fatal(err)
	}
	scores, err := eval.Evaluate(context.Background(), p, "pair", b, []int{1, 10, 49})
	if err != nil {
		log.Fatal(err)
	}
	return scores.Summarize(0)
}

// The regret of nearest neighbours: how much accuracy they give away.
func ExampleRegret() {
	knn, best := onPair(baseline.KNN{}), onPair(bayes.Pair{})
	curve := eval.Regret(eval.Accuracy, []*eval.Summary{knn}, []*eval.Summary{best})
	for i, n := range curve.N {
		fmt.Printf("n = %d: %.3f [%.3f, %.3f]\n", n, curve.Mean[i], curve.Lo[i], curve.Hi[i])
	}
	// Output:
	// n = 1: 0.245 [0.157, 0.333]
	// n = 10: 0.185 [0.125, 0.245]
	// n = 49: 0.070 [0.033, 0.107]
}

// An interval over seeds and tasks, and the p-value of a threshold.
func ExampleInterval() {
	seeds := [][]float64{{.1, .2, .3, .2}, {.2, .3, .1, .4}, {.3, .2, .2, .1}}
	e := eval.Interval(seeds)
	fmt.Printf("%.2f [%.2f, %.2f], p = %.3f that it is not above 0\n", e.Mean, e.Lo, e.Hi, e.PAbove(0))
	// Output: 0.22 [0.14, 0.29], p = 0.003 that it is not above 0
}

// A metric of one prediction, averaged.
func ExampleMetric() {
	s := onPair(bayes.Pair{})
	for _, m := range eval.Metrics(&datasets.Batch{C: 2}) {
		fmt.Printf("%s after 49 examples: %.3f\n", m, s.Of(m).Mean[2])
	}
	// Output:
	// accuracy after 49 examples: 0.990
	// log-loss after 49 examples: 0.017
	// Brier score after 49 examples: 0.011
	// overconfidence after 49 examples: 0.002
}

// A summary keeps a mean and a variance over tasks for each number of examples.
func ExampleMoments() {
	m := onPair(bayes.Pair{}).Of(eval.Accuracy)
	fmt.Printf("mean %.2f, variance %.3f\n", m.Mean, m.Var)
	// Output: mean [0.72 0.95 0.99], variance [0.199 0.043 0.010]
}

// Two of a kind, told apart by their labels in tables and figures.
func ExampleNamed() {
	for _, r := range []eval.Predictor{baseline.KNN{K: 1}, eval.Named{Predictor: baseline.KNN{K: 1}, Label: "the nearest"}} {
		fmt.Println(r.Name())
	}
	// Output:
	// 1-NN
	// the nearest
}

// sure always bets on class 0.
type sure struct{}

func (sure) Name() string { return "sure" }

func (sure) Predict(_ context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	probs := make([]float32, b.T*len(at)*b.C)
	for i := 0; i < len(probs); i += b.C {
		probs[i] = 1
	}
	return probs, nil
}

// A user-defined classifier needs two methods.
func ExampleClassifier() {
	var p eval.Classifier = sure{}
	fmt.Printf("%s: accuracy %.2f\n", p.Name(), onPair(p).Of(eval.Accuracy).Mean)
	// Output: sure: accuracy [0.56 0.54 0.49]
}

// How far confidence and accuracy lie apart: nothing for Bayes, much for who is sure.
func ExampleReliability() {
	for _, p := range []eval.Predictor{bayes.Pair{}, sure{}} {
		s := onPair(p)
		fmt.Printf("%s: calibration error %.2f after 49 examples\n", p.Name(), s.Reliability[2].Error())
	}
	// Output:
	// Bayes: calibration error 0.01 after 49 examples
	// sure: calibration error 0.51 after 49 examples
}

// A summary is a twentieth of the scores' size, and all that curves need.
func ExampleSummary() {
	s := onPair(bayes.Pair{})
	fmt.Println(s.Learner, "on", s.Family, "after", s.At, "examples")
	// Output: Bayes on pair after [1 10 49] examples
}

// zero answers 0, whatever it is asked.
type zero struct{}

func (zero) Name() string { return "zero" }

func (zero) Regress(_ context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	return make([]float32, b.T*len(at)), nil, nil
}

// A user-defined regressor needs two methods. The error of 0 is 1: errors are scaled so.
func ExampleRegressor() {
	b, err := regression.Linear{D: 5}.Sample(datasets.Rand(0, "test"), 2000)
	if err != nil {
		log.Fatal(err)
	}
	var r eval.Regressor = zero{}
	scores, err := eval.Evaluate(context.Background(), r, "linear", b, []int{10}, eval.WithUnit(5))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.0f\n", scores.Summarize(0).Of(eval.SquaredError).Mean)
	// Output: [1]
}

// The tasks decide what a predictor is asked for: k-NN predicts labels and targets.
func ExamplePredictor() {
	var p eval.Predictor = baseline.KNN{}
	labels, targets := datasets.NewBatch(1, 5, 1, 2), datasets.NewBatch(1, 5, 1, 0)
	for _, b := range []*datasets.Batch{labels, targets} {
		answers, err := eval.Predict(context.Background(), p, b, []int{4})
		fmt.Printf("%.1f %v\n", answers, err)
	}
	// Output:
	// [0.8 0.2] <nil>
	// [0.0] <nil>
}

// Squared errors relative to the mean square of the targets, and a user-defined metric.
func ExampleOption() {
	b := datasets.NewBatch(2, 2, 1, 0)
	b.Z = []float32{3, -3, 3, 3}
	within := func(answer []float32, truth float64) float64 { return 4 - math.Abs(truth-float64(answer[0])) }
	for metric, option := range map[eval.Metric]eval.Option{
		eval.SquaredError: eval.WithUnit(9), "closeness": eval.WithScore("closeness", within),
	} {
		scores, err := eval.Evaluate(context.Background(), zero{}, "constants", b, []int{1}, option)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(metric, scores.Values(metric))
	}
	// Unordered output:
	// squared error [1 1]
	// closeness [1 1]
}

// A user-defined score: how often the answer is both right and sure.
func ExampleScore() {
	var sure eval.Score = func(answer []float32, truth float64) float64 {
		if answer[int(truth)] > .9 {
			return 1
		}
		return 0
	}
	fmt.Println(sure([]float32{.05, .95}, 1), sure([]float32{.4, .6}, 1))
	// Output: 1 0
}

// How near least squares comes to ridge regression, which is Bayes-optimal here, and by how
// much its error exceeds that of ridge. They agree up to chance.
func ExampleWithDistanceTo() {
	family := regression.Linear{N: 9, D: 4, Noise: .5}
	b, err := family.Sample(datasets.Rand(0, "test"), 2000)
	if err != nil {
		log.Fatal(err)
	}
	ridge := eval.Named{Predictor: bayes.Linear{Noise: .5}, Label: "ridge"}
	s, err := eval.Evaluate(context.Background(), baseline.LeastSquares{}, family.Name(), b, []int{2, 8}, eval.WithUnit(4), eval.WithDistanceTo(ridge))
	if err != nil {
		log.Fatal(err)
	}
	best, err := eval.Evaluate(context.Background(), ridge, family.Name(), b, []int{2, 8}, eval.WithUnit(4))
	if err != nil {
		log.Fatal(err)
	}
	distance := eval.CurveOf(eval.SquaredDistanceTo("ridge"), s.Summarize(0))
	excess := eval.Regret(eval.SquaredError, []*eval.Summary{s.Summarize(0)}, []*eval.Summary{best.Summarize(0)})
	for i, n := range distance.N {
		fmt.Printf("n = %d: distance %.3f [%.3f, %.3f], excess %.3f\n", n, distance.Mean[i], distance.Lo[i], distance.Hi[i], excess.Mean[i])
	}
	// Output:
	// n = 2: distance 0.038 [0.027, 0.049], excess 0.036
	// n = 8: distance 0.015 [0.012, 0.017], excess 0.012
}

// The step at which an error is below .5 and stays there: a single look below is not enough,
// and a curve that never gets there is censored.
func ExampleLevel() {
	steps := []int{0, 100, 200, 300, 400}
	half := eval.Level{At: .5, Stay: 1}
	for _, errs := range [][]float64{{1, .9, .7, .3, .2}, {1, .4, .8, .4, .3}, {1, .9, .9, .8, .7}} {
		fmt.Printf("%+v\n", half.Crossing(steps, errs))
	}
	// Output:
	// {Step:250 Censored:false}
	// {Step:275 Censored:false}
	// {Step:400 Censored:true}
}

// How many times as many steps a needs as b. One of a's seeds did not get there, so it is
// at least that.
func ExampleLogRatios() {
	a := []eval.Crossing{{Step: 400}, {Step: 1000, Censored: true}, {Step: 800}}
	b := []eval.Crossing{{Step: 200}, {Step: 500}, {Step: 400}}
	e, atLeast, atMost := eval.LogRatios(a, b)
	fmt.Printf("× %.1f, at least that: %t, at most: %t\n", math.Exp(e.Mean), atLeast, atMost)
	// Output: × 2.0, at least that: true, at most: false
}

// From the summaries of two seeds after each of three steps, the step at which each is right
// in more than half of the tasks.
func ExampleCrossing() {
	at := func(accuracies ...float64) (seeds []*eval.Summary) {
		for _, v := range accuracies {
			seeds = append(seeds, eval.NewScores(eval.Accuracy, "learner", "family", []int{4}, []float64{v}).Summarize(0))
		}
		return seeds
	}
	looks := [][]*eval.Summary{at(.2, .2), at(.4, .6), at(.8, .9)} // in a study, d.Summaries(arm, condition, step)
	curves, err := eval.BySeed(looks, func(s *eval.Summary) float64 { return s.Of(eval.Accuracy).Mean[0] })
	if err != nil {
		log.Fatal(err)
	}
	for seed, curve := range curves {
		fmt.Printf("seed %d: %.0f\n", seed, eval.Level{At: .5, Above: true}.Crossing([]int{0, 100, 200}, curve).Step)
	}
	// Output:
	// seed 0: 125
	// seed 1: 75
}
