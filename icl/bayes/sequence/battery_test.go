package sequence_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/classes"
	"github.com/goicl/goicl/icl/bayes/sequence"
	"github.com/goicl/goicl/icl/eval"
)

// TestAnyBatch draws any items and states: probabilities are in 0..1 and sum to 1, and are the same
// for a task and an n alone, without anything of the query's label and later points.
func TestAnyBatch(t *testing.T) {
	extreme := []float32{0, 1, -1, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32}
	rapid.Check(t, func(t *rapid.T) {
		s := classes.Sequences{N: 5, D: 3, Labels: 3, Classes: 4,
			Noise: rapid.SampledFrom([]float64{0, 1e-9, .5, 1e6}).Draw(t, "noise"),
			Zipf:  rapid.SampledFrom([]float64{0, 1, 10}).Draw(t, "zipf"),
			Drift: rapid.SampledFrom([]float64{0, .1, math.Pi / 2, math.Pi}).Draw(t, "drift")}
		a := rapid.SampledFrom([]float64{0, 1e-6, 1e6}).Draw(t, "concentration")
		items, states := datasets.NewBatch(2, 6, 3, 3), datasets.NewBatch(2, 6, 3, 3)
		for i := range items.Y {
			items.Y[i] = rapid.Int32Range(0, 2).Draw(t, "y")
			states.Y[i] = rapid.Int32Range(0, 2).Draw(t, "next")
			states.X[i*3+rapid.IntRange(0, 2).Draw(t, "state")] = 1
		}
		for i := range items.X {
			items.X[i] = rapid.OneOf(rapid.Float32Range(-3, 3), rapid.SampledFrom(extreme)).Draw(t, "x")
		}
		check(t, sequence.NearestItem{Tasks: s}, items)
		check(t, sequence.NearestClass{Tasks: s}, items)
		check(t, sequence.Unigram{Concentration: a}, states)
		check(t, sequence.Bigram{Concentration: a}, states)
	})
}

func check(t *rapid.T, p eval.Classifier, b *datasets.Batch) {
	all, err := eval.Predict(context.Background(), p, b, eval.AllLengths(b.N)) // which looks at the sums
	if err != nil {
		t.Fatalf("%+v: %v", p, err)
	}
	const n = 3
	alone := datasets.NewBatch(1, b.N, b.D, b.C)
	copy(alone.X, b.X[b.N*b.D:(b.N+n+1)*b.D])
	copy(alone.Y, b.Y[b.N:b.N+n])
	one, err := p.Predict(context.Background(), alone, []int{n})
	if want := all[(b.N+n)*b.C:][:b.C]; err != nil || !slices.Equal(one, want) {
		t.Fatalf("%+v after %d points: %v in its batch, %v alone: %v", p, n, want, one, err)
	}
}

// TestCancelled: all of them stop with the context's error.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := chain(0, 1, 2)
	tasks := classes.Sequences{N: 2, D: 3, Labels: 3}
	for _, p := range []eval.Classifier{sequence.NearestItem{Tasks: tasks}, sequence.NearestClass{Tasks: tasks}, sequence.Unigram{}, sequence.Bigram{}} {
		if _, err := p.Predict(ctx, b, []int{1}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v after cancellation", p.Name(), err)
		}
	}
}
