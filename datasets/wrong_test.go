package datasets_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// mine is a user's sampler.
type mine struct {
	Label  string
	sample func(tasks int) (*datasets.Batch, error)
}

func (m *mine) Name() string { return m.Label }

func (m *mine) Sample(_ *rand.Rand, tasks int) (*datasets.Batch, error) { return m.sample(tasks) }

// TestUsersTasks: what a user's rule, or a user's member of a mixture, does wrong is an error
// that names it.
func TestUsersTasks(t *testing.T) {
	rule := func(c int, draw func(rng *rand.Rand) func(x []float32) float64) datasets.Sampler {
		return datasets.Rule{Label: "own", N: 3, D: 2, C: c, Draw: draw}
	}
	member := func(sample func(tasks int) (*datasets.Batch, error)) datasets.Sampler {
		return datasets.Mix{Samplers: []datasets.Sampler{&mine{"own", sample}}}
	}
	for want, s := range map[string]datasets.Sampler{
		"datasets: the rule of own panicked: boom (at ":                                                        rule(2, func(*rand.Rand) func([]float32) float64 { panic("boom") }),
		"the rule of own panicked: late (at ":                                                                  rule(2, func(*rand.Rand) func([]float32) float64 { return func([]float32) float64 { panic("late") } }),
		"the Draw of own returned no rule for task 0":                                                          rule(2, func(*rand.Rand) func([]float32) float64 { return nil }),
		"the rule of own gives the target NaN to":                                                              rule(0, func(*rand.Rand) func([]float32) float64 { return func([]float32) float64 { return math.NaN() } }),
		"the rule of own gives the target 1e+300 to":                                                           rule(0, func(*rand.Rand) func([]float32) float64 { return func([]float32) float64 { return 1e300 } }),
		"the rule of own gives the label NaN to":                                                               rule(2, func(*rand.Rand) func([]float32) float64 { return func([]float32) float64 { return math.NaN() } }),
		`Sample of member 0 of the mixture, sampler "own" (*datasets_test.mine) panicked: boom (at `:           member(func(int) (*datasets.Batch, error) { panic("boom") }),
		"member 0 of the mixture, own, gave no batch":                                                          member(func(int) (*datasets.Batch, error) { return nil, nil }),
		"own, gave 2 tasks, with 12 inputs and 6 labels or targets for 3 points in 2 dimensions; want 4 tasks": member(func(int) (*datasets.Batch, error) { return datasets.NewBatch(2, 3, 2, 2), nil }),
		"member 0 of the mixture is nil":                                                                       datasets.Mix{Samplers: []datasets.Sampler{(*mine)(nil)}},
	} {
		if _, err := s.Sample(datasets.Rand(0, "test"), 4); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwant %q", err, want)
		}
	}
	wrapped := &datasets.Batch{T: 1 << 32, N: 1 << 32, D: 1, C: 2}
	if err := wrapped.Validate(); err == nil || !strings.Contains(err.Error(), "X has 0 values") {
		t.Errorf("sizes whose product overflows to 0: error %v", err)
	}
}
