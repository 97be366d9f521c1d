package optim

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// all are optimizers that together use every rule, with weight decay and without.
var all = []Optimizer{{}, SGD, Adam, AdamW(.01), {Rule: "sgd", Decay: .1}, Momentum(.9), {Rule: "sgd", Momentum: .5, Decay: .1, L2: .2}, {L2: .1}}

// TestAgainstPyTorch compares five updates of one weight with the formulas of PyTorch's
// documentation, computed in Python's doubles: learning rate .1, start 1.
func TestAgainstPyTorch(t *testing.T) {
	gradients := []float64{2, -1, .5, 0, 3}
	for o, want := range map[Optimizer][]float64{
		SGD:                                 {.8, .9, .85, .85, .55},
		Adam:                                {.9000000005, .8733662967024315, .8393233821389426, .811437498008063, .7537671426459724},
		AdamW(.01):                          {.8990000005, .8714672967019315, .8365529148417407, .8078304777960192, .7493522919561327},
		AdamW(.5):                           {.8500000004999999, .7808662966774315, .707780067280071, .6445051797851877, .5546095654338378},
		Momentum(.9):                        {.8, .72, .598, .4882, .08938},
		{Rule: "sgd", Momentum: .9, L2: .1}: {.79, .6931, .548959, .41374251, -.0120897561},
		{L2: .1}:                            {.9000000004761904, .8681231891743804, .8283762644332223, .793799070993539, .7327246919645674},
		{Rule: "sgd", L2: .1}:               {.79, .8821, .823279, .81504621, .5068957479},
		{Rule: "sgd", Decay: .1}:            {.79, .8821, .823279, .81504621, .5068957479},
		{Rule: "sgd", Decay: .3, Momentum: .5, L2: .2}: {.75, .7025, .604875, .53635625, .1843521875},
	} {
		s, params := New[float64](o, 1), []float64{1}
		for i, g := range gradients {
			s.Update(params, []float64{g}, .1)
			if math.Abs(params[0]-want[i]) > 1e-12 {
				t.Errorf("%s: after %d updates %.16f, want %.16f", o, i+1, params[0], want[i])
			}
		}
		if s.Step != len(gradients) {
			t.Errorf("%s: %d updates are counted, want %d", o, s.Step, len(gradients))
		}
	}
}

// hostOps are the operations of a graph on one number.
var hostOps = Ops[float64]{
	Add: func(a, b float64) float64 { return a + b }, Sub: func(a, b float64) float64 { return a - b },
	Mul: func(a, b float64) float64 { return a * b }, Div: func(a, b float64) float64 { return a / b },
	Sqrt:  math.Sqrt,
	Scale: func(x, c float64) float64 { return x * c }, Shift: func(x, c float64) float64 { return x + c }, Min: math.Min,
}

// TestGraphIsTheHostsRule: both forms of every optimizer give the same weights and
// moments up to the rounding of the numbers to float32, with clipping and without.
func TestGraphIsTheHostsRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom(all).Draw(t, "optimizer")
		clip := rapid.SampledFrom([]float64{0, .5}).Draw(t, "clip")
		rate := rapid.Float64Range(1e-4, 1).Draw(t, "rate")
		gradients := rapid.SliceOfN(rapid.Float64Range(-2, 2), 1, 8).Draw(t, "gradients")
		host, params := New[float64](o, 1), []float64{1}
		state := append([]float64{1}, make([]float64, len(host.Moments))...)
		for i, g := range gradients {
			var numbers []float64
			for _, v := range o.Numbers(i+1, rate, clip) {
				numbers = append(numbers, float64(v))
			}
			state = Graph(o, hostOps, state, g, math.Abs(g), numbers)
			grad := []float64{g}
			ClipNorm(grad, clip)
			host.Update(params, grad, rate)
		}
		for i, v := range slices.Concat([][]float64{params}, host.Moments) {
			if math.Abs(v[0]-state[i]) > 1e-5*max(1, math.Abs(v[0])) {
				t.Fatalf("%s: vector %d is %g on the host and %g in a graph", o, i, v[0], state[i])
			}
		}
	})
}

// TestFloat32: an optimizer of float32 weights follows that of float64 weights.
func TestFloat32(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, o := range all {
		narrow, wide := New[float32](o, 3), New[float64](o, 3)
		p, q := []float32{1, -1, .5}, []float64{1, -1, .5}
		for range 50 {
			g := []float32{rng.Float32() - .5, rng.Float32(), 0}
			narrow.Update(p, g, .01)
			wide.Update(q, []float64{float64(g[0]), float64(g[1]), float64(g[2])}, .01)
		}
		for i := range p {
			if math.Abs(float64(p[i])-q[i]) > 1e-5 {
				t.Errorf("%s: weight %d is %g in float32 and %g in float64", o, i, p[i], q[i])
			}
		}
	}
}

// TestMinimum: every optimizer finds the minimum of a quadratic function; weight decay
// draws it towards 0.
func TestMinimum(t *testing.T) {
	minimum := func(o Optimizer) float64 {
		s, p, rate := New[float64](o, 1), []float64{-4}, Times(Constant(.1), Cosine(2000, 0))
		for step := range 2000 {
			s.Update(p, []float64{2 * (p[0] - 3)}, rate(step))
		}
		return p[0]
	}
	for _, o := range []Optimizer{SGD, Adam, Momentum(.9)} {
		if got := minimum(o); math.Abs(got-3) > 1e-3 {
			t.Errorf("%s ends at %g, want 3", o, got)
		}
	}
	for _, o := range []Optimizer{AdamW(.5), {Rule: "sgd", Decay: .5}} {
		if got := minimum(o); got > 2.7 || got < 1 {
			t.Errorf("%s ends at %g; want it between 0 and 3", o, got)
		}
	}
}

// TestZeroIsAdam: the zero value updates as Adam does, and keeps Adam's moments.
func TestZeroIsAdam(t *testing.T) {
	zero, adam := New[float32](Optimizer{}, 1), New[float32](Adam, 1)
	p, q := []float32{1}, []float32{1}
	for range 3 {
		zero.Update(p, []float32{.3}, .1)
		adam.Update(q, []float32{.3}, .1)
	}
	if p[0] != q[0] || !slices.Equal((Optimizer{}).Moments(), []string{"adam.m", "adam.v"}) {
		t.Errorf("the zero optimizer gives %g with moments %v, Adam %g", p[0], (Optimizer{}).Moments(), q[0])
	}
	if len(SGD.Moments()) != 0 || !slices.Equal(Momentum(.9).Moments(), []string{"sgd.momentum"}) {
		t.Errorf("gradient descent keeps %v, with momentum %v", SGD.Moments(), Momentum(.9).Moments())
	}
}

// TestText: what an optimizer writes, it reads, and its text in JSON is for people.
func TestText(t *testing.T) {
	for o, want := range map[Optimizer]string{
		{}: `""`, SGD: `"sgd"`, Adam: `"adam"`, AdamW(.01): `"adamw 0.01"`,
		{Decay: 2}: `"adamw 2"`, {Rule: "sgd", Decay: 1e-5}: `"sgdw 1e-05"`,
		Momentum(.9): `"sgd momentum 0.9"`, {L2: .01}: `"adam l2 0.01"`, {Rule: "sgd", Decay: .5, Momentum: .9, L2: 1e-6}: `"sgdw 0.5 momentum 0.9 l2 1e-06"`,
	} {
		text, err := json.Marshal(o)
		if err != nil || string(text) != want {
			t.Errorf("%#v is written as %s (error %v), want %s", o, text, err, want)
		}
		var back Optimizer
		if err := json.Unmarshal(text, &back); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if back.name() != o.name() || back.Decay != o.Decay || back.Momentum != o.Momentum || back.L2 != o.L2 {
			t.Errorf("%s is read as %#v, want %#v", text, back, o)
		}
	}
	left := struct {
		O Optimizer `json:"o,omitzero"`
	}{}
	if text, _ := json.Marshal(left); string(text) != "{}" {
		t.Errorf("the zero optimizer is written as %s", text)
	}
}

// TestRefuses: errors name the value and what is possible, and leave what was there.
func TestRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`"lion"`: `"lion"; want one of adam, sgd`, `"adamw"`: `"adamw"`, `"adamw much"`: "is no number",
		`"sgd momentum"`: "the momentum of", `"sgd momentum 1"`: "momentum of 1; want 0 to less than 1", `"adam momentum 0.9"`: "adam with a momentum of 0.9",
		`"sgd l2 -1"`: "an L2 penalty of -1", `"sgd l2 1 nesterov 1"`: `unknown setting "nesterov"`, `"sgd momentum NaN"`: "momentum of NaN",
		`"adamw -1"`: "decay of -1", `"adamw NaN"`: "decay of NaN", `"adamw +Inf"`: "decay of +Inf",
	} {
		o := SGD
		if err := json.Unmarshal([]byte(text), &o); err == nil || !strings.Contains(err.Error(), want) || o != SGD {
			t.Errorf("%s: error %v, value %v; want an error with %q", text, err, o, want)
		}
	}
	for _, o := range all {
		if err := o.Validate(); err != nil {
			t.Errorf("%s: %v", o, err)
		}
	}
}

func TestClipNorm(t *testing.T) {
	for _, test := range []struct{ limit, want float64 }{{0, 3}, {10, 3}, {5, 3}, {1, .6}} {
		g := []float64{3, 4}
		if n := ClipNorm(g, test.limit); n != 5 || math.Abs(g[0]-test.want) > 1e-12 {
			t.Errorf("limit %g: length %g, gradient %v; want 5 and %g first", test.limit, n, g, test.want)
		}
	}
	if n := ClipNorm([]float32{}, 1); n != 0 {
		t.Errorf("no gradient has length %g", n)
	}
	if n := ClipNorm([]float32{float32(math.NaN())}, 1); !math.IsNaN(n) {
		t.Errorf("a gradient that is NaN has length %g", n)
	}
}

// TestSchedules at their ends and in between.
func TestSchedules(t *testing.T) {
	for name, test := range map[string]struct {
		schedule Schedule
		at       map[int]float64
	}{
		"constant":   {Constant(.1), map[int]float64{0: .1, 1e6: .1}},
		"warm-up":    {Warmup(4), map[int]float64{0: .25, 1: .5, 3: 1, 4: 1, 100: 1}},
		"no warm-up": {Warmup(0), map[int]float64{0: 1, 9: 1}},
		"cosine":     {Cosine(100, .01), map[int]float64{0: 1, 50: .505, 100: .01}},
		"product":    {Times(Constant(.2), Warmup(2), Cosine(4, 0)), map[int]float64{0: .1, 2: .1, 4: 0}},
		"nothing":    {Times(), map[int]float64{7: 1}},
	} {
		for step, want := range test.at {
			if got := test.schedule(step); math.Abs(got-want) > 1e-15 {
				t.Errorf("%s: %g at step %d, want %g", name, got, step, want)
			}
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	const size = 1 << 20
	for _, o := range []Optimizer{SGD, Adam, AdamW(.01)} {
		b.Run(o.String(), func(b *testing.B) {
			s, params, grad := New[float32](o, size), make([]float32, size), make([]float32, size)
			for b.Loop() {
				s.Update(params, grad, 1e-3)
			}
			b.ReportMetric(float64(size)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mweights/s")
		})
	}
}
