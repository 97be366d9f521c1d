// Package longrun is a study of the paper's transformer, trained on the mixture for as long as
// its authors train: a million steps of 126 tasks. How do its accuracy and its loss go on
// for so long, under each of three recipes? There is one seed a recipe, and intervals are
// over test tasks: the study describes these runs and does not compare recipes.
package longrun

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/claim/internal/plane"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// recipes differ in what limits the steps.
var recipes = map[string]train.Recipe{
	"authors": {Batch: 126, OnePrefix: true},
	"clipped": {Batch: 126, OnePrefix: true, Clip: 1},
	"decayed": {Batch: 126, OnePrefix: true, Clip: 1, Warmup: 500, Cosine: true},
}

// Recipes names the recipes of a long run. All take Adam at 3e-3, 126 tasks a
// step, one context length a task.
//
//	authors  a constant rate and nothing else
//	clipped  the same, with gradients clipped at length 1
//	decayed  clipped, with 500 steps of warm-up and cosine decay
func Recipes() []string { return slices.Sorted(maps.Keys(recipes)) }

// newFamily is the one that is never trained on.
const newFamily = "radius"

func families() []string { return append(plane.Families(), newFamily) }

// New is the study of the named recipes for that many steps, tested on that many tasks of
// each family along the way. It returns an error on an unknown recipe, and on fewer than
// 1,000 steps or 1 test task.
func New(names []string, steps, tests int) (*study.Study, error) {
	const least = 1000
	if steps < least || tests < 1 {
		return nil, fmt.Errorf("longrun: %d steps and %d test tasks; want at least %d and 1", steps, tests, least)
	}
	if err := datasets.CheckSize(tests, plane.Points, 2, 2); err != nil || steps > train.MaxSteps {
		return nil, cmp.Or(err, fmt.Errorf("longrun: %d steps; want at most %d", steps, train.MaxSteps))
	}
	tasks, err := plane.Tasks(plane.Mixture)
	if err != nil {
		return nil, err
	}
	s := &study.Study{Name: "longrun", Title: "the paper's transformer on the mixture, by training steps", Seeds: 1}
	for _, name := range names {
		recipe, ok := recipes[name]
		if !ok {
			return nil, fmt.Errorf("longrun: unknown recipe %q; known: %s", name, strings.Join(Recipes(), ", "))
		}
		recipe.Steps = steps
		s.Arms = append(s.Arms, study.Arm{
			Name: name, Learner: transformer.Paper{}, Tasks: tasks, Recipe: recipe,
			TestAt: train.LogSpaced(100, steps, 41), MayDiverge: true,
		})
	}
	for _, f := range families() {
		c := plane.Test(f, 1, plane.Points, tests)
		c.At = []int{2, 4, 7, 10, 15, 20, 27, 35, 42, 49}
		if f == newFamily {
			c.First = 10
		}
		s.Conditions = append(s.Conditions, c)
	}
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		return report(d, r, names, tests, steps)
	}
	return s, nil
}

// accuracies is the group of curves by training steps.
const accuracies = "accuracy by steps"

func report(d *study.Data, r *study.Result, names []string, tests, steps int) error {
	r.Tasks = tests
	known, discs := study.Row{Title: "{family}", Group: accuracies, YMin: 1, YMax: 1}, study.Row{Title: "{family}, never trained on", Group: accuracies + " of " + newFamily, YMin: 1}
	for _, f := range families() {
		row := &known
		if f == newFamily {
			row = &discs
		}
		for _, name := range names {
			c := eval.Curve{Learner: name, Family: f, Metric: eval.Accuracy}
			for _, step := range train.LogSpaced(100, steps, 41) {
				if sums := d.Summaries(name, f, step); len(sums) > 0 {
					e := eval.Interval([][]float64{sums[0].Of(eval.Accuracy).PerTask})
					c.N = append(c.N, step)
					c.Add(e)
					row.YMin = min(row.YMin, math.Floor(20*e.Mean)/20)
				}
			}
			r.Add(row.Group, c)
		}
	}
	discs.YMax = discs.YMin + .4
	r.Figure = study.Figure{Title: "The paper's transformer on the mixture, by training steps", XLabel: "training steps", LogX: true, Rows: []study.Row{known, discs}}
	spikes, err := spikeTable(d, r.Runs)
	r.Tables = append(r.Tables, accuracyTable(r, names), spikes)
	return err
}

// accuracyTable is the accuracies at every fifth of the steps.
func accuracyTable(r *study.Result, names []string) eval.Table {
	t := eval.Table{Header: []string{"steps"}}
	var columns []eval.Curve
	for _, name := range names {
		for _, c := range slices.Concat(r.Curves(accuracies, name), r.Curves(accuracies+" of "+newFamily, name)) {
			t.Header = append(t.Header, name+": "+c.Family)
			columns = append(columns, c)
		}
	}
	longest := slices.MaxFunc(columns, func(a, b eval.Curve) int { return len(a.N) - len(b.N) }).N // others ended early
	for i := 0; i < len(longest); i += 5 {
		row := []string{fmt.Sprint(longest[i])}
		for _, c := range columns {
			cell := ""
			if i < len(c.N) {
				cell = eval.Estimate{Mean: c.Mean[i], Lo: c.Lo[i], Hi: c.Hi[i]}.String()
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// spikeTable lists the steps, to a five-hundredth of the run, at which the loss had a
// spike: the mean gradient there was over 10 long.
func spikeTable(d *study.Data, runs []study.RunInfo) (eval.Table, error) {
	t := eval.Table{Header: []string{"recipe", "loss spikes", "near the steps", "lowest validation loss at step", "hours", "diverged"}}
	for _, run := range runs {
		f, err := d.Run(run.Arm, run.Seed)
		if err != nil {
			return t, err
		}
		entries, err := f.Log()
		if err != nil {
			return t, err
		}
		steps := spikes(entries)
		t.Rows = append(t.Rows, []string{
			run.Arm, fmt.Sprint(len(steps)), strings.Trim(fmt.Sprint(steps), "[]"), fmt.Sprint(f.Step), fmt.Sprintf("%.1f", f.Seconds/3600), run.Failed,
		})
	}
	return t, nil
}

func spikes(entries []train.Entry) (steps []int) {
	const long = 10
	calm := true
	for _, e := range entries {
		if calm && e.GradNorm > long {
			steps = append(steps, e.Step)
		}
		calm = e.GradNorm <= long
	}
	return steps
}
