package main

import (
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/internal/bench"
	"github.com/goicl/goicl/kernels"
)

func newBenchCmd() *cobra.Command {
	var opts bench.Options
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "bench [NAME ...]",
		Short: "Time training against other engines, in turn, on this machine",
		Long: `Bench times, on an otherwise idle machine, and prints medians of runs taken in turn; the ratio is the peer's time over ours.

` + bench.List() + `
--peers needs a checkout. It installs PyTorch into bench/.venv there the first time, unless Python imports it there already:
see bench/README.md. A peer that is not available is left out, with the reason on standard error.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := opts.Check(names); err != nil {
				return usageError{err}
			}
			opts.Log = cmd.ErrOrStderr()
			opts.Backend, opts.Kernel = backendFlag(cmd), backendOptions(cmd)
			opts.Kernel.Root, _ = kernels.FindRoot(".")
			report, err := bench.Run(cmd.Context(), names, opts)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(report)
			}
			return report.Print(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&opts.Peers, "peers", false, "also against PyTorch")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	cmd.Flags().IntSliceVar(&opts.Tasks, "tasks", nil, "batch sizes: tasks a step; by default 64, 128 and 512, for regression 32 and 64, in the authors' size 64, each learner its own")
	cmd.Flags().DurationVar(&opts.Time, "time", 6*time.Second, "time for each comparison, at least three runs of each side")
	return cmd
}
