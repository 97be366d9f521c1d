package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/parity"
)

// parityOptions are the flags of parity.
type parityOptions struct {
	engine, output string
	seed           uint64
	json           bool
}

func newParityCmd() *cobra.Command {
	var o parityOptions
	cmd := &cobra.Command{
		Use:   "parity [FILE]",
		Short: "Compare the ICL transformer with the authors' PyTorch code, or with a second implementation",
		Long: `Parity reads weights, inputs, logits, gradients and training steps from a .safetensors file, which the authors' PyTorch code or
other code wrote, and repeats them. It prints the greatest differences and whether all are small enough. Without a file it
compares with a second implementation in plain float64 Go, on random weights and tasks of --seed; --make writes such a file, as
an example of the format and for code in other languages to be compared with.`,
		Example: "  goicl parity\n  goicl parity --make numbers.safetensors --seed 1\n  goicl parity numbers.safetensors --engine lanes",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd, args); err != nil {
				return err
			}
			if o.output != "" {
				return o.make(cmd.ErrOrStderr())
			}
			report, err := o.run(cmd, args)
			if err != nil {
				return err
			}
			return printParity(cmd.OutOrStdout(), report, o.json)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON document")
	cmd.Flags().StringVar(&o.engine, "engine", "gomlx", "gomlx or lanes")
	cmd.Flags().StringVar(&o.output, "make", "", "write numbers of the second implementation to this .safetensors file")
	cmd.Flags().Uint64Var(&o.seed, "seed", 0, "seed of the second implementation's weights and tasks")
	return cmd
}

func (o parityOptions) check(cmd *cobra.Command, args []string) error {
	switch {
	case o.engine != "gomlx" && o.engine != "lanes":
		return usagef("unknown engine %q; want gomlx or lanes", o.engine)
	case o.output != "" && len(args) > 0:
		return usagef("--make writes a file and reads none; leave out %s", args[0])
	case o.output != "" && o.json:
		return usagef("--make prints nothing; leave out --json")
	case len(args) > 0 && cmd.Flags().Changed("seed"):
		return usagef("--seed is for numbers that goicl makes; leave it out with the file %s", args[0])
	}
	return checkFile("make", o.output, ".safetensors")
}

// make writes a file of the second implementation's numbers.
func (o parityOptions) make(log io.Writer) error {
	file, err := parity.Make(o.seed)
	if err != nil {
		return err
	}
	if err := file.Save(o.output); err != nil {
		return err
	}
	fmt.Fprintf(log, "wrote %d weights, %d tasks and %d training steps to %s; compare with: goicl parity %[4]s\n", len(file.Params), file.Batch.T, len(file.Train), o.output)
	return nil
}

// run compares with the file, or with the second implementation.
func (o parityOptions) run(cmd *cobra.Command, args []string) (parity.Report, error) {
	file, err := o.file(args)
	if err != nil {
		return parity.Report{}, err
	}
	if o.engine == "lanes" {
		return parity.CheckLanes(cmd.Context(), file)
	}
	b, err := backend.Open(cmd.Context(), backendFlag(cmd), backend.WithProgress(cmd.ErrOrStderr()))
	if err != nil {
		return parity.Report{}, err
	}
	fmt.Fprintln(cmd.ErrOrStderr(), b.Line())
	report, err := parity.CheckBackend(cmd.Context(), b.Backend, file)
	report.Backend = b.Kind()
	return report, err
}

func (o parityOptions) file(args []string) (*parity.File, error) {
	if len(args) == 0 {
		return parity.Make(o.seed)
	}
	return parity.Load(args[0])
}

func printParity(w io.Writer, r parity.Report, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	verdict := "pass"
	if !r.Pass {
		verdict = "FAIL"
	}
	fmt.Fprintf(w, "%s: greatest differences from the other implementation\n", r.Backend)
	for _, row := range []struct {
		name  string
		value *float64
		limit float64
	}{
		{"logits, float32", r.LogitsF32, parity.Max.LogitsF32},
		{"logits, float64", r.LogitsF64, parity.Max.LogitsF64},
		{"gradient, float32 (relative)", r.GradF32, parity.Max.TrainF32},
		{"gradient, float64 (relative)", r.GradF64, parity.Max.TrainF64},
		{"training losses, float32 (relative)", r.LossF32, parity.Max.TrainF32},
		{"training losses, float64 (relative)", r.LossF64, parity.Max.TrainF64},
	} {
		if row.value != nil {
			fmt.Fprintf(w, "  %-36s %8.1e  (limit %.0e)\n", row.name, *row.value, row.limit)
		}
	}
	_, err := fmt.Fprintln(w, verdict)
	return err
}
