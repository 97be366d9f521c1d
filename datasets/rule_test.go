package datasets_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/samplertest"
)

// A task is a direction; classes alternate along it in stripes of width 1.
func ExampleRule() {
	stripes := datasets.Rule{Label: "stripes", N: 20, D: 2, C: 2, Draw: func(rng *rand.Rand) func(x []float32) float64 {
		sin, cos := math.Sincos(math.Pi * rng.Float64())
		return func(x []float32) float64 {
			return float64(int(math.Floor(cos*float64(x[0])+sin*float64(x[1]))) & 1)
		}
	}}
	b, err := stripes.Sample(datasets.Rand(1, "example"), 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.T, "tasks; the first labels of the first are", b.Y[:8])
	// Output:
	// 3 tasks; the first labels of the first are [0 1 1 0 0 0 1 0]
}

// halves is linear classification as a rule, and slopes linear regression.
func halves(rng *rand.Rand) func(x []float32) float64 {
	a := datasets.Normal(rng)
	return func(x []float32) float64 {
		if a*float64(x[0]) > 0 {
			return 1
		}
		return 0
	}
}

func slopes(rng *rand.Rand) func(x []float32) float64 {
	a := datasets.Normal(rng)
	return func(x []float32) float64 { return a * float64(x[0]) }
}

func TestRulesPassTheBattery(t *testing.T) {
	expect := samplertest.Expect{N: 8, D: 2, C: 2, Mean: []float64{0, 0}, Cov: [][]float64{{1, 0}, {0, 1}}, Share: []float64{.5, .5}}
	samplertest.Run(t, datasets.Rule{Label: "halves", N: 8, D: 2, C: 2, Draw: halves}, expect)
	expect.C, expect.Share, expect.Square = 0, nil, 1
	samplertest.Run(t, datasets.Rule{Label: "slopes", N: 8, D: 2, Draw: slopes}, expect)
}

func TestRuleErrors(t *testing.T) {
	bad := func(v float64) func(*rand.Rand) func([]float32) float64 {
		return func(*rand.Rand) func([]float32) float64 { return func([]float32) float64 { return v } }
	}
	for want, r := range map[string]datasets.Rule{
		"0 points":          {Label: "r", D: 2, C: 2, Draw: halves},
		"1 classes":         {Label: "r", N: 3, D: 2, C: 1, Draw: halves},
		"without Draw":      {Label: "r", N: 3, D: 2, C: 2},
		"the label 2 to [":  {Label: "r", N: 3, D: 2, C: 2, Draw: bad(2)},
		"the label -1 to [": {Label: "r", N: 3, D: 2, C: 2, Draw: bad(-1)},
		"the label 0.5 to":  {Label: "r", N: 3, D: 2, C: 2, Draw: bad(.5)},
		"the label NaN to":  {Label: "r", N: 3, D: 2, C: 2, Draw: bad(math.NaN())},
	} {
		if _, err := r.Sample(datasets.Rand(1, "test"), 2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}
