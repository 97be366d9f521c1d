package inspect_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/inspect"
)

func sample(tb testing.TB, tasks datasets.Sampler, count int) *datasets.Batch {
	tb.Helper()
	b, err := tasks.Sample(datasets.Rand(1, "t"), count)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// Two baselines and the Bayes-optimal predictor on one task.
func ExampleDecisionMaps() {
	b, err := synthetic.Pair{}.Sample(datasets.Rand(0, "maps"), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	scenes, err := inspect.DecisionMaps(context.Background(), b, 0, 10, baseline.NearestMean{}, baseline.KNN{}, bayes.Pair{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range scenes {
		fmt.Println(s.Title, len(s.Probs))
	}
	// Output:
	// nearest mean 8192
	// 3-NN 8192
	// Bayes 8192
}

// TestDecisionMaps: the nearest mean of two examples is right on both, whatever lies
// behind the query.
func TestDecisionMaps(t *testing.T) {
	b := sample(t, synthetic.Proto{N: 6}, 3)
	first, err := inspect.DecisionMaps(t.Context(), b, 2, 4, baseline.NearestMean{})
	if err != nil {
		t.Fatal(err)
	}
	if s := first[0]; s.Task != 2 || s.N != 4 || s.Batch != b {
		t.Errorf("a scene of task %d after %d examples", s.Task, s.N)
	}
	b.Y[2*6+4], b.Y[2*6+5] = 1-b.Y[2*6+4], 1-b.Y[2*6+5]
	again, err := inspect.DecisionMaps(t.Context(), b, 2, 4, baseline.NearestMean{})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range first[0].Probs {
		if p != again[0].Probs[i] {
			t.Fatal("labels of the query and behind it change the map")
		}
	}
}

func TestDecisionMapsRefuse(t *testing.T) {
	plane, line := sample(t, synthetic.Pair{N: 50}, 1), sample(t, regression.Linear{N: 4, D: 2}, 1)
	for want, c := range map[string]struct {
		b    *datasets.Batch
		t, n int
		p    eval.Predictor
	}{
		"50":                    {plane, 0, 50, baseline.KNN{}},
		"-1":                    {plane, -1, 10, baseline.KNN{}},
		"3 dimensions":          {sample(t, synthetic.Pair{D: 3}, 1), 0, 10, baseline.KNN{}},
		"regression tasks":      {line, 0, 2, baseline.KNN{}},
		"has no method Predict": {plane, 0, 10, bayes.Linear{}},
	} {
		if _, err := inspect.DecisionMaps(t.Context(), c.b, c.t, c.n, c.p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// BenchmarkDecisionMaps is one frame of a live panel without trained models.
func BenchmarkDecisionMaps(b *testing.B) {
	for name, of := range map[string]struct {
		tasks datasets.Sampler
		best  eval.Predictor
	}{"proto": {synthetic.Proto{}, bayes.Proto{Still: true}}, "pair": {synthetic.Pair{}, bayes.Pair{}}} {
		b.Run(name, func(b *testing.B) {
			task := sample(b, of.tasks, 1)
			for b.Loop() {
				scenes, err := inspect.DecisionMaps(b.Context(), task, 0, 20, baseline.NearestMean{}, of.best)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := figure.Tasks(name, scenes...).Draft(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestFunctionMap: least squares draws the line that it fits.
func TestFunctionMap(t *testing.T) {
	ctx := context.Background()
	b, err := regression.Linear{N: 5, D: 1}.Sample(datasets.Rand(1, "t"), 2)
	if err != nil {
		t.Fatal(err)
	}
	plane, err := inspect.FunctionMap(ctx, b, 1, 3, baseline.LeastSquares{})
	if err != nil {
		t.Fatal(err)
	}
	if len(plane.Points) != 1 || len(plane.Points[0].X) != 3 || len(plane.Lines) != 1 || plane.Lines[0].Name != "least squares" {
		t.Fatalf("plane %+v", plane)
	}
	slope := float64(b.Latent["w"].Row(1)[0])
	for i, x := range plane.Lines[0].X {
		if y := plane.Lines[0].Y[i]; math.Abs(y-slope*x) > 1e-4 {
			t.Fatalf("at %g the line is at %g, want %g", x, y, slope*x)
		}
	}
	draw(t, figure.Lines("a line", plane))
	for _, c := range []struct{ task, n int }{{2, 3}, {-1, 3}, {0, 5}, {0, -1}} {
		if _, err := inspect.FunctionMap(ctx, b, c.task, c.n); err == nil {
			t.Errorf("task %d after %d examples is no error", c.task, c.n)
		}
	}
	classes, err := synthetic.Proto{N: 4}.Sample(datasets.Rand(1, "t"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inspect.FunctionMap(ctx, classes, 0, 2); err == nil {
		t.Error("tasks of classes are no error")
	}
}
