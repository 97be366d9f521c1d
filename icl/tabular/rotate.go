package tabular

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
)

// rotate replaces the inputs of all tasks, which have the same context, by their principal
// components in that context, and returns which of them to read: those of the largest
// variance, at most so many, without those that have next to none. The learner standardises
// them, so that directions of little variance, which may tell classes apart where columns
// are highly correlated, weigh as much as the others.
func rotate(b *datasets.Batch, most int) (columns []int) {
	n, d := b.N-1, b.D
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance(b, n), true) {
		return first(min(d, most))
	}
	var axes mat.Dense
	eigen.VectorsTo(&axes)
	values := eigen.Values(nil) // rising
	x := make([]float64, d)
	for t := range b.T {
		for p := range b.N {
			if t > 0 && p < n {
				continue // the context of the first task is read alone
			}
			point := b.Point(t, p)
			for k := range x {
				x[k] = 0
				for j, v := range point {
					x[k] += float64(v) * axes.At(j, k)
				}
			}
			for k, v := range x {
				point[k] = float32(v)
			}
		}
	}
	for k := d - 1; k >= 0 && len(columns) < most && values[k] > 1e-6*math.Max(values[d-1], 1e-12); k-- {
		columns = append(columns, k)
	}
	if len(columns) == 0 {
		return first(min(d, most))
	}
	return columns
}

// covariance is that of the first n points of the first task, whose inputs are standard
// scores.
func covariance(b *datasets.Batch, n int) *mat.SymDense {
	cov := mat.NewSymDense(b.D, nil)
	for i := range b.D {
		for j := i; j < b.D; j++ {
			sum := 0.
			for p := range n {
				x := b.Point(0, p)
				sum += float64(x[i]) * float64(x[j]) / float64(n)
			}
			cov.SetSym(i, j, sum)
		}
	}
	return cov
}

// first is 0..n-1.
func first(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
