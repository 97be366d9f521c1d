package bayes_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// TestBayesPointIsCalibrated: in 20 dimensions its log-loss is on average the entropy
// of what it says, and no classical predictor has a lower one.
func TestBayesPointIsCalibrated(t *testing.T) {
	b := predicttest.Draw(regression.Classification{}, 2000)
	for _, n := range []int{1, 10, 40} {
		p := predicttest.Predict(bayes.Classification{}, b, n)
		loss, gaps := make([]float64, b.T), make([]float64, b.T)
		for task := range gaps {
			loss[task] = -math.Log(float64(p[2*task+int(b.Y[task*b.N+n])]))
			gaps[task] = loss[task] - stat.Entropy([]float64{float64(p[2*task]), float64(p[2*task+1])})
		}
		if gap, sd := stat.MeanStdDev(gaps, nil); math.Abs(gap) > 4*sd/math.Sqrt(2000) {
			t.Errorf("after %d examples the log-loss is %+.4f from the entropy, standard error %.4f", n, gap, sd/math.Sqrt(2000))
		}
		for _, r := range []eval.Classifier{baseline.Logistic{}, baseline.LeastSquares{}, baseline.KNN{}, baseline.NearestMean{}} {
			q := predicttest.Predict(r, b, n)
			for task := range gaps {
				gaps[task] = -math.Log(max(float64(q[2*task+int(b.Y[task*b.N+n])]), eval.ProbFloor)) - loss[task]
			}
			if gap, sd := stat.MeanStdDev(gaps, nil); gap < -3*sd/math.Sqrt(2000) {
				t.Errorf("after %d examples the log-loss of %s is %.4f lower, standard error %.4f", n, r.Name(), -gap, sd/math.Sqrt(2000))
			}
		}
	}
}

// TestBayesPointAgainstPair compares with the exact answer in two dimensions.
func TestBayesPointAgainstPair(t *testing.T) {
	b := predicttest.Draw(regression.Classification{D: 2}, 500)
	for _, n := range []int{0, 1, 5, 20, 40} {
		point, exact := predicttest.Predict(bayes.Classification{}, b, n), predicttest.Predict(bayes.Pair{}, b, n)
		square := 0.0
		for i, p := range point {
			square += math.Pow(float64(p-exact[i]), 2) / float64(len(point))
		}
		if off := math.Sqrt(square); off > .03 {
			t.Errorf("after %d examples %.3f from Bayes, want at most .03", n, off)
		}
	}
}

// TestBayesPointOfContradictions: inputs of 0 say nothing, and labels that no w agrees
// with leave an answer.
func TestBayesPointOfContradictions(t *testing.T) {
	b := datasets.NewBatch(1, 5, 2, 2)
	copy(b.X, []float32{0, 0, 1, 1, 1, 1, 3, 3, 0, 0})
	copy(b.Y, []int32{0, 1, 0, 0, 0})
	p := predicttest.Predict(bayes.Classification{}, b, 1, 3, 4)
	if p[0] != .5 || math.Abs(float64(p[2]-.5)) > .4 || p[4] != 1 {
		t.Errorf("probabilities %v of label 0; want 1/2 before, something between after the contradiction and 1 at input 0", p)
	}
}
