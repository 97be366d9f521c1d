package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/icl/claim"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/train"
)

var reproduceHelp = `Reproduce trains the learners that a claim speaks of, tests them and prints the verdict its checks give.
Claims: ` + strings.Join(claim.Names(), ", ") + `, or all (the default). What was trained before is loaded; after an interruption the same
command goes on where it was.

--shard i/n makes the i-th of n parts of the runs and no verdict: n machines that share the folder of --dir make one part each,
and the same command without --shard then prints the verdict. The folder deploy of the project has examples for Slurm and Kubernetes.`

func newReproduceCmd() *cobra.Command {
	var preset, kind, dir, shard string
	var seeds int
	var out output
	cmd := &cobra.Command{
		Use:   "reproduce [CLAIM ...]",
		Short: "Repeat the experiments behind the claims and print their verdicts",
		Long:  reproduceHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := claim.PresetByName(preset)
			if err != nil {
				return usageError{err}
			}
			if cmd.Flags().Changed("seeds") {
				p.Seeds = seeds
			}
			names, err := claimNames(args)
			switch {
			case err != nil:
				return err
			case p.Seeds < 2:
				return usagef("--seeds %d gives no interval over seeds; want at least 2", p.Seeds)
			case !slices.Contains([]string{"", "lanes", "gomlx"}, kind):
				return usagef("unknown engine %q; want lanes or gomlx", kind)
			case out.figure != "" && !slices.Contains(names, "claim2"):
				return usagef("--figure draws the curves of claim2, which is not among the claims asked for")
			}
			opts := claim.Options{Dir: dir, Backend: backendFlag(cmd), Train: []train.Option{train.WithEngine(engine.Kind(kind))}}
			if shard != "" {
				return reproduceShard(cmd, names, p, opts, shard)
			}
			return reproduce(cmd, names, p, opts, out)
		},
	}
	cmd.Flags().StringVar(&preset, "preset", "quick", "smoke, quick or paper")
	cmd.Flags().IntVar(&seeds, "seeds", 0, "number of seeds (default the preset's)")
	cmd.Flags().StringVar(&kind, "engine", "", "lanes or gomlx (default lanes where they can be used)")
	cmd.Flags().StringVar(&dir, "dir", "", "where runs are kept (default the user's data folder)")
	cmd.Flags().StringVar(&shard, "shard", "", "i/n: make only the i-th of n parts of the runs")
	cmd.Flags().BoolVar(&out.json, "json", false, "print one JSON document")
	cmd.Flags().BoolVar(&out.markdown, "markdown", false, "print the README's table of claims")
	cmd.Flags().StringVar(&out.figure, "figure", "", "also draw Fig. 2 to this .png or .svg file")
	return cmd
}

// claimNames checks the claims asked for; "all" or none stands for all.
func claimNames(args []string) ([]string, error) {
	if len(args) == 0 || slices.Contains(args, "all") {
		return claim.Names(), nil
	}
	for _, name := range args {
		if !slices.Contains(claim.Names(), name) {
			return nil, usagef("unknown claim %q; known: %s, all", name, strings.Join(claim.Names(), ", "))
		}
	}
	return args, nil
}

// reproduceShard makes a part of the runs of each claim.
func reproduceShard(cmd *cobra.Command, names []string, p claim.Preset, opts claim.Options, shard string) error {
	first, second, _ := strings.Cut(shard, "/")
	part, errPart := strconv.Atoi(first)
	of, errOf := strconv.Atoi(second)
	if errPart != nil || errOf != nil || part < 1 || part > of {
		return usagef("--shard %s; want i/n with 1 ≤ i ≤ n, such as 2/8", shard)
	}
	for _, name := range names {
		update, done := showProgress(name)
		opts.Progress = update
		err := claim.Shard(cmd.Context(), name, p, part, of, opts)
		done()
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: part %d of %d is done; without --shard the same command prints the verdict once all parts are\n", name, part, of)
	}
	return nil
}

// output says what to print of the results, and where to draw them.
type output struct {
	json, markdown bool
	figure         string
}

// claimReport is a claim in the JSON document.
type claimReport struct {
	Claim   string        `json:"claim"`
	Title   string        `json:"title"`
	Verdict claim.Verdict `json:"verdict"`
	Checks  []claim.Check `json:"checks"`
	// FailedSeeds are left out, see [claim.Result].
	FailedSeeds []uint64         `json:"failed_seeds,omitempty"`
	Findings    []claim.Headline `json:"findings,omitempty"`
}

func reproduce(cmd *cobra.Command, names []string, p claim.Preset, opts claim.Options, out output) error {
	start := time.Now()
	var results []*claim.Result
	for _, name := range names {
		update, done := showProgress(name)
		opts.Progress = update
		r, err := claim.Reproduce(cmd.Context(), name, p, opts)
		done()
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	if err := out.draw(results); err != nil {
		return err
	}
	return out.print(cmd.OutOrStdout(), p, results, time.Since(start))
}

// shown are the predictors of the figure.
var shown = []string{"ICL", "ProtoNet", "MatchNet", "CNP", "Bayes"}

// draw draws Fig. 2, if it was asked for and its claim is among the results.
func (o output) draw(results []*claim.Result) error {
	if o.figure == "" {
		return nil
	}
	for _, r := range results {
		if r.Claim == "claim2" {
			return figure.Fig2(r.Single(shown...), r.OnMixture(shown...)).Save(o.figure)
		}
	}
	return nil
}

func (o output) print(w io.Writer, p claim.Preset, results []*claim.Result, took time.Duration) error {
	switch {
	case o.json:
		var reports []claimReport
		for _, r := range results {
			reports = append(reports, claimReport{r.Claim, r.Title, r.Verdict, r.Checks, r.FailedSeeds, r.Findings})
		}
		return json.NewEncoder(w).Encode(map[string]any{
			"preset": p.Name, "seeds": p.Seeds, "seconds": took.Seconds(), "claims": reports,
		})
	case o.markdown:
		fmt.Fprintln(w, claim.MarkdownHeader)
		for _, r := range results {
			fmt.Fprintln(w, r.MarkdownRow())
		}
	default:
		for _, r := range results {
			printClaim(w, r)
		}
	}
	return nil
}

func printClaim(w io.Writer, r *claim.Result) {
	fmt.Fprintf(w, "%s: %s\n%s (preset %s, %s, %d test tasks each)\n", r.Claim, r.Title, strings.ToUpper(string(r.Verdict)), r.Preset, r.SeedNote(), r.Tasks)
	for _, c := range r.Checks {
		mark := "no "
		if c.Pass {
			mark = "yes"
		}
		fmt.Fprintf(w, "  %s  %-78s %s  %s  threshold %g\n", mark, c.Name, c.Signed(), c.Interval(), c.Threshold)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(w, "       %-78s %s  %s\n", f.Name, f.Signed(), f.Interval())
	}
	_, starts := r.StartsTable()
	for _, row := range starts {
		fmt.Fprintf(w, "  %s: %s of %s starts got stuck; each run went on with its best\n", row[0], row[2], row[1])
	}
}
