package study

import (
	"context"
	"fmt"
	"math"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/usercode"
)

// The functions of this file call those that a study's author gave it.

// on calls f, which calls the function of that name of a part of the study.
func on[T any](function, of string, f func() (T, error)) (value T, err error) {
	err = usercode.Try(fmt.Sprintf("%s of %s", function, of), func() (err error) {
		value, err = f()
		return err
	})
	return value, err
}

func (c Condition) what() string { return fmt.Sprintf("condition %q", c.Name) }

func (a Arm) what() string { return fmt.Sprintf("arm %q", a.name()) }

// tasks are the test tasks of a seed.
func (c Condition) tasks(seed uint64) (*datasets.Batch, error) {
	return on("Sample", c.what(), func() (*datasets.Batch, error) { return c.Sample(seed) })
}

// derived are the predictors that are not trained; none of them is nil.
func (c Condition) derived(ctx context.Context, s *Session, seed uint64) ([]eval.Predictor, error) {
	predictors, err := on("Derive", c.what(), func() ([]eval.Predictor, error) { return c.Derive(ctx, s, seed) })
	for i, p := range predictors {
		if err == nil {
			_, err = usercode.NameOf(fmt.Sprintf("predictor %d of Derive of %s", i, c.what()), p)
		}
	}
	return predictors, err
}

// tested calls the condition's Test.
func (t *tester) tested(ctx context.Context, p eval.Predictor) (*eval.Scores, error) {
	s, err := on("Test", t.what(), func() (*eval.Scores, error) { return t.Test(ctx, p, t.seed, t.batch, t.At) })
	if err == nil && s == nil {
		err = fmt.Errorf("study: Test of %s returned neither scores nor an error for %s", t.what(), p.Name())
	}
	return s, err
}

// compute calls the part's Do.
func (p Part) compute(ctx context.Context, s *Session) error {
	if p.Do == nil {
		return fmt.Errorf("study: part %q has no Do", p.Label)
	}
	return usercode.Try(fmt.Sprintf("Do of part %q", p.Label), func() error { return p.Do(ctx, s) })
}

// criterion is what a rate is chosen by.
func (a Arm) criterion(ctx context.Context, f *train.Fitted) (float64, error) {
	v, err := on("Criterion", a.what(), func() (float64, error) { return a.Criterion(ctx, f) })
	if err == nil && math.IsNaN(v) {
		err = fmt.Errorf("study: Criterion of %s is NaN for %s; return +Inf for a learner that is of no use", a.what(), f)
	}
	return v, err
}

// made is the config that the arm's Make makes of one.
func (a Arm) made(ctx context.Context, s *Session, seed uint64, cfg train.Config) (train.Config, error) {
	return on("Make", a.what(), func() (train.Config, error) { return a.Make(ctx, s, seed, cfg) })
}

// report calls the study's Report.
func (s *Study) report(ctx context.Context, d *Data, r *Result) error {
	return usercode.Try("Report", func() error { return s.Report(ctx, d, r) })
}
