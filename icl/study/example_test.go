package study_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

// options keep runs in a folder of their own, which remove deletes.
func options() (o study.Options, remove func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	return study.Options{Dir: dir, Backend: "go"}, func() { os.RemoveAll(dir) }
}

// small compares a ProtoNet after two numbers of training steps.
func small() *study.Study {
	arm := func(name string, steps int) study.Arm {
		return study.Arm{Name: name, Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 8}, Recipe: train.Recipe{Steps: steps, Batch: 16, Rate: .02}}
	}
	return &study.Study{
		Name: "training", Title: "training helps", Seeds: 3,
		Arms:       []study.Arm{arm("trained", 100), arm("hardly", 1)},
		Conditions: []study.Condition{study.On(synthetic.Proto{N: 8}, 300)},
	}
}

// A study says what is trained, what it is tested on, and what is made of the scores.
func ExampleStudy() {
	o, remove := options()
	defer remove()
	s := small()
	s.Report = func(_ context.Context, d *study.Data, r *study.Result) error {
		gain := d.Difference(eval.Accuracy, "trained", "hardly", "proto")
		r.Checks = []study.Check{study.Above("trained − hardly", 0, gain)}
		r.Add("accuracy", d.Curve(eval.Accuracy, "trained", "proto"), d.Curve(eval.Accuracy, "hardly", "proto"))
		return nil
	}
	r, err := study.Run(context.Background(), s, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Sentence())
	fmt.Println(len(r.Curves("accuracy")), "curves from", len(r.Runs), "runs")
	// Output:
	// training: training helps. reproduced: 1 of 1 checks pass (3 seeds)
	// 2 curves from 6 runs
}

// An arm chooses among rates by a criterion on validation data, with its first two seeds.
func ExampleArm() {
	o, remove := options()
	defer remove()
	s := small()
	s.Arms[0].Rates = []float64{1e-6, .05}
	d, err := study.Collect(context.Background(), s, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	rate, tried, err := d.Rate("trained")
	fmt.Printf("%g of %d rates, error %v\n", rate, len(tried), err)
	// Output: 0.05 of 2 rates, error <nil>
}

// A rate that was tried, and the criterion there.
func ExampleTrial() {
	t := study.Trial{Rate: 1e-3, Loss: .25}
	fmt.Printf("rate %g: %g\n", t.Rate, t.Loss)
	// Output: rate 0.001: 0.25
}

// A condition may derive predictors from trained arms, and test only some of the arms.
func ExampleCondition() {
	o, remove := options()
	defer remove()
	s := small()
	s.Conditions[0].Arms = []string{"trained"}
	s.Conditions[0].Derive = func(ctx context.Context, s *study.Session, seed uint64) ([]eval.Predictor, error) {
		f, err := s.Run(ctx, "hardly", seed)
		return []eval.Predictor{eval.Named{Predictor: f, Label: "derived"}}, err
	}
	d, err := study.Collect(context.Background(), s, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Subjects("proto"))
	// Output: [trained derived]
}

// On has fresh tasks of a family for each seed.
func ExampleOn() {
	c := study.On(synthetic.Pair{N: 10}, 50)
	b, err := c.Sample(3)
	fmt.Println(c.Name, b.T, "tasks of", b.N, "points, error", err)
	// Output: pair 50 tasks of 10 points, error <nil>
}

// A part computes something beside the training, and may ask for runs.
func ExamplePart() {
	o, remove := options()
	defer remove()
	s := small()
	weights := 0
	s.Parts = []study.Part{{Label: "count weights", Do: func(ctx context.Context, s *study.Session) error {
		f, err := s.Run(ctx, "hardly", 0)
		if err == nil {
			weights = len(f.Params)
		}
		return err
	}}}
	_, err := study.Run(context.Background(), s, o)
	fmt.Println(weights, err)
	// Output: 13 <nil>
}

// Options say where a study runs; its name for progress says how long it still takes.
func ExampleOptions() {
	o := study.Options{Budget: 10 * time.Minute, Progress: func(p study.Progress) { fmt.Println(p.Note()) }}
	o.Progress(study.Progress{Done: 3, Total: 9, Label: "ICL(mix), seed 1", Left: 4 * time.Minute})
	fmt.Println(o.Budget)
	// Output:
	// about 4 min left, ICL(mix), seed 1
	// 10m0s
}

// A note is one line for a progress bar.
func ExampleProgress_Note() {
	fmt.Println(study.Progress{Label: "CNP, seed 0", Step: train.Step{Step: 50, Steps: 200, Loss: .5}}.Note())
	// Output: CNP, seed 0, step 50/200
}

// A session is what parts and derived predictors get their runs from.
func ExampleSession_Run() {
	o, remove := options()
	defer remove()
	s := small()
	s.Parts = []study.Part{{Label: "ask", Do: func(ctx context.Context, s *study.Session) error {
		_, err := s.Run(ctx, "unknown", 0)
		return err
	}}}
	_, err := study.Run(context.Background(), s, o)
	fmt.Println(err)
	// Output: study: training has no arm "unknown"
}

// Data are the scores; here by task, averaged over numbers of examples.
func ExampleData_PerTask() {
	o, remove := options()
	defer remove()
	d, err := study.Collect(context.Background(), small(), o)
	if err != nil {
		fmt.Println(err)
		return
	}
	groups := d.PerTask(eval.Accuracy, "trained", "proto")
	fmt.Println(len(groups), "seeds of", len(groups[0]), "tasks")
	// Output: 3 seeds of 300 tasks
}

// A check passes if the estimate is above the threshold by more than chance explains.
func ExampleAbove() {
	e := eval.Interval([][]float64{{.2, .3}, {.25, .2}, {.22, .28}})
	c := study.Above("difference", 0, e).For("gain", "any gain is free")
	fmt.Printf("%s: %.3f, %s for %s\n", c.Name, c.Estimate, c.Status, c.Statement)
	// Output: difference: 0.242, open for gain
}

// A finding is told and not judged.
func ExampleFind() {
	f := study.Find("accuracy", study.Exactly(.75))
	fmt.Println(f.Name, f.Estimate, f.CI)
	// Output: accuracy 0.75 [0.75 0.75]
}

// The verdicts are strings for texts and JSON.
func ExampleVerdict() {
	fmt.Println(study.Reproduced, study.NotReproduced, study.Mixed, study.Undecided)
	// Output: reproduced not reproduced mixed undecided
}

// A result finds its curves by group and learner, and its tables by title.
func ExampleResult_Curves() {
	r := &study.Result{Tables: []eval.Table{{Title: "weights", Rows: [][]string{{"ICL", "3432"}}}}}
	r.Add("accuracy", eval.Curve{Learner: "ICL"}, eval.Curve{Learner: "CNP"})
	fmt.Println(len(r.Curves("accuracy")), len(r.Curves("accuracy", "CNP")), r.Table("weights").Rows)
	// Output: 2 1 [[ICL 3432]]
}

// A group has curves that belong in one figure.
func ExampleGroup() {
	g := study.Group{Name: "accuracy", Curves: []eval.Curve{{Learner: "ICL", Family: "pair"}}}
	fmt.Println(g.Name, g.Curves[0].Learner)
	// Output: accuracy ICL
}

// The main figure names its rows of panels by the groups that they show.
func ExampleFigure() {
	f := study.Figure{Title: "Accuracy", Rows: []study.Row{{Title: "{family}, trained alone", Group: "alone", Learners: []string{"ICL"}}}}
	fmt.Println(f.Title, len(f.Rows))
	// Output: Accuracy 1
}

// A row shows all learners of a group unless some are named.
func ExampleRow() {
	row := study.Row{Title: "{family}", Group: "alone"}
	fmt.Println(row.Group, len(row.Learners))
	// Output: alone 0
}

// A run that diverged says why.
func ExampleRunInfo() {
	run := study.RunInfo{Arm: "ICL(mix)", Seed: 2, Failed: "diverged at step 7"}
	fmt.Println(run.Arm, run.Seed, run.Failed)
	// Output: ICL(mix) 2 diverged at step 7
}

// A definition makes a study in the size of a preset, and a registry finds it by name.
func ExampleRegistry() {
	registry := study.Registry{{Name: "training", Title: "training helps", New: func(preset string) (*study.Study, error) {
		s := small()
		if preset == "paper" {
			s.Seeds = 20
		}
		return s, nil
	}}}
	s, err := registry.New("training", "paper")
	fmt.Println(registry.Names(), s.Preset, s.Seeds, err)
	_, err = registry.New("sleeping", "quick")
	fmt.Println(err)
	// Output:
	// [training] paper 20 <nil>
	// study: unknown study "sleeping"; known: training
}

// A definition is what a claim's package exports.
func ExampleDefinition() {
	d := study.Definition{Name: "tiny", Title: "nothing happens", New: func(string) (*study.Study, error) { return &study.Study{Seeds: 2}, nil }}
	s, err := d.New("smoke")
	fmt.Println(d.Name, s.Seeds, err)
	// Output: tiny 2 <nil>
}
