package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/goicl/goicl/kernels"
)

// edit stands in a cell for a number that is another one in each run. It stands in code, so
// that the kernel compiles and links each time, as after a reader's edit.
const edit = "EDIT"

// What cells do, beside a notebook's own.
const (
	trivialCell = "%%\nfmt.Println(EDIT)"
	trainedCell = `import (
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	. "github.com/goicl/goicl/icl/notebook"
)

func trained(steps int) *train.Fitted {
	return Must(icl.Train(Context(), transformer.Paper{}, synthetic.Pair{}, train.Fast(steps), nil))
}

func accuracy(p eval.Predictor) eval.Curve {
	return Must(icl.Evaluate(Context(), synthetic.Pair{}, 1000, p))[0]
}

%%
Show(trained(100).String())`
	evaluateCell = "%%\nShow(fmt.Sprint(accuracy(trained(100)).Mean[EDIT%50]))"
	trainCell    = `%%
curve := accuracy(trained(100 + EDIT))
Show(figure.Curves("trained, evaluated and drawn", []figure.Panel{{Curves: []eval.Curve{curve}}}))`
)

// editedCell is a notebook's importing cell with an edit of its code.
func editedCell(imports string) string {
	if !strings.Contains(imports, `icl/notebook"`) {
		imports += "\nimport . \"github.com/goicl/goicl/icl/notebook\""
	}
	if !strings.Contains(imports, "\n%%") {
		imports += "\n\n%%"
	}
	return imports + "\nShow(\"edit EDIT\")"
}

// cells times the cells of the checkout's notebooks in the Go kernel: from the moment
// a cell is sent until the kernel is idle again.
func (b *bench) cells(ctx context.Context) error {
	if b.Kernel.Root == "" {
		return errors.New("bench: cells are those of a GoICL checkout; start goicl in one")
	}
	notebooks, err := filepath.Glob(filepath.Join(b.Kernel.Root, "notebooks", "*.ipynb"))
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	env, err := kernels.Install(ctx, b.Kernel)
	if err != nil {
		return err
	}
	return inTemporary(func(runs string) error {
		for _, path := range notebooks {
			if err := b.cellsOf(ctx, env, path, "XDG_DATA_HOME="+runs); err != nil {
				return fmt.Errorf("bench: %s: %w", filepath.Base(path), err)
			}
		}
		return nil
	})
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
	number, _, _ := strings.Cut(filepath.Base(path), "_")
	return b.inKernel(ctx, s.Run, "cells/"+number+"/", s.Start, setup, imports)
}

// inKernel adds the rows of a notebook whose names begin so; run executes a cell in its
// kernel, whose start took that long.
func (b *bench) inKernel(ctx context.Context, run func(string) (kernels.Answer, error), name string, start time.Duration, setup, imports string) error {
	b.once(name+"start", start, 0)
	first, err := timedCells(run, setup, imports)
	if err != nil {
		return err
	}
	b.once(name+"first", first, 0)
	edits := 0
	for _, cell := range []struct{ name, before, code string }{
		{"trivial", "", trivialCell},
		{"edited", "", editedCell(imports)},
		{"evaluate", trainedCell, evaluateCell},
		{"train", "", trainCell},
	} {
		if cell.before != "" {
			if _, err := timedCells(run, cell.before); err != nil {
				return err
			}
		}
		ours := contender{name: "the kernel", run: func(_ context.Context, steps int) (took time.Duration, err error) {
			for range steps {
				edits++
				one, err := timedCells(run, strings.ReplaceAll(cell.code, edit, strconv.Itoa(edits)))
				if err != nil {
					return 0, err
				}
				took += one
			}
			return took, nil
		}}
		if err := b.alone(ctx, name+cell.name, ours); err != nil {
			return err
		}
	}
	return nil
}

// timedCells runs cells and returns how long all took.
func timedCells(run func(string) (kernels.Answer, error), cells ...string) (took time.Duration, err error) {
	for _, code := range cells {
		a, err := run(code)
		if err != nil {
			return 0, err
		}
		took += time.Duration(a.Seconds * float64(time.Second))
	}
	return took, nil
}
