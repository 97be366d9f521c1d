package optim_test

import (
	"fmt"
	"math"

	"github.com/goicl/goicl/icl/optim"
)

// Fit y = 2x by gradient descent on one example, with a warm-up.
func Example() {
	o, w := optim.New[float64](optim.SGD, 1), []float64{0}
	rate := optim.Times(optim.Constant(.1), optim.Warmup(5))
	for step := range 20 {
		x, y := 1., 2.
		o.Update(w, []float64{2 * (w[0]*x - y) * x}, rate(step))
	}
	fmt.Printf("w = %.2f after %d steps\n", w[0], o.Step)
	// Output: w = 1.96 after 20 steps
}

// Whatever the size of a gradient, Adam's first step has the length of the rate.
func ExampleState() {
	w, adam := []float64{1, 1}, optim.New[float64](optim.Adam, 2)
	adam.Update(w, []float64{1e-3, -50}, .1)
	fmt.Printf("%.2f\n", w)
	// Output: [0.90 1.10]
}

// Weight decay shrinks weights that no gradient holds.
func ExampleOptimizer() {
	fmt.Println(optim.AdamW(.1))
	o, w := optim.New[float32](optim.AdamW(.1), 1), []float32{1}
	for range 10 {
		o.Update(w, []float32{0}, .5)
	}
	fmt.Printf("%.3f\n", w[0])
	// Output:
	// adamw 0.1
	// 0.599
}

// On a slope that stays the same, momentum .9 makes steps of up to ten times the length.
func ExampleMomentum() {
	fmt.Println(optim.Optimizer{Rule: "sgd", Momentum: .9, L2: 1e-4})
	for _, o := range []optim.Optimizer{optim.SGD, optim.Momentum(.9)} {
		s, w := optim.New[float64](o, 1), []float64{0}
		for range 50 {
			s.Update(w, []float64{-1}, .01)
		}
		fmt.Printf("%s: %.2f\n", o, w[0])
	}
	// Output:
	// sgd momentum 0.9 l2 0.0001
	// sgd: 0.50
	// sgd momentum 0.9: 4.10
}

// signed moves every weight by the rate, against the sign of its smoothed gradient.
type signed struct{ Beta float64 }

func (signed) Name() string      { return "signed" }
func (signed) Moments() []string { return []string{"mean"} }

func (s signed) Update(_ int, rate float64, params, grad []float64, moments [][]float64) {
	for i, g := range grad {
		mean := &moments[0][i]
		*mean = s.Beta**mean + (1-s.Beta)*g
		params[i] -= math.Copysign(rate, *mean)
	}
}

// A rule of one's own, with weight decay.
func ExampleRule() {
	o := optim.Own(signed{Beta: .9})
	o.Decay = .1
	s, w := optim.New[float32](o, 2), []float32{1, -1}
	s.Update(w, []float32{3, -.5}, .5)
	fmt.Println(o, w)
	// Output: own signed decay 0.1 [0.45 -0.45]
}

// The graph of an update, computed on numbers instead of nodes: θ = 1, g = 2, rate .1.
func ExampleOps() {
	numbers := optim.Ops[float64]{
		Sub: func(a, b float64) float64 { return a - b }, Mul: func(a, b float64) float64 { return a * b },
		Div: func(a, b float64) float64 { return a / b }, Min: math.Min,
	}
	var scalars []float64
	for _, v := range optim.SGD.Numbers(1, .1, 0) {
		scalars = append(scalars, float64(v))
	}
	fmt.Printf("%.2f\n", optim.Graph(optim.SGD, numbers, []float64{1}, 2, 2, scalars))
	// Output: [0.80]
}

// A rate that grows for 100 steps and then falls along half a cosine.
func ExampleSchedule() {
	rate := optim.Times(optim.Constant(1e-3), optim.Warmup(100), optim.Cosine(1000, .01))
	for _, step := range []int{0, 99, 500, 999} {
		fmt.Printf("step %3d: %.1e\n", step, rate(step))
	}
	// Output:
	// step   0: 1.0e-05
	// step  99: 9.8e-04
	// step 500: 5.1e-04
	// step 999: 1.0e-05
}
