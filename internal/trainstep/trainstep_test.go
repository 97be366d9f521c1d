package trainstep

import (
	"errors"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/optim"
)

// counting is an engine whose gradient is 1 everywhere. It records the tasks it gets.
type counting struct{ got []*datasets.Batch }

func (*counting) Name() string { return "counting" }

func (c *counting) LossGrad(_ []float32, b *datasets.Batch, _ []int32, grad []float32) (float64, error) {
	c.got = append(c.got, b)
	for i := range grad {
		grad[i] = 1
	}
	return 0, nil
}

func (*counting) Logits([]float32, *datasets.Batch, []int32) ([]float32, error) { return nil, nil }

// TestStep: steps take the tasks in turn, and lower the weights along the gradient.
func TestStep(t *testing.T) {
	tasks, err := Draw(2, func(int) (*datasets.Batch, []int32, error) { return datasets.NewBatch(1, 3, 2, 2), []int32{1}, nil })
	if err != nil {
		t.Fatal(err)
	}
	e := &counting{}
	s, err := New(e, metalearner.ProtoNet{}, Rule{Optimizer: optim.Adam, Rate: .1}, tasks)
	if err != nil {
		t.Fatal(err)
	}
	before := s.params[0]
	for range 3 {
		if err := s.Step(); err != nil {
			t.Fatal(err)
		}
	}
	if e.got[0] != tasks[0].Batch || e.got[1] != tasks[1].Batch || e.got[2] != tasks[0].Batch || !(s.params[0] < before-.2) {
		t.Errorf("batches %v, a weight goes from %g to %g", e.got, before, s.params[0])
	}
}

// TestDrawFails: tasks that cannot be drawn are an error.
func TestDrawFails(t *testing.T) {
	want := errors.New("none left")
	if _, err := Draw(2, func(int) (*datasets.Batch, []int32, error) { return nil, nil, want }); !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}
