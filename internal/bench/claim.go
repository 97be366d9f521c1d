package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/compare"
	"github.com/goicl/goicl/icl/notebook"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/process"
)

// claimBenchmark times an experiment from nothing to its verdict, in the preset quick.
func claimBenchmark(name string) benchmark {
	return benchmark{name, "from nothing to the verdict, with the processor time, preset quick (minutes)", false, func(b *bench, ctx context.Context) error {
		return b.claim(ctx, name, "quick")
	}}
}

// claims times all of them, and adds a row for the sum.
func (b *bench) claims(ctx context.Context) error { return b.allClaims(ctx, "quick") }

func (b *bench) allClaims(ctx context.Context, preset string) error {
	before := len(b.rows)
	for _, c := range claim.Registry() {
		if err := b.claim(ctx, c.Name, preset); err != nil {
			return err
		}
	}
	b.rows = append(b.rows, total("claims", b.rows[before:]))
	return nil
}

// total is the row of a sum.
func total(name string, rows []Row) Row {
	sum := Row{Name: name}
	for _, row := range rows {
		sum.GoiclMS += row.GoiclMS
		sum.CoreMinutes += row.CoreMinutes
	}
	return sum
}

func (b *bench) claim(ctx context.Context, name, preset string) error {
	return b.fromNothing(name, func(dir string) error {
		r, err := icl.Reproduce(ctx, name, preset, notebook.NewProgress(name), train.WithDir(dir), train.WithBackend(b.Backend))
		if err == nil {
			fmt.Fprintf(b.Log, "%s: %s (preset %s, %s)\n", name, r.Verdict, r.Preset, r.SeedNote())
		}
		return err
	})
}

// fromNothing times, once, what do takes with an empty folder for its runs.
func (b *bench) fromNothing(name string, do func(dir string) error) error {
	return inTemporary(func(dir string) error {
		start, processor := time.Now(), process.CPUTime()
		err := do(dir)
		if err == nil {
			b.once(name, time.Since(start), process.CPUTime()-processor)
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
