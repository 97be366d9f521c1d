package main

import (
	"github.com/spf13/cobra"
)

func newBookCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "book DIR",
		Short: "Write all lectures and tutorials, with their outputs, as a static site",
		Long: `Book writes the notebooks of this checkout, with the outputs that are committed, to a folder as a static site: open its index.html in
a browser, or put the folder on any web server. The site begins with the verdicts, can be searched, and shows the Go code of a cell where one asks for
it. Nothing is executed. Formulas are set by MathJax, which the browser fetches. DIR is a new folder, or one that holds an earlier book.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			env, err := install(cmd)
			if err != nil {
				return err
			}
			return env.Book(cmd.Context(), args[0])
		},
	}
}
