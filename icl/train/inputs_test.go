package train

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/transformer"
)

// scaled are test tasks whose inputs are times those of training.
func scaled(t *testing.T, times float32) *datasets.Batch {
	t.Helper()
	b := must(synthetic.Proto{N: 8}.Sample(datasets.Rand(0, "test"), 64))
	for i := range b.X {
		b.X[i] *= times
	}
	return b
}

// TestOutside: tasks far from those of training are reported, once a run, trained, loaded
// or imported; others are not.
func TestOutside(t *testing.T) {
	dir, notices := t.TempDir(), []string{}
	opts := append(onGo(dir), WithNotices(func(s string) { notices = append(notices, s) }))
	f := must(Train(t.Context(), small(), opts...))
	notified.Delete(f.Key())
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := f.Export(path); err != nil {
		t.Fatal(err)
	}
	imported := must(Import(path, metalearner.ProtoNet{}, synthetic.Proto{N: 8}, opts...))
	for _, f := range []*Fitted{f, must(Train(t.Context(), small(), opts...)), imported} {
		if o := f.Outside(scaled(t, 1)); o != "" {
			t.Errorf("tasks of the training family: %s", o)
		}
		if o := f.Outside(scaled(t, 10)); !strings.Contains(o, "% of the points lie outside") {
			t.Errorf("inputs times ten: %q", o)
		}
	}
	for _, times := range []float32{1, 10, 10} {
		if _, err := f.Predict(t.Context(), scaled(t, times), []int{4}); err != nil {
			t.Fatal(err)
		}
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "ProtoNet, trained on proto: ") || !strings.Contains(notices[0], "outside the range") {
		t.Errorf("notices %q; want one", notices)
	}
}

// TestPredictionsAreNumbers: where the numbers overflow, the error names the task.
func TestPredictionsAreNumbers(t *testing.T) {
	c := small()
	c.Learner = transformer.Paper{Depth: 1}
	f := must(Train(t.Context(), c, onGo(t.TempDir())...))
	for i := range f.Params {
		f.Params[i] = 3e38
	}
	_, err := f.Predict(t.Context(), scaled(t, 1), []int{3})
	if err == nil || !strings.Contains(err.Error(), "for task 0 after 3 examples") {
		t.Errorf("error %v; want one that names the task", err)
	}
}

// TestHugeValues: tasks with numbers that overflow are refused before training.
func TestHugeValues(t *testing.T) {
	c := small()
	c.Tasks = synthetic.Proto{N: 8, Sigma: 1e29}
	if _, err := Train(t.Context(), c, onGo(t.TempDir())...); err == nil || !strings.Contains(err.Error(), "sampler proto drew the input") {
		t.Errorf("error %v; want one that names sampler and input", err)
	}
}
