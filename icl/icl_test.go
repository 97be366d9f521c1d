package icl_test

import (
	"context"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/inspect"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
)

// bar counts what a progress bar is told.
type bar struct{ updates, done int }

func (b *bar) Update(int, int, float64, string) { b.updates++ }
func (b *bar) Done()                            { b.done++ }

// TestFromTasksToFigures walks the whole way: train, load, evaluate, draw.
func TestFromTasksToFigures(t *testing.T) {
	ctx := context.Background()
	opts := []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go")}
	b := &bar{}
	model, err := icl.Train(ctx, metalearner.ProtoNet{}, synthetic.Proto{N: 10}, train.Fast(60), b, opts...)
	if err != nil {
		t.Fatal(err)
	}
	if b.updates != 61 || b.done != 1 { // one before the first step
		t.Errorf("the bar had %d updates and was closed %d times; want 61 and 1", b.updates, b.done)
	}
	again, err := icl.Train(ctx, metalearner.ProtoNet{}, synthetic.Proto{N: 10}, train.Fast(60), nil, opts...)
	if err != nil || !again.Loaded {
		t.Errorf("loaded: %v, error %v", again.Loaded, err)
	}
	learned, err := icl.Evaluate(ctx, synthetic.Proto{N: 10}, 300, model)
	if err != nil {
		t.Fatal(err)
	}
	if last := learned[0].Mean[9]; last < .7 || learned[0].Lo[9] >= last {
		t.Errorf("accuracy %.3f after 9 examples; want more than .7, with an interval", last)
	}
	run, err := inspect.LossCurve(model)
	if err != nil || len(run.N) == 0 {
		t.Fatalf("loss curve of %d entries, error %v", len(run.N), err)
	}
	draw(t, figure.Loss("loss", run))
	draw(t, figure.Curves("accuracy", []figure.Panel{{Curves: learned}}))
	task, err := synthetic.Proto{}.Sample(datasets.Rand(1, "t"), 1)
	if err != nil {
		t.Fatal(err)
	}
	scenes, err := inspect.DecisionMaps(ctx, task, 0, 10, baseline.NearestMean{})
	if err != nil {
		t.Fatal(err)
	}
	draw(t, figure.Tasks("map", scenes...))
}

func draw(t *testing.T, f *figure.Figure) {
	t.Helper()
	if _, err := f.PNG(); err != nil {
		t.Error(err)
	}
}

func TestUnknownNames(t *testing.T) {
	ctx := context.Background()
	for want, call := range map[string]func() error{
		`"huge"`:     func() error { _, err := icl.Reproduce(ctx, "claim2", "huge", nil); return err },
		`"claim0"`:   func() error { _, err := icl.Trained(ctx, "claim0", "smoke", "ICL(mix)"); return err },
		`"GPT(mix)"`: func() error { _, err := icl.Trained(ctx, "claim2", "smoke", "GPT(mix)"); return err },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %s", err, want)
		}
	}
}
