// Command cmd runs the end-to-end test of the notebooks, see package e2e.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/e2e"
	"github.com/goicl/goicl/kernels"
)

func main() {
	pictures := flag.String("pictures", "", "keep pictures of the pages in this folder")
	flag.Parse()
	if err := (e2e.Options{}).Check(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *pictures)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, pictures string) error {
	root, err := kernels.FindRoot(".")
	if err != nil {
		return err
	}
	plugin := func(ctx context.Context, progress io.Writer) (string, error) {
		return backend.Ensure(ctx, backend.WithProgress(progress))
	}
	return e2e.Run(ctx, flag.Args(), e2e.Options{
		Kernel: kernels.Options{Root: root, Log: os.Stderr, Plugin: plugin}, Pictures: pictures, Out: os.Stdout})
}
