package train

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
)

// growing is a run on tasks whose last dimension comes in at step 20.
func growing(order string) Config {
	cfg := small()
	cfg.Tasks = regression.Curriculum{Family: regression.Classification{N: 8, D: 2}, Order: order, From: 1, Every: 20}
	return cfg
}

// lastIsZero reports whether the last of a batch's dimensions is 0 throughout.
func lastIsZero(x []float32, d int) bool {
	for i := d - 1; i < len(x); i += d {
		if x[i] != 0 {
			return false
		}
	}
	return true
}

// TestScheduledTasks: a step is drawn from the sampler of that step, again and again
// the same, and validation tasks from what the curriculum leads to.
func TestScheduledTasks(t *testing.T) {
	for order, zeros := range map[string][2]bool{"": {true, false}, "reverse": {false, true}} {
		cfg := growing(order)
		for i, step := range []int{19, 20} {
			b, at, err := cfg.Draw(step)
			again, atAgain, errAgain := cfg.Draw(step)
			if err != nil || errAgain != nil {
				t.Fatal(err, errAgain)
			}
			if !reflect.DeepEqual(b, again) || !slices.Equal(at, atAgain) {
				t.Errorf("%s: step %d is drawn in two ways", cfg.Tasks.Name(), step)
			}
			if got := lastIsZero(b.X, b.D); got != zeros[i] {
				t.Errorf("%s: the last dimension is 0 at step %d: %t, want %t", cfg.Tasks.Name(), step, got, zeros[i])
			}
		}
		valid, err := newValidation(cfg, &datasets.Batch{N: 1, D: 1})
		if err != nil {
			t.Fatal(err)
		}
		if lastIsZero(valid.batch.X, 2) {
			t.Errorf("%s: validation tasks have masked inputs", cfg.Tasks.Name())
		}
	}
}

// TestScheduleIsPartOfTheKey: runs with other curricula, or none, have other keys.
func TestScheduleIsPartOfTheKey(t *testing.T) {
	none, faster := growing(""), growing("")
	none.Tasks = regression.Classification{N: 8, D: 2}
	faster.Tasks = regression.Curriculum{Family: regression.Classification{N: 8, D: 2}, From: 1, Every: 10}
	seen := map[string]int{}
	for i, cfg := range []Config{none, growing(""), growing("reverse"), growing("mixed"), faster} {
		key, err := cfg.Key()
		if err != nil {
			t.Fatal(err)
		}
		if j, ok := seen[key]; ok {
			t.Errorf("configs %d and %d have the key %s", j, i, key)
		}
		seen[key] = i
	}
}

// TestScheduledRunGoesOn: a run that was left on the ramp ends with the weights of one
// that was not.
func TestScheduledRunGoesOn(t *testing.T) {
	whole, err := Train(context.Background(), growing(""), onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run, err := Open(growing(""), onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	for step, err := range run.Steps(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if step.Step == 19 {
			break
		}
	}
	again, err := Train(context.Background(), growing(""), onGo(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(whole.Params, again.Params) {
		t.Error("a run that was interrupted ends with other weights")
	}
}
