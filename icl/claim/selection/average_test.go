package selection

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// number reads an estimate in a table.
func number(t *testing.T, cell string) float64 {
	t.Helper()
	first, _, _ := strings.Cut(cell, " ")
	v, err := strconv.ParseFloat(first, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestLikeliestAndWeighted: on numbers by hand, also where two families are equally likely, and
// where probabilities round to more than 1.
func TestLikeliestAndWeighted(t *testing.T) {
	families := []float32{.5, .3, .2, 0, .25, .75, .4, .4, .2, .5, .5, 1e-6}
	class0 := []float32{.9, .2, .4, 1, .8, .4, .1, .6, .9, 1, 1, 1}
	if got, want := likeliest(families, class0), []float32{.9, .4, .1, 1}; !slices.Equal(got, want) {
		t.Errorf("the likeliest families answer %v, want %v", got, want)
	}
	got := weighted(families, class0)
	for i, want := range []float64{.45 + .06 + .08, .2 + .3, .04 + .24 + .18, 1} {
		if math.Abs(float64(got[i])-want) > 1e-6 || got[i] > 1 {
			t.Errorf("query %d: the average is %g, want %g", i, got[i], want)
		}
	}
}

// TestAnswers: known answers are given to as many queries, and to no other number.
func TestAnswers(t *testing.T) {
	b := datasets.NewBatch(2, 3, 2, 2)
	a := answers{"known", []float32{.25, .5, 1, 0}}
	got, err := a.Predict(t.Context(), b, []int{1, 2})
	if want := []float32{.25, .75, .5, .5, 1, 0, 0, 1}; err != nil || a.Name() != "known" || !slices.Equal(got, want) {
		t.Errorf("%s answers %v, error %v; want %v", a.Name(), got, err, want)
	}
	if _, err := a.Predict(t.Context(), b, []int{1}); err == nil || err.Error() != "selection: 4 answers for 2 queries" {
		t.Errorf("error %v", err)
	}
}

// fewAnswers are those of the two that ICL is compared with, on few tasks of a family, beside
// the tasks.
func fewAnswers(t *testing.T, family string, tasks int) (b *datasets.Batch, of map[string][]float32) {
	t.Helper()
	c := few(family, plane.Size{Few: tasks})
	b, err := c.Sample(0)
	if err != nil {
		t.Fatal(err)
	}
	predictors, err := c.Derive(t.Context(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	of = map[string][]float32{}
	for _, p := range predictors {
		if of[p.Name()], err = p.(answers).Predict(t.Context(), b, c.At); err != nil {
			t.Fatal(err)
		}
	}
	return b, of
}

// TestFewAnswers: the average is what the Bayes predictor of the mixture answers; the likeliest
// family's answer is that of its own Bayes predictor.
func TestFewAnswers(t *testing.T) {
	b, of := fewAnswers(t, "amort", 6)
	if b.T != 6 || b.N != plane.Points || len(of) != 2 {
		t.Fatalf("%d tasks of %d points, answers of %d", b.T, b.N, len(of))
	}
	whole, err := plane.BayesOfMixture().Predict(t.Context(), b, fewLengths())
	if err != nil {
		t.Fatal(err)
	}
	posterior, err := plane.BayesOfMixture().FamilyPosterior(t.Context(), b, fewLengths())
	if err != nil {
		t.Fatal(err)
	}
	alone := map[int][]float32{}
	for f, p := range map[int]eval.Classifier{1: bayes.Pair{}, 2: bayes.Amort{}} {
		if alone[f], err = p.Predict(t.Context(), b, fewLengths()); err != nil {
			t.Fatal(err)
		}
	}
	compared := 0
	for q := range b.T * len(fewLengths()) {
		if got, want := of[average][2*q], whole[2*q]; math.Abs(float64(got-want)) > 1e-5 {
			t.Errorf("query %d: the average is %g, Bayes of the mixture %g", q, got, want)
		}
		p := posterior[3*q : 3*q+3]
		f := slices.Index(p, slices.Max(p))
		if f == 0 {
			continue // proto's particles are others in a mixture
		}
		compared++
		if got, want := of[hard][2*q], alone[f][2*q]; math.Abs(float64(got-want)) > 1e-5 {
			t.Errorf("query %d: the likeliest family, %d, answers %g, want %g", q, f, got, want)
		}
	}
	if compared == 0 {
		t.Error("the likeliest family is always proto")
	}
}

// TestAveraging: with the Bayes predictor's own beliefs, a learner that answers as the average
// passes the checks, one that answers as the likeliest family's predictor fails them.
func TestAveraging(t *testing.T) {
	size := small()
	size.Few = 16
	for subject, want := range map[string]study.Status{average: study.Pass, hard: study.Fail} {
		s := &study.Study{
			Name: "made", Seeds: 3, Statements: statements()[3:],
			Parts: []study.Part{{Label: "nothing", Do: func(context.Context, *study.Session) error { return nil }}},
		}
		for _, f := range plane.Families() {
			c := few(f, size)
			derive := c.Derive
			c.Arms = []string{}
			c.Derive = func(ctx context.Context, of *study.Session, seed uint64) ([]eval.Predictor, error) {
				all, err := derive(ctx, of, seed)
				for _, p := range all {
					if p.Name() == subject {
						return append(all, answers{icl, p.(answers).class0}), err
					}
				}
				return all, err
			}
			s.Conditions = append(s.Conditions, c)
		}
		s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
			near, err := scores{d}.averaging()
			r.Checks = averageChecks(near)
			return err
		}
		r, err := study.Run(t.Context(), s, study.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range r.Checks {
			if c.Status != want || len(c.Seeds) != 3 {
				t.Errorf("ICL answers as %s: %s is %+.3f ± %.3f, %s; want %s", subject, c.Name, c.Estimate, c.CI[1]-c.Estimate, c.Status, want)
			}
		}
	}
}

// TestDecisive: checks are about numbers of examples that are measured.
func TestDecisive(t *testing.T) {
	for _, n := range decisive() {
		if k := position(n); k < 0 || fewLengths()[k] != n {
			t.Errorf("%d examples are at position %d of %v", n, k, fewLengths())
		}
	}
	if position(3) != -1 {
		t.Error("there is a position of 3 examples")
	}
}
