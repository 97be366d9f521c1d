package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/train"
)

func newLongrunCmd() *cobra.Command {
	var steps, tests int
	var dir, drawing string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "longrun [RECIPE ...]",
		Short: "Train the paper's transformer for a million steps and show what that changes",
		Long: `Longrun trains the paper's ICL transformer on the mixture of families for as long as its authors do, and prints its accuracy on
each family along the way. Recipes: authors (a constant rate), clipped (the same with clipped gradients), decayed (clipped, with
warm-up and cosine decay); all by default. A run takes about half an hour of one core; what was trained before is loaded, and
after an interruption the same command goes on where it was.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			if len(names) == 0 {
				names = claim.LongRecipes()
			}
			if err := checkLongrun(names, steps, tests); err != nil {
				return err
			}
			runs, err := longruns(cmd, names, steps, tests, claim.Options{Dir: dir, Train: []train.Option{train.WithBackend(backendFlag(cmd))}})
			if err != nil {
				return err
			}
			if drawing != "" {
				if err := figure.Curves("The paper's transformer on the mixture, by training steps", longPanels(runs)).Save(drawing); err != nil {
					return err
				}
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(runs)
			}
			return printLongruns(cmd.OutOrStdout(), runs)
		},
	}
	cmd.Flags().IntVar(&steps, "steps", 1_000_000, "steps of 126 tasks")
	cmd.Flags().IntVar(&tests, "tests", 2048, "test tasks of each family")
	cmd.Flags().StringVar(&dir, "dir", "", "where runs are kept (default the user's data folder)")
	cmd.Flags().StringVar(&drawing, "figure", "", "also draw the curves to this .png or .svg file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

func checkLongrun(names []string, steps, tests int) error {
	for _, name := range names {
		if !slices.Contains(claim.LongRecipes(), name) {
			return usagef("unknown recipe %q; known: %s", name, strings.Join(claim.LongRecipes(), ", "))
		}
	}
	if steps < 1000 {
		return usagef("--steps %d; want at least 1000", steps)
	}
	if tests < 1 {
		return usagef("--tests %d; want at least 1", tests)
	}
	return nil
}

// longruns makes the runs, as many at once as there are processors.
func longruns(cmd *cobra.Command, names []string, steps, tests int, o claim.Options) ([]*claim.LongRun, error) {
	update, done := showProgress("long runs")
	defer done()
	var mu sync.Mutex
	o.Progress = func(p claim.Progress) {
		mu.Lock()
		defer mu.Unlock()
		update(p)
	}
	runs := make([]*claim.LongRun, len(names))
	group, ctx := errgroup.WithContext(cmd.Context())
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() (err error) {
			runs[i], err = claim.TrainLong(ctx, name, steps, tests, o)
			return err
		})
	}
	return runs, group.Wait()
}

// longPanels has a panel a family and a curve a recipe.
func longPanels(runs []*claim.LongRun) []figure.Panel {
	var panels []figure.Panel
	for i, first := range runs[0].Curves() {
		p := figure.Panel{Title: first.Family, XLabel: "training steps", LogX: true}
		for _, r := range runs {
			p.Curves = append(p.Curves, r.Curves()[i])
		}
		panels = append(panels, p)
	}
	// One range for the families of the mixture, a narrower one for the new one.
	known, last := panels[:len(panels)-1], len(panels)-1
	for i := range known {
		known[i].YMin, known[i].YMax = lowest(known), 1
	}
	panels[last].YMin = lowest(panels[last:])
	panels[last].YMax = panels[last].YMin + .4
	panels[last].Title += ", never trained on"
	return panels
}

func lowest(panels []figure.Panel) float64 {
	least := 1.
	for _, p := range panels {
		for _, c := range p.Curves {
			for _, v := range c.Mean {
				least = min(least, v)
			}
		}
	}
	return float64(int(20*least)) / 20
}

func printLongruns(w io.Writer, runs []*claim.LongRun) error {
	header, rows := claim.LongTable(runs...)
	rule := strings.Repeat("|---", len(header)) + "|"
	fmt.Fprintf(w, "| %s |\n%s\n", strings.Join(header, " | "), rule)
	for _, row := range rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
	}
	fmt.Fprintln(w)
	for _, r := range runs {
		fmt.Fprintf(w, "- %s: %s; lowest validation loss at step %d\n", r.Recipe, spikes(r), r.Best)
	}
	return nil
}

// spikes describes the loss spikes of a run.
func spikes(r *claim.LongRun) string {
	switch {
	case r.Diverged != "":
		return r.Diverged
	case len(r.Blows) == 0:
		return "no loss spike"
	}
	return fmt.Sprintf("%d loss spikes, near the steps %s", len(r.Blows), strings.Trim(fmt.Sprint(r.Blows), "[]"))
}
