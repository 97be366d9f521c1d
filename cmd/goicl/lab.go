package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/kernels"
	"github.com/spf13/cobra"
)

func newLabCmd() *cobra.Command {
	var opts kernels.LabOptions
	var noBrowser bool
	cmd := &cobra.Command{
		Use:   "lab",
		Short: "Install what notebooks need and open them in JupyterLab",
		Long: `Lab installs, into a folder of its own and with pinned versions, the Go kernel and JupyterLab, and opens JupyterLab on the
notebooks of the checkout, or in any module that requires the library, or in an empty folder. Later starts install nothing. What
lanes cannot compute runs on XLA, whose plugin, of 260 MB, is fetched when a cell first asks for it, or at once with --backend xla.
The server listens on 127.0.0.1 only and prints its URL; Ctrl-C stops it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.Port < 0 || opts.Port > 65535 {
				return usagef("--port %d does not exist; choose one from 1 to 65535", opts.Port)
			}
			if err := opts.Check(); err != nil {
				return err // at once, not after minutes of installing
			}
			env, err := install(cmd)
			if err != nil {
				return err
			}
			opts.Browser = !noBrowser
			opts.Ready = func(url string) { fmt.Fprintln(cmd.OutOrStdout(), url) }
			return env.Lab(cmd.Context(), opts)
		},
	}
	cmd.Flags().IntVar(&opts.Port, "port", 0, "port to listen on; 0 takes the first free one from 8888 on")
	cmd.Flags().BoolVar(&noBrowser, "no-browser", false, "do not open a browser")
	return cmd
}

// install installs everything that notebooks in the current folder need.
func install(cmd *cobra.Command) (*kernels.Environment, error) {
	opts, err := kernelOptions(cmd)
	if err != nil {
		return nil, err
	}
	return kernels.Install(cmd.Context(), opts)
}

// kernelOptions are the options for the module around the current folder, if there is one, and
// the backend that --backend names.
func kernelOptions(cmd *cobra.Command) (kernels.Options, error) {
	opts := backendOptions(cmd)
	root, err := kernels.FindModule(".", thisProgram().Version)
	opts.Root = root
	return opts, err
}

// backendOptions are the options for the backend that --backend names.
func backendOptions(cmd *cobra.Command) kernels.Options {
	opts := kernels.Options{Log: cmd.ErrOrStderr()}
	if version := thisProgram().Version; kernels.Published(version) {
		opts.Version = version
	}
	spec := backendFlag(cmd)
	if spec != "" {
		opts.Env = []string{"GOMLX_BACKEND=" + fromAnywhere(spec)}
	}
	if spec == "xla" && os.Getenv("CGO_ENABLED") != "0" {
		opts.Plugin = fetchPlugin // else the first cell that has to have it fetches it
	}
	return opts
}

// fromAnywhere makes the path of a plugin absolute.
func fromAnywhere(spec string) string {
	ext := filepath.Ext(spec)
	if ext != ".so" && ext != ".dylib" || strings.HasPrefix(spec, "xla:") {
		return spec
	}
	if abs, err := filepath.Abs(spec); err == nil {
		return abs
	}
	return spec
}

func fetchPlugin(ctx context.Context, progress io.Writer) (string, error) {
	return backend.Ensure(ctx, backend.WithProgress(progress))
}
