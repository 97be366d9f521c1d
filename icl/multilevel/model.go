// Package multilevel predicts the rows of a group, such as a patient or a school, from a few
// others of it, by linear models that are fitted to other groups of the same kind: [Pooled]
// least squares, the linear [Mixed] model, and empirical Bayes by [Moments]. All three give a
// [Model], a Gaussian distribution of a group's coefficients, and differ in how they estimate it.
//
// A group is a task of a batch: all its points, examples of one linear function with noise. Batches
// may differ in their numbers of points, as those of [datasets.Groups.Whole] do.
package multilevel

import (
	"context"
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes"
)

// Model is a distribution of linear functions. In each group
//
//	z = w·(1, x) + Noise · ε,  w ~ N(Mean, Cov),  ε ~ N(0, 1).
//
// Its prediction for a row of a new group is that of the posterior of w given the group's
// known rows. With the estimates of a mixed model this is the best linear unbiased predictor
// (Henderson 1975; Robinson, Statistical Science 6, 1991).
type Model struct {
	Label string      `json:"label,omitempty"` // its name
	Mean  []float64   `json:"mean"`            // [D+1], the intercept's first
	Cov   [][]float64 `json:"cov"`             // [D+1, D+1], positive semidefinite; nil means 0
	Noise float64     `json:"noise"`           // standard deviation of a target
}

// Name is the label.
func (m Model) Name() string { return m.Label }

// Regress returns mean and variance [T, len(at)] of the target of point n of each task, given
// the n points before it, for each n in at.
func (m Model) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	if err := b.WantTargets(); err != nil {
		return nil, nil, err
	}
	if len(m.Mean) != b.D+1 {
		return nil, nil, fmt.Errorf("multilevel: a model of %d coefficients for tasks of %d inputs; want one for each and one for the intercept", len(m.Mean), b.D)
	}
	if err := datasets.CheckSize(1, len(m.Mean), len(m.Mean), 0); err != nil {
		return nil, nil, fmt.Errorf("multilevel: the covariance of coefficients: %w", err)
	}
	linear := bayes.Linear{Mean: m.Mean, Cov: m.Cov, Noise: m.Noise}
	if linear.Cov == nil {
		linear.Cov = square(len(m.Mean))
	}
	wide, err := withOnes(b)
	if err != nil {
		return nil, nil, err
	}
	return linear.Regress(ctx, wide, at)
}

// withOnes puts an input of 1 before the others.
func withOnes(b *datasets.Batch) (*datasets.Batch, error) {
	if err := datasets.CheckSize(b.T, b.N, b.D+1, 0); err != nil {
		return nil, err
	}
	wide := datasets.NewBatch(b.T, b.N, b.D+1, 0)
	copy(wide.Z, b.Z)
	for t := range b.T {
		for n := range b.N {
			point := wide.Point(t, n)
			point[0] = 1
			copy(point[1:], b.Point(t, n))
		}
	}
	return wide, nil
}

// square is a matrix of zeros.
func square(k int) [][]float64 {
	m := make([][]float64, k)
	for i := range m {
		m[i] = make([]float64, k)
	}
	return m
}
