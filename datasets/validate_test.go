package datasets_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

func TestValidate(t *testing.T) {
	classes := func(spoil func(b *datasets.Batch)) *datasets.Batch {
		b := datasets.NewBatch(2, 3, 2, 2)
		spoil(b)
		return b
	}
	targets := func(spoil func(b *datasets.Batch)) *datasets.Batch {
		b := datasets.NewBatch(2, 3, 2, 0)
		spoil(b)
		return b
	}
	for want, b := range map[string]*datasets.Batch{
		"the batch is nil": nil,
		"a batch of 2 tasks × 3 points × 2 dimensions with 1 classes": classes(func(b *datasets.Batch) { b.C = 1 }),
		"with -1 classes": classes(func(b *datasets.Batch) { b.C = -1 }),
		"a batch of 0 classes has 6 labels Y; want at least 2":    classes(func(b *datasets.Batch) { b.C = 0 }),
		"a batch of 2 classes has 6 targets Z; want none":         classes(func(b *datasets.Batch) { b.Z = make([]float32, 6) }),
		"Y has 5 labels, want T·N = 2·3 = 6":                      classes(func(b *datasets.Batch) { b.Y = b.Y[1:] }),
		"label 2 in task 1, point 0; want 0..1":                   classes(func(b *datasets.Batch) { b.Y[3] = 2 }),
		"X has 11 values":                                         classes(func(b *datasets.Batch) { b.X = b.X[1:] }),
		"x is NaN in task 0, point 1, dimension 1":                targets(func(b *datasets.Batch) { b.X[3] = float32(math.NaN()) }),
		"a regression batch of 2 tasks × 0 points × 2 dim":        targets(func(b *datasets.Batch) { b.N = 0 }),
		"Z has 5 targets, want T·N = 2·3 = 6":                     targets(func(b *datasets.Batch) { b.Z = b.Z[1:] }),
		"the target is -Inf in task 1, point 2":                   targets(func(b *datasets.Batch) { b.Z[5] = float32(math.Inf(-1)) }),
		"a batch of 0 classes has 0 labels Y; want at least 2 cl": targets(func(b *datasets.Batch) { b.Y = []int32{} }),
	} {
		for name, err := range map[string]error{"Validate": b.Validate(), "WantClasses": b.WantClasses(), "WantTargets": b.WantTargets()} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want one with %q", name, err, want)
			}
		}
	}
	labelled, real := datasets.NewBatch(2, 3, 2, 2), datasets.NewBatch(2, 3, 2, 0)
	if labelled.Validate() != nil || real.Validate() != nil || labelled.WantClasses() != nil || real.WantTargets() != nil {
		t.Error("a batch of zeros is not valid")
	}
	for want, err := range map[string]error{
		"holds regression tasks (C is 0), but class labels": real.WantClasses(),
		"holds classification tasks (C is 2), but real tar": labelled.WantTargets(),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// TestNewBatch: 0 classes stand for real targets.
func TestNewBatch(t *testing.T) {
	for _, classes := range []int{0, 3} {
		b := datasets.NewBatch(2, 5, 4, classes)
		if b.Regression() != (classes == 0) || len(b.Z)+len(b.Y) != 10 || b.Validate() != nil {
			t.Errorf("%d classes: regression %t, %d labels, %d targets, %v", classes, b.Regression(), len(b.Y), len(b.Z), b.Validate())
		}
	}
}

func TestSliceRegression(t *testing.T) {
	b := datasets.NewBatch(3, 2, 1, 0)
	copy(b.Z, []float32{0, 1, 2, 3, 4, 5})
	s := b.Slice(1, 3)
	if err := s.WantTargets(); err != nil || !slices.Equal(s.Z, []float32{2, 3, 4, 5}) {
		t.Errorf("targets %v, %v of tasks 1 and 2", s.Z, err)
	}
}
