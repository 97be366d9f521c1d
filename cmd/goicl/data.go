package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/goicl/goicl/datasets/remote"
)

func newDataCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data",
		Short: "List and download data sets that others publish",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return usagef("data needs list or get NAME") },
	}
	cmd.AddCommand(
		&cobra.Command{
			Use:   "list",
			Short: "List the data sets, their sizes and licences, and which are on this machine",
			Args:  cobra.NoArgs,
			RunE:  func(cmd *cobra.Command, _ []string) error { return listData(cmd) },
		},
		newDataGetCmd(),
	)
	return cmd
}

func listData(cmd *cobra.Command) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "data set\tsize\tlicence\there\t")
	for _, s := range remote.Sources() {
		here := "no"
		if s.Here() {
			here = "yes"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Name, humanize.Bytes(uint64(s.Bytes())), s.Licence, here, s.About)
	}
	return w.Flush()
}

func newDataGetCmd() *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:   "get NAME ...",
		Short: "Download data sets into the user's data folder",
		Long: `Get downloads what is missing of data sets from their publishers and compares digests. After an interruption the same command
goes on where it was. With --from it takes the files from a folder instead, for a machine without a network.`,
		Example: "  goicl data get omniglot\n  goicl data get omniglot --from /media/stick",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			var all []remote.Source
			for _, name := range names {
				s, err := remote.Find(name)
				if err != nil {
					return usageError{err}
				}
				all = append(all, s)
			}
			if cmd.Flags().Changed("from") && from == "" {
				return usageError{errors.New("--from names no folder")}
			}
			for _, s := range all {
				if err := getData(cmd, s, from); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "a folder that has the files already")
	return cmd
}

func getData(cmd *cobra.Command, s remote.Source, from string) error {
	fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s, licence %s\n", s.Name, humanize.Bytes(uint64(s.Bytes())), s.Licence)
	var err error
	if from != "" {
		err = s.Take(cmd.Context(), from, cmd.ErrOrStderr())
	} else {
		err = s.Get(cmd.Context(), cmd.ErrOrStderr())
	}
	if err == nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s is in %s\n", s.Name, s.Dir())
	}
	return err
}
