package engine_test

import (
	"math"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/lanes"
)

// forEverySet runs a test on each instruction set of this machine.
func forEverySet(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	needLanes(t)
	for _, name := range []string{"avx512", "avx2", "sse2", "neon"} {
		t.Setenv(lanes.Variable, name)
		if ok, _ := lanes.Available(); ok {
			t.Run(name, test)
		}
	}
}

// learners are all that this repository has, some in several settings, small ones.
func learners(t *testing.T) []learner.Learner {
	t.Helper()
	mlp := metalearner.MLP{Width: 5}
	all := []learner.Learner{
		metalearner.ProtoNet{}, metalearner.ProtoNet{Width: 7}, metalearner.ProtoNet{Parity: true},
		metalearner.MatchNet{}, metalearner.MatchNet{Width: 7}, metalearner.MatchNet{Sum: true}, metalearner.MatchNet{Sum: true, Parity: true},
		metalearner.CNP{}, metalearner.CNP{Width: 9}, metalearner.Kernel{}, metalearner.GradientDescent{Steps: 3},
		metalearner.ANIL{Steps: 2}, metalearner.ANIL{Steps: 3, Width: 6}, mlp, metalearner.MLP{Depth: metalearner.Linear},
		transformer.Paper{Depth: 3}, transformer.Paper{Depth: 1, Expand: 3}, transformer.PreNorm{Width: 6, Depth: 2, Heads: 3},
		transformer.Decoder{Points: 5, Width: 8, Depth: 2, Heads: 2, Spread: .5}, construct.Witness{},
	}
	for _, in := range []metalearner.Inner{
		{}, {Order: "first"}, {Order: "reptile"}, {Rates: "layer"}, {Rates: "weight"}, {Order: "first", Rates: "layer"},
		{Order: "first", Rates: "weight"}, {Frozen: []string{"body"}}, {Frozen: []string{"head.weight"}, Order: "first"},
	} {
		in.Steps, in.Rate = 2, .2
		all = append(all, metalearner.MAML{Width: 5, Inner: in})
		if in.Frozen = nil; in.Rates != "layer" {
			all = append(all, metalearner.M2{Model: mlp, Tasks: 6, Support: 4, Inner: in})
		}
	}
	for _, model := range []learner.Learner{metalearner.CNP{}, metalearner.GradientDescent{}, transformer.PreNorm{Width: 4, Depth: 1}} {
		all = append(all, metalearner.M2{Model: model, Tasks: 6, Inner: metalearner.Inner{Steps: 2, Rate: .1}})
	}
	return all
}

// circuits are the transformers that compute conventional learners, with weights near
// theirs: with random ones many have a small difference of large numbers.
func circuits(t *testing.T, c int) (all []learner.Learner) {
	t.Helper()
	for _, l := range construct.Learners() {
		w, err := construct.RandomWeights(l, inputs, c, datasets.Rand(4, "weights"))
		if err != nil {
			continue // it is for classes only, or for targets
		}
		made, err := construct.Of(l, w, inputs, c)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, made.WarmStart(.01))
	}
	return all
}

// within is how far lanes may be from float64: further through second derivatives, and in
// circuits that have small differences of large numbers.
func within(l learner.Learner) float64 {
	exact := false
	switch l := l.(type) {
	case metalearner.MAML:
		exact = l.Order == ""
	case metalearner.M2:
		exact = l.Order == ""
	case metalearner.ANIL, construct.WarmStart:
		exact = true
	}
	if exact {
		return 1e-4
	}
	return 1e-5
}

// onLanes is the engine of l's graph on lanes.
func onLanes(t *testing.T, l learner.Learner, d, c int) *engine.Compiled[float32] {
	t.Helper()
	open, err := backend.Shared(t.Context(), "lanes")
	if err != nil {
		t.Skip(err)
	}
	e, err := engine.Compile[float32](open.Backend, l, d, c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// weightsOf draws first weights, and adds noise that leaves none at zero.
func weightsOf(l learner.Learner, layout learner.Layout) []float32 {
	rng := datasets.Rand(9, "weights")
	w := layout.Init(rng)
	if _, near := l.(construct.WarmStart); near {
		return w
	}
	for i := range w {
		w[i] += .3 * float32(rng.NormFloat64())
	}
	return w
}

// numbers are what an engine computes.
type numbers struct{ logits, loss, grad []float64 }

func evaluate[T float32 | float64](t *testing.T, e *engine.Compiled[T], params []T, b *datasets.Batch, at []int32) numbers {
	t.Helper()
	logits, err := e.Logits(params, b, at)
	if err != nil {
		t.Fatal(err)
	}
	grad := make([]T, len(params))
	loss, err := e.LossGrad(params, b, at, grad)
	if err != nil {
		t.Fatal(err)
	}
	return numbers{widen(logits), []float64{loss}, widen(grad)}
}

func widen[T float32 | float64](v []T) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}

// offBy is the greatest difference over the greatest size, of logits, loss and gradient.
func (n numbers) offBy(want numbers) float64 {
	worst := 0.
	for _, pair := range [][2][]float64{{n.logits, want.logits}, {n.loss, want.loss}, {n.grad, want.grad}} {
		off, size := 0., 1e-30
		for i, w := range pair[1] {
			off, size = max(off, math.Abs(pair[0][i]-w)), max(size, math.Abs(w))
		}
		worst = max(worst, off/size)
	}
	return worst
}

// TestLearnersOnLanes: every learner's graph gives what the Go backend gives in float64, with
// random weights, for the whole batch and block by block; a third of them on every
// instruction set.
func TestLearnersOnLanes(t *testing.T) {
	type wanted struct {
		l      learner.Learner
		params []float32
		batch  *datasets.Batch
		at     []int32
		want   numbers
	}
	var all []wanted
	for _, c := range []int{2, 3, 0} {
		for _, l := range append(learners(t), circuits(t, c)...) {
			layout, err := learner.NewLayout(l, inputs, c)
			if err != nil {
				continue // it is for classes only, for targets, or for two classes
			}
			b := learnertest.Noise(7, 18, 5, inputs, c)
			w := wanted{l, weightsOf(l, layout), b, train.Every(1, 3, b.T), numbers{}}
			w.want = evaluate(t, compiled(t, l, inputs, c), widen(w.params), b, w.at)
			all = append(all, w)
		}
	}
	best := true
	forEverySet(t, func(t *testing.T) {
		worst := map[float64]float64{}
		for i, w := range all {
			if !best && i%3 > 0 {
				continue // the graphs of all operations are tested on every set in lanegraph
			}
			off := evaluate(t, onLanes(t, w.l, inputs, w.batch.C), w.params, w.batch, w.at).offBy(w.want)
			if best && w.batch.C != 3 {
				off = max(off, evaluateEngine(t, blocks(t, w.l, w.batch.C, 1), w.params, w.batch, w.at).offBy(w.want))
			}
			if !(off <= within(w.l)) {
				t.Errorf("%s %+v for %d classes is off by %g", w.l.Name(), w.l, w.batch.C, off)
			}
			worst[within(w.l)] = max(worst[within(w.l)], off)
		}
		t.Logf("of %d learners the worst for each bound: %v", len(all), worst)
		best = false
	})
}

// TestExtremesStayInTheirTask: inputs that overflow or vanish in one task leave the logits of
// all others as they are, bit by bit.
func TestExtremesStayInTheirTask(t *testing.T) {
	needLanes(t)
	const bad = 4
	for _, c := range []int{2, 0} {
		for _, l := range learners(t) {
			if _, err := learner.NewLayout(l, inputs, c); err != nil {
				continue
			}
			e := onLanes(t, l, inputs, c)
			params, at := weightsOf(l, e.Layout), train.Every(2, 3, 12)
			want := logitsOf(t, e, params, learnertest.Noise(7, 12, 5, inputs, c), at)
			for _, x := range []float32{1e30, -1e30, 3e38, 1e-30, 1e-40, float32(math.Copysign(0, -1))} {
				b := learnertest.Noise(7, 12, 5, inputs, c)
				b.Point(bad, 1)[0], b.Point(bad, 3)[1] = x, x
				got := logitsOf(t, e, params, b, at)
				row := len(got) / b.T
				copy(got[bad*row:], want[bad*row:][:row])
				if !slices.Equal(got, want) {
					t.Errorf("%s for %d classes: %g in one task changes another", l.Name(), c, x)
				}
			}
		}
	}
}

func logitsOf(t *testing.T, e engine.Engine, params []float32, b *datasets.Batch, at []int32) []float32 {
	t.Helper()
	out, err := e.Logits(params, b, at)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFamiliesOnLanes: tasks of every family.
func TestFamiliesOnLanes(t *testing.T) {
	needLanes(t)
	var samplers []datasets.Sampler
	for _, name := range synthetic.Families() {
		s, err := synthetic.ByName(name, 1, 9)
		if err != nil {
			t.Fatal(err)
		}
		samplers = append(samplers, s)
	}
	for _, name := range regression.Families() {
		s, err := regression.ByName(name, 1, 9, 3)
		if err != nil {
			t.Fatal(err)
		}
		samplers = append(samplers, s)
	}
	samplers = append(samplers, regression.Sinusoid{N: 9}, synthetic.Domains{N: 9})
	for _, s := range samplers {
		b, err := s.Sample(datasets.Rand(5, "tasks"), 128)
		if err != nil {
			t.Fatal(err)
		}
		b = b.Slice(0, 21)
		for _, l := range []learner.Learner{metalearner.CNP{}, metalearner.GradientDescent{}, transformer.PreNorm{Width: 6, Depth: 1}} {
			e := onLanes(t, l, b.D, b.C)
			params, at := weightsOf(l, e.Layout), train.Every(7, 8, b.T)
			want := evaluate(t, compiled(t, l, b.D, b.C), widen(params), b, at)
			if off := evaluate(t, e, params, b, at).offBy(want); !(off <= 1e-5) {
				t.Errorf("%s on tasks of %s is off by %g", l.Name(), s.Name(), off)
			}
		}
	}
}
