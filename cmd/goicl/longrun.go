package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/icl/claim/longrun"
	"github.com/goicl/goicl/icl/study"
)

func newLongrunCmd() *cobra.Command {
	var steps, tests int
	var dir, drawing string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "longrun [RECIPE ...]",
		Short: "Train the paper's transformer for a million steps and print its accuracy on the way",
		Long: `Longrun trains the paper's ICL transformer on the mixture of families for as long as its authors do, and prints its accuracy on
each family along the way. Recipes: authors (a constant rate), clipped (the same with clipped gradients), decayed (clipped, with
warm-up and cosine decay); all by default. What was trained before is loaded, and
after an interruption the same command goes on where it was.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			if len(names) == 0 {
				names = longrun.Recipes()
			}
			s, err := longrun.New(names, steps, tests)
			if err != nil {
				return usageError{err}
			}
			if err := s.Validate(); err != nil {
				return usageError{err}
			}
			if err := checkFile("figure", drawing, figureFormats...); err != nil {
				return err
			}
			return runLong(cmd, s, study.Options{Dir: dir, Backend: backendFlag(cmd)}, drawing, asJSON)
		},
	}
	cmd.Flags().IntVar(&steps, "steps", 1_000_000, "steps of 126 tasks")
	cmd.Flags().IntVar(&tests, "tests", 2048, "test tasks of each family")
	cmd.Flags().StringVar(&dir, "dir", "", "where runs are kept (default the user's data folder)")
	cmd.Flags().StringVar(&drawing, "figure", "", "also draw the curves to this .png, .svg or .pdf file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// runLong makes the long runs, and draws and prints them.
func runLong(cmd *cobra.Command, s *study.Study, o study.Options, drawing string, asJSON bool) error {
	update, done := showProgress("long runs")
	o.Progress = update
	r, err := study.Run(cmd.Context(), s, o)
	done()
	if err != nil {
		return err
	}
	if asJSON {
		err = json.NewEncoder(cmd.OutOrStdout()).Encode(r)
	} else {
		for _, t := range r.Tables {
			fmt.Fprintln(cmd.OutOrStdout(), t.Markdown())
		}
	}
	if drawing != "" {
		err = errors.Join(err, saveFigure(r, drawing))
	}
	return err
}
