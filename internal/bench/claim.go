package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/compare"
	"github.com/goicl/goicl/icl/notebook"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// claimBenchmark times an experiment from nothing to its verdict, in the preset quick.
func claimBenchmark(name string) benchmark {
	return benchmark{name, "from nothing to the verdict, preset quick (minutes)", false, func(b *bench, ctx context.Context) error {
		return b.fromNothing(name, func(dir string) error {
			r, err := icl.Reproduce(ctx, name, "quick", notebook.NewProgress(name), train.WithDir(dir), train.WithBackend(b.Backend))
			if err == nil {
				fmt.Fprintf(b.Log, "%s: %s (preset %s, %s)\n", name, r.Verdict, r.Preset, r.SeedNote())
			}
			return err
		})
	}}
}

// fromNothing times, once, what do takes with an empty folder for its runs.
func (b *bench) fromNothing(name string, do func(dir string) error) error {
	return inTemporary(func(dir string) error {
		start := time.Now()
		err := do(dir)
		if err == nil {
			b.once(name, time.Since(start))
		}
		return err
	})
}

// hypothesis has two arms of the paper's size, and what [icl.Compare] takes by default.
func hypothesis() compare.Hypothesis {
	return compare.Hypothesis{Title: "Do eight layers beat four?", Arms: []study.Arm{
		{Name: "8 layers"},
		{Name: "4 layers", Learner: transformer.Paper{Depth: 4}},
	}}
}

// comparison times the test of a hypothesis from nothing to its conclusion.
func (b *bench) comparison(ctx context.Context, h compare.Hypothesis) error {
	return b.fromNothing("compare", func(dir string) error {
		fmt.Fprintf(b.Log, "compare: %s …\n", h.Title)
		c, err := icl.Compare(ctx, h, nil, train.WithDir(dir), train.WithBackend(b.Backend))
		if err == nil {
			fmt.Fprintln(b.Log, c)
		}
		return err
	})
}
