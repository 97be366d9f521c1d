package bayes_test

import (
	"context"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
)

// BenchmarkRegress predicts at all n of tasks of 41 points in 20 dimensions.
func BenchmarkRegress(b *testing.B) {
	tasks, err := regression.Linear{}.Sample(datasets.Rand(1, "bench"), 20)
	if err != nil {
		b.Fatal(err)
	}
	members, err := regression.Pool{Size: 1024}.Members()
	if err != nil {
		b.Fatal(err)
	}
	for name, r := range map[string]eval.Regressor{
		"linear": bayes.Linear{}, "noisy": bayes.Linear{Noise: 1}, "sparse": bayes.Sparse{}, "pool": bayes.Pool{Members: members},
		"leastsquares": baseline.LeastSquares{}, "ridge": baseline.Ridge{}, "averaging": baseline.Averaging{}, "knn": baseline.KNN{},
		"quadratic": bayes.Quadratic{}, "arccosine": bayes.ReLUNet{}, "lasso": baseline.Lasso{}, "greedytree": baseline.GreedyTree{},
	} {
		b.Run(name, func(b *testing.B) {
			at := upTo(tasks.N)
			for b.Loop() {
				if _, _, err := r.Regress(context.Background(), tasks, at); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*tasks.T)/b.Elapsed().Seconds(), "tasks/s")
		})
	}
}

// upTo lists 0..n-1.
func upTo(n int) []int { return eval.AllLengths(n) }
