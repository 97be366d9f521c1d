// Command goicl trains, tests and displays in-context learners: it opens the
// notebooks, executes them, and repeats the experiments behind them.
//
// Its exit status is 0 when the command succeeded, whatever the verdict; 1 when it
// failed, be it that its output could not be written; 2 for wrong usage, which is found before
// anything is computed or written. Errors are one line on standard error.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/icl/train"
)

// commands makes the subcommands. A new one is one more line.
var commands = []func() *cobra.Command{
	newLabCmd,
	newRunCmd,
	newBookCmd,
	newReproduceCmd,
	newLongrunCmd,
	newDataCmd,
	newSampleCmd,
	newExportCmd,
	newPredictCmd,
	newRankCmd,
	newParityCmd,
	newBenchCmd,
	newKernelCmd,
	newDoctorCmd,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	status := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// execute runs goicl with the arguments and returns its exit status.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRootCmd()
	root.SetArgs(args)
	out := &output{to: stdout}
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = out.err
	}
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "goicl: "+message(ctx, err))
	var usage usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

// message is the error on one line.
func message(ctx context.Context, err error) string {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) && !errors.Is(err, train.ErrInterrupted) {
		return "interrupted"
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

// about is what goicl --help begins with.
const about = `In-context learning and meta-learning in Go: notebooks, experiments and their verdicts.

Exit status: 0 done, whatever the verdict; 1 failed, also if the output could not be written; 2 wrong usage, found before
anything is computed or written. An error is one line on standard error; with --json standard output holds one JSON document.`

func newRootCmd() *cobra.Command {
	root := &cobra.Command{
		Use:           "goicl",
		Short:         "In-context learning and meta-learning in Go",
		Long:          about,
		Version:       versionLine(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		PersistentPreRunE: checkFlags,
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.PersistentFlags().String("backend", "", "backend for graphs: lanes, go, xla, xla:cuda or the path of a PJRT plugin (default lanes for small learners, else XLA if it can be had)")
	root.CompletionOptions.HiddenDefaultCmd = true
	for _, newCmd := range commands {
		root.AddCommand(newCmd())
	}
	markUsageErrors(root)
	return root
}

// markUsageErrors makes wrong arguments and flags of a command and all below it
// usage errors.
func markUsageErrors(cmd *cobra.Command) {
	hint := fmt.Sprintf("; see %q", cmd.CommandPath()+" --help")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usagef("%w%s", err, hint) })
	check := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if check == nil {
			return nil
		}
		if err := check(cmd, args); err != nil {
			return usagef("%w%s", err, hint)
		}
		return nil
	}
	for _, sub := range cmd.Commands() {
		markUsageErrors(sub)
	}
}

// backendFlag returns the value of --backend; "" if it was not given.
func backendFlag(cmd *cobra.Command) string {
	value, _ := cmd.Flags().GetString("backend")
	return value
}
