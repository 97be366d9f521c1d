package learner

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
)

// CheckTasks reports the first mismatch between a batch and a learner for d input
// dimensions and c classes, or real targets for c = 0.
func CheckTasks(b *datasets.Batch, d, c int) error {
	want := b.WantClasses
	if c == 0 {
		want = b.WantTargets
	}
	if err := want(); err != nil {
		return err
	}
	if b.D != d {
		return fmt.Errorf("learner: tasks have %d dimensions, but the learner was built for %d", b.D, d)
	}
	if b.C != c {
		return fmt.Errorf("learner: tasks have %d classes, but the learner was built for %d", b.C, c)
	}
	return nil
}

// CheckLength reports whether l cannot take tasks of n points, see [Bounded].
func CheckLength(l Learner, n int) error {
	if b, ok := l.(Bounded); ok && n > b.MaxPoints() {
		return fmt.Errorf("learner: tasks have %d points, but %s has positions for %d; set its Points to the longest task", n, l.Name(), b.MaxPoints())
	}
	return nil
}
