package study_test

import (
	"context"
	"fmt"
	"math"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
)

// throws is a study without training: what 4, or 8, throws of a die say of its mean.
func throws() *study.Study {
	die := []float64{5, 3, 6, 4, 6, 5, 5, 6}
	return &study.Study{
		Name: "die", Title: "the die is loaded", Looks: study.LooksAt(4, 8),
		Parts: []study.Part{{Label: "throw", Do: func(context.Context, *study.Session) error { return nil }}},
		Report: func(_ context.Context, d *study.Data, r *study.Result) error {
			mean := eval.OfSeeds(die[:len(d.Seeds())])
			r.Checks = []study.Check{study.Above("mean", 3.5, mean)}
			return nil
		},
	}
}

// thrown is its result.
func thrown() *study.Result {
	o, remove := options()
	defer remove()
	r, err := study.Run(context.Background(), throws(), o)
	if err != nil {
		panic(err)
	}
	return r
}

// Looks share the level: a study that may look three times demands more of each look.
func ExampleLook() {
	for _, look := range study.LooksAt(8, 16, 32) {
		fmt.Printf("after %d seeds at the level %.4f\n", look.Seeds, look.Level)
	}
	// Output:
	// after 8 seeds at the level 0.0083
	// after 16 seeds at the level 0.0083
	// after 32 seeds at the level 0.0083
}

// A study looks again, with more seeds, as long as a check is open.
func ExampleLooked() {
	for _, look := range thrown().Looks {
		fmt.Println(look.Made, "seeds:", look.Open, "open")
	}
	// Output:
	// 4 seeds: 1 open
	// 8 seeds: 0 open
}

// A status is what the last look has found.
func ExampleStatus() {
	c := thrown().Checks[0]
	fmt.Printf("%s: %.1f is above %.1f: %s at look %d\n", c.Name, c.Estimate, c.Threshold, c.Status, c.Look)
	// Output: mean: 5.0 is above 3.5: pass at look 2
}

// Each statement has checks and a verdict of its own.
func ExampleStatement() {
	o, remove := options()
	defer remove()
	s := throws()
	s.Statements = []study.Statement{{ID: "high", Text: "it falls high"}, {ID: "always", Text: "it always falls high"}}
	s.Report = func(_ context.Context, _ *study.Data, r *study.Result) error {
		r.Checks = []study.Check{
			study.Above("mean", 3.5, eval.OfSeeds([]float64{5, 5, 6, 5})).For("high", "3.5 is the mean of a fair die"),
			study.Above("least", 3.5, study.Exactly(3)).For("always", "4 to 6 are high"),
		}
		return nil
	}
	r, err := study.Run(context.Background(), s, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Verdict)
	for _, t := range r.Statements {
		fmt.Printf("%s: %s\n", t.Text, t.Verdict)
	}
	// Output:
	// mixed
	// it falls high: reproduced
	// it always falls high: not reproduced
}

// A result lists its choices; here the best may lie beyond what was tried.
func ExampleChoice() {
	r := &study.Result{Choices: []study.Choice{{
		Of: "CNP(mix)", What: "learning rate", Chosen: "0.03", Edge: true, Seeds: 2,
		Tried: []study.Try{study.NewTry("0.01", .25), study.NewTry("0.03", .125)},
	}}}
	fmt.Println(r.ChoicesTable())
	// Output:
	// chosen on validation data
	// of        what           chosen  tried: loss               seeds
	// ────────  ─────────────  ──────  ────────────────────────  ─────
	// CNP(mix)  learning rate  0.03 *  0.01: 0.250, 0.03: 0.125      2
}

// A setting at which training diverged has no loss.
func ExampleTry() {
	fmt.Println(study.NewTry("0.01", .25))
	fmt.Println(study.NewTry("1", math.Inf(1)))
	// Output:
	// 0.01: 0.250
	// 1: diverged
}
