package bayes_test

import (
	"math"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// TestSinusoidByBruteForce compares with a plain grid over amplitude and phase, fine
// enough for this noise.
func TestSinusoidByBruteForce(t *testing.T) {
	const noise, steps = .3, 300
	b := predicttest.Draw(regression.Sinusoid{N: 5, Noise: noise}, 10)
	mean, variance := predicttest.Regress(bayes.Sinusoid{Noise: noise}, b, eval.AllLengths(5)...)
	for task := range b.T {
		for n := range b.N {
			x := float64(b.Point(task, n)[0])
			var total, first, second float64
			for i := range steps {
				for j := range steps {
					a, phi := .1+4.9*(float64(i)+.5)/steps, math.Pi*(float64(j)+.5)/steps
					square := 0.0
					for k := range n {
						square += math.Pow(float64(b.Z[task*b.N+k])-a*math.Sin(float64(b.Point(task, k)[0])+phi), 2)
					}
					p, z := math.Exp(-square/(2*noise*noise)), a*math.Sin(x+phi)
					total, first, second = total+p, first+p*z, second+p*z*z
				}
			}
			wantMean := first / total
			want := second/total - wantMean*wantMean + noise*noise
			if i := task*b.N + n; !near(mean[i], wantMean, 5e-3) || !near(variance[i], want, .01*want) {
				t.Errorf("task %d after %d examples: mean %.4f, variance %.4f; the grid says %.4f, %.4f", task, n, mean[i], variance[i], wantMean, want)
			}
		}
	}
}

// TestSinusoidByHand: what is known before any example, and what one and two exact ones
// tell.
func TestSinusoidByHand(t *testing.T) {
	b := datasets.NewBatch(1, 3, 1, 0)
	copy(b.X, []float32{1, 1, 4})
	const a, phi = 3, 2
	for n, x := range b.X[:2] {
		b.Z[n] = float32(a * math.Sin(float64(x)+phi))
	}
	mean, variance := predicttest.Regress(bayes.Sinusoid{}, b, 0, 1)
	// E A = 2.55, and sin(x + φ) is 2 cos(x)/π on average.
	first, square := 2.55*2*math.Cos(1)/math.Pi, (125-.001)/14.7/2
	if !near(mean[0], first, 1e-3) || !near(variance[0], square-first*first, 1e-3) {
		t.Errorf("mean %g, variance %g without examples; want %g, %g", mean[0], variance[0], first, square-first*first)
	}
	if !near(mean[1], float64(b.Z[0]), 1e-5) || !(variance[1] < 1e-9) {
		t.Errorf("mean %g, variance %g at an example's input; want %g, 0", mean[1], variance[1], b.Z[0])
	}
	b.X[1] = 2
	b.Z[1] = float32(a * math.Sin(2+phi))
	mean, variance = predicttest.Regress(bayes.Sinusoid{}, b, 2)
	if !near(mean[0], a*math.Sin(4+phi), 1e-5) || !(variance[0] < 1e-10) {
		t.Errorf("mean %g, variance %g after two examples; want %g, 0", mean[0], variance[0], a*math.Sin(4+phi))
	}
}

// TestSinusoidError: two exact examples tell nearly every wave.
func TestSinusoidError(t *testing.T) {
	b := predicttest.Draw(regression.Sinusoid{N: 5}, 300)
	mean, _ := predicttest.Regress(bayes.Sinusoid{}, b, eval.AllLengths(5)...)
	var square [5]float64
	for i, m := range mean {
		square[i%5] += math.Pow(float64(m)-float64(b.Z[i]), 2) / 300
	}
	t.Logf("mean squared errors %.2g", square)
	if square[0] < 2 || square[1] > .6*square[0] || square[2] > 1e-6 || square[4] > 1e-9 {
		t.Errorf("mean squared errors %.2g with 0 to 4 examples; want them large, smaller, and 0", square)
	}
}

func BenchmarkSinusoid(b *testing.B) {
	tasks := predicttest.Draw(regression.Sinusoid{}, 10)
	for b.Loop() {
		predicttest.Regress(bayes.Sinusoid{}, tasks, eval.AllLengths(11)...)
	}
	b.ReportMetric(float64(b.N*110)/b.Elapsed().Seconds(), "predictions/s")
}
