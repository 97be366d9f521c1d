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

// CheckQueries is [CheckTasks] for a batch and its queries at [T·M].
func CheckQueries(b *datasets.Batch, at []int32, d, c int) error {
	if err := CheckTasks(b, d, c); err != nil {
		return err
	}
	if len(at) == 0 || len(at)%b.T != 0 {
		return fmt.Errorf("learner: %d queries for %d tasks; want the same number, at least 1, for each task", len(at), b.T)
	}
	for i, n := range at {
		if n < 0 || int(n) >= b.N {
			return fmt.Errorf("learner: query %d of task %d asks for point %d; a task has points 0..%d", i%(len(at)/b.T), i/(len(at)/b.T), n, b.N-1)
		}
	}
	return nil
}
