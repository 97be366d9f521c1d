package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goicl/goicl/kernels"
)

// longTraining trains a learner for hours. It shows that it does.
const longTraining = `import (
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	. "github.com/goicl/goicl/icl/notebook"
)

%%%%
Must(icl.Train(Context(), %s{}, synthetic.Pair{}, train.Fast(10_000_000), NewProgress("training")))`

// learners are one of each engine: lanes, and GoMLX.
var learners = []string{"transformer.Paper", "metalearner.ProtoNet"}

// stopped is what an interrupted cell says.
var stopped = regexp.MustCompile(`stopped at step (\d+) of 10000000; run again to go on`)

// training interrupts trainings, has them go on, and asks for what another cell trained.
func (p *proof) training(ctx context.Context) (err error) {
	notebooks, err := p.notebooks()
	if err != nil {
		return err
	}
	setup, _, err := kernels.SetupCells(filepath.Join(p.root, notebooks[0]))
	if err != nil {
		return err
	}
	s, err := p.env.Session(ctx, filepath.Join(p.root, "notebooks"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, learner := range learners {
		if err := p.interrupted(s, setup, learner); err != nil {
			return fmt.Errorf("%s: %w", learner, err)
		}
	}
	return p.again(s, setup)
}

// interrupted interrupts the training of a learner twice, the second time after a
// restart of the kernel: it must have gone on from where it had stopped.
func (p *proof) interrupted(s *kernels.Session, setup, learner string) error {
	steps := [2]int{}
	for i := range steps {
		if _, err := answered(s, setup); err != nil {
			return err
		}
		a, err := s.Interrupt(fmt.Sprintf(longTraining, learner), 3*time.Second)
		if err != nil {
			return err
		}
		m := stopped.FindStringSubmatch(a.Stderr)
		if m == nil || !a.Failed {
			return fmt.Errorf("an interrupted training said %q", a.Stderr)
		}
		steps[i], _ = strconv.Atoi(m[1])
		if _, err := answered(s, "%%\nShow(\"alive\")"); err != nil {
			return fmt.Errorf("after the interrupt: %w", err)
		}
		p.say("%s: %s, %.1f s after the interrupt", learner, m[0], a.After)
		if err := s.Restart(); err != nil {
			return err
		}
	}
	if steps[0] == 0 || steps[1] <= steps[0] {
		return fmt.Errorf("stopped at step %d, then at step %d; want it to have gone on", steps[0], steps[1])
	}
	return nil
}

// again trains in one cell and has another ask for the same.
func (p *proof) again(s *kernels.Session, setup string) error {
	if _, err := answered(s, setup); err != nil {
		return err
	}
	var says [2]string
	for i := range says {
		a, err := s.Run(trainCell + fmt.Sprint("\nfmt.Print(trained()) // ", i))
		if err == nil {
			err = a.Error()
		}
		if err != nil {
			return err
		}
		says[i] = a.Stdout
	}
	if !strings.HasPrefix(says[1], "loaded ") {
		return fmt.Errorf("a training that another cell had done said %q", says[1])
	}
	p.say("what a cell trains, the next cell has: %q", says[1])
	return nil
}

// browser runs all notebooks in JupyterLab, beside one that trains for hours; without
// a browser where there is none.
func (p *proof) browser(ctx context.Context) error {
	dir := filepath.Join(p.tmp, "browser")
	notebooks, err := p.copies(dir)
	if err != nil {
		return err
	}
	if _, err := kernels.FindChromium(); err != nil {
		p.say("notebooks run without a browser: %v", err)
		return p.withoutBrowser(ctx, dir, notebooks)
	}
	if p.pictures == "" {
		p.pictures = p.tmp
	}
	pictures, err := filepath.Abs(p.pictures)
	if err != nil {
		return err
	}
	return p.env.Browse(ctx, dir, pictures, "training.ipynb", notebooks, p.out)
}

func (p *proof) withoutBrowser(ctx context.Context, dir string, notebooks []string) error {
	for _, name := range notebooks {
		start := time.Now()
		if err := p.env.Run(ctx, filepath.Join(dir, name), kernels.RunOptions{Preset: "smoke", Timeout: 10 * time.Minute}); err != nil {
			return err
		}
		p.say("%s: ran in %.0f s", name, time.Since(start).Seconds())
	}
	return nil
}

// copies makes dir a module of one's own that holds the notebooks and one that trains.
func (p *proof) copies(dir string) (names []string, err error) {
	if err := errors.Join(os.Mkdir(dir, 0o755), kernels.OwnModule(p.root, dir)); err != nil {
		return nil, err
	}
	notebooks, err := p.notebooks()
	if err != nil {
		return nil, err
	}
	for _, path := range notebooks {
		data, err := os.ReadFile(filepath.Join(p.root, path))
		if err == nil {
			names = append(names, filepath.Base(path))
			err = os.WriteFile(filepath.Join(dir, filepath.Base(path)), data, 0o644)
		}
		if err != nil {
			return nil, err
		}
	}
	setup, imports, err := kernels.SetupCells(filepath.Join(p.root, notebooks[0]))
	if err != nil {
		return nil, err
	}
	training, err := kernels.NewNotebook(setup, imports, fmt.Sprintf(longTraining, learners[0]))
	if err != nil {
		return nil, err
	}
	return names, os.WriteFile(filepath.Join(dir, "training.ipynb"), training, 0o644)
}
