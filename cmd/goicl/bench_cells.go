package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goicl/goicl/internal/benchmark"
	"github.com/goicl/goicl/kernels"
)

// What the cells of the benchmark do, beside a notebook's own.
const (
	trivialCell = "%%\nfmt.Println("
	trainCell   = `import (
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	. "github.com/goicl/goicl/icl/notebook"
)

func trained() *train.Fitted {
	return Must(icl.Train(Context(), transformer.Paper{}, synthetic.Pair{}, train.Fast(100), nil))
}

%%
Show(trained().String())`
	evaluateCell = "%%\nShow(fmt.Sprint(Must(icl.Evaluate(Context(), synthetic.Pair{}, 1000, trained()))[0].Mean[49])) // "
)

// cells times the cells of the checkout's notebooks in the Go kernel: from the moment
// a cell is sent until the kernel is idle again.
func (b *bench) cells(ctx context.Context) (err error) {
	root, err := kernels.FindRoot(".")
	if err != nil {
		return err
	}
	env, err := kernels.Install(ctx, kernels.Options{Root: root, Log: b.log, Plugin: fetchPlugin})
	if err != nil {
		return err
	}
	runs, err := os.MkdirTemp("", "goicl-bench-*")
	if err != nil {
		return fmt.Errorf("bench: no folder for the runs: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(runs)) }()
	notebooks, err := filepath.Glob(filepath.Join(root, "notebooks", "*.ipynb"))
	if err != nil {
		return err
	}
	for _, path := range notebooks {
		if err := b.cellsOf(ctx, env, path, "XDG_DATA_HOME="+runs); err != nil {
			return fmt.Errorf("bench: %s: %w", filepath.Base(path), err)
		}
	}
	return nil
}

// cellsOf times the cells of one notebook, in a kernel of its own.
func (b *bench) cellsOf(ctx context.Context, env *kernels.Environment, path, data string) (err error) {
	setup, imports, err := kernels.SetupCells(path)
	if err != nil {
		return err
	}
	s, err := env.Session(ctx, filepath.Dir(path), data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	name, _, _ := strings.Cut(filepath.Base(path), "_")
	name = "cells/" + name + "/"
	b.row(name+"start", s.Start)
	first, err := answered(s, setup, imports)
	if err != nil {
		return err
	}
	b.row(name+"first", first)
	if err := b.alone(ctx, name+"trivial", cellLoop(s, trivialCell, ")")); err != nil {
		return err
	}
	if err := b.alone(ctx, name+"edited", cellLoop(s, imports+" // ", "")); err != nil {
		return err
	}
	if _, err := answered(s, trainCell); err != nil {
		return err
	}
	return b.alone(ctx, name+"evaluate", cellLoop(s, evaluateCell, ""))
}

// row adds a time that is taken once, and says so.
func (b *bench) row(name string, took time.Duration) {
	fmt.Fprintf(b.log, "%s: %.0f ms\n", name, took.Seconds()*1e3)
	b.took(name, took)
}

// cellLoop is a cell that is edited before each run: a number changes between its two
// halves.
func cellLoop(s *kernels.Session, before, after string) benchmark.Contender {
	number := 0
	return benchmark.Contender{Name: "the kernel", Run: func(_ context.Context, steps int) (took time.Duration, err error) {
		for range steps {
			number++
			one, err := answered(s, fmt.Sprint(before, number, after))
			if err != nil {
				return 0, err
			}
			took += one
		}
		return took, nil
	}}
}

// answered runs cells and returns how long all took. One that fails is an error.
func answered(s *kernels.Session, cells ...string) (took time.Duration, err error) {
	for _, code := range cells {
		a, err := s.Run(code)
		if err == nil {
			err = a.Error()
		}
		if err != nil {
			return 0, err
		}
		took += time.Duration(a.Seconds * float64(time.Second))
	}
	return took, nil
}
