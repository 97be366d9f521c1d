package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/datasets/tables"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/notebook"
	"github.com/goicl/goicl/icl/tabular"
	"github.com/goicl/goicl/icl/tabular/ranking"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/rank"
	"github.com/goicl/goicl/internal/rank/grouped"
	"github.com/goicl/goicl/internal/userdir"
	"github.com/goicl/goicl/kernels"
)

// rankOptions are the flags of rank.
type rankOptions struct {
	data   string
	only   string
	rows   []int
	splits int
	peers  bool
	given  []int
	draws  int
}

// rankHelp is what goicl rank --help says.
const rankHelp = `Rank compares ways to predict rows of real tables, those of Rdatasets, which are fetched once and compared with their
hashes, or are in the folder --data. It prints two rankings; --only tables or --only groups computes one of them.

Tables: 27 tables of two classes, from few labelled rows (--rows). The transformer for tables, a ProtoNet that was trained on the
same synthetic tables, logistic regression and k-NN, both tuned on the labelled rows, and the nearest mean; with --peers also scikit-learn's logistic regression, random forest and gradient
boosting, for which it installs scikit-learn into bench/.venv-tables of a checkout the first time. Classes are balanced in each
split (--splits), among the labelled rows and those to predict.

Groups: 967 tasks of few-shot regression, the groups of 8 rows or more (patients, trees, schools, countries) of 19 tables. Of each
group a few rows are given (--given), drawn several times (--draws), and those that are never given are predicted, the same for all
numbers of given rows and all methods. Whole groups are kept for the test, a fifth of a table's at a time; the others are training
groups.

  least squares, own rows   fitted to the given rows; where these are too few, the solution of least norm
  least squares, pooled     one fit to the rows of all training groups
  mixed model               random intercepts and slopes, REML by EM on the training groups; predicts by fixed effects + BLUP
  empirical Bayes, moments  a Gaussian prior of a group's coefficients, by moments of the training groups' least-squares fits
  ICL, as it is             a transformer that reads the given rows in context, trained once on synthetic grouped tables
  ICL, adapted              the same, fine-tuned on the table's training groups
  M²-ICL, adapted           one that was meta-learned to be fine-tuned, on the same synthetic tables and for as long

The first and "ICL, as it is" know nothing of the training groups but the means and deviations by which all inputs and targets are
standardised. How long to fine-tune is chosen on training groups that are held out. Errors are squared errors over the variance of
the target among the table's rows for training. Differences are paired by group and printed with intervals over tables and
over groups. The transformers are trained the first time, in a few minutes.`

func newRankCmd() *cobra.Command {
	var o rankOptions
	cmd := &cobra.Command{
		Use:   "rank",
		Short: "Rank ways to predict the rows of real tables from a few others",
		Long:  rankHelp,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return o.run(cmd)
		},
	}
	cmd.Flags().StringVar(&o.data, "data", "", "folder of the tables, as PACKAGE/NAME.csv (default the user's data folder)")
	cmd.Flags().StringVar(&o.only, "only", "", "one of the two rankings: tables or groups (default both)")
	cmd.Flags().IntSliceVar(&o.rows, "rows", []int{10, 30, 50, 100}, "numbers of labelled rows of the tables")
	cmd.Flags().IntVar(&o.splits, "splits", 20, "random splits of each table")
	cmd.Flags().BoolVar(&o.peers, "peers", false, "also scikit-learn, on the tables")
	cmd.Flags().IntSliceVar(&o.given, "given", []int{2, 4, 6}, "numbers of given rows of the groups")
	cmd.Flags().IntVar(&o.draws, "draws", 3, "draws of the given rows of each group")
	return cmd
}

func (o rankOptions) check() error {
	if o.only != "" && o.only != "tables" && o.only != "groups" {
		return usagef("--only %s; want tables or groups", o.only)
	}
	if o.peers && o.only == "groups" {
		return usagef("--peers is for the tables, which --only groups leaves out; leave out one of the two")
	}
	if _, err := kernels.FindRoot("."); o.peers && err != nil {
		return fmt.Errorf("--peers: %w", err)
	}
	for _, n := range o.rows {
		if n < 2 || n > 1000 {
			return usagef("--rows %d; want 2 to 1000", n)
		}
	}
	if o.splits < 2 || o.splits > 10_000 || len(o.rows) == 0 {
		return usagef("--splits %d of %d numbers of rows; want at least 2, which give an interval, and one", o.splits, len(o.rows))
	}
	if err := o.grouped(nil).Validate(); err != nil {
		return usagef("--given %v --draws %d: %w", o.given, o.draws, err)
	}
	return nil
}

// grouped are the options of the ranking on groups.
func (o rankOptions) grouped(log func(string)) grouped.Options {
	return grouped.Options{Given: o.given, Folds: 5, Draws: o.draws, Log: log}
}

func (o rankOptions) run(cmd *cobra.Command) error {
	if o.data == "" {
		if o.data = userdir.Data("tables"); o.data == "" {
			return userdir.ErrNone
		}
	}
	log := func(line string) { fmt.Fprintln(cmd.ErrOrStderr(), line) }
	if o.only != "groups" {
		if err := o.rankTables(cmd, log); err != nil {
			return err
		}
	}
	if o.only != "tables" {
		return o.rankGroups(cmd, log)
	}
	return nil
}

// rankTables prints the ranking on the tables.
func (o rankOptions) rankTables(cmd *cobra.Command, log func(string)) error {
	ctx := cmd.Context()
	all, err := rank.Load(ctx, o.data, log)
	if err != nil {
		return err
	}
	model, err := icl.Tabular(ctx, tabular.Settings{}, notebook.NewProgress("the transformer for tables"), train.WithBackend(backendFlag(cmd)))
	if err != nil {
		return err
	}
	rival, err := train.Train(ctx, train.Config{Learner: metalearner.ProtoNet{Width: 64}, Tasks: tables.Prior{}, Recipe: tabular.Recipe(3000)},
		train.WithBackend(backendFlag(cmd)), train.WithNotices(func(string) {}))
	if err != nil {
		return err
	}
	methods := []ranking.Method{
		ranking.InContext{Model: model}, ranking.Pretrained{Of: rival}, ranking.Logistic(), ranking.Neighbours(), ranking.Fitted{Of: baseline.NearestMean{}},
	}
	if o.peers {
		root, err := kernels.FindRoot(".")
		if err != nil {
			return err
		}
		peers, err := rank.StartPeers(ctx, filepath.Join(root, "bench"), cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		defer peers.Close()
		methods = append(methods, peers.Methods()...)
	}
	r, err := ranking.Tables(ctx, all, methods, ranking.Options{Rows: o.rows, Splits: o.splits, Log: log})
	if err != nil {
		return err
	}
	fmt.Fprint(cmd.OutOrStdout(), r.Markdown())
	return nil
}

// rankGroups prints the ranking on the groups.
func (o rankOptions) rankGroups(cmd *cobra.Command, log func(string)) error {
	ctx := cmd.Context()
	all, err := rank.LoadGroups(ctx, o.data, log)
	if err != nil {
		return err
	}
	bar := func(title string) icl.Bar { return notebook.NewProgress(title) }
	learned, err := grouped.Default().Learned(ctx, bar, train.WithBackend(backendFlag(cmd)))
	if err != nil {
		return err
	}
	r, err := grouped.Run(ctx, all, append(grouped.Classical(), learned...), o.grouped(log))
	if err != nil {
		return err
	}
	fmt.Fprint(cmd.OutOrStdout(), r.Markdown())
	return nil
}
