package learnertest

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
)

// coin is a sampler of tasks whose first input determines the label, or the target ±1 for
// C = 0; any learner should get better at them.
type coin struct{ C int }

func (coin) Name() string { return "coin" }

func (c coin) Sample(rng *rand.Rand, n int) (*datasets.Batch, error) {
	b := datasets.NewBatch(n, points, dims, c.C)
	for i := range n * points {
		side := rng.IntN(2)
		if c.C == 0 {
			b.Z[i] = float32(2*side - 1)
		} else {
			b.Y[i] = int32(side)
		}
		b.X[i*dims] = float32(2*side-1) + float32(rng.NormFloat64())/8
		b.X[i*dims+1] = float32(rng.NormFloat64())
	}
	return b, nil
}

func (f *fixture) saveAndLoad(t *testing.T) {
	ctx := context.Background()
	cfg := train.Config{Learner: f.l, Tasks: coin{f.c}, Recipe: train.Recipe{Steps: 60, Batch: 16, Rate: 1e-2}}
	opts := []train.Option{train.WithDir(t.TempDir()), train.WithBackend("go"), train.WithEngine("gomlx"), train.WithNotices(func(string) {})}
	start := cfg
	start.Recipe.Steps, start.Recipe.Rate = 1, 1e-12
	trained, err := train.Train(ctx, cfg, opts...)
	if err != nil {
		t.Fatal(err)
	}
	untrained, err := train.Train(ctx, start, opts...)
	if err != nil {
		t.Fatal(err)
	}
	if before, after := f.loss(t, untrained), f.loss(t, trained); !(after < before) {
		t.Errorf("the loss went from %.3f to %.3f", before, after)
	}
	loaded, err := train.Train(ctx, cfg, opts...)
	if err != nil {
		t.Fatal(err)
	}
	if !loaded.Loaded {
		t.Error("the run was trained again")
	}
	at := []int{0, 1, points - 1}
	if !slices.Equal(f.predict(t, trained, at), f.predict(t, loaded, at)) {
		t.Error("the loaded learner predicts otherwise")
	}
}

// loss is the mean log-loss or squared error on new tasks.
func (f *fixture) loss(t *testing.T, l *train.Fitted) float64 {
	t.Helper()
	b, err := coin{f.c}.Sample(rand.New(rand.NewPCG(1, 2)), 64)
	if err != nil {
		t.Fatal(err)
	}
	s, err := eval.Evaluate(context.Background(), l, "coin", b, eval.AllLengths(points)[2:])
	if err != nil {
		t.Fatal(err)
	}
	metric := eval.LogLoss
	if f.c == 0 {
		metric = eval.SquaredError
	}
	return stat.Mean(s.Values(metric), nil)
}

func (f *fixture) predict(t *testing.T, fitted *train.Fitted, at []int) (answers []float32) {
	t.Helper()
	var err error
	if f.c == 0 {
		answers, _, err = fitted.Regress(context.Background(), f.batch, at)
	} else {
		answers, err = fitted.Predict(context.Background(), f.batch, at)
	}
	if err != nil {
		t.Fatal(err)
	}
	return answers
}
