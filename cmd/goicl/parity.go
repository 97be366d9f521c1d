package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/parity"
)

func newParityCmd() *cobra.Command {
	var asJSON bool
	var engine string
	cmd := &cobra.Command{
		Use:   "parity FILE",
		Short: "Compare the ICL transformer with the authors' PyTorch code",
		Long: `Parity reads weights, inputs, logits, gradients and training steps that the authors' code wrote to a
.safetensors file and repeats them. It prints the greatest differences and whether all are small enough.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if engine != "gomlx" && engine != "lanes" {
				return usagef("unknown engine %q; want gomlx or lanes", engine)
			}
			report, err := runParity(cmd, args[0], engine)
			if err != nil {
				return err
			}
			return printParity(cmd.OutOrStdout(), report, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	cmd.Flags().StringVar(&engine, "engine", "gomlx", "gomlx or lanes")
	return cmd
}

func runParity(cmd *cobra.Command, path, engine string) (parity.Report, error) {
	file, err := parity.Load(path)
	if err != nil {
		return parity.Report{}, err
	}
	if engine == "lanes" {
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

func printParity(w io.Writer, r parity.Report, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	verdict := "pass"
	if !r.Pass {
		verdict = "FAIL"
	}
	fmt.Fprintf(w, "%s: greatest differences from the authors' code\n", r.Backend)
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
