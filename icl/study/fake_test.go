package study

import (
	"math"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
)

// fake trains nothing: a CNP of width w predicts the right label with probability w/100,
// give or take some points from seed to seed. Its loss falls to 1 − w/100 over the steps.
type fake struct {
	steps    atomic.Int64 // training steps of all runs
	diverges func(width int, start float32) bool
	mu       sync.Mutex
	widths   map[int]int // steps by width
}

type fakeRun struct {
	*fake
	width int
}

func (f *fake) options(t *testing.T) Options {
	return Options{Dir: t.TempDir(), Train: []train.Option{train.WithCustomEngine(func(l learner.Learner, _, _ int) (engine.Engine, error) {
		return fakeRun{f, l.(metalearner.CNP).Width}, nil
	})}}
}

func (fakeRun) Name() string { return "fake" }

func (f fakeRun) LossGrad(params []float32, _ *datasets.Batch, _ []int32, grad []float32) (float64, error) {
	f.steps.Add(1)
	f.mu.Lock()
	if f.widths == nil {
		f.widths = map[int]int{}
	}
	f.widths[f.width]++
	diverges := f.diverges != nil && f.diverges(f.width, params[1])
	f.mu.Unlock()
	clear(grad)
	grad[0] = .1
	if diverges {
		return math.NaN(), nil
	}
	return 1, nil
}

func (f fakeRun) Logits(params []float32, b *datasets.Batch, at []int32) ([]float32, error) {
	skill := float64(f.width)/100 + .2*float64(params[1]) // params[1] is as it started
	logits, queries := make([]float32, len(at)*b.C), len(at)/b.T
	for i, n := range at {
		point := i/queries*b.N + int(n)
		label := int(b.Y[point])
		if predicttest.Uniform(b.X[2*point]) >= skill {
			label = 1 - label
		}
		logits[i*b.C+label] = 2
	}
	return logits, nil
}

var pair = synthetic.Pair{N: 6}

// arm has a skill of some hundredths.
func arm(name string, skill int) Arm {
	return Arm{Name: name, Learner: metalearner.CNP{Width: skill}, Tasks: pair, Recipe: train.Recipe{Steps: 4, Batch: 2}}
}

// two is a study of two arms that differ by 20 points.
func two(seeds int) *Study {
	return &Study{
		Name: "two", Title: "the better arm is better", Preset: "smoke", Seeds: seeds,
		Arms: []Arm{arm("good", 85), arm("bad", 65)}, Conditions: []Condition{On(pair, 200)},
	}
}
