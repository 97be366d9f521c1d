package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/npz"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/spf13/cobra"
)

// sampleOptions are the flags of sample.
type sampleOptions struct {
	tasks, points, dims int
	seed                uint64
	sigma               float64
	output              string
}

func newSampleCmd() *cobra.Command {
	var opts sampleOptions
	cmd := &cobra.Command{
		Use:   "sample FAMILY",
		Short: "Draw few-shot tasks and write them as a NumPy archive",
		Long: `Sample draws tasks of a family (` + strings.Join(synthetic.Families(), ", ") + `; in-context
regression: ` + strings.Join(regression.Families(), ", ") + `, sinusoid) and writes them to a file that Python
opens with numpy.load: inputs x [T, N, D] in float32, labels y [T, N] in int32 or targets z [T, N] in float32, and what
the tasks were drawn from. The same arguments give the same bytes on every machine.`,
		Example: "  goicl sample proto -n 1000 --seed 1 --sigma 1 -o tasks.npz\n  goicl sample linear --points 21 --dims 10",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFile("output", opts.output, ".npz"); err != nil {
				return err
			}
			b, err := drawSample(args[0], opts, cmd.Flags().Changed)
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
	cmd.Flags().IntVar(&opts.points, "points", 50, "points a task; 41 for regression and 11 for sinusoid unless given")
	cmd.Flags().IntVar(&opts.dims, "dims", 20, "input dimensions of regression families")
	cmd.Flags().Uint64Var(&opts.seed, "seed", 0, "seed of the random numbers")
	cmd.Flags().Float64Var(&opts.sigma, "sigma", 1, "spread of the inputs; the paper trains at 1 and shifts to 2..5")
	cmd.Flags().StringVarP(&opts.output, "output", "o", "tasks.npz", "file to write, .npz")
	return cmd
}

// drawSample draws the tasks that the arguments ask for.
func drawSample(family string, opts sampleOptions, given func(flag string) bool) (*datasets.Batch, error) {
	s, err := newSampler(family, opts, given)
	if err != nil {
		return nil, err
	}
	return s.Sample(datasets.Rand(opts.seed, "sample"), opts.tasks)
}

// newSampler finds the family. Tasks have the points of its paper unless given.
func newSampler(family string, opts sampleOptions, given func(flag string) bool) (datasets.Sampler, error) {
	switch {
	case family == regression.Sinusoid{}.Name():
		return newSinusoid(opts, given)
	case slices.Contains(regression.Families(), family):
		if !given("points") {
			opts.points = 41
		}
		return regression.ByName(family, opts.sigma, opts.points, opts.dims)
	case !slices.Contains(synthetic.Families(), family):
		known := slices.Concat(synthetic.Families(), regression.Families(), []string{regression.Sinusoid{}.Name()})
		return nil, fmt.Errorf("unknown family %q; known: %s", family, strings.Join(known, ", "))
	case given("dims"):
		return nil, fmt.Errorf("--dims is %d, but %s has 2 dimensions; leave --dims out, or choose one of %s", opts.dims, family, strings.Join(regression.Families(), ", "))
	}
	return synthetic.ByName(family, opts.sigma, opts.points)
}

// newSinusoid is the family whose inputs are what they are, uniform in one dimension.
func newSinusoid(opts sampleOptions, given func(flag string) bool) (datasets.Sampler, error) {
	switch {
	case given("dims") || given("sigma"):
		return nil, errors.New("--dims and --sigma do not apply to sinusoid, whose input is one number from -5 to 5; leave them out")
	case !given("points"):
		return regression.Sinusoid{}, nil
	case opts.points < 1:
		return nil, fmt.Errorf("--points is %d; want at least 1", opts.points)
	}
	return regression.Sinusoid{N: opts.points}, nil
}
