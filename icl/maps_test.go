package icl_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/baseline"
)

// Two classical learners and the Bayes-optimal predictor on one task.
func ExampleDecisionMaps() {
	maps, err := icl.DecisionMaps(context.Background(), "pair", 1, 10, 0, baseline.NearestMean{}, baseline.KNN{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, panel := range strings.Split(maps.Alt(), ". ")[1:] {
		name, _, _ := strings.Cut(panel, ":")
		fmt.Println(name)
	}
	// Output:
	// nearest mean
	// 3-NN
	// Bayes
}

func TestDecisionMapsRefuse(t *testing.T) {
	ctx := context.Background()
	for want, call := range map[string]func() error{
		`"pears"`: func() error { _, err := icl.DecisionMaps(ctx, "pears", 1, 10, 0); return err },
		`"mix"`:   func() error { _, err := icl.DecisionMaps(ctx, "mix", 1, 10, 0); return err },
		"-1":      func() error { _, err := icl.DecisionMaps(ctx, "pair", -1, 10, 0); return err },
		"50":      func() error { _, err := icl.DecisionMaps(ctx, "pair", 1, 50, 0); return err },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %s", err, want)
		}
	}
}

// BenchmarkDecisionMaps is one frame of a live panel without trained models.
func BenchmarkDecisionMaps(b *testing.B) {
	for _, family := range []string{"proto", "pair"} {
		b.Run(family, func(b *testing.B) {
			for b.Loop() {
				maps, err := icl.DecisionMaps(b.Context(), family, 1, 20, 0, baseline.NearestMean{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := maps.Draft(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
