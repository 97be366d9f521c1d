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
	"github.com/goicl/goicl/internal/userdir"
	"github.com/goicl/goicl/kernels"
)

// rankOptions are the flags of rank.
type rankOptions struct {
	data   string
	rows   []int
	splits int
	peers  bool
}

func newRankCmd() *cobra.Command {
	var o rankOptions
	cmd := &cobra.Command{
		Use:   "rank",
		Short: "Rank ways to classify 27 real tables from few labelled rows",
		Long: `Rank compares the transformer for tables with a ProtoNet that was trained on the same synthetic tables, logistic regression and k-NN,
both tuned on the labelled rows, and the nearest mean; with --peers also with scikit-learn's logistic regression, random forest and
gradient boosting, for which it installs scikit-learn into bench/.venv-tables of a checkout the first time. The tables are those of
Rdatasets, fetched once and compared with their hashes, or in the folder --data. Classes are balanced in each split, among the
labelled rows and those to predict.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return o.run(cmd)
		},
	}
	cmd.Flags().StringVar(&o.data, "data", "", "folder of the tables, as PACKAGE/NAME.csv (default the user's data folder)")
	cmd.Flags().IntSliceVar(&o.rows, "rows", []int{10, 30, 50, 100}, "numbers of labelled rows")
	cmd.Flags().IntVar(&o.splits, "splits", 20, "random splits of each table")
	cmd.Flags().BoolVar(&o.peers, "peers", false, "also scikit-learn")
	return cmd
}

func (o rankOptions) check() error {
	for _, n := range o.rows {
		if n < 2 || n > 1000 {
			return usagef("--rows %d; want 2 to 1000", n)
		}
	}
	if o.splits < 2 || o.splits > 10_000 || len(o.rows) == 0 {
		return usagef("--splits %d of %d numbers of rows; want at least 2, which give an interval, and one", o.splits, len(o.rows))
	}
	return nil
}

func (o rankOptions) run(cmd *cobra.Command) error {
	ctx, log := cmd.Context(), func(line string) { fmt.Fprintln(cmd.ErrOrStderr(), line) }
	if o.data == "" {
		if o.data = userdir.Data("tables"); o.data == "" {
			return userdir.ErrNone
		}
	}
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
