package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/kernels"
)

// proof is a trial of the notebooks as a person uses them.
type proof struct {
	root     string // the checkout
	env      *kernels.Environment
	tmp      string
	pictures string
	out      io.Writer
}

type trial struct {
	name string
	run  func(*proof, context.Context) error
}

// trials are what proof tries, in order.
var trials = []trial{
	{"places", (*proof).places},
	{"training", (*proof).training},
	{"browser", (*proof).browser},
}

func newProofCmd() *cobra.Command {
	p := &proof{}
	cmd := &cobra.Command{
		Use:   "proof [TRIAL …]",
		Short: "Try the notebooks as a person uses them: in the kernel and in a browser",
		Long: `Proof tries, with the kernel that goicl lab installs and runs of its own:

  places    a notebook's set-up in the checkout, in a module of one's own, and in an empty folder
  training  what a cell trains, the next cell has; an interrupted training goes on where it stopped, after a restart too
  browser   JupyterLab in Chromium: all cells of all notebooks in the preset smoke, their pictures, the sliders of panels,
            the interrupt button, completion. Where no Chromium is installed, the notebooks alone; CHROMIUM names one

Without names, all of them.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			for _, name := range names {
				if !slices.ContainsFunc(trials, func(t trial) bool { return t.name == name }) {
					return usagef("unknown trial %q; known: places, training, browser", name)
				}
			}
			p.out = cmd.OutOrStdout()
			return p.run(cmd, names)
		},
	}
	cmd.Flags().StringVar(&p.pictures, "pictures", "", "keep pictures of the pages in this folder")
	return cmd
}

// run makes the trials of these names, or all.
func (p *proof) run(cmd *cobra.Command, names []string) (err error) {
	if p.root, err = kernels.FindRoot("."); err != nil {
		return err
	}
	if p.tmp, err = os.MkdirTemp("", "goicl-proof-*"); err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(p.tmp)) }()
	if p.env, err = p.install(cmd); err != nil {
		return err
	}
	for _, t := range trials {
		if len(names) > 0 && !slices.Contains(names, t.name) {
			continue
		}
		if err := t.run(p, cmd.Context()); err != nil {
			return fmt.Errorf("proof: %s: %w", t.name, err)
		}
	}
	return nil
}

// install puts everything in place, with runs of the proof's own and short ones.
func (p *proof) install(cmd *cobra.Command) (*kernels.Environment, error) {
	opts, err := kernelOptions(cmd)
	if err != nil {
		return nil, err
	}
	opts.Env = append(opts.Env, "XDG_DATA_HOME="+filepath.Join(p.tmp, "data"), "GOICL_PRESET=smoke")
	return kernels.Install(cmd.Context(), opts)
}

func (p *proof) say(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }
