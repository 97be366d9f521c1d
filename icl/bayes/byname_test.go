package bayes_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
)

func TestByName(t *testing.T) {
	for _, family := range []string{"proto", "pair", "amort", "radius"} {
		if p, err := bayes.ByName(family, 2); err != nil || p.Family() != family {
			t.Errorf("%s: %v, error %v", family, p, err)
		}
	}
	for want, call := range map[string]func() (bayes.Family, error){
		`no Bayes predictor for the family "rings"`: func() (bayes.Family, error) { return bayes.ByName("rings", 1) },
		"sigma = -1": func() (bayes.Family, error) { return bayes.ByName("pair", -1) },
	} {
		if _, err := call(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// TestNothingBeatsBayesInClassification: on its own family, no other predictor has
// a lower log-loss or a higher accuracy than chance explains; most are worse for
// certain.
func TestNothingBeatsBayesInClassification(t *testing.T) {
	classical := []eval.Classifier{baseline.KNN{}, baseline.NearestMean{}, baseline.Logistic{}, baseline.LeastSquares{}, baseline.Ridge{}}
	for _, family := range []string{"proto", "pair", "amort", "radius"} {
		b := draw(t, family, 1, 100)
		own, err := bayes.ByName(family, 1)
		if err != nil {
			t.Fatal(err)
		}
		// The Bayes predictors of other families are candidates, too.
		others := slices.Clone(classical)
		for _, o := range []string{"pair", "amort", "radius"} {
			if p, err := bayes.ByName(o, 1); err == nil && o != family {
				others = append(others, p)
			}
		}
		at := []int{2, 5, 10, 20, 40}
		best := perTask(t, own, b, at)
		for _, p := range others {
			for metric, sign := range map[eval.Metric]float64{eval.Accuracy: 1, eval.LogLoss: -1} {
				gap := eval.Interval(eval.Combine(best[metric], sign, perTask(t, p, b, at)[metric], -sign))
				if gap.Mean < -3*gap.SE {
					t.Errorf("%s: %s is better than Bayes in %s by %.4f, standard error %.4f", family, p.Name(), metric, -gap.Mean, gap.SE)
				}
			}
		}
	}
}

func perTask(t *testing.T, p eval.Classifier, b *datasets.Batch, at []int) map[eval.Metric][][]float64 {
	t.Helper()
	s, err := eval.Evaluate(t.Context(), p, "", b, at)
	if err != nil {
		t.Fatal(err)
	}
	all := map[eval.Metric][][]float64{}
	for _, m := range []eval.Metric{eval.Accuracy, eval.LogLoss} {
		all[m] = [][]float64{s.Summarize(0).Of(m).PerTask}
	}
	return all
}
