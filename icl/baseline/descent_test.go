package baseline

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// ten are tasks of claim 1 of von Oswald et al.: 10 examples in 10 dimensions. Uniform
// inputs have variance 1, too.
func ten(t *testing.T, tasks int, noise float64, uniform bool) *datasets.Batch {
	t.Helper()
	b, err := regression.Linear{N: 11, D: 10, Noise: noise}.Sample(datasets.Rand(1, "descent"), tasks)
	if err != nil {
		t.Fatal(err)
	}
	if uniform { // targets are not those of these inputs, and not read
		rng := datasets.Rand(2, "descent")
		for i := range b.X {
			b.X[i] = float32((2*rng.Float64() - 1) * math.Sqrt(3))
		}
	}
	return b
}

// TestBestStep: the closed form is the least expected error of a single step.
func TestBestStep(t *testing.T) {
	for _, test := range []struct {
		uniform         bool
		kurtosis, noise float64
		want            float64
	}{{false, 3, 0, 11. / 21}, {true, 1.8, 0, 1 - 10/19.8}, {false, 3, 1.5, 1 - 10/23.25}} {
		rate, want := BestStep(10, 10, 1, test.kurtosis, test.noise)
		if math.Abs(want-test.want) > 1e-12 {
			t.Errorf("%+v: error %g", test, want)
		}
		b := ten(t, 8000, 0, test.uniform)
		got, err := Descent{Steps: []DescentStep{{Rate: rate}}}.ExpectedError(b, 10, test.noise)
		if err != nil || math.Abs(got.Mean-want) > .002 {
			t.Errorf("%+v: error %v (%v), want %.4f", test, got, err, want)
		}
		best, least, err := DescentFit{Noise: test.noise}.Best(b, 10)
		if err != nil || math.Abs(best.Steps[0].Rate-rate) > .02 || least.Mean > got.Mean+1e-9 || least.Mean < got.Mean-.001 {
			t.Errorf("%+v: the best rate is %v with the error %v (%v), want %.3f and %v", test, best.Steps, least, err, rate, got)
		}
	}
	if rate, err := BestStep(20, 5, 4, 3, 0); math.Abs(rate-20/(4*26.)) > 1e-12 || math.Abs(err-6./26) > 1e-12 {
		t.Errorf("at variance 4: rate %g, error %g", rate, err)
	}
	if rate, err := BestStep(0, 5, 1, 3, 0); !math.IsNaN(rate) || !math.IsNaN(err) {
		t.Errorf("without examples: %g, %g", rate, err)
	}
}

// TestBestTwoSteps: the least errors of two steps at D = n = 10, which an independent
// minimisation of E tr(I − M)²/D over contexts has found.
func TestBestTwoSteps(t *testing.T) {
	for f, want := range map[DescentFit][2]float64{ // for normal and uniform inputs
		{Steps: 2, Shared: true}:                 {.407, .376},
		{Steps: 2}:                               {.367, .339},
		{Steps: 2, PlusPlus: true, Shared: true}: {.290, .265},
		{Steps: 2, PlusPlus: true}:               {.245, .220},
	} {
		for i, w := range want {
			_, got, err := f.Best(ten(t, 5000, 0, i == 1), 10)
			if err != nil || math.Abs(got.Mean-w) > .005 {
				t.Errorf("%+v: error %v (%v), want %.3f", f, got, err, w)
			}
		}
	}
	shared, _, err := DescentFit{Steps: 3, Shared: true, PlusPlus: true}.Best(ten(t, 500, 0, false), 10)
	if err != nil || shared.Steps[0] != shared.Steps[1] || shared.Steps[2].Rate != shared.Steps[0].Rate || shared.Steps[2].Gamma != 0 {
		t.Errorf("shared rates are %v (%v)", shared.Steps, err)
	}
}

// TestDescentIsGradientDescent: without gamma, w moves along the gradient of the mean squared
// error of the context.
func TestDescentIsGradientDescent(t *testing.T) {
	b := ten(t, 3, .3, false)
	steps := []DescentStep{{Rate: .3}, {Rate: .5}, {Rate: -.1}}
	for _, n := range []int{0, 1, 4, 10} {
		got, _ := predicttest.Regress(Descent{Steps: steps}, b, n)
		for task := range b.T {
			w := make([]float64, b.D)
			for _, s := range steps {
				gradient := make([]float64, b.D)
				for i := range n {
					x := widened(b.Point(task, i))
					floats.AddScaled(gradient, (floats.Dot(w, x)-float64(b.Z[task*b.N+i]))/float64(n), x)
				}
				floats.AddScaled(w, -s.Rate, gradient)
			}
			if want := floats.Dot(w, widened(b.Point(task, n))); math.Abs(float64(got[task])-want) > 1e-5 {
				t.Errorf("task %d after %d examples: %g, want %g", task, n, got[task], want)
			}
		}
	}
}

func widened(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// TestExpectedErrorIsThatOfPredictions: on tasks with noise, by simulation. Predictions at
// the unit vectors are the coordinates of what has become of w.
func TestExpectedErrorIsThatOfPredictions(t *testing.T) {
	const noise = .7
	for _, m := range []Descent{
		{}, {Steps: []DescentStep{{Rate: .46}, {Rate: .46}}}, {Steps: []DescentStep{{.9, .13}, {.8, .05}, {.3, 0}}},
	} {
		for _, n := range []int{4, 10} {
			b := ten(t, 900, noise, false)
			want, err := m.ExpectedError(b, n, noise)
			if err != nil {
				t.Fatal(err)
			}
			errs := make([]float64, b.T)
			for j := range b.D {
				for task := range b.T {
					clear(b.Point(task, n))
					b.Point(task, n)[j] = 1
				}
				got, _ := predicttest.Regress(m, b, n)
				for task, v := range got {
					gap := float64(v - b.Latent["w"].Row(task)[j])
					errs[task] += gap * gap / float64(b.D)
				}
			}
			got := eval.Interval([][]float64{errs})
			if math.Abs(got.Mean-want.Mean) > 3*got.SE || got.SE > .08*want.Mean {
				t.Errorf("%s after %d examples: error %v, want %v", m.Name(), n, got, want)
			}
		}
	}
}

func TestDescentRefuses(t *testing.T) {
	b := ten(t, 2, 0, false)
	expect := func(m Descent, n int, noise float64) error {
		_, err := m.ExpectedError(b, n, noise)
		return err
	}
	best := func(f DescentFit) error {
		_, _, err := f.Best(b, 10)
		return err
	}
	zero := datasets.NewBatch(2, 11, 10, 0)
	_, _, nothing := DescentFit{}.Best(zero, 10)
	for want, err := range map[string]error{
		"step 2 of gradient descent has the rate NaN": expect(Descent{Steps: []DescentStep{{Rate: 1}, {Rate: math.NaN()}}}, 5, 0),
		"gamma 1e+07; want":                           expect(Descent{Steps: []DescentStep{{Rate: 1, Gamma: 1e7}}}, 5, 0),
		"of 1001 steps; want at most 1000":            expect(Descent{Steps: make([]DescentStep, 1001)}, 5, 0),
		"contexts of 0 examples of tasks of 11":       expect(Descent{}, 0, 0),
		"contexts of 11 examples of tasks of 11":      expect(Descent{}, 11, 0),
		"noise of -1; want":                           expect(Descent{}, 5, -1),
		"of 5 steps of gradient descent; want 1 to 4": best(DescentFit{Steps: 5}),
		"of -1 steps":                      best(DescentFit{Steps: -1, Shared: true}),
		"want 1 to 100 steps":              best(DescentFit{Steps: 101, Shared: true}),
		"the inputs of all contexts are 0": nothing,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

func TestDescentNames(t *testing.T) {
	for want, m := range map[string]Descent{
		"1 GD step": {}, "2 GD steps": {Steps: make([]DescentStep, 2)}, "GD": {Label: "GD"},
		"2 GD++ steps": {Steps: []DescentStep{{1, 1}, {1, 0}}},
	} {
		if m.Name() != want {
			t.Errorf("%v is called %q, want %q", m.Steps, m.Name(), want)
		}
	}
}
