package eval

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// guess predicts class 1 with a fixed probability.
type guess float32

func (guess) Name() string { return "guess" }

func (g guess) Predict(_ context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	out := make([]float32, 0, b.T*len(at)*b.C)
	for range b.T * len(at) {
		out = append(out, 1-float32(g), float32(g))
	}
	return out, nil
}

// half is a batch in which every second label is 1.
func half(tasks, points int) *datasets.Batch {
	b := datasets.NewBatch(tasks, points, 2, 2)
	for i := range b.Y {
		b.Y[i] = int32(i % 2)
	}
	return b
}

func TestEvaluateCounts(t *testing.T) {
	for name, test := range map[string]struct {
		p    guess
		want float64
	}{"always 1": {.9, .5}, "always 0": {.1, .5}, "a tie earns one half": {.5, .5}} {
		s, err := Evaluate(context.Background(), test.p, "half", half(10, 4), AllLengths(4))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range s.Summarize(0).Of(Accuracy).PerTask {
			if v != test.want {
				t.Errorf("%s: accuracy %g, want %g", name, v, test.want)
			}
		}
	}
	s, _ := Evaluate(context.Background(), guess(.9), "half", half(10, 4), []int{1, 3})
	if got := s.Summarize(0).Of(Accuracy).Mean; got[0] != 1 || got[1] != 1 {
		t.Errorf("accuracy %v at points whose label is 1", got)
	}
}

func TestEvaluateRefuses(t *testing.T) {
	_, err := Evaluate(context.Background(), guess(math.NaN()), "half", half(2, 4), []int{2})
	if err == nil || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("error %v; want one that says NaN", err)
	}
}

// TestCoverage: intervals hold the true mean in about 95 % of experiments, for
// one group and for groups that differ.
func TestCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, groups := range []int{1, 20} {
		const experiments = 400
		closed, boot := 0, 0
		for range experiments {
			data := draw(rng, groups, 60)
			if e := Interval(data); e.Lo <= 0 && 0 <= e.Hi {
				closed++
			}
			if e := Bootstrap(rng, data, 200); e.Lo <= 0 && 0 <= e.Hi {
				boot++
			}
		}
		for name, hits := range map[string]int{"closed form": closed, "bootstrap": boot} {
			if share := float64(hits) / experiments; share < .90 || share > .99 {
				t.Errorf("%s, %d groups: covered the truth in %.3f of experiments", name, groups, share)
			}
		}
	}
}

// draw makes groups whose means vary around 0, if there are several.
func draw(rng *rand.Rand, groups, size int) [][]float64 {
	data := make([][]float64, groups)
	for g := range data {
		shift := 0.
		if groups > 1 {
			shift = rng.NormFloat64() / 4
		}
		for range size {
			data[g] = append(data[g], shift+rng.NormFloat64())
		}
	}
	return data
}

func TestIntervalsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	data := draw(rng, 5, 200)
	a, b := Interval(data), Bootstrap(rng, data, 20_000)
	if ratio := (a.Hi - a.Lo) / (b.Hi - b.Lo); math.Abs(ratio-1) > .1 || math.Abs(a.Mean-b.Mean) > 1e-12 {
		t.Errorf("closed form %+v, bootstrap %+v", a, b)
	}
}

// Two learners that are compared on the same tasks: the difference is known
// better than either accuracy.
func ExampleDifferences() {
	a := [][]float64{{.9, .5, .7}}
	b := [][]float64{{.8, .4, .6}}
	fmt.Printf("%.2f\n", Interval(Differences(a, b)).Mean)
	// Output: 0.10
}

// TestBootstrapOf: a mean is what Bootstrap makes of it, and of a ratio, whose
// interval is known (Fieller), the bootstrap finds the same.
func TestBootstrapOf(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	a, b := draw(rng, 1, 2000), draw(rng, 1, 2000)
	for i := range a[0] {
		a[0][i], b[0][i] = a[0][i]+2, b[0][i]+4
	}
	measure := func(s int, tasks []int) []float64 {
		x, y := 0., 0.
		for _, i := range tasks {
			x, y = x+a[s][i], y+b[s][i]
		}
		return []float64{x / float64(len(tasks)), x / y}
	}
	got := BootstrapOf(rand.New(rand.NewPCG(1, 2)), []int{2000}, 4000, measure)
	if want := Bootstrap(rand.New(rand.NewPCG(1, 2)), a, 4000); len(got) != 2 || math.Abs(got[0].Lo-want.Lo) > 1e-12 || math.Abs(got[0].Mean-want.Mean) > 1e-12 {
		t.Errorf("estimates %+v, want first %+v", got, want)
	}
	// Var(x̄/ȳ) ≈ (1/16 + 4/256)/2000 for deviations 1 about means of 2 and 4.
	if want := math.Sqrt((1./16 + 4./256) / 2000); math.Abs(got[1].SE/want-1) > .1 {
		t.Errorf("standard error of the ratio %.5f, want %.5f", got[1].SE, want)
	}
}
