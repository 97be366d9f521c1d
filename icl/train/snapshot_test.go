package train

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestSnapshotsAreTheWeightsOfTheirSteps compares a snapshot with a run that is
// stopped there, and one taken after the run was resumed.
func TestSnapshotsAreTheWeightsOfTheirSteps(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	opts := append(onGo(dir), WithSnapshots(10, 30, 40), WithProgress(func(s Step) {
		if s.Step == 20 {
			cancel()
		}
	}))
	if _, err := Train(ctx, small(), opts...); !errors.Is(err, ErrInterrupted) {
		t.Fatalf("error %v, want an interruption", err)
	}
	f, err := Train(context.Background(), small(), append(onGo(dir), WithSnapshots(10, 30, 40))...)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []int{10, 30} {
		then, err := f.At(step)
		if err != nil {
			t.Fatal(err)
		}
		if want := latestAfter(t, step); then.Step != step || !slices.Equal(then.Params, want) {
			t.Errorf("the snapshot of step %d (it says %d) holds other weights than the run had then", step, then.Step)
		}
	}
	begun, err := f.run.start()
	if err != nil {
		t.Fatal(err)
	}
	if start, err := f.At(0); err != nil || start.Step != 0 || !slices.Equal(start.Params, begun) {
		t.Errorf("step 0 is not the start (error %v)", err)
	}
	last, err := f.At(40)
	if err != nil || !slices.Equal(last.Params, f.run.state.Params) {
		t.Errorf("the snapshot of the last step differs from the run's last weights (error %v)", err)
	}
	if then, _ := f.At(10); slices.Equal(then.Params, f.Params) {
		t.Error("the snapshot of step 10 is the run's result")
	}
}

// latestAfter runs that many steps of small in another directory.
func latestAfter(t *testing.T, steps int) []float32 {
	run, err := Open(small(), onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	for s, err := range run.Steps(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if s.Step == steps {
			break
		}
	}
	return run.state.Params
}

func TestMissingSnapshots(t *testing.T) {
	f, err := Train(context.Background(), small(), append(onGo(t.TempDir()), WithSnapshots(10))...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.At(11); err == nil || !strings.Contains(err.Error(), "WithSnapshots") {
		t.Errorf("error %v; want one that names WithSnapshots", err)
	}
	file := f.run.dir.Snapshot(10)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw[:len(raw)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.At(10); err == nil || !strings.Contains(err.Error(), "delete") {
		t.Errorf("error %v; want one that says what to delete", err)
	}
}

func TestLogSpaced(t *testing.T) {
	if got, want := LogSpaced(100, 100_000, 4), []int{100, 1000, 10_000, 100_000}; !slices.Equal(got, want) {
		t.Errorf("steps %v, want %v", got, want)
	}
	if got, want := LogSpaced(1, 4, 9), []int{1, 2, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("steps %v, want each whole number once: %v", got, want)
	}
	if got := LogSpaced(7, 7, 3); !slices.Equal(got, []int{7}) {
		t.Errorf("steps %v, want 7 alone", got)
	}
}
