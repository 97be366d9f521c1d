package lanes

import (
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// badCall is a call that must fail with an error that says what is wanted.
type badCall struct {
	name        string
	params      int
	b           *datasets.Batch
	at          []int32
	grad, logit int
	want        string
}

// badCalls are calls of a model with n weights.
func badCalls(n int) []badCall {
	batch := func(change func(b *datasets.Batch)) *datasets.Batch {
		b := datasets.NewBatch(2, 3, 2, 2)
		change(b)
		return b
	}
	good := batch(func(*datasets.Batch) {})
	return []badCall{
		{"weights", n - 1, good, []int32{1, 2}, n - 1, 8, "weights, want"},
		{"gradient", n, good, []int32{1, 2}, n + 1, -1, "for 450 weights"},
		{"logits", n, good, []int32{1, 2}, -1, 9, "9 values for the logits"},
		{"nil batch", n, nil, []int32{1, 2}, n, 8, "the batch is nil"},
		{"no queries", n, good, nil, n, 0, "0 queries for 2 tasks"},
		{"odd queries", n, good, []int32{1, 2, 1}, n, 12, "3 queries for 2 tasks"},
		{"query too far", n, good, []int32{1, 3}, n, 8, "a query of task 1 is point 3; want 0..2"},
		{"query below 0", n, good, []int32{-1, 2}, n, 8, "a query of task 0 is point -1"},
		{"D", n, batch(func(b *datasets.Batch) { b.D = 3 }), []int32{1, 2}, n, 8, "a batch with D 3"},
		{"regression", n, datasets.NewBatch(2, 5, 2, 0), []int32{1, 2}, n, 8, "holds regression tasks"},
		{"C", n, batch(func(b *datasets.Batch) { b.C = 3 }), []int32{1, 2}, n, 8, "a batch with D 2 and C 3"},
		{"no tasks", n, batch(func(b *datasets.Batch) { b.T = 0 }), []int32{1, 2}, n, 8, "a batch of 0 tasks"},
		{"X", n, batch(func(b *datasets.Batch) { b.X = b.X[1:] }), []int32{1, 2}, n, 8, "11 inputs and 6 labels"},
		{"Y", n, batch(func(b *datasets.Batch) { b.Y = b.Y[1:] }), []int32{1, 2}, n, 8, "12 inputs and 5 labels"},
		{"huge T", n, batch(func(b *datasets.Batch) { b.T = math.MaxInt }), []int32{1, 2}, n, 8, "inputs and"},
		{"label", n, batch(func(b *datasets.Batch) { b.Y[4] = 2 }), []int32{1, 2}, n, 8, "label 2 in task 1, point 1; want 0..1"},
		{"negative label", n, batch(func(b *datasets.Batch) { b.Y[0] = -1 }), []int32{1, 2}, n, 8, "label -1 in task 0"},
		{"too long", n, datasets.NewBatch(1, 2_000_000, 2, 2), []int32{1}, n, 4, "too long"},
	}
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
		return
	}
	if msg := err.Error(); !strings.HasPrefix(msg, "lanes: ") || strings.Contains(msg, "\n") {
		t.Errorf("error %q is not one line that begins with the package", msg)
	}
}

func TestBadInput(t *testing.T) {
	skipUnlessAvailable(t)
	c := Config{Depth: 1, D: 2, C: 2, Expand: 4}
	e := engineOf(t, c, 1, sets()[0])
	for _, test := range badCalls(c.NumParams()) {
		t.Run(test.name, func(t *testing.T) {
			params := make([]float32, test.params)
			if test.grad >= 0 {
				_, err := e.LossGrad(params, test.b, test.at, make([]float32, test.grad))
				wantError(t, err, test.want)
			}
			if test.logit >= 0 {
				wantError(t, e.Logits(params, test.b, test.at, make([]float32, test.logit)), test.want)
			}
		})
	}
}
