package baseline

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/internal/predict"
)

// randomSupport is n examples of c classes in d dimensions and a query.
func randomSupport(rng *rand.Rand, n, d, c int) predict.Support {
	s := predict.Support{D: d, C: c, X: make([]float32, n*d), Y: make([]int32, n), Query: make([]float32, d)}
	for i := range s.X {
		s.X[i] = float32(rng.NormFloat64())
	}
	for i := range s.Y {
		s.Y[i] = int32(rng.IntN(c))
	}
	for i := range s.Query {
		s.Query[i] = float32(rng.NormFloat64())
	}
	return s
}

// randomExamples are n examples x, z ~ N(0, 1) in d dimensions.
func randomExamples(rng *rand.Rand, n, d int) (e examples) {
	for range n {
		x := make([]float64, d)
		for j := range x {
			x[j] = rng.NormFloat64()
		}
		e.learn(x, rng.NormFloat64())
	}
	return e
}

// TestLogisticDerivatives compares gradient and Hessian with finite differences.
func TestLogisticDerivatives(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		f := newFit(randomSupport(rng, 7, 3, 3), 1, .3)
		beta := []float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
		gradient := fd.Gradient(nil, f.objective, beta, &fd.Settings{Formula: fd.Central})
		hessian := mat.NewSymDense(4, nil)
		fd.Hessian(hessian, f.objective, beta, nil)
		f.derivatives(beta)
		if !floats.EqualApprox(gradient, f.grad, 1e-6) || !mat.EqualApprox(hessian, f.hess, 1e-3) {
			t.Fatalf("gradient %v, want %v; Hessian %v, want %v", f.grad, gradient, mat.Formatted(f.hess), mat.Formatted(hessian))
		}
	}
}

// TestLogisticMinimises: no point near the fit has a lower objective, with any penalty and
// on separable data, too.
func TestLogisticMinimises(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for round := range 60 {
		f := newFit(randomSupport(rng, 2+rng.IntN(20), 1+rng.IntN(4), 2), 1, []float64{1e-6, .1, 1, 100}[round%4])
		beta := f.minimise()
		least := f.objective(beta)
		for range 50 {
			near, scale := slices.Clone(beta), math.Pow(10, -4*rng.Float64())
			for j := range near {
				near[j] += scale * rng.NormFloat64()
			}
			if v := f.objective(near); v < least-1e-9*(1+least) {
				t.Fatalf("round %d: objective %g at the fit, %g beside it", round, least, v)
			}
		}
	}
}

func TestSoftplus(t *testing.T) {
	for z, want := range map[float64]float64{0: math.Ln2, 1: math.Log(1 + math.E), -1000: 0, 1000: 1000, -40: math.Exp(-40)} {
		if got := softplus(z); math.Abs(got-want) > 1e-12*(1+want) {
			t.Errorf("softplus(%g) = %g, want %g", z, got, want)
		}
	}
}

// TestNetworkGradient compares with finite differences of the mean squared error.
func TestNetworkGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for round := range 10 {
		data := randomExamples(rng, 6, 2)
		net := newNetwork(datasets.Rand(uint64(round), "network"), 2, 5)
		loss := func(params []float64) float64 {
			sum := 0.0
			for i, x := range data.x {
				gap := network{2, 5, params}.output(x) - data.z[i]
				sum += gap * gap / float64(len(data.x))
			}
			return sum
		}
		got, want := make([]float64, len(net.params)), fd.Gradient(nil, loss, net.params, &fd.Settings{Formula: fd.Central, Step: 1e-6})
		if net.gradient(data, got); !floats.EqualApprox(got, want, 1e-5) {
			t.Fatalf("gradient %v, want %v", got, want)
		}
	}
}

// TestNetworkDescends: training lowers the error, and more steps lower it further.
func TestNetworkDescends(t *testing.T) {
	data := randomExamples(rand.New(rand.NewPCG(7, 8)), 8, 2)
	last := math.Inf(1)
	for _, steps := range []int{1, 10, 100, 1000} {
		net := newNetwork(datasets.Rand(1, "network"), 2, 30)
		net.train(data, steps, 1e-2)
		sum := 0.0
		for i, x := range data.x {
			sum += (net.output(x) - data.z[i]) * (net.output(x) - data.z[i])
		}
		if sum >= last {
			t.Errorf("squared error %g after %d steps, %g before", sum, steps, last)
		}
		last = sum
	}
	if last > .05 {
		t.Errorf("squared error %g of 8 examples after 1,000 steps of 30 units", last)
	}
}

// bestSplit tries every coordinate and threshold; it returns the squared error left.
func bestSplit(e examples, node []int) (coordinate int, threshold, least float64) {
	least = math.Inf(1)
	for j := range e.x[0] {
		order := slices.Clone(node)
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(e.x[a][j], e.x[b][j]) })
		for k := range len(order) - 1 {
			if e.x[order[k]][j] == e.x[order[k+1]][j] {
				continue
			}
			if left := squaredError(e, order[:k+1]) + squaredError(e, order[k+1:]); left < least-1e-9 {
				least, coordinate, threshold = left, j, (e.x[order[k]][j]+e.x[order[k+1]][j])/2
			}
		}
	}
	return coordinate, threshold, least
}

func squaredError(e examples, node []int) float64 {
	mean, sum := 0.0, 0.0
	for _, i := range node {
		mean += e.z[i] / float64(len(node))
	}
	for _, i := range node {
		sum += (e.z[i] - mean) * (e.z[i] - mean)
	}
	return sum
}

// TestGreedyTreeSplits compares with the best of all splits.
func TestGreedyTreeSplits(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 100 {
		e := &greedyEstimator{examples: randomExamples(rng, 2+rng.IntN(9), 1+rng.IntN(3))}
		node := rng.Perm(len(e.x))
		wantCoordinate, wantThreshold, _ := bestSplit(e.examples, node)
		if j, threshold, ok := e.split(node); !ok || j != wantCoordinate || threshold != wantThreshold {
			t.Fatalf("split of coordinate %d at %g, want %d at %g", j, threshold, wantCoordinate, wantThreshold)
		}
	}
	same := &greedyEstimator{examples: examples{x: [][]float64{{1, 2}, {1, 2}}, z: []float64{0, 1}}}
	if _, _, ok := same.split([]int{0, 1}); ok {
		t.Error("two equal inputs were split")
	}
}

// TestSpanIsLeastSquares compares with the pseudoinverse, for inputs of any rank and
// several outputs.
func TestSpanIsLeastSquares(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 100 {
		n, d, outputs := 1+rng.IntN(8), 1+rng.IntN(5), 1+rng.IntN(3)
		fit, x, z := span{outputs: outputs}, mat.NewDense(n, d, nil), mat.NewDense(n, outputs, nil)
		for i := range n {
			for j := range d {
				x.Set(i, j, rng.NormFloat64())
			}
			if i > 0 && rng.IntN(3) == 0 {
				x.SetRow(i, x.RawRowView(rng.IntN(i)))
			}
			for j := range outputs {
				z.Set(i, j, rng.NormFloat64())
			}
			fit.learn(x.RawRowView(i), z.RawRowView(i))
		}
		var svd mat.SVD
		svd.Factorize(x, mat.SVDThin)
		var w mat.Dense
		svd.SolveTo(&w, z, svd.Rank(1e-8))
		query := make([]float64, d)
		for j := range query {
			query[j] = rng.NormFloat64()
		}
		var want mat.VecDense
		want.MulVec(w.T(), mat.NewVecDense(d, query))
		if got := fit.predict(query); !floats.EqualApprox(got, want.RawVector().Data, 1e-6) {
			t.Fatalf("n %d, d %d: %v, want %v", n, d, got, want.RawVector().Data)
		}
	}
}

// TestSpread: classes without examples get 1/(n+C), the others share the rest.
func TestSpread(t *testing.T) {
	for _, test := range []struct {
		labels []int32
		score  []float64
		want   []float64
	}{
		{nil, []float64{9, 9, 9}, []float64{1. / 3, 1. / 3, 1. / 3}},
		{[]int32{0}, []float64{5, 9, 9}, []float64{2. / 4, 1. / 4, 1. / 4}},
		{[]int32{0, 0, 2}, []float64{3, 9, 1}, []float64{5. / 6 * 3 / 4, 1. / 6, 5. / 6 / 4}},
		{[]int32{0, 1, 2}, []float64{1, 1, 2}, []float64{.25, .25, .5}},
	} {
		probs := make([]float64, 3)
		if spread(predict.Support{C: 3, Y: test.labels}, test.score, probs); !floats.EqualApprox(probs, test.want, 1e-12) {
			t.Errorf("labels %v: %v, want %v", test.labels, probs, test.want)
		}
	}
}

// TestNearestMeanByDefinition compares with softmax of −‖x − m_c‖² in three dimensions.
func TestNearestMeanByDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for range 50 {
		s := randomSupport(rng, 12, 3, 3)
		copy(s.Y, []int32{0, 1, 2})
		counts, want, sum := s.Counts(), make([]float64, 3), 0.0
		for c := range want {
			mean := make([]float64, 3)
			for i, y := range s.Y {
				if int(y) == c {
					floats.AddScaled(mean, 1/float64(counts[c]), predict.Widen(s.Point(i)))
				}
			}
			distance := floats.Distance(mean, predict.Widen(s.Query), 2)
			want[c] = math.Exp(-distance * distance)
			sum += want[c]
		}
		floats.Scale(1/sum, want)
		probs := make([]float64, 3)
		if (NearestMean{}).predict(s, probs); !floats.EqualApprox(probs, want, 1e-9) {
			t.Fatalf("%v, want %v", probs, want)
		}
	}
}

// TestNearest: the order is by distance, and of equals by place.
func TestNearest(t *testing.T) {
	distances := []float64{3, 1, 2, 1, 9}
	for k, want := range [][]int{{}, {1}, {1, 3}, {1, 3, 2}} {
		if got := nearest(k, len(distances), func(i int) float64 { return distances[i] }); !slices.Equal(got, want) {
			t.Errorf("the %d nearest: %v, want %v", k, got, want)
		}
	}
	if got := nearest(9, 2, func(i int) float64 { return -float64(i) }); !slices.Equal(got, []int{1, 0}) {
		t.Errorf("the 9 nearest of 2: %v", got)
	}
}

// TestLassoGap: it bounds how far the objective is from its minimum.
func TestLassoGap(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for range 50 {
		e := randomExamples(rng, 3+rng.IntN(8), 1+rng.IntN(6))
		objective := func(f *lassoFit) float64 {
			return floats.Dot(f.residual, f.residual)/2 + f.penalty*floats.Norm(f.w, 1)
		}
		best := newLassoFit(e.x, e.z, .1)
		best.minimise()
		early := newLassoFit(e.x, e.z, .1)
		early.update(0)
		if above := objective(early) - objective(best); above > early.gap()+1e-9 || above < -1e-9 {
			t.Fatalf("objective %g above the minimum, duality gap %g", above, early.gap())
		}
		if best.gap() > 1e-9*floats.Dot(e.z, e.z) {
			t.Fatalf("gap %g at the minimum", best.gap())
		}
	}
}
