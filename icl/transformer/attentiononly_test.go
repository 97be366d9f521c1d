package transformer_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/learnertest"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
)

// attentionOnly are settings with each kind of tokens, positions and clamps, for tasks of up to
// seven points.
func attentionOnly() map[string]transformer.AttentionOnly {
	return map[string]transformer.AttentionOnly{
		"one-hot":  {Positions: "one-hot", Points: 8, MLP: []int{6, 5}},
		"rotary":   {Width: 8, Heads: 4, Positions: "rotary", Norm: true, MLP: []int{5}},
		"relative": {Tokens: "inputs", Width: 6, Heads: 2, Positions: "relative", Points: 7, Spread: .3},
		"clamped": {Width: 6, Heads: 6, Key: 3, Positions: "relative", Points: 7, Clamps: []transformer.HeadClamp{
			{Layer: 0, Heads: []int{0}, To: "previous token"}, {Layer: 0, Heads: []int{1, 2}, To: "matching"},
			{Layer: 0, Heads: []int{3}, To: "self"}, {Layer: 0, Heads: []int{4}, To: "uniform"}, {Layer: 1, Heads: []int{5}, To: "ablated"},
		}},
		"nothing learned": {Tokens: "inputs", Clamps: []transformer.HeadClamp{{To: "previous token"}, {Layer: 1, To: "matching"}}},
	}
}

func TestAttentionOnlyBattery(t *testing.T) {
	for _, name := range []string{"rotary", "clamped"} {
		t.Run(name, func(t *testing.T) { learnertest.Run(t, attentionOnly()[name], learnertest.Expect{}) })
	}
}

// TestAttentionOnly compares with the model as one would write it down, in which each query is
// the last token of its own sequence.
func TestAttentionOnly(t *testing.T) {
	const n, d = 6, 3
	for name, a := range attentionOnly() {
		for _, c := range []int{0, 2, 4} {
			t.Run(fmt.Sprintf("%s, %d classes", name, c), func(t *testing.T) {
				s, b := newSubject[float64](t, a, d, c), noise(n, d, c)
				got, k := s.logits(t, b, train.Every(0, n-1, tasks)), learner.Channels(c)
				weights := weightsByName(s.engine.Layout, s.params)
				for i, v := range got {
					task, at, class := i/(n*k), i/k%n, i%k
					if w := attentionOnlyAnswer(a, weights, b, task, at)[class]; math.Abs(v-w) > 1e-12*(1+math.Abs(w)) {
						t.Fatalf("task %d, %d examples, output %d: %g, want %g", task, at, class, v, w)
					}
				}
			})
		}
	}
}

// attentionOnlyAnswer is the answer to point n of task t by plain loops.
func attentionOnlyAnswer(a transformer.AttentionOnly, w map[string][]float64, b *datasets.Batch, t, n int) []float64 {
	per, heads := 2, max(1, a.Heads)
	if a.Tokens == "inputs" {
		per = 1
	}
	var h [][]float64
	for i := range n + 1 {
		x := widened(b.Point(t, i), b.D)
		if a.Width > 0 {
			x = plus(product(w["input.weight"], x), w["input.bias"])
		}
		h = append(h, x)
		if per == 2 && i < n {
			h = append(h, product(w["label.weight"], label(b, t*b.N+i, max(1, b.C))))
		}
	}
	if a.Positions == "one-hot" {
		for place := range h {
			one := make([]float64, per*a.Points)
			one[place] = 1
			h[place] = append(h[place], one...)
		}
	}
	for l := range 2 {
		name := func(part string) []float64 { return w[fmt.Sprintf("layers.%d.%s", l, part)] }
		seen := make([][]float64, len(h))
		for i := range h {
			seen[i] = h[i]
			if a.Norm {
				seen[i] = sequential{weights: w}.norm(fmt.Sprintf("layers.%d.norm", l), h[i])
			}
		}
		next := make([][]float64, len(h))
		for i := range h {
			var mean []float64
			for head := range heads {
				shares := sharesOf(a, l, head, heads, i, seen, name, b, t)
				own := make([]float64, len(name("v.weight"))/len(h[i])/heads)
				for j, share := range shares {
					v := product(name("v.weight"), seen[j])
					for k := range own {
						own[k] += share * v[head*len(own)+k]
					}
				}
				mean = append(mean, own...)
			}
			next[i] = plus(h[i], product(name("out.weight"), mean))
		}
		h = next
	}
	last := h[len(h)-1]
	if a.Norm {
		last = sequential{weights: w}.norm("norm", last)
	}
	for i := range a.MLP {
		last = plus(product(w[fmt.Sprintf("mlp.%d.weight", i)], last), w[fmt.Sprintf("mlp.%d.bias", i)])
		for k := range last {
			last[k] = max(0, last[k])
		}
	}
	return plus(product(w["readout.weight"], last), w["readout.bias"])
}

// product is W·x for W row by row.
func product(w, x []float64) []float64 {
	out := make([]float64, len(w)/len(x))
	for o := range out {
		for i, v := range x {
			out[o] += w[o*len(x)+i] * v
		}
	}
	return out
}

// sharesOf is how much token i takes of the tokens up to itself.
func sharesOf(a transformer.AttentionOnly, l, head, heads, i int, seen [][]float64, name func(string) []float64, b *datasets.Batch, t int) []float64 {
	for _, c := range a.Clamps {
		if c.Layer == l && (len(c.Heads) == 0 || slices.Contains(c.Heads, head)) {
			return clampedShares(a, c.To, i, b, t)
		}
	}
	key := len(name("q.weight")) / len(seen[i]) / heads
	part := func(of string, place int) []float64 {
		x := product(name(of+".weight"), seen[place])[head*key:][:key]
		if a.Positions == "rotary" {
			x = turned(x, place)
		}
		return x
	}
	q, shares, total := part("q", i), make([]float64, i+1), 0.
	for j := range shares {
		k := part("k", j)
		if a.Positions == "relative" {
			k = plus(k, name("relative")[((i-j)*heads+head)*key:][:key])
		}
		shares[j] = math.Exp(datasets.Dot(q, k) / math.Sqrt(float64(key)))
		total += shares[j]
	}
	for j := range shares {
		shares[j] /= total
	}
	return shares
}

// turned is x at a place under rotary positions, as complex numbers.
func turned(x []float64, place int) []float64 {
	half := len(x) / 2
	out := make([]float64, len(x))
	for i := range half {
		angle := float64(place) / math.Pow(10_000, float64(i)/float64(half))
		v := complex(x[i], x[half+i]) * complex(math.Cos(angle), math.Sin(angle))
		out[i], out[half+i] = real(v), imag(v)
	}
	return out
}

// clampedShares is what a clamp has token i take of the tokens up to itself.
func clampedShares(a transformer.AttentionOnly, to string, i int, b *datasets.Batch, t int) []float64 {
	shares := make([]float64, i+1)
	switch to {
	case "previous token":
		shares[max(0, i-1)] = 1
	case "self":
		shares[i] = 1
	case "uniform":
		for j := range shares {
			shares[j] = 1 / float64(i+1)
		}
	case "matching":
		own, per := i, 1
		if a.Tokens != "inputs" {
			own, per = i/2, 2
		}
		if i%per == 1 || own == 0 {
			shares[i] = 1
			break
		}
		nearest, least := []int{}, math.Inf(1)
		for j := range own {
			distance := 0.
			for k, v := range b.Point(t, j) {
				distance += math.Pow(float64(v-b.Point(t, own)[k]), 2)
			}
			if distance < least-1e-9 {
				nearest, least = nil, distance
			}
			if distance < least+1e-9 {
				nearest = append(nearest, j)
			}
		}
		for _, j := range nearest {
			shares[per*j+1] = 1 / float64(len(nearest))
		}
	}
	return shares
}

// TestAttentionOnlyWrongSettings: what makes no transformer is an error that says what to do.
func TestAttentionOnlyWrongSettings(t *testing.T) {
	clamp := func(c ...transformer.HeadClamp) transformer.AttentionOnly {
		return transformer.AttentionOnly{Heads: 2, Clamps: c}
	}
	for want, a := range map[string]transformer.AttentionOnly{
		`tokens "points"`:               {Tokens: "points"},
		`positions "sine"`:              {Positions: "sine"},
		"set Points":                    {Positions: "relative"},
		"layers -1":                     {Layers: -1},
		"want an even Key":              {Positions: "rotary", Key: 3},
		"standard deviation -1":         {Spread: -1},
		"0 hidden units in layer 1":     {MLP: []int{3, 0}},
		"Layers = 1001":                 {Layers: 1001},
		"Heads = 5000":                  {Heads: 5000},
		"layer 2; want one of 2":        clamp(transformer.HeadClamp{Layer: 2, To: "self"}),
		`clamp to "next"`:               clamp(transformer.HeadClamp{To: "next"}),
		"head 2 of layer 0; want one":   clamp(transformer.HeadClamp{Heads: []int{2}, To: "self"}),
		"two clamps of head 1 of layer": clamp(transformer.HeadClamp{To: "self"}, transformer.HeadClamp{Heads: []int{1}, To: "uniform"}),
	} {
		if _, err := a.Params(2, 2); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v; want one with %q", a, err, want)
		}
	}
}

// TestAttentionOnlyIsItsSettings: the JSON, which is part of a run's key, has what is set.
func TestAttentionOnlyIsItsSettings(t *testing.T) {
	for want, l := range map[string]learner.Learner{
		`{}`: transformer.AttentionOnly{},
		`{"layers":1,"clamps":[{"layer":0,"to":"self"}]}`: transformer.AttentionOnly{Layers: 1, Clamps: []transformer.HeadClamp{{To: "self"}}},
		`{"label":"","slots":null,"layers":null}`:         transformer.Circuit{},
	} {
		if got, err := json.Marshal(l); string(got) != want || err != nil {
			t.Errorf("%s, error %v; want %s", got, err, want)
		}
	}
}
