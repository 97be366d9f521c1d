package baseline

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/optim"
)

// Network trains a two-layer network of rectified linear units on each context, by
// gradient descent from the same random start (Garg et al. 2022):
//
//	f(x) = b + Σ_h v_h max(W_h·x + a_h, 0)
//
// It starts as PyTorch's linear layers do, takes Steps steps of [optim.Adam] on the mean
// squared error of all examples, and sees inputs and targets divided by the root of their
// mean square on the context.
type Network struct {
	Hidden int     `json:"hidden,omitempty"` // hidden units; 0 means 100
	Steps  int     `json:"steps,omitempty"`  // 0 means 100
	Rate   float64 `json:"rate,omitempty"`   // Adam's learning rate; 0 means 5e-3
	Seed   uint64  `json:"seed,omitempty"`   // of the start
}

// Name is "network".
func (Network) Name() string { return "network" }

func (m Network) filled() Network {
	return Network{cmp.Or(m.Hidden, 100), cmp.Or(m.Steps, 100), cmp.Or(m.Rate, 5e-3), m.Seed}
}

func (m Network) validate() error {
	switch {
	case m.Hidden < 1:
		return fmt.Errorf("baseline: a network of %d hidden units; want at least 1, or 0 for 100", m.Hidden)
	case m.Steps < 1:
		return fmt.Errorf("baseline: a network trained for %d steps; want at least 1, or 0 for 100", m.Steps)
	case !(m.Rate > 0 && m.Rate <= 1):
		return fmt.Errorf("baseline: a network's learning rate is %g; want above 0 and at most 1, or 0 for 0.005", m.Rate)
	}
	return nil
}

// Regress returns the means [T, len(at)], 0 before any example. It has no variance: nil.
func (m Network) Regress(ctx context.Context, b *datasets.Batch, at []int) (mean, variance []float32, err error) {
	m = m.filled()
	if err := m.validate(); err != nil {
		return nil, nil, err
	}
	return regress(ctx, b, at, func() estimator { return &networkEstimator{Network: m} })
}

type networkEstimator struct {
	Network
	examples
}

func (e *networkEstimator) predict(x []float64) float64 {
	inputs, outputs := rootMeanSquare(e.x...), rootMeanSquare(e.z)
	var data examples
	for i, x := range e.x {
		data.learn(scaled(x, 1/inputs), e.z[i]/outputs)
	}
	net := newNetwork(datasets.Rand(e.Seed, "network"), len(x), e.Hidden)
	net.train(data, e.Steps, e.Rate)
	return outputs * net.output(scaled(x, 1/inputs))
}

func scaled(x []float64, by float64) []float64 { return floats.ScaleTo(make([]float64, len(x)), by, x) }

// rootMeanSquare is that of all numbers, or 1 if they are 0.
func rootMeanSquare(rows ...[]float64) float64 {
	sum, n := 0.0, 0
	for _, row := range rows {
		sum += floats.Dot(row, row)
		n += len(row)
	}
	if sum == 0 {
		return 1
	}
	return math.Sqrt(sum / float64(n))
}

// network is a two-layer network, its parameters one after another.
type network struct {
	d, hidden int
	params    []float64 // W_h and a_h of each unit [H, D+1], then v [H], then b
}

func newNetwork(rng *rand.Rand, d, hidden int) network {
	net := network{d, hidden, make([]float64, hidden*(d+2)+1)}
	for i := range net.params {
		fanIn := hidden
		if i < hidden*(d+1) {
			fanIn = d
		}
		net.params[i] = (2*rng.Float64() - 1) / math.Sqrt(float64(fanIn))
	}
	return net
}

// unit returns the incoming weights of a hidden unit, its bias last.
func (n network) unit(h int) []float64 { return n.params[h*(n.d+1) : (h+1)*(n.d+1)] }

// outgoing returns the place of a hidden unit's weight v_h; that of unit H is b.
func (n network) outgoing(h int) int { return n.hidden*(n.d+1) + h }

func (n network) activation(h int, x []float64) float64 {
	w := n.unit(h)
	return max(floats.Dot(w[:n.d], x)+w[n.d], 0)
}

func (n network) output(x []float64) float64 {
	sum := n.params[n.outgoing(n.hidden)]
	for h := range n.hidden {
		sum += n.params[n.outgoing(h)] * n.activation(h, x)
	}
	return sum
}

// gradient fills grad with the gradient of the mean squared error.
func (n network) gradient(data examples, grad []float64) {
	clear(grad)
	g := network{n.d, n.hidden, grad}
	active := make([]float64, n.hidden)
	for i, x := range data.x {
		out := n.params[n.outgoing(n.hidden)]
		for h := range active {
			active[h] = n.activation(h, x)
			out += n.params[n.outgoing(h)] * active[h]
		}
		slope := 2 * (out - data.z[i]) / float64(len(data.x))
		grad[n.outgoing(n.hidden)] += slope
		for h, a := range active {
			if a > 0 {
				grad[n.outgoing(h)] += slope * a
				inner := slope * n.params[n.outgoing(h)]
				floats.AddScaled(g.unit(h)[:n.d], inner, x)
				g.unit(h)[n.d] += inner
			}
		}
	}
}

// train makes steps of Adam.
func (n network) train(data examples, steps int, rate float64) {
	grad, adam := make([]float64, len(n.params)), optim.New[float64](optim.Adam, len(n.params))
	for range steps {
		n.gradient(data, grad)
		adam.Update(n.params, grad, rate)
	}
}
