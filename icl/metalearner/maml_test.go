package metalearner_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/internal/backend"
)

// family are the members of the MAML family, small and with a rate at which steps matter.
func family() map[string]metalearner.MAML {
	small := func(in metalearner.Inner) metalearner.MAML {
		in.Steps, in.Rate = 3, .2
		return metalearner.MAML{Width: 5, Depth: 2, Inner: in}
	}
	return map[string]metalearner.MAML{
		"MAML":        small(metalearner.Inner{}),
		"FOMAML":      small(metalearner.Inner{Order: "first"}),
		"Reptile":     small(metalearner.Inner{Order: "reptile"}),
		"ANIL":        small(metalearner.Inner{Frozen: []string{"body"}}),
		"layer rates": small(metalearner.Inner{Rates: "layer"}),
		"Meta-SGD":    small(metalearner.Inner{Rates: "weight"}),
		"body alone":  small(metalearner.Inner{Frozen: []string{"head.weight"}}),
	}
}

func TestMAMLBattery(t *testing.T) {
	for _, name := range []string{"MAML", "ANIL", "Meta-SGD", "Reptile"} {
		l := family()[name]
		l.Steps = 2
		t.Run(name, func(t *testing.T) {
			learnertest.Run(t, l, learnertest.Expect{Permutation: true, Regression: true, Surrogate: l.Order != ""})
		})
	}
	t.Run("the MAML paper's size", func(t *testing.T) {
		params, err := learner.NewLayout(metalearner.MAML{}, 1, 0)
		if want := 2*40 + 41*40 + 41; err != nil || params.Size != want {
			t.Errorf("%d parameters, want %d (error %v)", params.Size, want, err)
		}
	})
	t.Run("MLP", func(t *testing.T) {
		learnertest.Run(t, metalearner.MLP{Width: 5}, learnertest.Expect{Permutation: true, Regression: true, Params: 15 + 30 + 12})
	})
}

// network is an engine of a learner in float64 on the Go backend.
func network(t *testing.T, l learner.Learner, d, c int) *engine.Compiled[float64] {
	t.Helper()
	open, err := backend.Shared(context.Background(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Compile[float64](open.Backend, l, d, c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// lossGrad are loss and gradient of the queries at, the same ones for all tasks.
func lossGrad(t *testing.T, e *engine.Compiled[float64], w []float64, b *datasets.Batch, at ...int32) (float64, []float64) {
	t.Helper()
	grad := make([]float64, len(w))
	loss, err := e.LossGrad(w, b, slices.Repeat(at, b.T), grad)
	if err != nil {
		t.Fatal(err)
	}
	return loss, grad
}

// start draws weights for an engine; learned rates get distinct values.
func start(e *engine.Compiled[float64]) []float64 {
	rng := rand.New(rand.NewPCG(7, 8))
	var w []float64
	for _, v := range e.Layout.Init(rng) {
		w = append(w, float64(v))
	}
	e.Layout.All(func(p learner.Param, lo, hi int) {
		for i := lo; i < hi && strings.HasPrefix(p.Name, "rate/"); i++ {
			w[i] = .25 + rng.Float64()
		}
	})
	return w
}

// ratesOf are the inner rates of all weights of the network, one by one: what w says
// where they are learned, and 0 where they are frozen.
func ratesOf(l metalearner.MAML, e *engine.Compiled[float64], w []float64) []float64 {
	learned, rates := map[string][]float64{}, []float64{}
	e.Layout.All(func(p learner.Param, lo, hi int) { learned[p.Name] = w[lo:hi] })
	e.Layout.All(func(p learner.Param, lo, hi int) {
		if strings.HasPrefix(p.Name, "rate/") {
			return
		}
		frozen := slices.ContainsFunc(l.Frozen, func(f string) bool { return strings.HasPrefix(p.Name, f) })
		for i := range hi - lo {
			own := learned["rate/"+p.Name]
			switch {
			case frozen:
				rates = append(rates, 0)
			case own == nil:
				rates = append(rates, l.Rate)
			default:
				rates = append(rates, l.Rate*own[i%len(own)])
			}
		}
	})
	return rates
}

// descend takes the steps of l one after the other on the first n points of task t. The
// network reads no context, so its loss on the queries 0..n-1 is the mean over those
// points.
func descend(t *testing.T, net *engine.Compiled[float64], w, rates []float64, steps int, b *datasets.Batch, task int, n int32) []float64 {
	t.Helper()
	var at []int32
	for i := range n {
		at = append(at, i)
	}
	w = slices.Clone(w)
	for range steps {
		_, grad := lossGrad(t, net, w, b.Slice(task, task+1), at...)
		for i := range w {
			w[i] -= rates[i] * grad[i]
		}
	}
	return w
}

func wantClose(t *testing.T, what string, got, want []float64, within float64) {
	t.Helper()
	for i := range want {
		if len(got) != len(want) || !(math.Abs(got[i]-want[i]) <= within*(1+math.Abs(want[i]))) {
			t.Errorf("%s: number %d of %v, want %v", what, i, got, want)
			return
		}
	}
}

// TestMAMLStepByStep compares each member of the family with its inner loop as a plain
// one over a network, for each task and context length on its own: the loss is that at
// the adapted weights; the first-order gradient is the gradient there; Reptile's is the
// way that the weights went.
func TestMAMLStepByStep(t *testing.T) {
	for name, l := range family() {
		for _, c := range []int{0, 2} {
			whole, net := network(t, l, 2, c), network(t, metalearner.MLP{Width: l.Width}, 2, c)
			b := learnertest.Noise(5, 3, 6, 2, c)
			w := start(whole)
			rates, first := ratesOf(l, whole, w), w[:net.Layout.Size]
			queries := []int32{1, 3, 5}
			share := 1 / float64(b.T*len(queries))
			var loss float64
			there, way := make([]float64, len(first)), make([]float64, len(first))
			for task := range b.T {
				for _, n := range queries {
					fast := descend(t, net, first, rates, l.Steps, b, task, n)
					value, grad := lossGrad(t, net, fast, b.Slice(task, task+1), n)
					loss += share * value
					for i := range grad {
						there[i] += share * grad[i]
						way[i] += share * (first[i] - fast[i])
					}
				}
			}
			value, grad := lossGrad(t, whole, w, b, queries...)
			wantClose(t, name+", loss", []float64{value}, []float64{loss}, 1e-12)
			switch l.Order {
			case "first":
				wantClose(t, name+", gradient", grad, there, 1e-12)
			case "reptile":
				wantClose(t, name+", gradient", grad, way, 1e-12)
			}
		}
	}
}

// TestMAMLGradients compares with central differences, weight by weight: those of the
// loss after the inner loop at second order, and at first order those of the network's
// loss around the adapted weights.
func TestMAMLGradients(t *testing.T) {
	const h = 1e-6
	b := learnertest.Noise(6, 1, 6, 2, 0)
	slopes := func(e *engine.Compiled[float64], w []float64) (all []float64) {
		for i := range w {
			up, down := slices.Clone(w), slices.Clone(w)
			up[i], down[i] = w[i]+h, w[i]-h
			above, _ := lossGrad(t, e, up, b, 5)
			below, _ := lossGrad(t, e, down, b, 5)
			all = append(all, (above-below)/(2*h))
		}
		return all
	}
	net := network(t, metalearner.MLP{Width: 5}, 2, 0)
	for name, l := range family() {
		if l.Order == "reptile" {
			continue
		}
		whole := network(t, l, 2, 0)
		w := start(whole)
		_, grad := lossGrad(t, whole, w, b, 5)
		if l.Order == "first" {
			fast := descend(t, net, w, ratesOf(l, whole, w), l.Steps, b, 0, 5)
			wantClose(t, name, grad, slopes(net, fast), 1e-7)
			continue
		}
		wantClose(t, name, grad, slopes(whole, w), 1e-7)
	}
}

// TestMAMLOnALine: on a linear model the inner loop is a linear map, θ_k+1 = Aθ_k + c with
// A = I − 2η/n XᵀX, so the prediction and the outer gradient, Aᵏ times that at θ_K, are
// known.
func TestMAMLOnALine(t *testing.T) {
	const steps, rate, d = 7, .1, 3
	l := metalearner.MAML{Depth: metalearner.Linear, Inner: metalearner.Inner{Steps: steps, Rate: rate}}
	e := network(t, l, d, 0)
	b := line(4, 6, d)
	theta := []float64{.5, -1, .25, 2} // the last one is the bias
	for task := range b.T {
		last := b.N - 1
		row := func(n int) (x []float64) {
			for _, v := range b.Point(task, n) {
				x = append(x, float64(v))
			}
			return append(x, 1)
		}
		fast := slices.Clone(theta)
		for range steps {
			next := slices.Clone(fast)
			for n := range last {
				gap := dot(row(n), fast) - float64(b.Z[task*b.N+n])
				for i, x := range row(n) {
					next[i] -= 2 * rate / float64(last) * gap * x
				}
			}
			fast = next
		}
		out, err := e.Logits(theta, b.Slice(task, task+1), []int32{int32(last)})
		if err != nil {
			t.Fatal(err)
		}
		wantClose(t, "prediction", out, []float64{dot(row(last), fast)}, 1e-10)

		grad := row(last)
		for i := range grad {
			grad[i] *= 2 * (dot(row(last), fast) - float64(b.Z[task*b.N+last]))
		}
		for range steps { // A is symmetric
			next := slices.Clone(grad)
			for n := range last {
				along := dot(row(n), grad)
				for i, x := range row(n) {
					next[i] -= 2 * rate / float64(last) * along * x
				}
			}
			grad = next
		}
		_, got := lossGrad(t, e, theta, b.Slice(task, task+1), int32(last))
		wantClose(t, "outer gradient", got, grad, 1e-10)
	}
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func TestMAMLNames(t *testing.T) {
	for want, l := range map[string]learner.Learner{
		"MAML":            metalearner.MAML{},
		"FOMAML-64":       metalearner.MAML{Width: 64, Inner: metalearner.Inner{Order: "first"}},
		"ANIL":            metalearner.MAML{Inner: metalearner.Inner{Frozen: []string{"body"}}},
		"Meta-SGD":        metalearner.MAML{Inner: metalearner.Inner{Rates: "weight"}},
		"Reptile":         metalearner.MAML{Inner: metalearner.Inner{Order: "reptile"}},
		"MLP":             metalearner.MLP{},
		"MLP-64":          metalearner.MLP{Width: 64},
		"M²-MLP":          metalearner.M2{Model: metalearner.MLP{}},
		"M²-CNP (FOMAML)": metalearner.M2{Model: metalearner.CNP{}, Inner: metalearner.Inner{Order: "first"}},
	} {
		if l.Name() != want {
			t.Errorf("name %q, want %q", l.Name(), want)
		}
	}
}

func TestMAMLWrongSettings(t *testing.T) {
	for want, l := range map[string]metalearner.MAML{
		"width -3":                  {Width: -3},
		"-2 hidden layers":          {Depth: -2},
		"-1 steps":                  {Inner: metalearner.Inner{Steps: -1}},
		"inner rate is -0.5":        {Inner: metalearner.Inner{Rate: -.5}},
		"inner rate is NaN":         {Inner: metalearner.Inner{Rate: math.NaN()}},
		`order "third"`:             {Inner: metalearner.Inner{Order: "third"}},
		`rates "own"`:               {Inner: metalearner.Inner{Rates: "own"}},
		"Reptile has no gradient":   {Inner: metalearner.Inner{Order: "reptile", Rates: "weight"}},
		`begins with "boddy"`:       {Inner: metalearner.Inner{Frozen: []string{"boddy"}}},
		"all parameters are frozen": {Inner: metalearner.Inner{Frozen: []string{"body", "head"}}},
	} {
		if _, err := l.Params(1, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}
