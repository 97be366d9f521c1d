package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/tables"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/notebook"
	"github.com/goicl/goicl/icl/tabular"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/files"
)

// predictOptions are the flags of predict.
type predictOptions struct {
	target, output, dir string
	real, missing       bool
	steps, members      int
}

func newPredictCmd() *cobra.Command {
	var o predictOptions
	cmd := &cobra.Command{
		Use:   "predict TRAIN.csv TEST.csv --target COLUMN",
		Short: "Predict a column of a table in context, from another table",
		Long: `Predict reads two tables of the same columns, with a transformer that was trained once on synthetic tables, and
writes the probability of each class of COLUMN for every row of TEST.csv, or with --real its predicted number. Nothing is
fitted to your table: the transformer reads the rows of TRAIN.csv as its context, 200 of them at a time. The first call trains
it, which takes ten to twenty minutes on two cores; after that it is loaded.`,
		Example: "  goicl predict patients.csv new.csv --target outcome\n  goicl predict houses.csv sold.csv --target price --real -o prices.csv",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			known, test, err := o.read(args[0], args[1])
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.ErrOrStderr(), known)
			p, err := o.predict(cmd, known, test)
			if err != nil {
				return err
			}
			if o.output == "" {
				return writePrediction(cmd.OutOrStdout(), o.target, p, test)
			}
			var text strings.Builder
			if err := writePrediction(&text, o.target, p, test); err != nil {
				return err
			}
			return files.Write(o.output, []byte(text.String()))
		},
	}
	cmd.Flags().StringVar(&o.target, "target", "", "the column to predict")
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "file to write, .csv (default standard output)")
	cmd.Flags().StringVar(&o.dir, "dir", "", "where the trained transformer is kept (default the user's data folder)")
	cmd.Flags().BoolVar(&o.real, "real", false, "the column holds real numbers, not classes")
	cmd.Flags().BoolVar(&o.missing, "missing", false, "allow missing values")
	cmd.Flags().IntVar(&o.steps, "steps", 0, "training steps of the transformer (default 9000)")
	cmd.Flags().IntVar(&o.members, "members", 16, "times that the table is read, with its columns and classes in another order")
	return cmd
}

func (o predictOptions) check() error {
	switch {
	case o.target == "":
		return usageError{errors.New(`--target names the column to predict; give it, as in --target price`)}
	case o.steps < 0:
		return usagef("--steps %d; want a positive number, or 0 for the recommended one", o.steps)
	case o.members < 1 || o.members > 1000:
		return usagef("--members %d; want 1 to 1000", o.members)
	}
	return checkFile("output", o.output, ".csv")
}

// read reads both tables.
func (o predictOptions) read(trainFile, testFile string) (known, test datasets.Table, err error) {
	open, opts := datasets.OpenTable, []datasets.TableOption{}
	if o.real {
		open = datasets.OpenTargets
	}
	if o.missing {
		opts = append(opts, datasets.WithMissing())
	}
	if known, err = open(trainFile, o.target, opts...); err != nil {
		return known, test, err
	}
	test, err = known.OpenLike(testFile)
	return known, test, err
}

// predict trains the transformer, or loads it, and predicts.
func (o predictOptions) predict(cmd *cobra.Command, known, test datasets.Table) (*tabular.Prediction, error) {
	s := tabular.Settings{Prior: tables.Prior{Targets: o.real}}
	if o.steps > 0 {
		s.Recipe = tabular.Recipe(o.steps)
	}
	opts := []train.Option{train.WithBackend(backendFlag(cmd))}
	if o.dir != "" {
		opts = append(opts, train.WithDir(o.dir))
	}
	m, err := icl.Tabular(cmd.Context(), s, notebook.NewProgress("the transformer for tables"), opts...)
	if err != nil {
		return nil, err
	}
	m.Members = o.members
	return m.Predict(cmd.Context(), known, test)
}

// writePrediction writes a row for each row of test: its name or number, the predicted class
// and the probability of each, or the predicted number.
func writePrediction(w io.Writer, target string, p *tabular.Prediction, test datasets.Table) error {
	out := csv.NewWriter(w)
	header := []string{"row", target}
	for _, c := range p.Classes {
		header = append(header, fmt.Sprintf("p(%s)", c))
	}
	_ = out.Write(header)
	for i := range test.X {
		row := []string{strconv.Itoa(i + 1)}
		if test.RowNames != nil {
			row[0] = test.RowNames[i]
		}
		if p.P == nil {
			row = append(row, strconv.FormatFloat(p.Z[i], 'g', 6, 64))
		} else {
			row = append(row, p.Class(i))
			for _, v := range p.P[i] {
				row = append(row, strconv.FormatFloat(v, 'f', 4, 64))
			}
		}
		_ = out.Write(row)
	}
	out.Flush()
	return out.Error()
}
