package main

import (
	"fmt"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/npz"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/spf13/cobra"
)

// sampleOptions are the flags of sample.
type sampleOptions struct {
	tasks, points int
	seed          uint64
	sigma         float64
	output        string
}

func newSampleCmd() *cobra.Command {
	var opts sampleOptions
	cmd := &cobra.Command{
		Use:   "sample FAMILY",
		Short: "Draw few-shot tasks and write them as a NumPy archive",
		Long: `Sample draws tasks of a family (` + strings.Join(synthetic.Families(), ", ") + `) and writes them to a file that Python
opens with numpy.load: inputs x [T, N, D] in float32, labels y [T, N] in int32, and what the tasks were drawn from.
The same arguments give the same bytes on every machine.`,
		Example: "  goicl sample proto -n 1000 --seed 1 --sigma 1 -o tasks.npz",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := drawSample(args[0], opts)
			if err != nil {
				return usageError{err} // nothing but the arguments can be at fault
			}
			if err := npz.WriteFile(opts.output, b); err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "wrote %d tasks of %d points (%s, sigma %g, seed %d) to %s\n", b.T, b.N, args[0], opts.sigma, opts.seed, opts.output)
			return nil
		},
	}
	cmd.Flags().IntVarP(&opts.tasks, "tasks", "n", 1000, "number of tasks")
	cmd.Flags().IntVar(&opts.points, "points", 50, "points a task")
	cmd.Flags().Uint64Var(&opts.seed, "seed", 0, "seed of the random numbers")
	cmd.Flags().Float64Var(&opts.sigma, "sigma", 1, "spread of the inputs; the paper trains at 1 and shifts to 2..5")
	cmd.Flags().StringVarP(&opts.output, "output", "o", "tasks.npz", "file to write")
	return cmd
}

// drawSample draws the tasks that the arguments ask for.
func drawSample(family string, opts sampleOptions) (*datasets.Batch, error) {
	s, err := synthetic.ByName(family, opts.sigma, opts.points)
	if err != nil {
		return nil, err
	}
	return s.Sample(datasets.Rand(opts.seed, "sample"), opts.tasks)
}
