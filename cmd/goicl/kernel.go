package main

import (
	"fmt"

	"github.com/goicl/goicl/kernels"
	"github.com/spf13/cobra"
)

func newKernelCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kernel",
		Short: "The Go kernel for a Jupyter you have already",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newKernelInstallCmd())
	return cmd
}

func newKernelInstallCmd() *cobra.Command {
	var user bool
	var prefix string
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Write the Go kernel's spec where your own Jupyter, or VS Code, finds it",
		Long: `Install installs the Go kernel, with goimports and gopls, into goicl's own folder, and writes the spec
"Go (GoICL)", under the name gonb, where your Jupyter finds it: for you alone, or with --prefix for the Python environment
that Jupyter runs in. It replaces the spec of another GoNB there. "goicl lab" needs none of this.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if user && prefix != "" {
				return usagef("--user and --prefix %s exclude each other; choose one", prefix)
			}
			path, err := kernels.InstallKernel(cmd.Context(), kernelInstallOptions(cmd), prefix)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), path)
			return err
		},
	}
	cmd.Flags().BoolVar(&user, "user", false, "for you alone, in your Jupyter folder (the default)")
	cmd.Flags().StringVar(&prefix, "prefix", "", "into the environment of the Python that Jupyter runs on: its sys.prefix")
	return cmd
}

// kernelInstallOptions are those of goicl lab, but no module and no version are needed.
func kernelInstallOptions(cmd *cobra.Command) kernels.Options {
	opts, err := kernelOptions(cmd)
	if err != nil {
		opts.Root = ""
	}
	return opts
}
