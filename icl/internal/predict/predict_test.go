package predict_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

func TestOverTasks(t *testing.T) {
	done := make([]bool, 100)
	if err := predict.OverTasks(t.Context(), len(done), func(_ context.Context, i int) error { done[i] = true; return nil }); err != nil || slices.Contains(done, false) {
		t.Errorf("error %v, done %v", err, done)
	}
	var calls atomic.Int64
	failed := errors.New("task 3 failed")
	err := predict.OverTasks(t.Context(), 1e5, func(ctx context.Context, i int) error {
		calls.Add(1)
		if i == 3 {
			return failed
		}
		return ctx.Err()
	})
	if !errors.Is(err, failed) || calls.Load() == 1e5 {
		t.Errorf("error %v after %d calls, want the first error and an early end", err, calls.Load())
	}
}

// TestEachQuery: the predictor is shown the examples before the query and nothing else.
func TestEachQuery(t *testing.T) {
	b := datasets.NewBatch(2, 3, 1, 2)
	copy(b.X, []float32{0, 1, 2, 3, 4, 5})
	copy(b.Y, []int32{1, 0, 0, 1, 1, 0})
	got, err := predict.EachQuery(t.Context(), b, []int{2, 0}, func(s predict.Support, probs []float64) {
		counts := s.Counts()
		probs[0], probs[1] = float64(s.Query[0])+10*float64(len(s.Y)), float64(counts[1])
		for i := range s.Y {
			probs[0] += 100 * float64(s.Point(i)[0])
		}
	})
	if want := []float32{122, 1, 0, 0, 725, 2, 3, 0}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, error %v; want %v", got, err, want)
	}
}

// counter counts what it has seen.
type counter struct{ seen, learnt float64 }

// online returns the counts at each query; copies of it start after first points.
func online(b *datasets.Batch, first int) predict.Online[*counter] {
	return predict.Online[*counter]{
		New: func() *counter { return &counter{float64(first), float64(first)} }, First: first, Width: 2,
		Predict: func(c *counter, t, n int, out []float64) {
			c.seen++
			if out != nil {
				out[0], out[1] = c.seen, c.learnt+100*float64(b.Point(t, n)[0])
			}
		},
		Learn: func(c *counter, _, _ int) { c.learnt++ },
	}
}

// TestOnline: a state sees each input before its label, up to the last query, in the order
// of points whatever the order of queries.
func TestOnline(t *testing.T) {
	b := datasets.NewBatch(2, 4, 1, 0)
	copy(b.X, []float32{0, 1, 2, 3, 4, 5, 6, 7})
	for _, first := range []int{0, 2} {
		got, err := online(b, first).Run(t.Context(), b, []int{3, 2, 3})
		if want := []float32{4, 303, 3, 202, 4, 303, 4, 703, 3, 602, 4, 703}; err != nil || !slices.Equal(got, want) {
			t.Errorf("from point %d: %v, error %v; want %v", first, got, err, want)
		}
	}
	if _, err := online(b, 0).Run(t.Context(), b, []int{4}); err == nil || !strings.Contains(err.Error(), "n = 4 examples was asked for, but the tasks have 4 points; want 0..3") {
		t.Errorf("error %v", err)
	}
}

// TestOnlineStaysFinite: a prediction beyond the range of float32 is its largest number.
func TestOnlineStaysFinite(t *testing.T) {
	b := datasets.NewBatch(1, 1, 1, 0)
	huge := predict.Online[int]{New: func() int { return 0 }, Width: 2, Predict: func(_, _, _ int, out []float64) { out[0], out[1] = 1e300, math.Inf(-1) }}
	got, err := huge.Run(t.Context(), b, []int{0})
	if err != nil || got[0] != math.MaxFloat32 || got[1] != -math.MaxFloat32 {
		t.Errorf("%v, error %v", got, err)
	}
}

func TestNumbers(t *testing.T) {
	p := []float64{1, 2, 5}
	if predict.Normalise(p); !slices.Equal(p, []float64{.125, .25, .625}) {
		t.Errorf("normalised: %v", p)
	}
	if wide := predict.Widen([]float32{.5, -2}); !slices.Equal(wide, []float64{.5, -2}) {
		t.Errorf("widened: %v", wide)
	}
}
