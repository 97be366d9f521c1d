package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/datasets/remote"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// reproduction holds the flags of reproduce.
type reproduction struct {
	registry                             study.Registry
	preset, kind, dir, shard, figureFile string
	seeds                                int
	budget                               time.Duration
	json, markdown                       bool
}

func newReproduceCmd() *cobra.Command { return reproduceCmd(icl.Studies()) }

func reproduceCmd(registry study.Registry) *cobra.Command {
	r := reproduction{registry: registry}
	var about strings.Builder
	for _, d := range registry {
		fmt.Fprintf(&about, "\n  %-15s %s", d.Name, d.Title)
	}
	cmd := &cobra.Command{
		Use:   "reproduce [STUDY ...]",
		Short: "Repeat the experiments behind published results and print their verdicts",
		Long: `Reproduce trains the learners of a study, tests them and prints the verdict of its checks. What was trained before is loaded;
after an interruption the same command goes on where it was. Without a name it lists the studies, with the core-minutes that each
takes and the verdicts that were found before. Studies, besides ` + strings.Join(groups(registry), ", ") + ` and all:
` + about.String() + `

--shard i/n makes the i-th of n parts of the runs and no verdict: n machines that share the folder of --dir make one part each,
and the same command without --shard then prints the verdict. The folder deploy of the project has examples for Slurm and Kubernetes.`,
		RunE: r.run,
	}
	flags := cmd.Flags()
	flags.StringVar(&r.preset, "preset", "quick", "smoke, quick or paper")
	flags.IntVar(&r.seeds, "seeds", 0, "number of seeds, at which the checks are judged once (default the looks of the preset)")
	flags.StringVar(&r.kind, "engine", "", "lanes or gomlx (default lanes where they can be used)")
	flags.StringVar(&r.dir, "dir", "", "where runs are kept (default the user's data folder)")
	flags.StringVar(&r.shard, "shard", "", "i/n: make only the i-th of n parts of the runs")
	flags.DurationVar(&r.budget, "budget", 0, "judge the seeds of each study finished after this time, such as 10m, two at least (default no limit)")
	flags.BoolVar(&r.json, "json", false, "print one JSON document")
	flags.BoolVar(&r.markdown, "markdown", false, "print the README's table")
	flags.StringVar(&r.figureFile, "figure", "", "also draw the study's main figure to this .png, .svg or .pdf file")
	return cmd
}

// run checks the flags and makes the studies.
func (r *reproduction) run(cmd *cobra.Command, names []string) error {
	if len(names) == 0 {
		return r.list(cmd)
	}
	studies, err := r.studies(cmd, names)
	if err != nil {
		return err
	}
	switch {
	case !slices.Contains([]string{"", "lanes", "gomlx"}, r.kind):
		return usagef("unknown engine %q; want lanes or gomlx", r.kind)
	case cmd.Flags().Changed("budget") && r.budget <= 0:
		return usagef("--budget %s; want a positive time, such as 10m", r.budget)
	case r.figureFile != "" && len(studies) != 1:
		return usagef("--figure draws one study; name it, such as: goicl reproduce claim2 --figure claim2.png")
	case r.json && r.markdown:
		return usagef("--json and --markdown exclude each other; choose one")
	case cmd.Flags().Changed("shard") && (r.json || r.markdown || r.figureFile != ""):
		return usagef("--shard makes runs and prints nothing; leave --json, --markdown and --figure to the call without it")
	}
	if err := checkFile("figure", r.figureFile, figureFormats...); err != nil {
		return err
	}
	o := study.Options{Dir: r.dir, Backend: backendFlag(cmd), Budget: r.budget, Train: []train.Option{train.WithEngine(r.kind)}}
	if cmd.Flags().Changed("shard") {
		return r.part(cmd, studies, o)
	}
	return r.judge(cmd, studies, o)
}

// studies makes the studies of these names.
func (r *reproduction) studies(cmd *cobra.Command, names []string) (studies []*study.Study, err error) {
	if names, err = r.named(names); err != nil {
		return nil, err
	}
	for _, name := range names {
		s, err := r.registry.New(name, r.preset)
		if errors.Is(err, remote.ErrMissing) {
			return nil, err
		}
		if err != nil {
			return nil, usageError{err}
		}
		if cmd.Flags().Changed("seeds") {
			if r.seeds < 2 {
				return nil, usagef("--seeds %d gives no interval over seeds; want at least 2", r.seeds)
			}
			if r.seeds > study.MaxSeeds {
				return nil, usagef("--seeds %d; want at most %d", r.seeds, study.MaxSeeds)
			}
			s.Seeds, s.Looks = r.seeds, nil
		}
		studies = append(studies, s)
	}
	return studies, nil
}

// part makes a part of the runs of each study.
func (r *reproduction) part(cmd *cobra.Command, studies []*study.Study, o study.Options) error {
	first, second, _ := strings.Cut(r.shard, "/")
	part, errPart := strconv.Atoi(first)
	of, errOf := strconv.Atoi(second)
	if errPart != nil || errOf != nil || part < 1 || part > of {
		return usagef("--shard %s; want i/n with 1 ≤ i ≤ n, such as 2/8", r.shard)
	}
	for _, s := range studies {
		update, done := showProgress(s.Name)
		o.Progress = update
		err := study.Shard(cmd.Context(), s, part, of, o)
		done()
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: part %d of %d is done; without --shard the same command prints the verdict once all parts are\n", s.Name, part, of)
	}
	return nil
}

// judge runs the studies and prints their results.
func (r *reproduction) judge(cmd *cobra.Command, studies []*study.Study, o study.Options) error {
	start := time.Now()
	var results []*study.Result
	for _, s := range studies {
		if err := r.announce(cmd, s, o); err != nil {
			return err
		}
		update, done := showProgress(s.Name)
		o.Progress = update
		result, err := study.Run(cmd.Context(), s, o)
		done()
		if err != nil {
			return err
		}
		results = append(results, result)
	}
	err := r.print(cmd.OutOrStdout(), results, time.Since(start))
	if r.figureFile != "" {
		err = errors.Join(err, saveFigure(results[0], r.figureFile)) // behind the verdict, which cost the time
	}
	return err
}

// announce says what a study costs that was not made yet.
func (r *reproduction) announce(cmd *cobra.Command, s *study.Study, o study.Options) error {
	cost := icl.Cost(s.Name)
	if cost == "" || r.preset != "quick" {
		return nil
	}
	kept, err := study.Kept(cmd.Context(), s, o)
	if err == nil && kept == nil {
		_, err = fmt.Fprintf(cmd.ErrOrStderr(), "%s takes %s\n", s.Name, cost)
	}
	return err
}

// figureFormats are the extensions of figures.
var figureFormats = []string{".png", ".svg", ".pdf"}

// saveFigure draws a study's main figure to a file.
func saveFigure(r *study.Result, path string) error {
	if len(r.Figure.Rows) == 0 {
		return fmt.Errorf("%s has no main figure, so %s was not written; its notebook draws others", r.Study, path)
	}
	return figureOf(r).Save(path)
}

// figureOf draws a study's main figure.
func figureOf(r *study.Result) *figure.Figure {
	like := figure.Panel{XLabel: r.Figure.XLabel, YLabel: r.Figure.YLabel, LogX: r.Figure.LogX}
	var rows []figure.Panel
	for _, row := range r.Figure.Rows {
		rows = append(rows, figure.Panel{Title: row.Title, Curves: r.Curves(row.Group, row.Learners...), YMin: row.YMin, YMax: row.YMax})
	}
	return figure.Rows(r.Figure.Title, like, rows...)
}

func (r *reproduction) print(w io.Writer, results []*study.Result, took time.Duration) error {
	switch {
	case r.json:
		doc := reproduced{origin: thisProgram(), Preset: r.preset, Seconds: took.Seconds()}
		for _, x := range results {
			doc.Claims = append(doc.Claims, newReport(x))
		}
		return json.NewEncoder(w).Encode(doc)
	case r.markdown:
		fmt.Fprintln(w, study.MarkdownHeader)
		for _, x := range results {
			fmt.Fprintln(w, x.MarkdownRows())
		}
	default:
		for _, x := range results {
			fmt.Fprint(w, x)
			for _, t := range x.Tables {
				fmt.Fprintf(w, "\n%s\n", t)
			}
		}
	}
	return nil
}
