package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/goicl/goicl/kernels"
	"github.com/spf13/cobra"
)

// presets are the sizes of the experiments in a notebook.
var presets = []string{"smoke", "quick", "paper"}

func newRunCmd() *cobra.Command {
	var opts kernels.RunOptions
	var check bool
	cmd := &cobra.Command{
		Use:   "run NOTEBOOK…",
		Short: "Execute notebooks without a browser and write their outputs",
		Long: `Run executes notebooks, each in its own folder, and writes their outputs into the files. A notebook with a
failing cell is left as it was, and the exit status is 1.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, notebooks []string) error {
			if !slices.Contains(presets, opts.Preset) {
				return usagef("unknown preset %q; use %s", opts.Preset, strings.Join(presets, ", "))
			}
			if opts.Timeout < 0 {
				return usagef("--timeout %v is negative; use 0 for no limit", opts.Timeout)
			}
			if check {
				return checkNotebooks(notebooks)
			}
			return runNotebooks(cmd, notebooks, opts)
		},
	}
	cmd.Flags().StringVar(&opts.Preset, "preset", "quick", "size of the experiments: smoke, quick or paper")
	cmd.Flags().DurationVar(&opts.Timeout, "timeout", 2*time.Hour, "limit for one cell; 0 is none")
	cmd.Flags().BoolVar(&opts.SaveFailed, "save-failed", false, "write the file even if a cell failed")
	cmd.Flags().BoolVar(&check, "check", false, "only check that the notebooks can be committed, and that numbers quoted in texts are those of the outputs")
	return cmd
}

// runNotebooks executes the notebooks one after the other, up to the first that fails.
func runNotebooks(cmd *cobra.Command, notebooks []string, opts kernels.RunOptions) error {
	for _, path := range notebooks {
		if err := kernels.CheckRunnable(path); err != nil {
			return err
		}
	}
	env, err := install(cmd)
	if err != nil {
		return err
	}
	for _, path := range notebooks {
		if err := env.Run(cmd.Context(), path, opts); err != nil {
			return err
		}
	}
	return nil
}

// checkNotebooks reports every notebook that should not be committed.
func checkNotebooks(notebooks []string) error {
	var unfit []error
	for _, path := range notebooks {
		if err := kernels.CheckNotebook(path); err != nil {
			unfit = append(unfit, err)
			continue
		}
		unfit = append(unfit, kernels.CheckQuotes(path)...)
	}
	return errors.Join(unfit...)
}
