package train

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/optim"
)

// rolling is momentum as a user writes it.
type rolling struct{ Mu float64 }

func (rolling) Name() string      { return "rolling" }
func (rolling) Moments() []string { return []string{"v"} }

func (r rolling) Update(_ int, rate float64, params, grad []float64, moments [][]float64) {
	if r.Mu < 0 {
		panic("a wrong Mu")
	}
	for i, g := range grad {
		moments[0][i] = r.Mu*moments[0][i] + g
		params[i] -= rate * moments[0][i]
	}
}

func mine(mu float64) Config {
	cfg := small()
	cfg.Recipe.Optimizer = optim.Own(rolling{mu})
	return cfg
}

// TestOwnRuleGoesOn: the vectors of a user's rule are a part of the state.
func TestOwnRuleGoesOn(t *testing.T) { goesOn(t, mine(.9)) }

// TestOwnRule: a run by a user's rule ends near that of the library's; the key tells rules
// apart by their settings, and the weights are exported.
func TestOwnRule(t *testing.T) {
	ours := small()
	ours.Recipe.Optimizer = optim.Momentum(.9)
	a, b := fit(t, mine(.9)), fit(t, ours)
	for i, w := range a.Params {
		if gap := w - b.Params[i]; gap > 1e-4 || gap < -1e-4 {
			t.Fatalf("weight %d is %g, by the library's rule %g", i, w, b.Params[i])
		}
	}
	keys := map[string]bool{a.Key(): true, b.Key(): true, fit(t, mine(.8)).Key(): true}
	if len(keys) != 3 {
		t.Errorf("three rules have the keys %v", keys)
	}
	if err := a.Export(filepath.Join(t.TempDir(), "w.safetensors")); err != nil {
		t.Error(err)
	}
	if err := ExportRun(a.Dir, filepath.Join(t.TempDir(), "w.safetensors")); err != nil {
		t.Error(err)
	}
	if _, err := Open(mine(-1), onGo(t.TempDir())...); err == nil || !strings.Contains(err.Error(), "ownrecipe_test.go:") {
		t.Errorf("error %v; want the place in the user's rule", err)
	}
}

// TestSchedule: a schedule is the factor of the rate; warm-up and cosine written as one train
// the same weights, under another key; another schedule has another key.
func TestSchedule(t *testing.T) {
	written := small()
	written.Recipe.Warmup, written.Recipe.Cosine = 0, false
	written.Recipe.Schedule = optim.Times(optim.Warmup(5), optim.Cosine(40, .01))
	a, b := fit(t, small()), fit(t, written)
	if !slices.Equal(a.Params, b.Params) {
		t.Error("the same rates gave other weights")
	}
	flat := written
	flat.Recipe.Schedule = optim.Constant(.5)
	if got := flat.Recipe.RateAt(7); got != .005 {
		t.Errorf("half of a rate of .01 is %g", got)
	}
	c := fit(t, flat)
	if a.Key() == b.Key() || b.Key() == c.Key() || slices.Equal(b.Params, c.Params) {
		t.Error("another schedule is the same run")
	}
	short := written.Recipe.shortened(10)
	if short.Steps != 10 || short.Schedule(5) != written.Recipe.Schedule(20) {
		t.Errorf("shortened to %d steps the factor is %g, want %g", short.Steps, short.Schedule(5), written.Recipe.Schedule(20))
	}
	for want, change := range map[string]func(r *Recipe){
		"in whose place it is": func(r *Recipe) { r.Cosine = true },
		"is -1 at step 0":      func(r *Recipe) { r.Schedule = optim.Constant(-1) },
		"0 at all steps":       func(r *Recipe) { r.Schedule = optim.Constant(0) },
		"ownrecipe_test.go:":   func(r *Recipe) { r.Schedule = func(int) float64 { panic("no rate") } },
	} {
		r := flat.Recipe
		change(&r)
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
}

// TestDeadline: a run that is stopped by a deadline says so, and goes on.
func TestDeadline(t *testing.T) {
	cfg := small()
	cfg.Recipe.Steps = MaxSteps
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := Train(ctx, cfg, onGo(t.TempDir())...); !errors.Is(err, ErrInterrupted) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v; want an interruption by a deadline", err)
	}
}

// TestFromWeights: the weights of a loop outside the library predict, leave and come back as
// those of a run.
func TestFromWeights(t *testing.T) {
	f := fit(t, small())
	g, err := FromWeights(f.Config.Learner, f.Config.Tasks, f.Params, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := synthetic.Proto{N: 8}.Sample(datasets.Rand(1, "test"), 20)
	if err != nil {
		t.Fatal(err)
	}
	want, err := f.Predict(t.Context(), b, []int{3, 7})
	if err != nil {
		t.Fatal(err)
	}
	got, err := g.Predict(t.Context(), b, []int{3, 7})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("it predicts otherwise, error %v", err)
	}
	file := filepath.Join(t.TempDir(), "w.safetensors")
	if err := g.Export(file); err != nil {
		t.Fatal(err)
	}
	again, err := Import(file, f.Config.Learner, f.Config.Tasks)
	if err != nil || !slices.Equal(again.Params, f.Params) || g.String() != "ProtoNet with weights from memory" {
		t.Errorf("%v, error %v", g, err)
	}
	if g.Params[0]++; f.Params[0] == g.Params[0] {
		t.Error("the weights are shared")
	}
	from := small()
	from.From = again
	if started, err := Open(from, onGo(t.TempDir())...); err != nil || !slices.Equal(started.state.Params, f.Params) {
		t.Errorf("a run from it: error %v", err)
	}
	wide := synthetic.Proto{N: 6}
	for want, try := range map[string]func() (*Fitted, error){
		"3 weights for ProtoNet, which has": func() (*Fitted, error) { return FromWeights(metalearner.ProtoNet{}, wide, make([]float32, 3)) },
		"the config needs":                  func() (*Fitted, error) { return FromWeights(nil, wide, nil) },
		"weight 0 of ProtoNet is":           func() (*Fitted, error) { return FromWeights(f.Config.Learner, f.Config.Tasks, nans(len(f.Params))) },
	} {
		if _, err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
}

func nans(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] /= v[i]
	}
	return v
}

// TestOwnLoopIsTrain: a loop of a user's own, on the tasks of a run, makes the run's weights.
func TestOwnLoopIsTrain(t *testing.T) {
	cfg := small()
	r, err := Open(cfg, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(t.Context(), cfg.Learner, 2, 2, "", engine.Options{Kind: "gomlx", Backend: "go"})
	if err != nil {
		t.Fatal(err)
	}
	layout, err := learner.NewLayout(cfg.Learner, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	params, grad, adam := slices.Clone(r.state.Params), make([]float32, layout.Size), optim.New[float32](optim.Adam, layout.Size)
	for s := range 3 {
		b, at, err := cfg.Draw(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.LossGrad(params, b, at, grad); err != nil {
			t.Fatal(err)
		}
		optim.ClipNorm(grad, cfg.Recipe.Clip)
		adam.Update(params, grad, cfg.Recipe.RateAt(s))
	}
	for step, err := range r.Steps(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if step.Step == 3 {
			break
		}
	}
	if !slices.Equal(r.state.Params, params) {
		t.Error("the weights of the loop are not those of the run")
	}
}
