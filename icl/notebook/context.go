package notebook

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// gracePeriod is how long an interrupted cell may take to end by itself. The kernel
// would kill it, without a message, after 5 s.
const gracePeriod = 1500 * time.Millisecond

// Context ends when the cell is interrupted: a training under way then saves its
// state, says at which step it stopped, and goes on from there when the cell is run
// again. A cell that still runs after a second and a half, since it is compiling
// a graph, say, or runs code that takes no context, is ended: what was saved
// before is kept.
func Context() context.Context { return cellContext() }

// cellContext lasts as long as the cell's process.
var cellContext = sync.OnceValue(func() context.Context {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) //nolint:govet // see above
	context.AfterFunc(ctx, func() {
		time.Sleep(gracePeriod)
		fmt.Fprintln(os.Stderr, "error: stopped before the state was saved; what was saved earlier is kept, run again to go on")
		os.Exit(1)
	})
	return ctx
})
