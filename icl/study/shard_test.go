package study

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/goicl/goicl/icl/train"
)

// TestTwoAtOnceShareRuns: calls that work on one directory at once make every step once.
func TestTwoAtOnceShareRuns(t *testing.T) {
	f := &fake{}
	o := f.options(t)
	for name, call := range map[string]func(ctx context.Context, i int) error{
		"the same part":  func(ctx context.Context, _ int) error { return Shard(ctx, judged(4), 1, 2, o) },
		"all parts":      func(ctx context.Context, i int) error { return Shard(ctx, judged(6), i+1, 3, o) },
		"the same study": func(ctx context.Context, _ int) error { _, err := Run(ctx, judged(8), o); return err },
	} {
		group, ctx := errgroup.WithContext(t.Context())
		for i := range 3 {
			group.Go(func() error { return call(ctx, i) })
		}
		if err := group.Wait(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := f.steps.Load(); got != 8*2*4 {
		t.Errorf("%d steps were made, want %d: those of 8 seeds of 2 arms, once", got, 8*2*4)
	}
}

// TestInterruptedShard: a part that is stopped is completed by the next call, be it of the
// part or of the study, which makes no step again.
func TestInterruptedShard(t *testing.T) {
	f := &fake{}
	o := f.options(t)
	ctx, cancel := context.WithCancel(t.Context())
	stopping := o
	stopping.Progress = func(p Progress) {
		if p.Done >= 2 {
			cancel()
		}
	}
	if err := Shard(ctx, judged(10), 1, 2, stopping); !errors.Is(err, context.Canceled) && !errors.Is(err, train.ErrInterrupted) {
		t.Errorf("error %v of an interrupted part", err)
	}
	before := f.steps.Load()
	if before == 0 || before >= 40 {
		t.Errorf("%d steps before the interruption; want some of 40", before)
	}
	if err := Shard(t.Context(), judged(10), 1, 2, o); err != nil || f.steps.Load() != 40 {
		t.Errorf("%d steps after the part, want 40; error %v", f.steps.Load(), err)
	}
	if _, err := Run(t.Context(), judged(10), o); err != nil || f.steps.Load() != 80 {
		t.Errorf("%d steps after the study, want 80; error %v", f.steps.Load(), err)
	}
}

// TestShardsAreDisjoint: the parts of a study with choices of rates together make what it
// needs; runs that others wait for are made by who comes first, once.
func TestShardsAreDisjoint(t *testing.T) {
	f := &fake{}
	o := f.options(t)
	choosing := func() *Study {
		s := judged(3)
		s.Arms[0].Rates = []float64{1e-3, 1e-2}
		return s
	}
	var mu sync.Mutex
	labels := map[string]int{}
	for part := 1; part <= 4; part++ {
		seen := map[string]bool{}
		each := o
		each.Progress = func(p Progress) {
			mu.Lock()
			defer mu.Unlock()
			if p.Step.Loss != 0 && !seen[p.Label] {
				seen[p.Label] = true
				labels[p.Label]++
			}
		}
		if err := Shard(t.Context(), choosing(), part, 4, each); err != nil {
			t.Fatal(err)
		}
	}
	// Two rates with two seeds, of which one each is the run; one more seed; and three of the
	// other arm.
	if len(labels) != 8 || f.steps.Load() != 8*4 {
		t.Errorf("%d steps of %v; want 32 of 8 runs", f.steps.Load(), labels)
	}
	for label, times := range labels {
		if times != 1 {
			t.Errorf("%s was trained by %d parts", label, times)
		}
	}
	if _, err := Run(t.Context(), choosing(), o); err != nil || f.steps.Load() != 32 {
		t.Errorf("%d steps, error %v", f.steps.Load(), err)
	}
}

// TestUnwritable: where runs or results cannot be kept, the error says so.
func TestUnwritable(t *testing.T) {
	o := (&fake{}).options(t)
	o.Dir = "/dev/null/runs"
	if _, err := Run(t.Context(), two(2), o); err == nil || !strings.Contains(err.Error(), "/dev/null") {
		t.Errorf("error %v", err)
	}
	r := &Result{Study: "two"}
	if err := r.save("/dev/null/runs/two.json"); err == nil || !strings.Contains(err.Error(), "cannot save the result") {
		t.Errorf("error %v", err)
	}
	if err := r.save(""); err != nil {
		t.Errorf("error %v of a result that is not kept", err)
	}
	short, path := &Result{Short: "1 of 2"}, t.TempDir()+"/short.json"
	if err := short.save(path); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a result that stopped early is kept")
	}
	if _, err := loadResult(t.TempDir()); err == nil {
		t.Error("a folder is read as a result")
	}
}
