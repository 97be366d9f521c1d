// Package samplertest is a test suite for implementations of [datasets.Sampler]. Those of
// GoICL pass it; a user-defined one should, too:
//
//	func TestSampler(t *testing.T) {
//		samplertest.Run(t, Mine{}, samplertest.Expect{N: 50, D: 2, C: 2})
//	}
//
// The statistical checks use fixed seeds: they pass always or never. A deviation
// counts from five standard errors on, which a correct sampler exceeds for one
// seed in a million.
package samplertest

import (
	"testing"

	"github.com/goicl/goicl/datasets"
)

// Expect is what a sampler's tasks should look like. A check whose expectation
// is nil is skipped.
type Expect struct {
	N, D, C int // the sizes of every batch; C is 0 for regression

	Mean  []float64   // mean of x over tasks and points [D]
	Cov   [][]float64 // covariance of x over tasks and points [D, D]
	Share []float64   // share of each label [C]

	// Rule recomputes the label of x from the task's latent variables by name.
	// It must agree with the stored label of every point.
	Rule func(latent map[string][]float32, x []float32) int32

	// Target recomputes the target of x without its noise, for regression. A stored
	// target is normal about it with standard deviation Noise, each on its own, and
	// Square is the mean of squared targets over tasks and points.
	Target        func(latent map[string][]float32, x []float32) float64
	Noise, Square float64

	// Ordered declares that the order of a task's points carries meaning, so that
	// the checks that all positions are alike do not apply.
	Ordered bool
}

// check is one test of the suite. It returns what is wrong, or nil.
type check struct {
	name string
	run  func(datasets.Sampler, Expect) error
}

// suite lists the checks, the most basic ones first.
var suite = []check{
	{"batches are valid", checkSizes},
	{"a bad number of tasks is an error", checkBadTasks},
	{"same seed, same bytes", checkSameSeed},
	{"other seed, other tasks", checkOtherSeed},
	{"tasks differ", checkTasksDiffer},
	{"batches share no memory", checkNoSharing},
	{"goroutines do not disturb each other", checkConcurrent},
	{"label follows the rule", onBatch(3, checkRule)},
	{"mean", onBatch(4, checkMean)},
	{"covariance", onBatch(5, checkCov)},
	{"label shares", onBatch(6, checkShares)},
	{"target follows the rule", onBatch(3, checkTarget)},
	{"noise", onBatch(9, checkNoise)},
	{"targets' square", onBatch(10, checkSquare)},
	{"positions are alike", onBatch(7, checkPositions)},
	{"each task has its own order", onBatch(8, checkOrder)},
}

// onBatch is a check of many tasks, drawn from the stream of that seed.
func onBatch(seed uint64, check func(*datasets.Batch, Expect) error) func(datasets.Sampler, Expect) error {
	return func(s datasets.Sampler, e Expect) error {
		b, err := draw(s, seed, statTasks)
		if err != nil {
			return err
		}
		return check(b, e)
	}
}

// Run runs every check on s as a subtest.
func Run(t *testing.T, s datasets.Sampler, e Expect) {
	t.Helper()
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(s, e); err != nil {
				t.Error(err)
			}
		})
	}
}
