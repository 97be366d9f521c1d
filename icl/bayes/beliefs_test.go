package bayes_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// TestBeliefs: the probabilities of the families are those of FamilyPosterior and sum to 1; the
// answers are those of the families alone; and their sum of products is what Predict answers,
// also without a prior, and where a family or all of them are impossible.
func TestBeliefs(t *testing.T) {
	contradiction := datasets.NewBatch(1, 5, 2, 2)
	copy(contradiction.X, []float32{1, 2, 1, 2, -1, .5, 3, 2, 1, -2})
	copy(contradiction.Y, []int32{0, 1, 0, 1, 0})
	batches := map[string]*datasets.Batch{"impossible": contradiction}
	for _, family := range []string{"proto", "pair", "amort", "radius"} {
		batches[family] = draw(t, family, 1, 6)
	}
	members := []bayes.Family{bayes.Proto{Particles: 100}, bayes.Pair{}, bayes.Amort{}, bayes.Radius{}}
	for name, mix := range map[string]bayes.Mix{
		"equal shares": {Families: members}, "a prior": {Families: members, Prior: []float64{1, 2, 3, 4}}, "one family": {Families: members[2:3]},
	} {
		for family, b := range batches {
			at := []int{0, 2, 4}
			families, class0, err := mix.Beliefs(t.Context(), b, at)
			if err != nil {
				t.Fatal(err)
			}
			width := len(mix.Families)
			if len(families) != b.T*len(at)*width || len(class0) != len(families) {
				t.Fatalf("%s on %s: %d probabilities, %d answers of %d queries and %d families", name, family, len(families), len(class0), b.T*len(at), width)
			}
			answers := predicttest.Predict(mix, b, at...)
			posterior, err := mix.FamilyPosterior(t.Context(), b, at)
			if err != nil {
				t.Fatal(err)
			}
			for q := range b.T * len(at) {
				total, answer := 0., 0.
				for f := range width {
					i := q*width + f
					total, answer = total+float64(families[i]), answer+float64(families[i])*float64(class0[i])
					if families[i] != posterior[i] || class0[i] < 0 || class0[i] > 1+1e-6 {
						t.Errorf("%s on %s, query %d, family %d: probability %g, that of FamilyPosterior %g; answer %g", name, family, q, f, families[i], posterior[i], class0[i])
					}
				}
				if total < 1-1e-6 || total > 1+1e-6 || !near(answers[2*q], answer, 2e-6) {
					t.Errorf("%s on %s, query %d: probabilities sum to %g, products to %g; Predict answers %g", name, family, q, total, answer, answers[2*q])
				}
			}
		}
	}
}

// TestBeliefsOfFamilies: what the mixture says a family answers is what it answers alone.
func TestBeliefsOfFamilies(t *testing.T) {
	b, at := draw(t, "amort", 1, 8), []int{1, 3, 12}
	members := []bayes.Family{bayes.Pair{}, bayes.Amort{}, bayes.Radius{}}
	_, class0, err := bayes.Mix{Families: members}.Beliefs(t.Context(), b, at)
	if err != nil {
		t.Fatal(err)
	}
	for f, alone := range [][]float32{
		predicttest.Predict(bayes.Pair{}, b, at...), predicttest.Predict(bayes.Amort{}, b, at...), predicttest.Predict(bayes.Radius{}, b, at...),
	} {
		for q := range b.T * len(at) {
			if got := class0[q*len(members)+f]; !near(got, float64(alone[2*q]), 1e-6) {
				t.Errorf("family %d, query %d: %g in the mixture, %g alone", f, q, got, alone[2*q])
			}
		}
	}
}

// TestBeliefsErrors: they are those of Predict.
func TestBeliefsErrors(t *testing.T) {
	b := draw(t, "pair", 1, 2)
	_, _, noFamily := bayes.Mix{Families: []bayes.Family{nil}}.Beliefs(t.Context(), b, []int{1})
	_, _, noPrior := bayes.Mix{Prior: []float64{1}}.Beliefs(t.Context(), b, []int{1})
	_, _, wide := bayes.Mix{}.Beliefs(t.Context(), datasets.NewBatch(1, 3, 5, 2), []int{1})
	_, _, far := bayes.Mix{}.Beliefs(t.Context(), b, []int{99})
	for want, err := range map[string]error{
		"family 0 of the mixture is nil": noFamily, "a prior of 1 numbers for a mixture of 3": noPrior,
		"has 2 dimensions and 2 classes, the batch 5 and 2": wide, "99": far,
	} {
		checkOneLine(t, err, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := (bayes.Mix{}).Beliefs(ctx, b, []int{1}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v of a call that is stopped", err)
	}
}

// What a mixture answers is an average over what its families answer.
func ExampleMix_Beliefs() {
	b := datasets.NewBatch(1, 3, 2, 2)
	copy(b.X, []float32{2, 1, -2, .5, 1, -2}) // the query is (1, -2)
	copy(b.Y, []int32{0, 1, 0})
	mix := bayes.Mix{Families: []bayes.Family{bayes.Pair{}, bayes.Amort{}}}
	families, class0, err := mix.Beliefs(context.Background(), b, []int{2})
	if err != nil {
		fmt.Println(err)
		return
	}
	for f, name := range []string{"pair", "amort"} {
		fmt.Printf("%s, with a probability of %.2f, answers %.2f\n", name, families[f], class0[f])
	}
	fmt.Printf("together %.2f\n", families[0]*class0[0]+families[1]*class0[1])
	// Output:
	// pair, with a probability of 0.57, answers 0.65
	// amort, with a probability of 0.43, answers 0.05
	// together 0.39
}
