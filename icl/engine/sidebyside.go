package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/goicl/goicl/internal/process"
	"github.com/goicl/goicl/internal/usercode"
)

// SideBySide calls do for each 0 ≤ i < n, [AtOnce] of them at once. It returns the first
// error, after which no call is begun.
func SideBySide(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	if err := usercode.WantContext(ctx); err != nil {
		return fmt.Errorf("engine: %w", err)
	}
	if do == nil && n > 0 {
		return errors.New("engine: no function to call side by side")
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(AtOnce())
	for i := range n {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			defer process.BeginJob()()
			return usercode.Try(fmt.Sprintf("call %d of those side by side", i), func() error { return do(ctx, i) })
		})
	}
	return group.Wait()
}

// AtOnce is the number of calls that [SideBySide] has under way: a few more than there are
// processors, since a graph of few operations keeps none busy.
func AtOnce() int { return runtime.GOMAXPROCS(0) + 2 }
