package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/dustin/go-humanize"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/optim"
	"github.com/goicl/goicl/internal/process"
)

// domains are tasks of two lines a domain, and meta a run of M² on them.
var domains = regression.Domains{N: 4, D: 1, Tasks: 8}

func meta(inner metalearner.Inner) Config {
	return Config{
		Learner: metalearner.M2{Model: metalearner.CNP{Width: 4}, Tasks: 8, Inner: inner}, Tasks: domains,
		Recipe: Recipe{Steps: 60, Batch: 16, Rate: 1e-2, Clip: 1, First: NoExamples},
	}
}

// brief is a run whose weights need not be good.
func brief(cfg Config) Config {
	cfg.Recipe.Steps = 2
	return cfg
}

func fit(t *testing.T, cfg Config) *Fitted {
	t.Helper()
	f, err := Train(context.Background(), cfg, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func oneDomain(t *testing.T, tasks int) *datasets.Batch {
	t.Helper()
	rng := datasets.Rand(5, "a domain")
	d, err := domains.Draw(rng)
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.Sample(rng, tasks)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// plainSteps makes steps of gradient descent in a plain loop.
func plainSteps(t *testing.T, f *Fitted, b *datasets.Batch, steps int, rate float32) []float32 {
	t.Helper()
	params, grad := slices.Clone(f.Params), make([]float32, len(f.Params))
	for range steps {
		if _, err := f.run.engine.LossGrad(params, b, Every(0, b.N-1, b.T), grad); err != nil {
			t.Fatal(err)
		}
		for i, g := range grad {
			params[i] -= rate * g
		}
	}
	return params
}

// TestAdaptIsTheInnerLoop: without a rate of its own, adaptation is gradient descent with
// the inner loop's rate, on the weights of the model.
func TestAdaptIsTheInnerLoop(t *testing.T) {
	f := fit(t, brief(meta(metalearner.Inner{Rate: .05})))
	b := oneDomain(t, 6)
	after, err := f.Adapt(context.Background(), b, Adaptation{}, 1, 4)
	if err != nil || len(after) != 2 {
		t.Fatalf("%d learners, error %v; want 2", len(after), err)
	}
	base, err := f.Base()
	if err != nil || base.Name() != "CNP-4" || !slices.Equal(base.Params, f.Params) {
		t.Fatalf("the base is %s, error %v", base.Name(), err)
	}
	if err := base.run.openEngine(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, steps := range []int{1, 4} {
		if want := plainSteps(t, base, b, steps, .05); !slices.Equal(after[i].Params, want) {
			t.Errorf("after %d steps the weights differ from those of a plain loop", steps)
		}
	}
	if !slices.Equal(base.Params, f.Params) {
		t.Error("adapting changed the learner that was adapted")
	}
}

// TestAdaptWithLearnedRates: rates that were learned are used weight by weight, and what
// is frozen stays.
func TestAdaptWithLearnedRates(t *testing.T) {
	f := fit(t, meta(metalearner.Inner{Rates: "weight", Frozen: []string{"ff1."}}))
	after, err := f.Adapt(context.Background(), oneDomain(t, 6), Adaptation{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	frozen, moved := 0, 0
	for _, p := range after[0].run.layout.Params {
		before, now := f.run.layout.Of(f.Params, p.Name), after[0].run.layout.Of(after[0].Params, p.Name)
		same := slices.Equal(before, now)
		if strings.HasPrefix(p.Name, "ff1.") {
			frozen++
			if !same {
				t.Errorf("%s is frozen, but moved", p.Name)
			}
		} else if !same {
			moved++
		}
	}
	if frozen == 0 || moved == 0 {
		t.Errorf("%d parameters are frozen and %d moved; want some of both", frozen, moved)
	}
	rates, err := f.ownRates(optim.SGD)
	if err != nil || slices.Min(rates) != 0 || slices.Max(rates) == .01 {
		t.Errorf("rates from %g to %g (error %v); want 0 for what is frozen, and learned ones", slices.Min(rates), slices.Max(rates), err)
	}
}

// TestM2LearnsToAdapt: M²'s validation loss, which is that after adaptation, falls, and
// adapted it predicts a new domain better than before.
func TestM2LearnsToAdapt(t *testing.T) {
	cfg := meta(metalearner.Inner{Rate: .05})
	cfg.Recipe.Steps = 150
	f := fit(t, cfg)
	entries, err := f.Log()
	if err != nil {
		t.Fatal(err)
	}
	var scores []float64
	for _, e := range entries {
		if e.Score != nil {
			scores = append(scores, e.Score.Loss)
		}
	}
	if last := scores[len(scores)-1]; last > .9*scores[0] {
		t.Errorf("validation losses %.3f; want them to fall", scores)
	}
	test := oneDomain(t, 200)
	after, err := f.Adapt(context.Background(), test.Slice(0, 100), Adaptation{}, 5)
	if err != nil {
		t.Fatal(err)
	}
	base, _ := f.Base()
	if before, now := meanSquare(t, base, test.Slice(100, 200)), meanSquare(t, after[0], test.Slice(100, 200)); now >= before {
		t.Errorf("the error is %.3f before adaptation and %.3f after", before, now)
	}
}

func meanSquare(t *testing.T, f *Fitted, b *datasets.Batch) float64 {
	t.Helper()
	mean, _, err := f.Regress(context.Background(), b, []int{0, 1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.
	for i, v := range mean {
		sum += math.Pow(float64(v-b.Z[i]), 2)
	}
	return sum / float64(len(mean))
}

// TestAdaptByAdam: the optimizer and minibatches, taken in turn, as in a plain loop. The
// last batch of a round has the tasks that are left.
func TestAdaptByAdam(t *testing.T) {
	f := fit(t, brief(line()))
	b, err := regression.Linear{N: 6, D: 1}.Sample(datasets.Rand(1, "tasks"), 5)
	if err != nil {
		t.Fatal(err)
	}
	after, err := f.Adapt(context.Background(), b, Adaptation{Optimizer: optim.Adam, Rate: 1e-3, Batch: 2}, 4)
	if err != nil {
		t.Fatal(err)
	}
	params, grad, adam := slices.Clone(f.Params), make([]float32, len(f.Params)), optim.New[float32](optim.Adam, len(f.Params))
	for _, lo := range []int{0, 2, 4, 0} {
		part := b.Slice(lo, min(lo+2, 5))
		if _, err := f.run.engine.LossGrad(params, part, Every(0, b.N-1, part.T), grad); err != nil {
			t.Fatal(err)
		}
		adam.Update(params, grad, 1e-3)
	}
	if !slices.Equal(after[0].Params, params) {
		t.Error("the weights differ from those of a plain loop")
	}
}

// TestAdaptCosine: rates fall over the steps, for either optimizer.
func TestAdaptCosine(t *testing.T) {
	f := fit(t, brief(line()))
	b, err := regression.Linear{N: 6, D: 1}.Sample(datasets.Rand(1, "tasks"), 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, optimizer := range []optim.Optimizer{optim.SGD, optim.Adam} {
		after, err := f.Adapt(context.Background(), b, Adaptation{Optimizer: optimizer, Rate: .01, Cosine: true}, 2)
		if err != nil {
			t.Fatal(err)
		}
		params, grad, adam := slices.Clone(f.Params), make([]float32, len(f.Params)), optim.New[float32](optim.Adam, len(f.Params))
		for _, rate := range []float64{.01, .01 * (.01 + .99/2)} { // half a cosine from 1 to .01
			if _, err := f.run.engine.LossGrad(params, b, Every(0, b.N-1, b.T), grad); err != nil {
				t.Fatal(err)
			}
			if optimizer == optim.Adam {
				adam.Update(params, grad, rate)
				continue
			}
			for i, g := range grad {
				params[i] -= float32(rate) * g
			}
		}
		for i, want := range params {
			if got := after[0].Params[i]; math.Abs(float64(got-want)) > 1e-6 {
				t.Fatalf("%s: weight %d is %g, want %g", optimizer, i, got, want)
			}
		}
	}
}

func TestAdaptRefuses(t *testing.T) {
	f := fit(t, brief(line()))
	b, _ := regression.Linear{N: 6, D: 1}.Sample(datasets.Rand(1, "tasks"), 5)
	wide, _ := regression.Linear{N: 6, D: 2}.Sample(datasets.Rand(1, "tasks"), 5)
	for want, try := range map[string]struct {
		tasks *datasets.Batch
		how   Adaptation
		steps []int
	}{
		"7 tasks a step, but there are 5": {b, Adaptation{Rate: .1, Batch: 7}, []int{1}},
		"needs a Rate":                    {b, Adaptation{}, []int{1}},
		"steps [0]":                       {b, Adaptation{Rate: .1}, []int{0}},
		"steps []":                        {b, Adaptation{Rate: .1}, nil},
		`optimizer "lion"`:                {b, Adaptation{Rate: .1, Optimizer: optim.Optimizer{Rule: "lion"}}, []int{1}},
		"2 dimensions":                    {wide, Adaptation{Rate: .1}, []int{1}},
		"rate of NaN":                     {b, Adaptation{Rate: math.NaN()}, []int{1}},
	} {
		if _, err := f.Adapt(context.Background(), try.tasks, try.how, try.steps...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
	after, err := f.Adapt(context.Background(), b, Adaptation{Rate: 1e6}, 1, 50)
	if !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), "at step 2") || !strings.Contains(err.Error(), "try 500000") || len(after) != 1 {
		t.Errorf("%d learners, error %v; want the one after a step, and a rate to try", len(after), err)
	}
}

// TestDomainsAreChecked: M² on tasks that are not in domains, or not in its own sizes, is
// refused before anything is trained.
func TestDomainsAreChecked(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"regression.Domains": func(c *Config) { c.Tasks = regression.Linear{N: 4, D: 1} },
		"draws 4":            func(c *Config) { c.Tasks = regression.Domains{N: 4, D: 1, Tasks: 4} },
		"a batch of 12":      func(c *Config) { c.Recipe.Batch = 12 },
		"inner loop of -1": func(c *Config) {
			c.Learner = metalearner.M2{Model: metalearner.CNP{}, Tasks: 8, Inner: metalearner.Inner{Steps: -1}}
		},
		"adapts to 8 of 8": func(c *Config) { c.Learner = metalearner.M2{Model: metalearner.CNP{}, Tasks: 8, Support: 8} },
		"without a model":  func(c *Config) { c.Learner = metalearner.M2{Tasks: 8} },
	} {
		cfg := meta(metalearner.Inner{})
		change(&cfg)
		if _, err := Open(cfg, onGo(t.TempDir())...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// TestInnerRateDiverges: the error names the inner rate and one to try, and the last good
// state is kept.
func TestInnerRateDiverges(t *testing.T) {
	dir := t.TempDir()
	_, err := Train(context.Background(), meta(metalearner.Inner{Rate: 1e12}), onGo(dir)...)
	if !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), "inner rate from 1e+12 (try 5e+11)") {
		t.Fatalf("error %v; want one that names the inner rate", err)
	}
	r, err := Open(meta(metalearner.Inner{Rate: 1e12}), onGo(dir)...)
	if err != nil || slices.ContainsFunc(r.state.Params, func(v float32) bool { return v != v }) {
		t.Errorf("after it diverged the run has no good state (error %v)", err)
	}
}

// TestStartFromAnotherRun: its weights are taken where they fit, a run's key tells them
// apart, and what has none that fit is refused.
func TestStartFromAnotherRun(t *testing.T) {
	plain := Config{Learner: metalearner.CNP{Width: 4}, Tasks: domains, Recipe: Recipe{Steps: 30, Batch: 8, First: NoExamples}}
	from := fit(t, plain)
	cfg := meta(metalearner.Inner{Rates: "layer"})
	fresh, err := cfg.Key()
	if err != nil {
		t.Fatal(err)
	}
	cfg.From = from
	r, err := Open(cfg, onGo(t.TempDir())...)
	if err != nil {
		t.Fatal(err)
	}
	if r.Key() == fresh {
		t.Error("a run from other weights has the key of one that starts afresh")
	}
	if !slices.Equal(r.state.Params[:len(from.Params)], from.Params) {
		t.Error("the run does not start from the weights it was given")
	}
	if rates := r.state.Params[len(from.Params):]; len(rates) == 0 || rates[0] != 1 {
		t.Errorf("learned rates start from %v times Rate, want 1", rates)
	}
	plain.Learner, plain.From = metalearner.MLP{}, from
	if _, err := Open(plain, onGo(t.TempDir())...); err == nil || !strings.Contains(err.Error(), "nothing of") {
		t.Errorf("error %v; want one that says that nothing fits", err)
	}
}

// TestMemoryIsPredicted: second order takes more than first, a limit refuses it before
// anything is made, and a run tells what it takes.
func TestMemoryIsPredicted(t *testing.T) {
	memory := func(inner metalearner.Inner) (bytes int64) {
		cfg := meta(inner)
		cfg.Recipe.Steps = 1
		_, err := Train(context.Background(), cfg, append(onGo(t.TempDir()), WithProgress(func(s Step) { bytes = s.Memory }))...)
		if err != nil {
			t.Fatal(err)
		}
		return bytes
	}
	one, five, first := memory(metalearner.Inner{Steps: 1}), memory(metalearner.Inner{Steps: 5}), memory(metalearner.Inner{Steps: 5, Order: "first"})
	if one <= 0 || 2*one >= five || first >= five {
		t.Errorf("predicted %d bytes for a step, %d for five, %d for five of first order", one, five, first)
	}
	_, err := Train(context.Background(), meta(metalearner.Inner{}), append(onGo(t.TempDir()), WithMemoryLimit(five/2))...)
	if err == nil || !strings.Contains(err.Error(), humanize.Bytes(uint64(five))) || !strings.Contains(err.Error(), humanize.Bytes(uint64(five/2))) {
		t.Errorf("error %v; want one with %s and the limit", err, humanize.Bytes(uint64(five)))
	}
	if process.AvailableMemory() < 1<<20 {
		t.Errorf("%d bytes are available", process.AvailableMemory())
	}
}
