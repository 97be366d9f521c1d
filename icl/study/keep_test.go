package study

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// TestTestsAreKept: a study that ends after its tests, before its result, does not repeat
// them, but for those whose files are damaged; the result is that of a study that never
// stopped, and the files go.
func TestTestsAreKept(t *testing.T) {
	f, o := &fake{}, (&fake{}).options(t)
	var tests atomic.Int64
	stopped := errors.New("stopped")
	kept := func(fail bool) *Study {
		s := judged(3)
		s.Settings = 1
		for i := range s.Conditions {
			c := &s.Conditions[i]
			c.Keep = i == 0
			c.Test = func(ctx context.Context, p eval.Predictor, _ uint64, b *datasets.Batch, at []int) (*eval.Scores, error) {
				tests.Add(1)
				return eval.Evaluate(ctx, p, c.Family, b, at)
			}
		}
		report := s.Report
		s.Report = func(ctx context.Context, d *Data, r *Result) error {
			if fail {
				return stopped
			}
			return report(ctx, d, r)
		}
		return s
	}
	whole, err := Run(t.Context(), kept(false), f.options(t))
	if err != nil {
		t.Fatal(err)
	}
	all := tests.Swap(0)
	if _, err := Run(t.Context(), kept(true), o); !errors.Is(err, stopped) || tests.Swap(0) != all {
		t.Fatalf("error %v; want that of the report, after %d tests", err, all)
	}
	files, err := filepath.Glob(filepath.Join(o.Dir, "*.tests", "*.json"))
	if err != nil || len(files) != int(all) {
		t.Fatalf("%d files, error %v; want one a test", len(files), err)
	}
	rewrite(t, files[0], `"seed"`, `"need"`)
	again, err := Run(t.Context(), kept(false), o)
	if err != nil || tests.Load() != 1 || again.String() != whole.String() {
		t.Errorf("%d tests were repeated, want the one of the damaged file; error %v, result\n%s\nwant\n%s", tests.Load(), err, again, whole)
	}
	if left, err := filepath.Glob(filepath.Join(o.Dir, "*.tests")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
