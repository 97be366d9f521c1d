package eval_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// own is a user's predictor: what it answers for each query of two classes.
type own struct {
	label  string
	answer func() []float32
}

func (o *own) Name() string { return o.label }

func (o *own) Predict(_ context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	var all []float32
	for range b.T * len(at) {
		all = append(all, o.answer()...)
	}
	return all, nil
}

// TestWrongPredictors: what a user's predictor or score does wrong is an error that names it,
// the tasks and the number of examples.
func TestWrongPredictors(t *testing.T) {
	answering := func(probs ...float32) eval.Predictor { return &own{"mine", func() []float32 { return probs }} }
	broken := &own{"mine", func() []float32 { panic("boom") }}
	right := answering(.5, .5)
	var none context.Context
	for want, test := range map[string]struct {
		ctx  context.Context
		p    eval.Predictor
		at   []int
		opts []eval.Option
	}{
		"eval: mine on tiny, task 0 after 3 examples: the probabilities [0.5 0.6] add up to 1.1; want 1": {p: answering(.5, .6)},
		"eval: mine on tiny, task 0 after 3 examples: the probabilities [0 0] add up to 0; want 1":       {p: answering(0, 0)},
		"eval: mine on tiny, task 0 after 3 examples: a probability is NaN":                              {p: answering(float32(math.NaN()), 1)},
		"eval: mine on tiny, task 0 after 3 examples: a probability is 2":                                {p: answering(2, -1)},
		"eval: mine on tiny: 2 numbers are predicted, want 4: 2 for each query":                          {p: answering(1)},
		"eval: mine on tiny: its prediction panicked: boom (at ":                                         {p: broken},
		"eval: mine on tiny: n = 4 in-context examples of tasks of 4 points; want 0 to 3":                {p: broken, at: []int{4}},
		"eval: mine on tiny: n = -1 in-context examples":                                                 {p: broken, at: []int{-1}},
		"eval: the predictor is nil":                                                                            {p: nil},
		"eval: the predictor is a nil *eval_test.own; want a pointer":                                           {p: (*own)(nil)},
		`eval: the Name of a predictor of type *eval_test.own is ""`:                                            {p: &own{}},
		"eval: mine on tiny: the context is nil; pass context.Background()":                                     {ctx: none, p: right, at: []int{1}},
		`eval: the metric "squared error" is not for these tasks; known: ["accuracy" "log-loss" "Brier score"]`: {p: right, opts: []eval.Option{eval.WithMetric(eval.SquaredError)}},
		`eval: WithMetric("accuracy") besides WithScore`:                                                        {p: right, opts: []eval.Option{eval.WithMetric(eval.Accuracy), eval.WithScore("mine", func([]float32, float64) float64 { return 1 })}},
		"eval: mine on tiny, the Score of mine panicked: no score (at ":                                         {p: right, opts: []eval.Option{eval.WithScore("mine", func([]float32, float64) float64 { panic("no score") })}},
		"task 0 after 3 examples: the probabilities [0.1 0.1] add up to 0.2; want 1":                            {p: answering(.1, .1), opts: []eval.Option{eval.WithScore("mine", func([]float32, float64) float64 { return 1 })}},
	} {
		ctx, at := t.Context(), []int{3}
		if strings.Contains(want, "context is nil") {
			ctx = test.ctx
		}
		if test.at != nil {
			at = test.at
		}
		_, err := eval.Evaluate(ctx, test.p, "tiny", datasets.NewBatch(2, 4, 2, 2), at, test.opts...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwant %q", err, want)
		}
	}
	if _, err := eval.Predict(t.Context(), answering(.5, .6), datasets.NewBatch(2, 4, 2, 2), []int{3}); err == nil || !strings.Contains(err.Error(), "add up to 1.1") {
		t.Errorf("Predict: error %v", err)
	}
	if _, err := eval.Evaluate(t.Context(), answering(1e-4, .9999, 1e-4-1e-5), "tiny", datasets.NewBatch(2, 4, 2, 3), []int{3}); err != nil {
		t.Errorf("rounding: %v", err)
	}
}
