package construct

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
)

// episode is one task of 4 points in one dimension with 3 classes.
func episode() *datasets.Batch {
	b := datasets.NewBatch(1, 4, 1, 3)
	copy(b.X, []float32{1, 2, 3, 4})
	copy(b.Y, []int32{0, 2, 1, 2})
	return b
}

// TestRepeated: the image has every example twice, the query last, and the same classes.
func TestRepeated(t *testing.T) {
	image, at, classes := repeated(episode(), []int32{2})
	if at[0] != 4 || !slices.Equal(image.X, []float32{1, 2, 1, 2, 3}) || !slices.Equal(image.Y, []int32{0, 2, 0, 2, 1}) || !slices.Equal(classes, []int{0, 1, 2}) {
		t.Errorf("x %v, y %v, query %d, classes %v", image.X, image.Y, at[0], classes)
	}
	if err := image.Validate(); err != nil {
		t.Error(err)
	}
}

// TestRelabelled: the image has the labels of the next class, and the batch is as it was.
func TestRelabelled(t *testing.T) {
	b := episode()
	image, at, classes := relabelled(b, []int32{2})
	if at[0] != 2 || !slices.Equal(image.X, b.X) || !slices.Equal(image.Y, []int32{1, 0, 2, 0}) || !slices.Equal(classes, []int{1, 2, 0}) {
		t.Errorf("x %v, y %v, query %d, classes %v", image.X, image.Y, at[0], classes)
	}
	if !slices.Equal(b.Y, []int32{0, 2, 1, 2}) {
		t.Errorf("the labels of the batch are now %v", b.Y)
	}
}

// TestViolationByHand: a predictor of the number of examples differs by 1/n on the image
// of repetition, and one that prefers class 0 on that of relabelling.
func TestViolationByHand(t *testing.T) {
	counts := func(b *datasets.Batch, at []int32) ([][]float64, error) {
		out := make([][]float64, b.T)
		for t := range out {
			out[t] = []float64{1 / float64(1+at[t]), 1 - 1/float64(1+at[t])}
		}
		return out, nil
	}
	prefers0 := func(b *datasets.Batch, _ []int32) ([][]float64, error) {
		return slices.Repeat([][]float64{{.7, .3}}, b.T), nil
	}
	for _, test := range []struct {
		of      Invariance
		predict PredictFunc
		want    float64
	}{{Repetition, counts, 1./2 - 1./3}, {Repetition, prefers0, 0}, {Relabelling, prefers0, .4}} {
		got, err := test.of.Violation(test.predict, 2, 2, 64, datasets.Rand(0, "by hand"))
		if err != nil || math.Abs(got-test.want) > 1e-12 {
			t.Errorf("violation of %s: %g, error %v; want %g", test.of.Name, got, err, test.want)
		}
	}
}

// TestMAMLStepIsTheGradient: the adapted network is one step along the gradient of the
// mean of ½(f(x) − z)², by finite differences.
func TestMAMLStepIsTheGradient(t *testing.T) {
	const examples, rate = 5, .1
	m := MAML{Width: 3}.withDefaults()
	rng := datasets.Rand(1, "maml")
	n := m.random(2, rng)
	b, _ := RandomEpisodes(rng, 1, 2, 0)
	flat := func(n network) []float64 {
		return slices.Concat(slices.Concat(n.in...), n.bias, n.out, []float64{n.offset})
	}
	of := func(v []float64) network {
		return network{in: [][]float64{v[0:2], v[2:4], v[4:6]}, bias: v[6:9], out: v[9:12], offset: v[12]}
	}
	loss := func(v []float64) float64 {
		sum := 0.
		for e := range examples {
			f, _, _ := of(v).forward(b.Point(0, e))
			sum += (f - float64(b.Z[e])) * (f - float64(b.Z[e])) / (2 * examples)
		}
		return sum
	}
	before, after := flat(n), flat(n.adapted(b, 0, examples, rate))
	gradient := fd.Gradient(nil, loss, before, &fd.Settings{Formula: fd.Central})
	for i := range before {
		if want := before[i] - rate*gradient[i]; math.Abs(after[i]-want) > 1e-6 {
			t.Errorf("parameter %d is %g after the step, want %g", i, after[i], want)
		}
	}
	if !slices.Equal(before, flat(n)) {
		t.Error("the step changed the network that it started from")
	}
}

// TestRidgeSchedule: run on the matrix itself, the steps leave at most the bound of any
// right-hand side, and Chebyshev's bound is attained at the eigenvalues' ends.
func TestRidgeSchedule(t *testing.T) {
	for _, r := range []Ridge{{}, {Steps: 3}, {Steps: 5, Chebyshev: true}, {Steps: 9, Penalty: 1, Largest: 50, Chebyshev: true}, {Steps: 4, Penalty: 2, Largest: .1}} {
		r = r.withDefaults()
		worst := 0.
		for k := range 1001 { // eigenvalues from 0 to the largest, with the solution 1
			eigenvalue := r.Penalty + r.Largest*float64(k)/1000
			w, update := 0., 0.
			for _, s := range r.schedule() {
				update = s.memory*update + s.rate*eigenvalue*(1-w)
				w += update
			}
			worst = max(worst, math.Abs(1-w))
		}
		if bound := r.Bound(); worst > bound*(1+1e-9) || worst < .99*bound {
			t.Errorf("%+v: error %g at the worst eigenvalue, bound %g", r, worst, bound)
		}
	}
}

// TestExactSolvesRidge: the gradient of the objective is 0 at the weights.
func TestExactSolvesRidge(t *testing.T) {
	r := Ridge{Penalty: .3}.withDefaults()
	b, _ := RandomEpisodes(datasets.Rand(1, "ridge"), 1, 3, 0)
	const n = 8
	w := solve(r.factor(gramOf(b, 0, n)), b, 0, n, func(i int) float64 { return float64(b.Z[i]) })
	for j := range 3 {
		slope := r.Penalty * w.AtVec(j)
		for i := range n {
			x := vectorOf(b.Point(0, i))
			slope += (mat.Dot(w, x) - float64(b.Z[i])) * x.AtVec(j) / n
		}
		if math.Abs(slope) > 1e-10 {
			t.Errorf("slope %g along weight %d", slope, j)
		}
	}
	if _, err := r.Exact(b, []int32{n}); err == nil {
		t.Error("real targets are no error")
	}
}
