package bayes_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// TestProtoParticles checks the default: twice the particles move the probabilities
// little, and the accuracy by less than .002 beyond what chance explains.
func TestProtoParticles(t *testing.T) {
	b := draw(t, "proto", 1, 60)
	few := predicttest.Predict(bayes.Proto{}, b, eval.AllLengths(50)...)
	many := predicttest.Predict(bayes.Proto{Particles: 1000, Seed: 1}, b, eval.AllLengths(50)...)
	squares, perTask := 0.0, make([]float64, b.T)
	for i, y := range b.Y {
		d := float64(few[2*i] - many[2*i])
		squares += d * d
		if (few[2*i] > 0.5) != (many[2*i] > 0.5) {
			perTask[i/b.N] += float64(1-2*int(y)) / float64(b.N)
		}
	}
	if rms := math.Sqrt(squares / float64(len(b.Y))); rms > 0.02 {
		t.Errorf("probabilities of 500 and 1000 particles differ by %.4f (root mean square)", rms)
	}
	change := eval.Interval([][]float64{perTask})
	if math.Abs(change.Mean) > .002+3*change.SE {
		t.Errorf("the accuracies of 500 and 1000 particles differ by %.4f, standard error %.4f", change.Mean, change.SE)
	}
}

// TestProtoReproducible checks that a task's answer depends on the seed and on
// the task alone, not on the batch around it.
func TestProtoReproducible(t *testing.T) {
	b := draw(t, "proto", 1, 3)
	all := predicttest.Predict(bayes.Proto{Seed: 7}, b, 5, 20)
	if again := predicttest.Predict(bayes.Proto{Seed: 7}, b, 20, 5); again[0] != all[2] || again[2] != all[0] {
		t.Errorf("the order of the queries changed the answers: %v, %v", all, again)
	}
	if alone := predicttest.Predict(bayes.Proto{Seed: 7}, b.Slice(2, 3), 5, 20); !slices.Equal(alone, all[8:]) {
		t.Errorf("task 2 alone: %v, in its batch: %v", alone, all[8:])
	}
	if other := predicttest.Predict(bayes.Proto{Seed: 8}, b, 5, 20); slices.Equal(other, all) {
		t.Error("another seed gave the same particles")
	}
}

// TestProtoSurprise puts a label where hardly any particle expects it: two
// classes far apart, then a point close to class 0 that has class 1.
func TestProtoSurprise(t *testing.T) {
	b := datasets.NewBatch(1, 8, 2, 2)
	copy(b.X, []float32{-2, 0, 2, 0, -2.2, 0, 2.2, 0, -1.8, .1, 1.9, 0, -1.7, 0, -1.75, 0})
	copy(b.Y, []int32{0, 1, 0, 1, 0, 1, 1, 0})
	p := predicttest.Predict(bayes.Proto{Particles: 200}, b, 6, 7)
	if p[0] < 0.95 {
		t.Errorf("P(class 0) = %g right beside the examples of class 0", p[0])
	}
	// The boundary now runs between -1.8 and -1.7, the query is at -1.75.
	if p[2] < 0.02 || p[2] > 0.98 {
		t.Errorf("P(class 0) = %g on the line that the surprise moved", p[2])
	}
}

func ExampleMix_FamilyPosterior() {
	// Class 1 lies around the origin, as in no family but the last.
	b := datasets.NewBatch(1, 6, 2, 2)
	copy(b.X, []float32{1, 0, -1, 0, 0, 4, 0, -4, 4, 0, -4, 0})
	copy(b.Y, []int32{1, 1, 0, 0, 0, 0})
	mix := bayes.Mix{Families: []bayes.Family{bayes.Pair{}, bayes.Amort{}, bayes.Radius{}}}
	posterior, err := mix.FamilyPosterior(context.Background(), b, []int{5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("pair, amort, radius: %.3f\n", posterior)
	// Output:
	// pair, amort, radius: [0.000 0.000 1.000]
}

// grid is a batch as a decision map asks for it: tasks with the first n points of one
// task, and a query each.
func grid(t testing.TB, n, queries int) *datasets.Batch {
	t.Helper()
	one := draw(t, "proto", 1, 1)
	b := datasets.NewBatch(queries, n+1, 2, 2)
	for i := range queries {
		copy(b.X[i*(n+1)*2:], one.X[:n*2])
		copy(b.Y[i*(n+1):], one.Y[:n])
		query := b.Point(i, n)
		query[0], query[1] = float32(i%8)-4, float32(i/8)-4
	}
	return b
}

// TestSameContextOnce: where all tasks have one context it is taken in once, which
// changes no answer.
func TestSameContextOnce(t *testing.T) {
	b := grid(t, 12, 64)
	once := predicttest.Predict(bayes.Proto{}, b, 12)
	each := predicttest.Predict(bayes.Proto{}, b, 12, 11) // two queries a task: none is shared
	for i := range b.T {
		if once[2*i] != each[4*i] {
			t.Fatalf("query %d: %v with a shared context, %v without", i, once[2*i], each[4*i])
		}
	}
}

// TestStill: particles that stay tell the same near the examples.
func TestStill(t *testing.T) {
	b := grid(t, 12, 64)
	moved, still := predicttest.Predict(bayes.Proto{}, b, 12), predicttest.Predict(bayes.Proto{Still: true}, b, 12)
	near := 0
	for i := range b.T {
		query := b.Point(i, 12)
		if math.Hypot(float64(query[0]), float64(query[1])) > 2 {
			continue
		}
		near++
		if diff := math.Abs(float64(moved[2*i] - still[2*i])); diff > .15 {
			t.Errorf("at %v: %.3f, and %.3f with particles that stay", query, moved[2*i], still[2*i])
		}
	}
	if near < 10 {
		t.Errorf("only %d queries are near", near)
	}
}

// BenchmarkProtoMap is one decision map of 32×32 points.
func BenchmarkProtoMap(b *testing.B) {
	g := grid(b, 20, 1024)
	for b.Loop() {
		if _, err := (bayes.Proto{Still: true}).Predict(b.Context(), g, []int{20}); err != nil {
			b.Fatal(err)
		}
	}
}
