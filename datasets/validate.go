package datasets

import (
	"errors"
	"fmt"
)

// Validate reports the first thing that makes the batch unusable: sizes that do
// not fit, an input or target that is not finite, a label outside 0..C-1, labels
// and targets in one batch.
func (b *Batch) Validate() error {
	if b == nil {
		return errors.New("datasets: the batch is nil")
	}
	if b.Regression() {
		return b.validateRegression()
	}
	return b.validateClasses()
}

// WantClasses is [Batch.Validate] for predictors of labels: a batch of regression tasks
// is an error, too.
func (b *Batch) WantClasses() error {
	if err := b.Validate(); err != nil {
		return err
	}
	if b.Regression() {
		return errors.New("datasets: the batch holds regression tasks (C is 0), but class labels are predicted here; use a regressor, or a batch with labels")
	}
	return nil
}

// WantTargets is [Batch.Validate] for predictors of real numbers: a batch of
// classification tasks is an error, too.
func (b *Batch) WantTargets() error {
	if err := b.Validate(); err != nil {
		return err
	}
	if !b.Regression() {
		return fmt.Errorf("datasets: the batch holds classification tasks (C is %d), but real targets are predicted here; use a classifier, or a batch with targets", b.C)
	}
	return nil
}

func (b *Batch) validateClasses() error {
	if b.T < 1 || b.N < 1 || b.D < 1 || b.C < 2 {
		return fmt.Errorf("datasets: a batch of %d tasks × %d points × %d dimensions with %d classes; want at least 1, 1, 1 and 2", b.T, b.N, b.D, b.C)
	}
	if b.Z != nil {
		return fmt.Errorf("datasets: a batch of %d classes has %d targets Z; want none, or C = 0 and no labels for regression", b.C, len(b.Z))
	}
	if err := b.validateX(); err != nil {
		return err
	}
	if len(b.Y) != b.T*b.N {
		return fmt.Errorf("datasets: Y has %d labels, want T·N = %d·%d = %d", len(b.Y), b.T, b.N, b.T*b.N)
	}
	for i, y := range b.Y {
		if uint32(y) >= uint32(b.C) { // a negative y, too
			return fmt.Errorf("datasets: label %d in task %d, point %d; want 0..%d", y, i/b.N, i%b.N, b.C-1)
		}
	}
	return nil
}

func (b *Batch) validateRegression() error {
	if b.Y != nil {
		return fmt.Errorf("datasets: a batch of 0 classes has %d labels Y; want at least 2 classes, or targets Z and no labels for regression", len(b.Y))
	}
	if b.T < 1 || b.N < 1 || b.D < 1 {
		return fmt.Errorf("datasets: a regression batch of %d tasks × %d points × %d dimensions; want at least 1 of each", b.T, b.N, b.D)
	}
	if err := b.validateX(); err != nil {
		return err
	}
	if len(b.Z) != b.T*b.N {
		return fmt.Errorf("datasets: Z has %d targets, want T·N = %d·%d = %d", len(b.Z), b.T, b.N, b.T*b.N)
	}
	for i, z := range b.Z {
		if !finite(z) {
			return fmt.Errorf("datasets: the target is %g in task %d, point %d; drop the point or fill the value", z, i/b.N, i%b.N)
		}
	}
	return nil
}

func (b *Batch) validateX() error {
	// In floating point no product overflows.
	if float64(len(b.X)) != float64(b.T)*float64(b.N)*float64(b.D) {
		return fmt.Errorf("datasets: X has %d values, want T·N·D = %d·%d·%d = %d", len(b.X), b.T, b.N, b.D, b.T*b.N*b.D)
	}
	for i, x := range b.X {
		if !finite(x) {
			t, n, d := i/(b.N*b.D), i/b.D%b.N, i%b.D
			return fmt.Errorf("datasets: x is %g in task %d, point %d, dimension %d; drop the point or fill the value", x, t, n, d)
		}
	}
	return nil
}

// finite reports whether v is neither NaN nor infinite: only those have v − v ≠ 0. It is
// called a hundred thousand times a second, since every training batch is checked.
func finite(v float32) bool { return v-v == 0 }
