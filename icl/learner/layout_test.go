package learner_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
)

// TestLayoutIsAPartition: parameters lie one after another, without gaps, and are found by
// name as views.
func TestLayoutIsAPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var params []learner.Param
		for i := range rapid.IntRange(1, 6).Draw(t, "parameters") {
			dims := rapid.SliceOfN(rapid.IntRange(1, 4), 0, 3).Draw(t, "dims")
			params = append(params, learner.Param{Name: string(rune('a' + i)), Dims: dims, Init: learner.Constant(float32(i + 1))})
		}
		layout, err := learner.NewLayout(broken{params: params}, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		flat, end := layout.Init(datasets.Rand(1, "layout")), 0
		if len(flat) != layout.Size {
			t.Fatalf("%d values, want %d", len(flat), layout.Size)
		}
		layout.All(func(p learner.Param, lo, hi int) {
			if lo != end || hi-lo != p.Size() {
				t.Errorf("%s %v lies at %d to %d, after %d", p.Name, p.Dims, lo, hi, end)
			}
			end = hi
			view := layout.Of(flat, p.Name)
			if len(view) != p.Size() || &view[0] != &flat[lo] {
				t.Errorf("%s is no view of its %d values at %d", p.Name, p.Size(), lo)
			}
			for _, v := range view {
				if v != float32(p.Name[0]-'a'+1) {
					t.Errorf("%s starts at %g", p.Name, v)
				}
			}
		})
		if end != layout.Size {
			t.Errorf("the parameters end at %d of %d", end, layout.Size)
		}
	})
}

// TestLayoutRefuses: the error names the learner, the parameter and what to do.
func TestLayoutRefuses(t *testing.T) {
	param := func(name string, dims ...int) learner.Param { return learner.Param{Name: name, Dims: dims} }
	for want, params := range map[string][]learner.Param{
		`two parameters named "a"; give each its own name`:         {param("a", 2), param("b"), param("a", 3)},
		"kernel has no parameters; nothing can be trained":         {},
		`parameter "w" has shape [2 0]; want sizes of at least 1`:  {param("w", 2, 0)},
		`parameter "w" has shape [-1 3]; want sizes of at least 1`: {param("w", -1, 3)},
	} {
		if _, err := learner.NewLayout(broken{params: params}, 2, 2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// TestScalarsAreParameters: a tensor without dimensions is one number.
func TestScalarsAreParameters(t *testing.T) {
	layout, err := learner.NewLayout(broken{params: []learner.Param{{Name: "s"}}}, 2, 2)
	if err != nil || layout.Size != 1 {
		t.Errorf("%d values (%v), want 1", layout.Size, err)
	}
}

// TestOfUnknown: a name that there is not has no values.
func TestOfUnknown(t *testing.T) {
	layout, err := learner.NewLayout(Kernel{}, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	if got := layout.Of([]float32{1}, "t"); got != nil {
		t.Errorf("values %v of a parameter that there is not", got)
	}
}

// TestInitIsSeeded: one seed, one start; another seed, another one.
func TestInitIsSeeded(t *testing.T) {
	layout, err := learner.NewLayout(metalearner.CNP{}, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	start := func(seed uint64) []float32 { return layout.Init(datasets.Rand(seed, "weights/0")) }
	if !slices.Equal(start(1), start(1)) || slices.Equal(start(1), start(2)) {
		t.Error("the starting weights are not those of their seed")
	}
}

// TestInits: the mean and the standard deviation of the distributions.
func TestInits(t *testing.T) {
	for _, test := range []struct {
		param           learner.Param
		mean, deviation float64
	}{
		{learner.Param{Init: learner.Constant(-2)}, -2, 0},
		{learner.Param{Init: learner.Gaussian(.5)}, 0, .5},
		{learner.Param{Init: learner.FanIn(9)}, 0, 1 / math.Sqrt(27)},
	} {
		w := make([]float32, 20_000)
		test.param.Init(datasets.Rand(5, "inits"), w)
		var sum, squares float64
		for _, v := range w {
			sum += float64(v)
			squares += (float64(v) - test.mean) * (float64(v) - test.mean)
		}
		n := float64(len(w))
		if mean, deviation := sum/n, math.Sqrt(squares/n); math.Abs(mean-test.mean) > .015 || math.Abs(deviation-test.deviation) > .01 {
			t.Errorf("mean %.3f and deviation %.3f, want %g and %.3f", mean, deviation, test.mean, test.deviation)
		}
	}
}

// TestInnerRates: one for each weight, 0 for frozen ones, and learned ones by their name.
func TestInnerRates(t *testing.T) {
	in := metalearner.Inner{Rate: .1, Frozen: []string{"body"}, Rates: "weight"}
	m2 := metalearner.M2{Model: metalearner.MLP{Width: 3, Depth: 1}, Tasks: 2, Inner: in}
	layout, err := learner.NewLayout(m2.Base(), 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	rates := layout.InnerRates(m2, func(name string) []float32 {
		asked[name] = true
		return slices.Repeat([]float32{2}, len(layout.Of(make([]float32, layout.Size), strings.TrimPrefix(name, "rate/"))))
	})
	if len(rates) != layout.Size {
		t.Fatalf("%d rates for %d weights", len(rates), layout.Size)
	}
	layout.All(func(p learner.Param, lo, hi int) {
		want := float32(.2) // the inner rate times the learned factor
		if strings.HasPrefix(p.Name, "body") {
			want = 0
		}
		for _, r := range rates[lo:hi] {
			if r != want {
				t.Errorf("%s has the rate %g, want %g", p.Name, r, want)
			}
		}
		if asked["rate/"+p.Name] != (want != 0) {
			t.Errorf("the learned rate of %s was read: %v", p.Name, asked["rate/"+p.Name])
		}
	})
}
