package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/kernels"
	"github.com/spf13/cobra"
)

func newDoctorCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check what goicl needs on this machine, and say what to do about what is missing",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts := kernelInstallOptions(cmd)
			opts.Log = nil
			report := kernels.Doctor(cmd.Context(), opts, backend.Find)
			if err := printReport(cmd.OutOrStdout(), report, asJSON); err != nil {
				return err
			}
			if !report.OK {
				return errors.New("something that goicl needs is broken; the report says what to do")
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as one JSON document")
	return cmd
}

func printReport(w io.Writer, report kernels.Report, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(report)
	}
	for _, c := range report.Checks {
		if _, err := fmt.Fprintf(w, "%-8s %-13s %s\n", c.State, c.Name, c.Detail); err != nil {
			return err
		}
		if c.Next != "" {
			fmt.Fprintf(w, "%-8s %-13s → %s\n", "", "", c.Next)
		}
	}
	return nil
}
