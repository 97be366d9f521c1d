package train_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/train"
)

// short is a training of a second: a learner of 13 weights on short tasks.
func short(steps int) train.Config {
	return train.Config{
		Learner: metalearner.ProtoNet{}, Tasks: synthetic.Proto{N: 8},
		Recipe: train.Recipe{Steps: steps, Batch: 8, Rate: 1e-2, OnePrefix: true},
	}
}

// inFolder calls f with a folder that is gone afterwards, and the options to train there.
func inFolder(f func(dir string, opts []train.Option)) {
	dir, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	f(dir, []train.Option{train.WithDir(dir), train.WithBackend("go")})
}

// A learner of domains is adapted with the rates that it was trained for.
func ExampleAdaptation() {
	domains := regression.Domains{N: 5, D: 2, Tasks: 8}
	cfg := train.Config{Learner: metalearner.M2{Model: metalearner.CNP{}, Tasks: 8}, Tasks: domains, Recipe: train.Recipe{Steps: 5, Batch: 16}}
	inFolder(func(_ string, opts []train.Option) {
		f, err := train.Train(context.Background(), cfg, opts...)
		if err != nil {
			log.Fatal(err)
		}
		tasks, err := domains.Sample(datasets.Rand(0, "new domain"), 8)
		if err != nil {
			log.Fatal(err)
		}
		after, err := f.Adapt(context.Background(), tasks, train.Adaptation{}, 1, 5)
		fmt.Println(len(after), after[1].Name(), "moved:", !slices.Equal(after[0].Params, after[1].Params), err)
	})
	// Output: 2 CNP moved: true <nil>
}

// Equal configs name the same run, whoever asks.
func ExampleConfig() {
	one, err := short(40).Key()
	if err != nil {
		log.Fatal(err)
	}
	again, err := short(40).Key()
	if err != nil {
		log.Fatal(err)
	}
	other, err := short(41).Key()
	fmt.Println(one == again, one == other, err)
	// Output: true false <nil>
}

// An engine that does not exist is refused.
func ExampleWithEngine() {
	inFolder(func(_ string, opts []train.Option) {
		_, err := train.Train(context.Background(), short(1), append(opts, train.WithEngine("tpu"))...)
		fmt.Println(err)
	})
	// Output: engine: unknown kind "tpu"; want "lanes" or "gomlx"
}

// A learner's step on a backend, and the first one, which has to build the graph.
func ExampleSpeed() {
	speeds, err := train.Speeds(context.Background(), short(1), "go")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(speeds[0].Backend, speeds[0].First > 0, speeds[0].Step > 0)
	// Output: go true true
}

// The log has a loss and, now and then, a validation score.
func ExampleEntry() {
	inFolder(func(_ string, opts []train.Option) {
		f, err := train.Train(context.Background(), short(60), opts...)
		if err != nil {
			log.Fatal(err)
		}
		entries, err := f.Log()
		last := entries[len(entries)-1]
		fmt.Println(last.Step, last.Rate, last.Score != nil, err)
	})
	// Output: 60 0.01 true <nil>
}

// Weights leave for Python and come back.
func ExampleFitted_Export() {
	inFolder(func(dir string, opts []train.Option) {
		f, err := train.Train(context.Background(), short(5), opts...)
		if err != nil {
			log.Fatal(err)
		}
		file := filepath.Join(dir, "protonet.safetensors")
		if err := f.Export(file); err != nil {
			log.Fatal(err)
		}
		again, err := train.Import(file, metalearner.ProtoNet{}, synthetic.Proto{})
		fmt.Println(again.Name(), slices.Equal(again.Params, f.Params), err)
	})
	// Output: ProtoNet true <nil>
}

// Weights of a training loop of one's own: made by an engine, an optimizer and a schedule of the
// rate, they predict and leave like those of Train.
func ExampleFromWeights() {
	ctx, l, tasks, rng := context.Background(), metalearner.ProtoNet{}, synthetic.Proto{N: 8}, datasets.Rand(0, "my loop")
	e, err := engine.New(ctx, l, 2, 2, "", engine.Options{Backend: "go"}) // two inputs, two classes
	if err != nil {
		log.Fatal(err)
	}
	layout, err := learner.NewLayout(l, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	weights, grad, adamw := layout.Init(rng), make([]float32, layout.Size), optim.New[float32](optim.AdamW(.01), layout.Size)
	rate := optim.Times(optim.Constant(.01), optim.Warmup(10), optim.Cosine(60, 0))
	for step := range 60 {
		b, err := tasks.Sample(rng, 16)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := e.LossGrad(weights, b, train.Every(2, 7, 16), grad); err != nil { // after 2 to 7 examples
			log.Fatal(err)
		}
		adamw.Update(weights, grad, rate(step))
	}
	inFolder(func(dir string, _ []train.Option) {
		f, err := train.FromWeights(l, tasks, weights)
		if err != nil {
			log.Fatal(err)
		}
		b, err := tasks.Sample(datasets.Rand(0, "test"), 200)
		if err != nil {
			log.Fatal(err)
		}
		scores, err := eval.Evaluate(ctx, f, tasks.Name(), b, []int{7})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(f, "| better than chance:", eval.CurveOf(eval.Accuracy, scores.Summarize(0)).Lo[0] > .5, f.Export(filepath.Join(dir, "mine.safetensors")))
	})
	// Output: ProtoNet with weights from memory | better than chance: true <nil>
}

// A recipe with a schedule of one's own, a factor of Rate: it falls in a line to 0.
func ExampleRecipe_schedule() {
	recipe := train.Recipe{
		Steps: 1000, Rate: 3e-3, Clip: 1, OnePrefix: true, Optimizer: optim.AdamW(.01),
		Schedule: optim.Times(optim.Warmup(100), func(step int) float64 { return 1 - float64(step)/1000 }),
	}
	fmt.Printf("%.1e %.1e %.1e %v\n", recipe.RateAt(0), recipe.RateAt(99), recipe.RateAt(999), recipe.Validate())
	// Output: 3.0e-05 2.7e-03 3.0e-06 <nil>
}

// Three seeds of a learner compile its graph once.
func ExampleManyRuns() {
	inFolder(func(_ string, opts []train.Option) {
		opts = append(opts, train.ManyRuns())
		for seed := range uint64(3) {
			cfg := short(5)
			cfg.Seed = seed
			f, err := train.Train(context.Background(), cfg, opts...)
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println("seed", f.Config.Seed, f.Engine)
		}
	})
	// Output:
	// seed 0 gomlx/go
	// seed 1 gomlx/go
	// seed 2 gomlx/go
}

// What was not trained for an inner loop needs a rate.
func ExampleFitted_Adapt() {
	inFolder(func(_ string, opts []train.Option) {
		f, err := train.Train(context.Background(), short(5), opts...)
		if err != nil {
			log.Fatal(err)
		}
		tasks, err := synthetic.Proto{N: 8}.Sample(datasets.Rand(0, "adaptation"), 4)
		if err != nil {
			log.Fatal(err)
		}
		_, err = f.Adapt(context.Background(), tasks, train.Adaptation{Optimizer: optim.Adam}, 1)
		fmt.Println(err)
		_, err = f.Adapt(context.Background(), tasks, train.Adaptation{Optimizer: optim.Adam, Rate: .01}, 1)
		fmt.Println(err)
	})
	// Output:
	// train: adapting ProtoNet by adam needs a Rate; only learners trained for an inner loop have rates, for gradient descent
	// <nil>
}

// A recipe's optimizer is Adam unless it names another one.
func ExampleRecipe() {
	inFolder(func(_ string, opts []train.Option) {
		cfg := short(20)
		for _, o := range []optim.Optimizer{optim.Adam, optim.AdamW(.1), optim.SGD, optim.Momentum(.9)} {
			cfg.Recipe.Optimizer = o
			f, err := train.Train(context.Background(), cfg, opts...)
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println(o, f.Score.Accuracy > .5)
		}
	})
	// Output:
	// adam true
	// adamw 0.1 true
	// sgd true
	// sgd momentum 0.9 true
}

// Options say where and how fast a run is computed. They do not change what it is.
func ExampleOption() {
	inFolder(func(dir string, _ []train.Option) {
		f, err := train.Train(context.Background(), short(5), train.WithDir(dir), train.WithBackend("go"))
		if err != nil {
			log.Fatal(err)
		}
		key, err := short(5).Key()
		fmt.Println(f.Dir == filepath.Join(dir, key), err)
	})
	// Output: true <nil>
}

// A loop over steps may be left at any time; the next one goes on from there.
func ExampleRun() {
	inFolder(func(_ string, opts []train.Option) {
		for range 2 {
			run, err := train.Open(short(20), opts...)
			if err != nil {
				log.Fatal(err)
			}
			fmt.Println("at step", run.Step())
			for step, err := range run.Steps(context.Background()) {
				if err != nil || step.Step == 12 {
					break
				}
			}
		}
	})
	// Output:
	// at step 0
	// at step 12
}

// The best weights are those with the lowest validation loss, and know it.
func ExampleScore() {
	inFolder(func(_ string, opts []train.Option) {
		f, err := train.Train(context.Background(), short(5), opts...)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(f.Score.Loss > 0, f.Score.Accuracy > .5, "after step", f.Step)
	})
	// Output: true true after step 5
}

// Small networks get stuck in some starts. BestOf takes the best of several.
func ExampleStarts() {
	inFolder(func(_ string, opts []train.Option) {
		f, starts, err := train.BestOf(context.Background(), short(20), 3, opts...)
		fmt.Println(starts.Tried, "starts of 5 steps, then", f.Config.Recipe.Steps, "of the best", err)
	})
	// Output: 3 starts of 5 steps, then 20 of the best <nil>
}

// A step tells its loss and, where validation is due, a score.
func ExampleStep() {
	inFolder(func(_ string, opts []train.Option) {
		scores := 0
		opts = append(opts, train.WithProgress(func(s train.Step) {
			if s.Score != nil {
				scores++
			}
		}))
		_, err := train.Train(context.Background(), short(120), opts...)
		fmt.Println(scores, "validations", err)
	})
	// Output: 3 validations <nil>
}

// What is trained has the weights of least validation loss; those of the last step are kept, too.
func ExampleFitted_Last() {
	inFolder(func(_ string, opts []train.Option) {
		f, err := train.Train(context.Background(), short(60), opts...)
		if err != nil {
			log.Fatal(err)
		}
		last, err := f.Last()
		fmt.Println(f.Done(), last.Step, last.Score.Loss >= f.Score.Loss, err)
	})
	// Output: true 60 true <nil>
}
