package regression_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/samplertest"
)

// TestStrategies: bases and orthants are random, so that over tasks inputs have the
// mean and covariance of N(0, Scale² I) in the dimensions drawn whatever the
// strategy, and targets the mean square of linear functions.
func TestStrategies(t *testing.T) {
	for _, strategy := range append(regression.Strategies(), "") {
		t.Run(strategy, func(t *testing.T) {
			in := regression.Inputs{Strategy: strategy, Scale: .5, Dims: 5, Rank: 2}
			e := expect(5, 7, 0, 5*.25)
			for i := range e.Cov {
				e.Cov[i][i] = .25
				if i >= 5 {
					e.Cov[i][i] = 0
				}
			}
			samplertest.Run(t, regression.Linear{N: 5, D: 7, Inputs: in}, e)
		})
	}
}

// TestUniform: coordinates are uniform in −a..a, times the scale, and strategies act on them;
// the stream of normal inputs is the one that it was.
func TestUniform(t *testing.T) {
	e := expect(5, 4, 0, 4*4./3)
	for i := range e.Cov {
		e.Cov[i][i] = 4. / 3
	}
	for _, strategy := range []string{"", "random-quadrants", "opposite-quadrants", "overlapping"} {
		s := regression.Linear{N: 5, D: 4, Inputs: regression.Inputs{Uniform: 1, Scale: 2, Strategy: strategy}}
		samplertest.Run(t, s, e)
		fourth, largest := 0.0, float32(0)
		b := mustSample(t, s, 2000)
		for _, x := range b.X {
			fourth += math.Pow(float64(x), 4) / float64(len(b.X))
			largest = max(largest, x, -x)
		}
		if kurtosis := fourth / (16. / 9); math.Abs(kurtosis-1.8) > .03 || largest > 2 || largest < 1.99 {
			t.Errorf("%q: kurtosis %.3f, largest input %g; want 1.8 and 2", strategy, kurtosis, largest)
		}
	}
}

// promptOf draws tasks of 5 points in 5 dimensions with inputs of that strategy.
func promptOf(t *testing.T, strategy string) *datasets.Batch {
	return mustSample(t, regression.Linear{N: 5, D: 5, Inputs: regression.Inputs{Strategy: strategy}}, 1000)
}

// TestQuadrants: the context is in one orthant; the query is in the opposite one, or
// in any.
func TestQuadrants(t *testing.T) {
	for strategy, want := range map[string]float64{"opposite-quadrants": 0, "random-quadrants": .5} {
		b, same := promptOf(t, strategy), 0
		for task := range b.T {
			for i, first := range b.Point(task, 0) {
				for n := range 4 {
					if b.Point(task, n)[i]*first <= 0 {
						t.Fatalf("%s: example %d of task %d is in another orthant", strategy, n, task)
					}
				}
				if b.Point(task, 4)[i]*first > 0 {
					same++
				}
			}
		}
		if share := float64(same) / 5000; math.Abs(share-want) > 5*math.Sqrt(want*(1-want)/5000) {
			t.Errorf("%s: a share of %.3f of the query's signs are the context's, want %.1f", strategy, share, want)
		}
	}
}

// TestOrthogonal: the query is orthogonal to every example and as long as N(0, I)
// makes it, also where there is but one such direction.
func TestOrthogonal(t *testing.T) {
	b := promptOf(t, "orthogonal")
	squares := 0.0
	for task := range b.T {
		query := vector(b.Point(task, 4))
		squares += mat.Dot(query, query)
		for n := range 4 {
			x := vector(b.Point(task, n))
			if cos := mat.Dot(query, x) / (mat.Norm(query, 2) * mat.Norm(x, 2)); math.Abs(cos) > 1e-6 {
				t.Errorf("task %d: cosine %g of query and example %d", task, cos, n)
			}
		}
	}
	if mean := squares / 1000; math.Abs(mean-5) > 5*math.Sqrt(10./1000) {
		t.Errorf("the query's mean squared length is %.3f, want 5", mean)
	}
}

func vector(x []float32) *mat.VecDense {
	v := mat.NewVecDense(len(x), nil)
	for i, u := range x {
		v.SetVec(i, float64(u))
	}
	return v
}

// TestOverlapping: the query is an example, each as often as any other.
func TestOverlapping(t *testing.T) {
	b := promptOf(t, "overlapping")
	counts := make([]int, 4)
	for task := range b.T {
		for n := range counts {
			if slices.Equal(b.Point(task, n), b.Point(task, 4)) {
				counts[n]++
			}
		}
	}
	for n, c := range counts {
		if math.Abs(float64(c)-250) > 5*math.Sqrt(250*.75) {
			t.Errorf("example %d is the query of %d tasks in 1000, want about 250", n, c)
		}
	}
}

// TestSpectrum: the covariance of one task's inputs has the eigenvalues it should.
func TestSpectrum(t *testing.T) {
	const total = 1 + 1./4 + 1./9 + 1./16
	for strategy, want := range map[string][]float64{
		"":              {1, 1, 1, 1},
		"half-subspace": {0, 0, 2, 2},
		"skewed":        {4 / (16 * total), 4 / (9 * total), 1 / total, 4 / total},
	} {
		const n = 20_000
		b := mustSample(t, regression.Linear{N: n, D: 4, Inputs: regression.Inputs{Strategy: strategy}}, 2)
		cov := mat.NewSymDense(4, nil)
		for i := range n {
			cov.SymRankOne(cov, 1./n, vector(b.Point(1, i)))
		}
		var eigen mat.EigenSym
		if !eigen.Factorize(cov, false) {
			t.Fatal("no eigenvalues")
		}
		for i, got := range eigen.Values(nil) {
			if math.Abs(got-want[i]) > .06*want[i]+1e-9 {
				t.Errorf("%q: eigenvalue %d is %.4f, want %.4f", strategy, i, got, want[i])
			}
		}
	}
}

// TestDims: inputs are 0 from the dimension asked for on and nowhere else, the
// support of a sparse function lies before it, and a drawn number is uniform.
func TestDims(t *testing.T) {
	b := mustSample(t, regression.Sparse{N: 3, Inputs: regression.Inputs{Dims: 6, Least: 2}}, 2000)
	counts := make([]int, 7)
	for task := range b.T {
		dims := drawn(b.Point(task, 0))
		counts[dims]++
		for n := range b.N {
			if got := drawn(b.Point(task, n)); got != dims {
				t.Fatalf("task %d has points of %d and %d dimensions", task, dims, got)
			}
		}
		support := 0
		for i, w := range b.Latent["w"].Row(task) {
			if w != 0 && i < dims {
				support++
			} else if w != 0 {
				t.Fatalf("task %d of %d dimensions has weight %d", task, dims, i)
			}
		}
		if support != min(dims, 3) {
			t.Fatalf("task %d of %d dimensions has %d weights, want 3 or all", task, dims, support)
		}
	}
	for dims := 2; dims <= 6; dims++ {
		if math.Abs(float64(counts[dims])-400) > 5*math.Sqrt(400*.8) {
			t.Errorf("%d of 2000 tasks have %d dimensions, want about 400", counts[dims], dims)
		}
	}
}

// drawn is the number of leading coordinates that are not 0; −1 if others are.
func drawn(x []float32) int {
	dims := slices.Index(append(slices.Clone(x), 0), 0)
	if slices.ContainsFunc(x[dims:], func(v float32) bool { return v != 0 }) {
		return -1
	}
	return dims
}

func TestInputErrors(t *testing.T) {
	of := func(n int, in regression.Inputs) error {
		_, err := regression.Linear{N: n, D: 6, Inputs: in}.Sample(datasets.Rand(1, "test"), 1)
		return err
	}
	for want, err := range map[string]error{
		`unknown strategy "diagonal"; known: ["random-quadrants" `:                   of(3, regression.Inputs{Strategy: "diagonal"}),
		"orthogonal to 6 examples in 6 dimensions; want fewer examples than dimens":  of(7, regression.Inputs{Strategy: "orthogonal"}),
		"orthogonal to 3 examples in 3 dimensions; want fewer examples":              of(4, regression.Inputs{Strategy: "orthogonal", Dims: 3}),
		"orthogonal to 3 examples in 2 dimensions":                                   of(4, regression.Inputs{Strategy: "orthogonal", Least: 2}),
		"repeats one of 0 examples; want at least 2 points":                          of(1, regression.Inputs{Strategy: "overlapping"}),
		"a subspace of 7 dimensions of 6; want 1..6":                                 of(3, regression.Inputs{Strategy: "half-subspace", Rank: 7}),
		"a subspace of -1 dimensions of 6":                                           of(3, regression.Inputs{Strategy: "half-subspace", Rank: -1}),
		"a subspace of 0 dimensions of 1":                                            of(3, regression.Inputs{Strategy: "half-subspace", Dims: 1}),
		"inputs of 7 non-zero dimensions of 6; want 1..6, or 0 for all":              of(3, regression.Inputs{Dims: 7}),
		"inputs of -1 non-zero dimensions":                                           of(3, regression.Inputs{Dims: -1}),
		"inputs of at least 4 non-zero dimensions of 3; want 1..3, or 0 to draw no ": of(3, regression.Inputs{Dims: 3, Least: 4}),
		"inputs of at least -1 non-zero":                                             of(3, regression.Inputs{Least: -1}),
		"the scale of inputs is -2; want 1e-06 to 1e+06":                             of(3, regression.Inputs{Scale: -2}),
		"the half width of uniform inputs is -1; want":                               of(3, regression.Inputs{Uniform: -1}),
		`uniform inputs with the strategy "skewed"`:                                  of(3, regression.Inputs{Uniform: 1, Strategy: "skewed"}),
		`uniform inputs with the strategy "half-subspace"`:                           of(3, regression.Inputs{Uniform: 1, Strategy: "half-subspace"}),
		"the scale of inputs is NaN":                                                 of(3, regression.Inputs{Scale: math.NaN()}),
	} {
		checkMessage(t, err, want)
	}
}

// A strategy holds for the last point: 10 examples and a query that is orthogonal to
// all of them, about which noise-free examples of a linear function say nothing.
func ExampleInputs() {
	family := regression.Linear{N: 11, Inputs: regression.Inputs{Strategy: "orthogonal"}}
	b, err := family.Sample(datasets.Rand(1, "test"), 1000)
	if err != nil {
		fmt.Println(err)
		return
	}
	largest := 0.0
	for n := range 10 {
		largest = max(largest, math.Abs(mat.Dot(vector(b.Point(0, n)), vector(b.Point(0, 10)))))
	}
	fmt.Println("orthogonal:", largest < 1e-5)
	family.N = 22
	_, err = family.Sample(datasets.Rand(1, "test"), 1000)
	fmt.Println(err)
	// Output:
	// orthogonal: true
	// regression: a query orthogonal to 21 examples in 20 dimensions; want fewer examples than dimensions, so at most 20 points
}
