package bayes_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
)

var classical = []eval.Classifier{
	baseline.KNN{}, baseline.KNN{K: 1}, baseline.KNN{K: 10}, baseline.NearestMean{},
	baseline.Logistic{}, baseline.Logistic{L2: 1e-6}, baseline.LeastSquares{}, baseline.Ridge{},
}

// oneTask is a batch of one task in one dimension.
func oneTask(classes int, x []float32, y []int32) *datasets.Batch {
	b := datasets.NewBatch(1, len(x), 1, classes)
	copy(b.X, x)
	copy(b.Y, y)
	return b
}

func mustPredict(t testing.TB, p eval.Classifier, b *datasets.Batch, at ...int) []float32 {
	t.Helper()
	probs, err := p.Predict(context.Background(), b, at)
	if err != nil {
		t.Fatal(err)
	}
	return probs
}

func near(a float32, b, tol float64) bool { return math.Abs(float64(a)-b) <= tol }

func TestClassicalByHand(t *testing.T) {
	// Two examples of class 0 at 0 and 1, two of class 1 at 3 and 4, query at 1.2.
	b := oneTask(2, []float32{0, 3, 1, 4, 1.2}, []int32{0, 1, 0, 1, 0})
	softmax := func(a, b float64) float64 { return 1 / (1 + math.Exp(b-a)) }
	for _, c := range []struct {
		p    eval.Classifier
		n    int
		want float64 // P(class 0)
	}{
		{baseline.KNN{}, 4, 3.01 / 5.01},
		{baseline.KNN{K: 1}, 4, 2.01 / 3.01},
		{baseline.KNN{K: 9}, 4, 3.01 / 6.01},
		{baseline.KNN{}, 2, 2.01 / 4.01}, // a tie, decided by the nearest
		{baseline.NearestMean{}, 4, softmax(-0.49, -2.3*2.3)},
		{baseline.NearestMean{}, 1, 2. / 3},
		{baseline.Logistic{}, 1, 2. / 3},
		{baseline.LeastSquares{}, 1, 2. / 3},
		{baseline.LeastSquares{}, 2, 2. / 3},          // a line through (0, 1) and (3, 0)
		{baseline.LeastSquares{}, 4, .5 - .3*(1.2-2)}, // slope −3/10 through the mean at 2
		{baseline.LeastSquares{}, 3, .2},              // output −.29 of class 0 at 4, cut to 1/5; 1.29 of class 1, cut to 4/5
		{baseline.Ridge{}, 1, 2. / 3},
	} {
		got := mustPredict(t, c.p, b, c.n)
		if !near(got[0], c.want, 1e-6) || !near(got[1], 1-c.want, 1e-6) {
			t.Errorf("%s after %d examples: %v, want %.6f for class 0", c.p.Name(), c.n, got, c.want)
		}
	}
}

// TestClassicalProperties draws tasks of every shape, duplicates and extreme
// values included.
func TestClassicalProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, d, c := rapid.IntRange(1, 9).Draw(t, "n"), rapid.IntRange(1, 4).Draw(t, "d"), rapid.IntRange(2, 4).Draw(t, "c")
		b := datasets.NewBatch(2, n, d, c)
		value := rapid.OneOf(rapid.Float32Range(-3, 3), rapid.Float32Range(-math.MaxFloat32, math.MaxFloat32),
			rapid.SampledFrom([]float32{0, 1, -1, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32}))
		for i := range b.X {
			b.X[i] = value.Draw(t, "x")
		}
		for i := range b.Y {
			b.Y[i] = rapid.Int32Range(0, int32(c-1)).Draw(t, "y")
		}
		for _, p := range classical {
			checkInvariants(t, p, b)
		}
		if c == 2 {
			checkInvariants(t, bayes.Classification{}, b)
		}
	})
}

// fataler is what rapid.T and testing.T share.
type fataler interface{ Fatalf(string, ...any) }

// checkInvariants verifies what every predictor promises on any batch: finite
// probabilities that sum to 1, the same answer for one n as for all of them and
// for one task as for all of them, and nothing read of the query's label or of
// what comes after it.
func checkInvariants(t fataler, p eval.Classifier, b *datasets.Batch) {
	ctx := context.Background()
	at := make([]int, b.N)
	for n := range at {
		at[n] = n
	}
	all, err := p.Predict(ctx, b, at)
	if err != nil {
		t.Fatalf("%s: %v", p.Name(), err)
	}
	for i := 0; i < len(all); i += b.C {
		sum := 0.0
		for _, v := range all[i : i+b.C] {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("%s: probabilities %v", p.Name(), all[i:i+b.C])
			}
			sum += float64(v)
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Fatalf("%s: probabilities %v sum to %g", p.Name(), all[i:i+b.C], sum)
		}
	}
	n, last := b.N/2, b.T-1
	masked := datasets.NewBatch(1, b.N, b.D, b.C)
	copy(masked.X, b.X[last*b.N*b.D:(last*b.N+n+1)*b.D])
	copy(masked.Y, b.Y[last*b.N:last*b.N+n])
	one, err := p.Predict(ctx, masked, []int{n})
	if err != nil {
		t.Fatalf("%s: %v", p.Name(), err)
	}
	for c, v := range one {
		if want := all[(last*b.N+n)*b.C+c]; v != want {
			t.Fatalf("%s: class %d after %d examples: %g with the rest of the batch there, %g without", p.Name(), c, n, want, v)
		}
	}
}

func TestUniformWithoutExamples(t *testing.T) {
	b := datasets.NewBatch(1, 2, 3, 4)
	for _, p := range classical {
		for _, v := range mustPredict(t, p, b, 0) {
			if v != 0.25 {
				t.Errorf("%s: probability %g of a class before any example, want 0.25", p.Name(), v)
			}
		}
	}
}

// TestLogisticIsStationary fits one task and checks the gradient of the penalised
// likelihood, found by solving for the weights from three predicted logits.
func TestLogisticIsStationary(t *testing.T) {
	const l2 = 0.3
	x := []float32{-2, -1, -0.5, 0.2, 0.4, 1.5, 3}
	y := []int32{1, 1, 0, 1, 0, 0, 0}
	logit := func(q float32) float64 {
		p := mustPredict(t, baseline.Logistic{L2: l2}, oneTask(2, append(x[:7:7], q), append(y[:7:7], 0)), 7)
		return math.Log(float64(p[0]) / float64(p[1]))
	}
	b := logit(0)
	w := logit(1) - b
	gradW, gradB := l2*w, 0.0
	for i := range x {
		z := 1 - 2*float64(y[i])
		miss := 1 / (1 + math.Exp(z*(w*float64(x[i])+b)))
		gradW -= z * miss * float64(x[i])
		gradB -= z * miss
	}
	if math.Abs(gradW) > 1e-5 || math.Abs(gradB) > 1e-5 {
		t.Errorf("gradient (%g, %g) at the fitted w = %g, b = %g", gradW, gradB, w, b)
	}
}

func TestLogisticOnSeparableData(t *testing.T) {
	b := oneTask(2, []float32{-1, 1, -2, 2, 1.5}, []int32{0, 1, 0, 1, 0})
	for _, l2 := range []float64{1e-300, 1e-6, 0, 1e6, math.MaxFloat64} {
		p := mustPredict(t, baseline.Logistic{L2: l2}, b, 4)
		if !(p[1] >= 0.5) || math.IsNaN(float64(p[0])) {
			t.Errorf("L2 = %g: probabilities %v on separable data, query on the side of class 1", l2, p)
		}
	}
}

// TestClassicalOnBlobs checks that each predictor learns three well separated
// classes in five dimensions.
func TestClassicalOnBlobs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	b := datasets.NewBatch(200, 16, 5, 3)
	for task := range b.T {
		var centre [3][5]float64
		for c := range centre {
			for j := range centre[c] {
				centre[c][j] = 4 * rng.NormFloat64()
			}
		}
		for i := range b.N {
			c := (i + task) % 3
			b.Y[task*b.N+i] = int32(c)
			for j := range b.Point(task, i) {
				b.Point(task, i)[j] = float32(centre[c][j] + rng.NormFloat64())
			}
		}
	}
	for _, p := range []eval.Classifier{baseline.KNN{}, baseline.NearestMean{}, baseline.Logistic{}, baseline.LeastSquares{}, baseline.Ridge{}} {
		probs, right := mustPredict(t, p, b, 15), 0
		for task := range b.T {
			if argmax(probs[task*3:task*3+3]) == int(b.Y[task*b.N+15]) {
				right++
			}
		}
		if right < 190 {
			t.Errorf("%s: %d of 200 right", p.Name(), right)
		}
	}
}

func argmax(p []float32) int {
	best := 0
	for c := range p {
		if p[c] > p[best] {
			best = c
		}
	}
	return best
}

func TestErrors(t *testing.T) {
	good := datasets.NewBatch(1, 3, 2, 2)
	short := datasets.NewBatch(1, 3, 2, 2)
	short.X = short.X[:5]
	for _, c := range []struct {
		p    eval.Classifier
		b    *datasets.Batch
		at   []int
		want string
	}{
		{baseline.KNN{K: -1}, good, []int{1}, "K = -1"},
		{baseline.Logistic{L2: -2}, good, []int{1}, "L2 = -2"},
		{baseline.Logistic{L2: math.NaN()}, good, []int{1}, "L2 = NaN"},
		{baseline.Logistic{L2: math.Inf(1)}, good, []int{1}, "L2 = +Inf"},
		{baseline.KNN{}, good, []int{3}, "n = 3"},
		{baseline.KNN{}, good, []int{0, -1}, "n = -1"},
		{baseline.KNN{}, good, nil, "no query"},
		{baseline.NearestMean{}, short, []int{1}, "X has 5 values"},
		{baseline.NearestMean{}, nil, []int{1}, "batch is nil"},
		{bayes.Classification{}, nil, []int{1}, "batch is nil"},
		{bayes.Classification{}, datasets.NewBatch(1, 3, 2, 3), []int{1}, "Bayes point of tasks of 3 classes; want 2"},
	} {
		checkError(t, c.p, c.b, c.at, c.want)
	}
}

func checkError(t *testing.T, p eval.Classifier, b *datasets.Batch, at []int, want string) {
	t.Helper()
	_, err := p.Predict(context.Background(), b, at)
	checkOneLine(t, err, want)
}

// checkOneLine wants an error of one line from this package that contains want.
func checkOneLine(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !slices.Contains([]string{"bayes", "baseline", "predict", "datasets"}, strings.SplitN(err.Error(), ": ", 2)[0]) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one line naming %q", err, want)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, p := range classical {
		if _, err := p.Predict(ctx, datasets.NewBatch(1, 3, 2, 2), []int{1}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v after cancellation, want context.Canceled", p.Name(), err)
		}
	}
}

func BenchmarkClassical(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	tasks := datasets.NewBatch(64, 50, 2, 2)
	for i := range tasks.X {
		tasks.X[i] = float32(rng.NormFloat64())
	}
	for i := range tasks.Y {
		tasks.Y[i] = int32(rng.IntN(2))
	}
	for _, p := range []eval.Classifier{baseline.KNN{}, baseline.NearestMean{}, baseline.Logistic{}, baseline.LeastSquares{}, baseline.Ridge{}, bayes.Classification{}} {
		b.Run(p.Name(), func(b *testing.B) { benchmark(b, p, tasks) })
	}
}

// benchmark reports the predictions a second for all n of a batch.
func benchmark(b *testing.B, p eval.Classifier, tasks *datasets.Batch) {
	at := make([]int, tasks.N)
	for n := range at {
		at[n] = n
	}
	for b.Loop() {
		mustPredict(b, p, tasks, at...)
	}
	b.ReportMetric(float64(tasks.T*tasks.N*b.N)/b.Elapsed().Seconds(), "predictions/s")
}
