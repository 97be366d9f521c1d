package construct

import (
	"cmp"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
)

// MAML is one inner step of MAML (Finn et al. 2017) through a whole network with one
// hidden layer of leaky ReLUs and one real output, on the mean of ½(f(x_i) − y_i)².
//
// Backpropagation needs the derivative of the activation, which jumps at 0, and no
// unit of the transformer jumps. The construction takes the difference of two leaky
// ReLUs, σ(ku+½) − σ(ku−½), instead: right where |u| > 1/2k. So it is exact on
// episodes in which no unit is that close to its kink, and wrong on the others.
type MAML struct {
	Width int     // hidden units; 0 means 8
	Rate  float64 // of the inner step; 0 means .1
	Sharp float64 // k; 0 means 1000
}

func (m MAML) withDefaults() MAML {
	return MAML{cmp.Or(m.Width, 8), cmp.Or(m.Rate, .1), cmp.Or(m.Sharp, 1000)}
}

// network is f(x) = out·σ(in·x + bias) + offset.
type network struct {
	in        [][]float64
	bias, out []float64
	offset    float64
}

func (m MAML) random(d int, rng *rand.Rand) network {
	n := network{offset: datasets.Normal(rng)}
	for range m.Width {
		row := make([]float64, d)
		for j := range row {
			row[j] = datasets.Normal(rng) / math.Sqrt(float64(d))
		}
		n.in, n.bias, n.out = append(n.in, row), append(n.bias, datasets.Normal(rng)), append(n.out, datasets.Normal(rng)/2)
	}
	return n
}

// construct returns the step as a transformer. Slot u holds in·x + bias, s the derivative of σ, r
// the residual; a step changes u by attention to the examples, with values
// r·out·s, and out by their mean of r·σ(u).
func (m MAML) construct(n network, d int) (*Construction, error) {
	b := New("MAML as a transformer")
	x := b.Slot("x", "x", d)
	y := b.Slot("y", "y", 1)
	one := b.Slot("one", "point", 1)
	scratch := func(name string, width int) Slot { return b.Slot(name, "", width) }
	u, h, s := scratch("u", m.Width), scratch("h", m.Width), scratch("s", m.Width)
	r, rh, delta := scratch("r", 1), scratch("r·h", m.Width), scratch("δ", m.Width)
	out, offset := scratch("Δ out", m.Width), scratch("Δ offset", 1)
	after, answer := scratch("h after", m.Width), scratch("answer", 1)

	ones := one.Copy().Repeat(m.Width)
	b.Linear(Sum(x.Through(n.in), Join(column(n.bias, one.Copy())...)), u.Copy())
	b.FeedForward("leaky ReLU",
		Join(u.Copy(), Sum(u.Scale(m.Sharp), ones.Times(.5)), Sum(u.Scale(m.Sharp), ones.Times(-.5))),
		Join(h.Copy(), s.Copy(), s.Scale(-1)))
	b.Linear(Sum(y.Copy(), h.Row(n.out...).Times(-1), one.Scale(-n.offset)), r.Copy())
	b.Bilinear(r.Copy().Repeat(2*m.Width), Join(h.Copy(), s.Through(diagonal(n.out))), Join(rh.Copy(), delta.Copy()))

	place := Join(x.Copy(), one.Copy())
	b.Attend(toExamples, Head{Q: place, K: place, V: delta.Copy(), Out: u.Scale(m.Rate)})
	b.Attend(toExamples, Head{Q: one.Copy(), K: one.Copy(),
		V: Join(rh.Copy(), r.Copy()), Out: Join(out.Scale(m.Rate), offset.Scale(m.Rate))})
	b.FeedForward("leaky ReLU", u.Copy(), after.Copy())
	b.Bilinear(Sum(Join(column(n.out, one.Copy())...), out.Copy()), after.Copy(), answer.Copy().Repeat(m.Width))
	return b.Build(Sum(answer.Copy(), one.Scale(n.offset), offset.Copy()), false, d, 0)
}

func diagonal(v []float64) [][]float64 {
	m := make([][]float64, len(v))
	for i := range v {
		m[i] = make([]float64, len(v))
		m[i][i] = v[i]
	}
	return m
}

// forward returns the output, the inputs of the hidden units and what they make of it.
func (n network) forward(x []float32) (f float64, u, h []float64) {
	f = n.offset
	for i, row := range n.in {
		sum := n.bias[i]
		for j, w := range row {
			sum += w * float64(x[j])
		}
		u, h = append(u, sum), append(h, max(sum, .01*sum))
		f += n.out[i] * h[i]
	}
	return f, u, h
}

// adapted is the network after one step of gradient descent on a task's first
// examples.
func (n network) adapted(b *datasets.Batch, t, examples int, rate float64) network {
	after := network{offset: n.offset}
	for i := range n.in {
		after.in = append(after.in, append([]float64{}, n.in[i]...))
	}
	after.bias, after.out = append([]float64{}, n.bias...), append([]float64{}, n.out...)
	for e := range examples {
		x := b.Point(t, e)
		f, u, h := n.forward(x)
		move := rate * (float64(b.Z[t*b.N+e]) - f) / float64(examples)
		after.offset += move
		for i := range u {
			slope := .01
			if u[i] > 0 {
				slope = 1
			}
			after.out[i] += move * h[i]
			after.bias[i] += move * n.out[i] * slope
			for j := range x {
				after.in[i][j] += move * n.out[i] * slope * float64(x[j])
			}
		}
	}
	return after
}

// maxUnits is the greatest width of a network whose construction is written down.
const maxUnits = 1000

// Errors compares the construction, in float64, with MAML itself on that many random
// regression episodes with d inputs, and returns the absolute difference of the prediction
// in each.
func (m MAML) Errors(on compute.Backend, d, episodes int, seed uint64) ([]float64, error) {
	m = m.withDefaults()
	if err := cmp.Or(datasets.CheckSize(episodes, longest+1, d, 0), datasets.CheckSize(1, max(1, m.Width), d, 0), learner.CheckLimit("MAML", "Width", max(m.Width, -m.Width), maxUnits)); err != nil {
		return nil, err
	}
	rng := datasets.Rand(seed, "maml")
	n := m.random(d, rng)
	written, err := m.construct(n, d)
	if err != nil {
		return nil, err
	}
	b, at := RandomEpisodes(rng, episodes, d, 0)
	got, err := Predict(on, written.Circuit, written.Weights, b, at)
	if err != nil {
		return nil, err
	}
	errs := make([]float64, episodes)
	for t := range errs {
		after := n
		if at[t] > 0 {
			after = n.adapted(b, t, int(at[t]), m.Rate)
		}
		want, _, _ := after.forward(b.Point(t, int(at[t])))
		errs[t] = math.Abs(got[t][0] - want)
	}
	return errs, nil
}
