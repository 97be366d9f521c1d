package boolean_test

import (
	"fmt"
	"log"
	"math"
	"math/bits"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/bayes/boolean"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// TestParity: on tasks of every kind the mean is that over all sets, by brute force, which
// agree with the examples.
func TestParity(t *testing.T) {
	for _, k := range []int{1, 2, 3, 5} {
		family := regression.Parity{N: 12, D: 5, K: k}
		b, err := family.Sample(datasets.Rand(1, "parity"), 30)
		if err != nil {
			t.Fatal(err)
		}
		family.Labels = true
		labelled, err := family.Sample(datasets.Rand(1, "parity"), 30)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 2, 5, 11} {
			mean, variance := predicttest.Regress(boolean.Parity{K: k}, b, n)
			probs := predicttest.Predict(boolean.Parity{K: k}, labelled, n)
			for task := range b.T {
				want := bruteForce(b, task, n, k)
				if math.Abs(float64(mean[task])-want) > 1e-6 || math.Abs(float64(variance[task])-(1-want*want)) > 1e-6 || math.Abs(float64(probs[2*task+1])-(1+want)/2) > 1e-6 {
					t.Errorf("K = %d, task %d after %d examples: mean %g, variance %g, probability %g; want the mean %g", k, task, n, mean[task], variance[task], probs[2*task+1], want)
				}
			}
		}
	}
}

// bruteForce is the mean target of the query over sets, as numbers whose bits are dimensions.
func bruteForce(b *datasets.Batch, task, n, k int) float64 {
	of := func(set uint, point int) float32 {
		product := float32(1)
		for i, v := range b.Point(task, point) {
			if set>>i&1 == 1 {
				product *= v
			}
		}
		return product
	}
	sum, count := 0., 0.
	for set := range uint(1) << b.D {
		agrees := bits.OnesCount(set) == k
		for i := range n {
			agrees = agrees && of(set, i) == b.Z[task*b.N+i]
		}
		if agrees {
			sum += float64(of(set, n))
			count++
		}
	}
	return sum / count
}

// TestLossWithoutContext: before any example nothing is known of a parity, and 20 of 10
// bits' examples determine nearly all.
func TestLossWithoutContext(t *testing.T) {
	b, err := regression.Parity{K: 3, N: 21}.Sample(datasets.Rand(2, "parity"), 400)
	if err != nil {
		t.Fatal(err)
	}
	s, err := eval.Evaluate(t.Context(), boolean.Parity{K: 3}, "parity", b, []int{0, 20})
	if err != nil {
		t.Fatal(err)
	}
	if e := s.Summarize(0).Of(eval.SquaredError).Mean; math.Abs(e[0]-1) > .05 || e[1] > .001 {
		t.Errorf("errors %v, want 1 before any example and 0 after 20", e)
	}
}

func TestRefuses(t *testing.T) {
	regress := func(m boolean.Parity, d int) error {
		_, _, err := m.Regress(t.Context(), datasets.NewBatch(1, 2, d, 0), []int{0})
		return err
	}
	_, classes := boolean.Parity{}.Predict(t.Context(), datasets.NewBatch(1, 2, 3, 4), []int{0})
	_, targets := boolean.Parity{}.Predict(t.Context(), datasets.NewBatch(1, 2, 3, 0), []int{0})
	for want, err := range map[string]error{
		"of 4 bits for tasks of 3": regress(boolean.Parity{K: 4}, 3),
		"of -1 bits":               regress(boolean.Parity{K: -1}, 3),
		"sets of 10 of 100 bits":   regress(boolean.Parity{K: 10}, 100),
		"tasks of 4 classes":       classes,
		"holds regression tasks":   targets,
		"n = 2 examples": func() error {
			_, err := boolean.Parity{}.Predict(t.Context(), datasets.NewBatch(1, 2, 3, 2), []int{2})
			return err
		}(),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// Of ten bits there are 45 pairs. Each example rules out half of those that are left.
func ExampleParity() {
	b, err := regression.Parity{N: 16}.Sample(datasets.Rand(0, "test"), 2000)
	if err != nil {
		log.Fatal(err)
	}
	for _, n := range []int{0, 4, 6, 10, 15} {
		mean, _ := predicttest.Regress(boolean.Parity{}, b, n)
		square := 0.
		for _, m := range mean {
			square += float64(m) * float64(m) / float64(len(mean))
		}
		fmt.Printf("after %d examples: error %.2f\n", n, 1-square)
	}
	// Output:
	// after 0 examples: error 0.98
	// after 4 examples: error 0.68
	// after 6 examples: error 0.29
	// after 10 examples: error 0.02
	// after 15 examples: error 0.00
}
