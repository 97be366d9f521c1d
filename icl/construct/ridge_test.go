package construct_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
)

// TestRidgeKeepsItsBound: the distance to ridge regression in closed form lies within
// the theory's bound after any number of steps, and falls below 1e-6 with Chebyshev's.
func TestRidgeKeepsItsBound(t *testing.T) {
	on := open(t, "go").Backend
	for _, r := range []construct.Ridge{{Steps: 1}, {Steps: 8}, {Steps: 32}, {Steps: 1, Chebyshev: true}, {Steps: 2, Chebyshev: true}, {Steps: 8, Chebyshev: true}, {Steps: 48, Chebyshev: true}} {
		errs, err := r.Errors(on, 5, 256, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(errs) != 256 {
			t.Errorf("%d of 256 contexts have an eigenvalue above the largest", 256-len(errs))
		}
		worst, bound := slices.Max(errs), r.Bound()
		if worst > bound*(1+1e-9) {
			t.Errorf("%+v: error %g, bound %g", r, worst, bound)
		}
		if worst < bound/1e4 {
			t.Errorf("%+v: error %g lies far below the bound %g, which then says nothing", r, worst, bound)
		}
		if r.Steps == 48 && worst > 1e-6 {
			t.Errorf("%g after 48 steps", worst)
		}
	}
}

// TestRidgeOnClasses: the construction fits one-hot labels, too.
func TestRidgeOnClasses(t *testing.T) {
	on := open(t, "go").Backend
	const d, c = 2, 3
	written, err := construct.Ridge{Steps: 60, Chebyshev: true, Largest: 30}.Construct(d, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (construct.Ridge{}).Construct(d, 0); err != nil {
		t.Fatal(err)
	}
	b, at := construct.RandomEpisodes(datasets.Rand(0, "ridge"), 32, d, c)
	got, err := construct.Predict(on, written.Circuit, written.Weights, b, at)
	if err != nil {
		t.Fatal(err)
	}
	want, err := construct.Ridge{}.Exact(b, at)
	if err != nil {
		t.Fatal(err)
	}
	if gap := construct.Difference(got, want); gap > 1e-3 {
		t.Errorf("%g from ridge regression itself", gap)
	}
}

// TestRidgeErrorsLeavesOut: contexts that the bound is not about are left out.
func TestRidgeErrorsLeavesOut(t *testing.T) {
	errs, err := construct.Ridge{Steps: 4, Largest: 1.5}.Errors(open(t, "go").Backend, 5, 256, 0)
	if err != nil || len(errs) == 0 || len(errs) == 256 {
		t.Errorf("%d of 256 errors, %v; want some left out", len(errs), err)
	}
}

func TestRidgeWrongSettings(t *testing.T) {
	for _, r := range []construct.Ridge{{Steps: -1}, {Penalty: -2}, {Largest: math.NaN()}, {Penalty: math.Inf(1)}} {
		if _, err := r.Construct(2, 0); err == nil || !strings.Contains(err.Error(), "ridge regression with") {
			t.Errorf("%+v: error %v", r, err)
		}
	}
}
