package learner

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/usercode"
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
	b, ok := l.(Bounded)
	if !ok {
		return nil
	}
	if err := usercode.Want("learner", l); err != nil {
		return fmt.Errorf("learner: %w", err)
	}
	most, err := usercode.Get("MaxPoints of "+usercode.Of("learner", l), b.MaxPoints)
	if err == nil && n > most {
		err = fmt.Errorf("learner: tasks have %d points, but %s has positions for %d; set its Points to the longest task", n, l.Name(), most)
	}
	return err
}
