package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/icl/transformer"
)

// resided keeps the state of any run on the device.
func resided(dir string) []Option {
	return append(onGo(dir), func(o *options) { o.residentFrom = 1 })
}

// TestResidentStateIsThatOfTheHost trains with the state on the device and on the
// host: the numbers differ by rounding alone, for each optimizer, with clipping and
// without.
func TestResidentStateIsThatOfTheHost(t *testing.T) {
	for _, test := range []struct {
		optimizer optim.Optimizer
		clip      float64
	}{{optim.Adam, 0}, {optim.Adam, .05}, {optim.AdamW(.1), .05}, {optim.SGD, 0}, {optim.Optimizer{Rule: "sgd", Momentum: .9, L2: .01}, .5}} {
		cfg := line()
		// Not a transformer: the gradient of its keys' biases is 0 but for rounding,
		// which Adam blows up.
		cfg.Learner = metalearner.CNP{}
		cfg.Recipe.Steps, cfg.Recipe.Clip, cfg.Recipe.Optimizer = 60, test.clip, test.optimizer
		host, err := Train(context.Background(), cfg, onGo(t.TempDir())...)
		if err != nil {
			t.Fatal(err)
		}
		device, err := Train(context.Background(), cfg, resided(t.TempDir())...)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(host.Score.Loss-device.Score.Loss) > 1e-4 || host.Step != device.Step {
			t.Errorf("%s, clip %g: score %+v at step %d on the host, %+v at %d on the device", test.optimizer, test.clip, host.Score, host.Step, device.Score, device.Step)
		}
		checkNear(t, host.run.state.Params, device.run.state.Params, 1e-4)
		for i, m := range host.run.state.Moments {
			checkNear(t, m, device.run.state.Moments[i], 1e-4)
		}
	}
}

func checkNear(t *testing.T, a, b []float32, within float64) {
	t.Helper()
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > within {
			t.Fatalf("value %d is %g on the host and %g on the device", i, a[i], b[i])
		}
	}
}

// TestResidentRunGoesOn: what a stopped run saves is what the device held, and it ends
// with the weights of a run that was never stopped.
func TestResidentRunGoesOn(t *testing.T) {
	cfg := line()
	cfg.Recipe.Steps = 60
	snapshot := WithSnapshots(30)
	whole, err := Train(context.Background(), cfg, append(resided(t.TempDir()), snapshot)...)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	_, err = Train(ctx, cfg, append(resided(dir), WithProgress(func(s Step) {
		if s.Step == 30 {
			cancel()
		}
	}))...)
	if !errors.Is(err, ErrInterrupted) {
		t.Fatalf("error %v; want an interruption", err)
	}
	stopped, err := Open(cfg, resided(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	then, err := whole.At(30)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(stopped.state.Params, then.Params) {
		t.Error("the saved weights are not those of the snapshot")
	}
	again, err := Train(context.Background(), cfg, resided(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(whole.Params, again.Params) {
		t.Error("a run that was interrupted ends with other weights")
	}
}

// TestResidentDivergenceIsSeen: the state that is saved is the last good one.
func TestResidentDivergenceIsSeen(t *testing.T) {
	cfg := Config{Learner: transformer.Paper{Depth: 2}, Tasks: synthetic.Pair{N: 8}, Recipe: Recipe{Steps: 50, Batch: 8, Rate: 1e20}}
	dir := t.TempDir()
	if _, err := Train(context.Background(), cfg, resided(dir)...); !errors.Is(err, ErrDiverged) {
		t.Fatalf("error %v; want a divergence", err)
	}
	run, err := Open(cfg, resided(dir)...)
	if err != nil {
		t.Fatal(err)
	}
	if run.Step() == 0 {
		t.Error("no step was saved")
	}
	for _, v := range slices.Concat(run.state.Vectors()...) {
		if math.IsNaN(float64(v)) {
			t.Fatal("the saved state holds NaN")
		}
	}
}
