package samplertest

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
)

const (
	statTasks = 2000 // tasks in a statistical check
	limit     = 5    // standard errors that count as a deviation
)

// checkMean compares the mean of x. Points of one task depend on each other, so
// that the standard error is taken over the tasks' own means.
func checkMean(b *datasets.Batch, e Expect) error {
	if e.Mean == nil {
		return nil
	}
	for d, want := range e.Mean {
		err := compare(b, want, func(t, n int) float64 { return float64(b.Point(t, n)[d]) })
		if err != nil {
			return fmt.Errorf("mean of x[%d]: %w", d, err)
		}
	}
	return nil
}

// checkCov compares the second moments of x about the expected mean (0 if nil).
func checkCov(b *datasets.Batch, e Expect) error {
	if e.Cov == nil {
		return nil
	}
	mean := e.Mean
	if mean == nil {
		mean = make([]float64, e.D)
	}
	for i, row := range e.Cov {
		for j, want := range row {
			err := compare(b, want, func(t, n int) float64 {
				x := b.Point(t, n)
				return (float64(x[i]) - mean[i]) * (float64(x[j]) - mean[j])
			})
			if err != nil {
				return fmt.Errorf("covariance of x[%d] and x[%d]: %w", i, j, err)
			}
		}
	}
	return nil
}

// checkShares compares how often each label occurs.
func checkShares(b *datasets.Batch, e Expect) error {
	if e.Share == nil {
		return nil
	}
	for c, want := range e.Share {
		err := compare(b, want, func(t, n int) float64 { return indicator(b.Y[t*b.N+n] == int32(c)) })
		if err != nil {
			return fmt.Errorf("share of label %d: %w", c, err)
		}
	}
	return nil
}

// compare estimates the expectation of f over tasks and points of b.
func compare(b *datasets.Batch, want float64, f func(t, n int) float64) error {
	var sum, squares float64
	for t := range b.T {
		own := 0.0
		for n := range b.N {
			own += f(t, n)
		}
		own /= float64(b.N)
		sum += own
		squares += own * own
	}
	tasks := float64(b.T)
	got := sum / tasks
	se := math.Sqrt(math.Max(squares/tasks-got*got, 0) / tasks)
	if math.Abs(got-want) > limit*se+1e-6 {
		return fmt.Errorf("%.4f ± %.4f, want %.4f", got, se, want)
	}
	return nil
}

// checkPositions requires a label to be as frequent at one position as at any other,
// and a target as large.
func checkPositions(b *datasets.Batch, e Expect) error {
	if e.Ordered {
		return nil
	}
	if b.Regression() {
		return checkTargetPositions(b)
	}
	for c := range int32(b.C) {
		counts := make([]int, b.N)
		for i, y := range b.Y {
			if y == c {
				counts[i%b.N]++
			}
		}
		if i, z := outlier(counts, b.T); z > limit {
			return fmt.Errorf("label %d at position %d: %d times in %d tasks, %.1f standard errors off", c, i, counts[i], b.T, z)
		}
	}
	return nil
}

// checkOrder requires two points to agree in their labels as often as any other
// two. A batch with one order of classes for all of its tasks fails: there, the
// same pairs agree in most tasks.
func checkOrder(b *datasets.Batch, e Expect) error {
	if e.Ordered || e.C == 0 {
		return nil
	}
	agree := make([]int, b.N*(b.N-1)/2)
	for t := range b.T {
		pair := 0
		y := b.Y[t*b.N : (t+1)*b.N]
		for n := range y {
			for m := range n {
				agree[pair] += int(indicator(y[n] == y[m]))
				pair++
			}
		}
	}
	if i, z := outlier(agree, b.T); z > limit {
		return fmt.Errorf("pair %d of positions agrees in %d of %d tasks, %.1f standard errors off: do the tasks share an order?", i, agree[i], b.T, z)
	}
	return nil
}

// outlier returns which of the counts out of total is farthest from their common
// mean, and by how many binomial standard errors.
func outlier(counts []int, total int) (index int, z float64) {
	sum := 0
	for _, k := range counts {
		sum += k
	}
	p := float64(sum) / float64(len(counts)*total)
	se := math.Sqrt(p * (1 - p) / float64(total))
	for i, k := range counts {
		if off := math.Abs(float64(k)/float64(total)-p) / se; off > z {
			index, z = i, off
		}
	}
	return index, z
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
