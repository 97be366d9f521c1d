package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/userdir"
)

func newExportCmd() *cobra.Command {
	var dir, path string
	cmd := &cobra.Command{
		Use:   "export RUN",
		Short: "Write a trained learner's weights for Python",
		Long: `Export writes the best weights of a run to a .safetensors file or a NumPy archive, .npz: each parameter as a
float32 tensor of its name and shape. RUN is a run directory, or the beginning of the name of one. train.Import reads
the file back, as it reads one that Python wrote.`,
		Example: "  goicl export ICL-mix-seed0 -o icl.safetensors",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFile("output", path, ".safetensors", ".npz"); err != nil {
				return err
			}
			if args[0] == "" {
				return usagef(`the run is ""; give the beginning of its name`)
			}
			run, err := findRun(dir, args[0])
			if err != nil {
				return err
			}
			if err := train.ExportRun(run, path); err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "wrote the weights of %s to %s\n", filepath.Base(run), path)
			return nil
		},
	}
	cmd.Flags().StringVarP(&path, "output", "o", "weights.safetensors", "file to write, .safetensors or .npz")
	cmd.Flags().StringVar(&dir, "dir", train.DefaultDir(), "where runs are kept")
	return cmd
}

// findRun is the run directory called name, or the one under dir whose name begins so.
func findRun(dir, name string) (string, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return name, nil
	}
	if dir == "" {
		return "", fmt.Errorf("no runs: %w, or say where runs are kept with --dir", userdir.ErrNone)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("no runs: %w; train something, or say where runs are kept with --dir", err)
	}
	var all, found []string
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		all = append(all, e.Name())
		if strings.HasPrefix(e.Name(), name) {
			found = append(found, e.Name())
		}
	}
	switch {
	case len(found) == 1 || len(found) > 1 && found[0] == name:
		return filepath.Join(dir, found[0]), nil
	case len(found) > 1:
		return "", usagef("%d runs begin with %q: %s; give more of the name", len(found), name, list(found))
	}
	return "", usagef("no run in %s begins with %q; there are %d: %s", dir, name, len(all), list(all))
}

// list is the first few names.
func list(names []string) string {
	const few = 5
	if len(names) > few {
		return strings.Join(names[:few], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
