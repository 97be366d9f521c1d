package baseline_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// oneTask is a batch of one task in one dimension.
func oneTask(classes int, x []float32, y []int32) *datasets.Batch {
	b := datasets.NewBatch(1, len(x), 1, classes)
	copy(b.X, x)
	copy(b.Y, y)
	return b
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
		got := predicttest.Predict(c.p, b, c.n)
		if !near(got[0], c.want, 1e-6) || !near(got[1], 1-c.want, 1e-6) {
			t.Errorf("%s after %d examples: %v, want %.6f for class 0", c.p.Name(), c.n, got, c.want)
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
		p := predicttest.Predict(baseline.Logistic{L2: l2}, oneTask(2, append(x[:7:7], q), append(y[:7:7], 0)), 7)
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
		p := predicttest.Predict(baseline.Logistic{L2: l2}, b, 4)
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
		probs, right := predicttest.Predict(p, b, 15), 0
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
