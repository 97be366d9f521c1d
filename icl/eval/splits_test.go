package eval_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/eval"
)

const animals = "height,weight,kind\n1,2,cat\n2,2,cat\n3,1,cat\n8,9,dog\n9,7,dog\n7,8,dog\n4,1,cat\n9,9,dog\n"

func animalSplits() *datasets.Splits {
	table, err := datasets.ReadTable(strings.NewReader(animals), "kind")
	if err != nil {
		log.Fatal(err)
	}
	splits, err := table.Split(datasets.Rand(0, "splits"), 10, 4, 2)
	if err != nil {
		log.Fatal(err)
	}
	return splits
}

// On splits of a table a metric can be chosen: here the log-loss, beside the accuracy.
func ExampleWithMetric() {
	for _, m := range []eval.Metric{eval.Accuracy, eval.LogLoss} {
		c, err := eval.OnSplits(context.Background(), baseline.NearestMean{}, "animals", animalSplits(), []int{2, 4}, eval.WithMetric(m))
		fmt.Printf("%s: %.2f %v\n", c.Metric, c.Mean, err)
	}
	// Output:
	// accuracy: [0.80 1.00] <nil>
	// log-loss: [0.34 0.00] <nil>
}

// TestOnSplits: the mean over queries and splits is that of all predictions, for each metric and
// for a score of one's own; a metric that the table does not have is refused.
func TestOnSplits(t *testing.T) {
	s, p := animalSplits(), baseline.KNN{K: 1}
	b, err := s.Batch(2)
	if err != nil {
		t.Fatal(err)
	}
	half := eval.WithScore("half", func(answer []float32, truth float64) float64 { return float64(answer[int(truth)]) / 2 })
	for m, opts := range map[eval.Metric][]eval.Option{
		eval.Accuracy: nil, eval.Brier: {eval.WithMetric(eval.Brier)}, eval.LogLoss: {eval.WithMetric(eval.LogLoss)}, "half": {half},
	} {
		c, err := eval.OnSplits(t.Context(), p, "animals", s, []int{2}, opts...)
		if err != nil {
			t.Fatal(err)
		}
		all, err := eval.Evaluate(t.Context(), p, "animals", b, []int{2}, opts...)
		if err != nil {
			t.Fatal(err)
		}
		want := 0.
		for _, v := range all.Values(m) {
			want += v / float64(b.T)
		}
		if c.Metric != m || math.Abs(c.Mean[0]-want) > 1e-12 || !(c.Lo[0] < want && c.Hi[0] > want) {
			t.Errorf("%s: %+v, want %g", m, c, want)
		}
	}
	if _, err := eval.OnSplits(t.Context(), p, "animals", s, []int{3}, eval.WithMetric("AUC")); err == nil || !strings.Contains(err.Error(), `"AUC" is not for these tasks`) {
		t.Errorf("error %v; want that the metric is not known", err)
	}
}
