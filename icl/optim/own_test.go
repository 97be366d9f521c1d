package optim

import (
	"encoding/json"
	"strings"
	"testing"
)

// heavy is momentum as a user writes it.
type heavy struct {
	called  string
	vectors []string
}

func (h heavy) Name() string      { return h.called }
func (h heavy) Moments() []string { return h.vectors }

func (heavy) Update(_ int, rate float64, params, grad []float64, moments [][]float64) {
	for i, g := range grad {
		moments[0][i] = .9*moments[0][i] + g
		params[i] -= rate * moments[0][i]
	}
}

// TestOwnIsTheSameRule: a rule of a user's own gives what the library's gives, with weight
// decay and an L2 penalty.
func TestOwnIsTheSameRule(t *testing.T) {
	for _, plain := range []Optimizer{{}, {Decay: .3}, {L2: .2}, {Decay: .1, L2: .05}} {
		own, ours := plain, plain
		own.Own = heavy{"heavy", []string{"v"}}
		ours.Rule, ours.Momentum = "sgd", .9
		a, b := New[float64](own, 2), New[float64](ours, 2)
		v, w := []float64{1, -2}, []float64{1, -2}
		narrowed, one := New[float32](own, 1), []float32{1}
		for _, g := range []float64{2, -1, .5, 0, 3} {
			grad := []float64{g, -g}
			a.Update(v, grad, .1)
			b.Update(w, []float64{g, -g}, .1)
			narrowed.Update(one, []float32{float32(g)}, .1)
			if v[0] != w[0] || v[1] != w[1] || grad[0] != g {
				t.Fatalf("%+v: weights %v, want %v; gradient %v", plain, v, w, grad)
			}
			if diff := float64(one[0]) - w[0]; diff > 1e-6 || diff < -1e-6 {
				t.Errorf("%+v: in float32 %g, want %g", plain, one[0], w[0])
			}
		}
		if err := own.Validate(); err != nil || !own.OnHost() || ours.OnHost() {
			t.Errorf("%v: error %v", own, err)
		}
	}
}

// TestOwnText: the text of a user's rule has its name and what was added; read back, the rule
// is missing, and that is said.
func TestOwnText(t *testing.T) {
	for text, o := range map[string]Optimizer{
		`"own slow"`:                  {Own: heavy{called: "slow"}},
		`"own slow decay 0.1 l2 0.2"`: {Own: heavy{called: "slow"}, Decay: .1, L2: .2},
	} {
		var back Optimizer
		written, err := json.Marshal(o)
		if err != nil || string(written) != text {
			t.Errorf("written as %s (error %v), want %s", written, err, text)
		}
		if err := json.Unmarshal(written, &back); err != nil || back.Decay != o.Decay || back.L2 != o.L2 {
			t.Errorf("%s is read as %#v, error %v", text, back, err)
		}
		if err := back.Validate(); err == nil || !strings.Contains(err.Error(), `"slow" is a user's`) {
			t.Errorf("%#v: error %v; want that the rule is missing", back, err)
		}
	}
}

// TestOwnRefuses: rules that cannot be used are refused by what they lack.
func TestOwnRefuses(t *testing.T) {
	var none *heavy
	for want, o := range map[string]Optimizer{
		"the Name of a rule":       {Own: heavy{}},
		"return one word":          {Own: heavy{called: "two words"}},
		"want names that differ":   {Own: heavy{called: "twice", vectors: []string{"v", "v"}}},
		`with the rule "sgd"`:      {Rule: "sgd", Own: heavy{called: "heavy"}},
		"a momentum of 0.9":        {Momentum: .9, Own: heavy{called: "heavy"}},
		"the rule is a nil":        {Own: none},
		"weight decay of -1; want": {Decay: -1, Own: heavy{called: "heavy"}},
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%#v: error %v; want %q in it", o, err, want)
		}
		_ = o.String()
	}
}
