package notebooks

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Context ends when the cell is interrupted: a training under way then saves its
// state and says where it stopped.
func Context() context.Context {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) //nolint:govet // it lasts as long as the cell's process
	return ctx
}
