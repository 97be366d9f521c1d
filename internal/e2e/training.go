package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goicl/goicl/kernels"
)

// trainingImports begins a cell that trains.
const trainingImports = `import (
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	. "github.com/goicl/goicl/icl/notebook"
)

%%%%
`

// endlessTraining trains a learner for hours, and displays its progress.
const endlessTraining = trainingImports + `Must(icl.Train(Context(), %s{}, synthetic.Pair{}, train.Fast(10_000_000), NewProgress("training")))`

// shortTraining trains and prints what was trained; %d makes each cell another one.
const shortTraining = trainingImports + `fmt.Print(Must(icl.Train(Context(), transformer.Paper{}, synthetic.Pair{}, train.Fast(100), nil))) // %d`

// learners are one of each engine: lanes, and GoMLX.
var learners = []string{"transformer.Paper", "metalearner.ProtoNet"}

// stoppedAt matches what an interrupted training prints.
var stoppedAt = regexp.MustCompile(`stopped at step (\d+) of 10000000; run again to go on`)

// training interrupts trainings, resumes them, and loads what another cell trained.
func (s *suite) training(ctx context.Context) error {
	return s.inSession(ctx, filepath.Dir(s.notebooks[0]), nil, func(session kernel) error {
		for _, learner := range learners {
			if err := s.resumes(session, learner); err != nil {
				return fmt.Errorf("%s: %w", learner, err)
			}
		}
		return s.loads(session)
	})
}

// resumes interrupts the training of a learner twice, the second time after a restart of
// the kernel: it must have resumed from where it had stopped.
func (s *suite) resumes(session kernel, learner string) error {
	var steps [2]int
	for i := range steps {
		if _, err := session.Run(s.setupCell); err != nil {
			return err
		}
		answer, err := session.Interrupt(fmt.Sprintf(endlessTraining, learner), 3*time.Second)
		if err != nil {
			return err
		}
		if steps[i], err = stoppedStep(answer); err != nil {
			return err
		}
		if _, err := session.Run("%%\nShow(\"alive\")"); err != nil {
			return fmt.Errorf("after the interrupt: %w", err)
		}
		s.log("%s: stopped at step %d, %.1f s after the interrupt", learner, steps[i], answer.After)
		if err := session.Restart(); err != nil {
			return err
		}
	}
	if steps[0] == 0 || steps[1] <= steps[0] {
		return fmt.Errorf("stopped at step %d, then at step %d; want the second run to have resumed", steps[0], steps[1])
	}
	return nil
}

// stoppedStep is the step at which an interrupted training says that it stopped.
func stoppedStep(a kernels.Answer) (int, error) {
	m := stoppedAt.FindStringSubmatch(a.Stderr)
	if m == nil || !a.Failed {
		return 0, fmt.Errorf("an interrupted training printed %q, want that it stopped at a step", a.Stderr)
	}
	return strconv.Atoi(m[1])
}

// loads trains in one cell and asks for the same in another.
func (s *suite) loads(session kernel) error {
	if _, err := session.Run(s.setupCell); err != nil {
		return err
	}
	var printed [2]string
	for i := range printed {
		answer, err := session.Run(fmt.Sprintf(shortTraining, i))
		if err != nil {
			return err
		}
		printed[i] = answer.Stdout
	}
	if !strings.HasPrefix(printed[1], "loaded ") {
		return fmt.Errorf("a training that another cell had done printed %q, want that it was loaded", printed[1])
	}
	s.log("what one cell trains, the next one loads: %q", printed[1])
	return nil
}
