package learner_test

import (
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
)

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("error %v, want none", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("error %v, want one with %q", err, want)
	}
}

// TestCheckTasks: the first mismatch, with both values.
func TestCheckTasks(t *testing.T) {
	nan := datasets.NewBatch(1, 3, 2, 2)
	nan.X[4] = float32(math.NaN())
	for _, test := range []struct {
		b    *datasets.Batch
		d, c int
		want string
	}{
		{datasets.NewBatch(1, 3, 2, 2), 2, 2, ""},
		{datasets.NewBatch(1, 3, 2, 0), 2, 0, ""},
		{nil, 2, 2, "the batch is nil"},
		{nil, 2, 0, "the batch is nil"},
		{datasets.NewBatch(1, 3, 4, 2), 2, 2, "tasks have 4 dimensions, but the learner was built for 2"},
		{datasets.NewBatch(1, 3, 2, 5), 2, 2, "tasks have 5 classes, but the learner was built for 2"},
		{datasets.NewBatch(1, 3, 2, 0), 2, 2, "use a regressor, or a batch with labels"},
		{datasets.NewBatch(1, 3, 2, 2), 2, 0, "use a classifier, or a batch with targets"},
		{nan, 2, 2, "NaN"},
	} {
		wantError(t, learner.CheckTasks(test.b, test.d, test.c), test.want)
	}
}

// TestCheckLength: only learners with positions have a longest task.
func TestCheckLength(t *testing.T) {
	wantError(t, learner.CheckLength(transformer.Decoder{Points: 4}, 4), "")
	wantError(t, learner.CheckLength(transformer.Decoder{Points: 4}, 5), "tasks have 5 points, but ICL-decoder has positions for 4; set its Points")
	wantError(t, learner.CheckLength(transformer.Paper{}, 1<<30), "")
}
