package predict_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/bayes"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// classifier is a predictor of labels and what it promises.
type classifier struct {
	eval.Classifier
	classes, dims int     // the only numbers of classes and dimensions it is for; 0 means any
	uniform       bool    // it predicts 1/C without examples
	order         float64 // how far a permutation of the context moves a probability at the most
	later         bool    // it reads labels behind the query
	slow          bool    // too slow for many batches
}

func classifiers() []classifier {
	of := []eval.Predictor{baseline.NearestMean{}, baseline.KNN{}}
	few := bayes.Proto{Particles: 20, Moves: 2}
	all := []classifier{
		{Classifier: baseline.KNN{}, uniform: true}, {Classifier: baseline.KNN{K: 1}, uniform: true}, {Classifier: baseline.KNN{K: 10}, uniform: true},
		{Classifier: baseline.NearestMean{}, uniform: true}, {Classifier: baseline.Logistic{}, uniform: true}, {Classifier: baseline.Logistic{L2: 1e-6}, uniform: true},
		{Classifier: baseline.LeastSquares{}, uniform: true}, {Classifier: baseline.Ridge{}, uniform: true},
		{Classifier: baseline.Selection{Of: of}, uniform: true}, {Classifier: baseline.BestOf{Of: of}, uniform: true, later: true},
		{Classifier: bayes.Classification{}, classes: 2, uniform: true},
	}
	for _, sigma := range []float64{1e-6, 0, 1e6} {
		all = append(all, classifier{Classifier: bayes.Pair{Sigma: sigma}, classes: 2, dims: 2, uniform: true},
			classifier{Classifier: bayes.Amort{Sigma: sigma}, classes: 2, dims: 2}, classifier{Classifier: bayes.Radius{Sigma: sigma}, classes: 2, dims: 2},
			classifier{Classifier: bayes.Proto{Particles: 20, Moves: 2, Sigma: sigma}, classes: 2, dims: 2, order: 1}) // so few particles do not agree
	}
	return append(all, classifier{Classifier: bayes.Proto{}, classes: 2, dims: 2, order: .25, slow: true}, // Monte Carlo error
		classifier{Classifier: bayes.Mix{Families: []bayes.Family{few, bayes.Pair{}, bayes.Amort{}, bayes.Radius{}}}, classes: 2, dims: 2, order: 1},
		classifier{Classifier: bayes.Mix{Families: []bayes.Family{bayes.Pair{}, bayes.Amort{}}}, classes: 2, dims: 2})
}

// String is a name that tells settings apart.
func (c classifier) String() string { return fmt.Sprintf("%T%+v", c.Classifier, c.Classifier) }

// suits reports whether the predictor is for tasks of such a batch.
func (c classifier) suits(b *datasets.Batch) bool {
	return (c.classes == 0 || c.classes == b.C) && (c.dims == 0 || c.dims == b.D)
}

// at lists the numbers of examples to ask for.
func (c classifier) at(b *datasets.Batch) []int {
	if c.later {
		return eval.AllLengths(b.N - 1)
	}
	return eval.AllLengths(b.N)
}

// regressor is a predictor of targets and what it promises.
type regressor struct {
	eval.Regressor
	dims  int     // the only number of dimensions it is for; 0 means any
	order float64 // how far a permutation of the context moves a mean at the most; 0 means rounding
}

func regressors() []regressor {
	members := [][]float32{{1, 0}, {0, -2}, {.5, .5}}
	var all []regressor
	for _, r := range []eval.Regressor{
		baseline.LeastSquares{}, baseline.Ridge{}, baseline.LeastSquares{Intercept: true}, baseline.Ridge{Intercept: true}, baseline.Averaging{}, baseline.KNN{}, baseline.KNN{K: 1}, baseline.Lasso{}, baseline.Lasso{Alpha: 1e9},
		baseline.GreedyTree{}, baseline.GreedyTree{AtZero: true, Depth: 2}, bayes.Quadratic{}, bayes.Quadratic{Mixed: true}, bayes.Tree{}, bayes.Tree{Depth: 2}, bayes.ReLUNet{},
	} {
		all = append(all, regressor{Regressor: r})
	}
	levels := []eval.Regressor{bayes.Linear{Noise: .1}, bayes.Linear{Noise: 1}, bayes.Sparse{K: 1, Noise: 1e30}}
	all = append(all, regressor{Regressor: baseline.Network{Hidden: 3, Steps: 5}, order: 1e-4},
		regressor{Regressor: baseline.Descent{}}, regressor{Regressor: baseline.Descent{Steps: []baseline.DescentStep{{Rate: .5, Gamma: .1}, {Rate: .3}, {Rate: 1e6, Gamma: -1e6}, {Rate: 1e6}}}},
		regressor{Regressor: baseline.Selection{Of: []eval.Predictor{baseline.LeastSquares{}, baseline.KNN{}}}},
		regressor{Regressor: baseline.Evidence{Of: levels}}, regressor{Regressor: baseline.Evidence{Of: levels, Likeliest: true}})
	for _, noise := range []float64{0, 1e-30, 1e-9, .1, 1e30} {
		all = append(all, regressor{Regressor: bayes.Linear{Noise: noise}}, regressor{Regressor: bayes.Sparse{K: 1, Noise: noise}},
			regressor{Regressor: bayes.Linear{Noise: noise, Mean: []float64{1, 0}, Cov: [][]float64{{1e-30, 0}, {0, 1e30}}}, dims: 2, order: math.Inf(1)},
			regressor{Regressor: bayes.Linear{Noise: noise, Mean: []float64{1, 0}, Cov: [][]float64{{2, 1}, {1, .5}}}, dims: 2},
			regressor{Regressor: bayes.Sparse{K: 2, Noise: noise}, dims: 2}, regressor{Regressor: bayes.Pool{Members: members, Noise: noise}, dims: 2},
			regressor{Regressor: bayes.Sinusoid{Noise: noise}, dims: 1, order: 1e-3})
	}
	return all
}

// String is a name that tells settings apart.
func (r regressor) String() string { return fmt.Sprintf("%T%+v", r.Regressor, r.Regressor) }

// TestBatteryIsComplete: whatever predicts in packages bayes and baseline is in the tables.
func TestBatteryIsComplete(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range classifiers() {
		tested[reflect.TypeOf(c.Classifier).String()+".Predict"] = true
	}
	for _, r := range regressors() {
		tested[reflect.TypeOf(r.Regressor).String()+".Regress"] = true
	}
	found := 0
	for _, name := range []string{"bayes", "baseline"} {
		packages, err := parser.ParseDir(token.NewFileSet(), "../../"+name, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // syntax is all it takes
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range packages[name].Files {
			for _, d := range f.Decls {
				method, ok := d.(*ast.FuncDecl)
				if !ok || method.Recv == nil || method.Name.Name != "Predict" && method.Name.Name != "Regress" {
					continue
				}
				found++
				if full := fmt.Sprintf("%s.%s.%s", name, method.Recv.List[0].Type, method.Name.Name); !tested[full] {
					t.Errorf("%s is in no table of the battery", full)
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d predictors found", found)
	}
}

// value draws inputs and targets, extreme and repeated ones among them.
var value = rapid.OneOf(rapid.Float32Range(-3, 3), rapid.Float32Range(-math.MaxFloat32, math.MaxFloat32),
	rapid.SampledFrom([]float32{0, 1, -1, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32}))

// TestClassifiersOnAnyBatch draws tasks of every shape, with any labels.
func TestClassifiersOnAnyBatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := datasets.NewBatch(2, rapid.IntRange(2, 8).Draw(t, "n"), rapid.IntRange(1, 4).Draw(t, "d"), rapid.IntRange(2, 4).Draw(t, "c"))
		if rapid.Bool().Draw(t, "plane") { // as the families have it
			b = datasets.NewBatch(2, b.N, 2, 2)
		}
		for i := range b.X {
			b.X[i] = value.Draw(t, "x")
		}
		for i := range b.Y {
			b.Y[i] = rapid.Int32Range(0, int32(b.C-1)).Draw(t, "y")
		}
		for _, c := range classifiers() {
			if c.suits(b) && !c.slow {
				checkClassifier(t, c, b)
			}
		}
	})
}

// checkClassifier: probabilities are in 0..1 and sum to 1, the same for a task and an n
// alone as for all of them, and nothing is read of the query's label or of later points.
func checkClassifier(t *rapid.T, c classifier, b *datasets.Batch) {
	at := c.at(b)
	all, err := c.Predict(context.Background(), b, at)
	if err != nil {
		t.Fatalf("%s: %v", c, err)
	}
	for i := 0; i < len(all); i += b.C {
		checkProbabilities(t, c, all[i:i+b.C])
	}
	n, last := at[len(at)/2], b.T-1
	alone := b.Slice(last, last+1)
	if !c.later {
		alone = datasets.NewBatch(1, b.N, b.D, b.C)
		copy(alone.X, b.X[last*b.N*b.D:(last*b.N+n+1)*b.D])
		copy(alone.Y, b.Y[last*b.N:last*b.N+n])
	}
	one, err := c.Predict(context.Background(), alone, []int{n, n})
	if err != nil {
		t.Fatalf("%s: %v", c, err)
	}
	want := all[(last*len(at)+n)*b.C:][:b.C]
	if !slices.Equal(one[:b.C], want) || !slices.Equal(one[b.C:], want) {
		t.Fatalf("%s after %d examples: %v in its batch, %v alone", c, n, want, one)
	}
}

// failer is what rapid.T and testing.T share.
type failer interface{ Fatalf(string, ...any) }

func checkProbabilities(t failer, c classifier, probs []float32) {
	sum := 0.0
	for _, v := range probs {
		if !(v >= 0 && v <= 1) {
			t.Fatalf("%s: probabilities %v", c, probs)
		}
		sum += float64(v)
	}
	if math.Abs(sum-1) > 1e-6 {
		t.Fatalf("%s: probabilities %v sum to %g", c, probs, sum)
	}
}

// TestRegressorsOnAnyBatch draws tasks of every shape, with any targets.
func TestRegressorsOnAnyBatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := datasets.NewBatch(2, rapid.IntRange(1, 8).Draw(t, "n"), rapid.IntRange(1, 4).Draw(t, "d"), 0)
		for i := range b.X {
			b.X[i] = value.Draw(t, "x")
		}
		for i := range b.Z {
			b.Z[i] = value.Draw(t, "z")
		}
		if n := rapid.IntRange(0, b.N-1).Draw(t, "copy"); rapid.Bool().Draw(t, "duplicate") {
			copy(b.Point(1, n), b.Point(1, 0))
		}
		for _, r := range regressors() {
			if r.dims == 0 || r.dims == b.D {
				checkRegressor(t, r, b)
			}
		}
	})
}

// checkRegressor: means are finite, variances at least 0, the same for a task and an n
// alone as for all of them, and nothing is read of the query's target or of later points.
func checkRegressor(t *rapid.T, r regressor, b *datasets.Batch) {
	mean, variance, err := r.Regress(context.Background(), b, eval.AllLengths(b.N))
	if err != nil {
		t.Fatalf("%s: %v", r, err)
	}
	for i, m := range mean {
		if v := float64(m); math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("%s: mean %g at point %d", r, m, i%b.N)
		}
	}
	for i, v := range variance {
		if !(v >= 0) || math.IsInf(float64(v), 0) {
			t.Fatalf("%s: variance %g at point %d", r, v, i%b.N)
		}
	}
	n, last := b.N/2, b.T-1
	alone := datasets.NewBatch(1, b.N, b.D, 0)
	copy(alone.X, b.X[last*b.N*b.D:(last*b.N+n+1)*b.D])
	copy(alone.Z, b.Z[last*b.N:last*b.N+n])
	m, v, err := r.Regress(context.Background(), alone, []int{n, n})
	if err != nil {
		t.Fatalf("%s: %v", r, err)
	}
	i := last*b.N + n
	if m[0] != mean[i] || m[1] != m[0] || v != nil && (v[0] != variance[i] || v[1] != v[0]) {
		t.Fatalf("%s after %d examples: %g and %g in its batch, %g and %g alone", r, n, mean[i], variance, m, v)
	}
}

// random is a batch of 20 tasks of 13 points x ~ N(0, I) with C classes, or targets where
// C is 0. Labels follow a line through the origin, so that every family can produce them.
func random(d, c int) *datasets.Batch {
	rng := datasets.Rand(1, "battery")
	b := datasets.NewBatch(20, 13, d, c)
	for i := range b.X {
		b.X[i] = float32(datasets.Normal(rng))
	}
	for i := range b.Z {
		b.Z[i] = float32(datasets.Normal(rng))
	}
	for i := range b.Y {
		if b.X[i*d] > 0 {
			b.Y[i] = 1
		}
	}
	return b
}

// random is such a batch for r.
func (r regressor) random() *datasets.Batch { return random(cmp.Or(r.dims, 3), 0) }

// shuffled is a batch whose tasks have their first n points in another order.
func shuffled(b *datasets.Batch, n int) *datasets.Batch {
	rng, s := rand.New(rand.NewPCG(5, 6)), b.Slice(0, b.T)
	s.X, s.Y, s.Z = slices.Clone(b.X), slices.Clone(b.Y), slices.Clone(b.Z)
	for t := range b.T {
		for to, from := range rng.Perm(n) {
			copy(s.Point(t, to), b.Point(t, from))
			if !b.Regression() {
				s.Y[t*b.N+to] = b.Y[t*b.N+from]
			} else {
				s.Z[t*b.N+to] = b.Z[t*b.N+from]
			}
		}
	}
	return s
}

// TestOrderDoesNotMatter: a permutation of the context changes nothing beyond rounding, or
// the Monte Carlo error of a particle filter.
func TestOrderDoesNotMatter(t *testing.T) {
	const n = 10
	for _, c := range classifiers() {
		b := random(2, 2)
		want, order := predicttest.Predict(c, b, n), max(c.order, 1e-5)
		for i, v := range predicttest.Predict(c, shuffled(b, n), n) {
			if gap := math.Abs(float64(v - want[i])); gap > order {
				t.Errorf("%s: %g after a permutation, %g before", c, v, want[i])
				break
			}
		}
	}
	for _, r := range regressors() {
		b := r.random()
		want, _ := predicttest.Regress(r, b, n)
		got, _ := predicttest.Regress(r, shuffled(b, n), n)
		for i, v := range got {
			if gap := math.Abs(float64(v - want[i])); gap > max(r.order, 1e-4*(1+math.Abs(float64(want[i])))) {
				t.Errorf("%s: %g after a permutation, %g before", r, v, want[i])
				break
			}
		}
	}
}

// TestOneClassOnly: where all examples have one class, it is the likeliest for a query at
// the place of an example; any other class keeps a share only if it may come.
func TestOneClassOnly(t *testing.T) {
	for _, c := range classifiers() {
		b := random(2, 2)
		clear(b.Y)
		for task := range b.T { // all on one side of lines and circles
			for i := range b.N {
				b.Point(task, i)[0] = 5 + float32(i)/10
				b.Point(task, i)[1] = 5
			}
			copy(b.Point(task, 10), b.Point(task, 9))
		}
		probs := predicttest.Predict(c, b, 10)
		checkProbabilities(t, c, probs[:2])
		if !(probs[0] >= .5) {
			t.Errorf("%s: probability %g of the only class seen", c, probs[0])
		}
	}
}

// TestWithoutExamples: classifiers without knowledge of a family predict 1/C, and all of
// them some probabilities; regressors without knowledge of a family predict 0.
func TestWithoutExamples(t *testing.T) {
	for _, c := range classifiers() {
		b := random(2, 2)
		if c.classes == 0 {
			b = random(3, 4)
		}
		probs := predicttest.Predict(c, b, 0)
		for i := 0; i < len(probs); i += b.C {
			checkProbabilities(t, c, probs[i:i+b.C])
			if share := probs[i]; c.uniform && share != 1/float32(b.C) {
				t.Errorf("%s: probability %g of class 0 of %d", c, share, b.C)
			}
		}
	}
	for _, r := range regressors() {
		mean, variance := predicttest.Regress(r, r.random(), 0)
		if variance == nil && slices.ContainsFunc(mean, func(m float32) bool { return m != 0 }) {
			t.Errorf("%s: means %v", r, mean)
		}
	}
}

// badBatch is a batch that a predictor of labels or targets must refuse.
type badBatch struct {
	b    *datasets.Batch
	at   []int
	want string
}

// badBatches lists them for a predictor of c classes, or targets where c is 0.
func badBatches(d, c int) []badBatch {
	bad := func(change func(b *datasets.Batch)) *datasets.Batch {
		b := random(d, c)
		change(b)
		return b
	}
	other, kind := random(d, 0), "holds regression tasks"
	if c == 0 {
		other, kind = random(d, 2), "holds classification tasks"
	}
	all := []badBatch{
		{nil, []int{1}, "batch is nil"},
		{other, []int{1}, kind},
		{random(d, c), nil, "no query"},
		{random(d, c), []int{}, "no query"},
		{random(d, c), []int{0, -1}, "n = -1"},
		{random(d, c), []int{13}, "n = 13"},
		{bad(func(b *datasets.Batch) { b.X = b.X[:5] }), []int{1}, "X has 5 values"},
		{bad(func(b *datasets.Batch) { b.X[0] = float32(math.NaN()) }), []int{1}, "NaN in task 0, point 0"},
		{bad(func(b *datasets.Batch) { b.T = 0 }), []int{1}, "batch of 0 tasks"},
	}
	if c == 0 {
		return append(all, badBatch{bad(func(b *datasets.Batch) { b.Z[13] = float32(math.Inf(1)) }), []int{1}, "target is +Inf in task 1, point 0"})
	}
	return append(all, badBatch{bad(func(b *datasets.Batch) { b.Y[13] = 7 }), []int{1}, "label 7 in task 1, point 0"})
}

// TestBadBatches: they are errors of one line that say what is wrong, and no panic.
func TestBadBatches(t *testing.T) {
	for _, c := range classifiers() {
		for _, bad := range badBatches(2, 2) {
			_, err := c.Predict(t.Context(), bad.b, bad.at)
			checkError(t, c, err, bad.want)
		}
	}
	for _, r := range regressors() {
		for _, bad := range badBatches(r.random().D, 0) {
			_, _, err := r.Regress(t.Context(), bad.b, bad.at)
			checkError(t, r, err, bad.want)
		}
	}
}

func checkError(t *testing.T, predictor fmt.Stringer, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%s: error %v; want one line with %q", predictor, err, want)
	}
}

// TestOtherDimensions: a predictor of one family refuses tasks of another shape.
func TestOtherDimensions(t *testing.T) {
	for _, c := range classifiers() {
		for _, b := range []*datasets.Batch{random(5, 2), random(2, 4)} {
			if !c.suits(b) {
				_, err := c.Predict(t.Context(), b, []int{1})
				checkError(t, c, err, "classes")
			}
		}
	}
	for _, r := range regressors() {
		if _, sparse := r.Regressor.(bayes.Sparse); r.dims > 0 && !sparse {
			_, _, err := r.Regress(t.Context(), random(5, 0), []int{1})
			checkError(t, r, err, "dimensions")
		}
	}
}

// TestBadSettings: a setting out of range is an error that names it.
func TestBadSettings(t *testing.T) {
	nan, inf, families := math.NaN(), math.Inf(1), []bayes.Family{bayes.Pair{}, bayes.Amort{}, bayes.Proto{}}
	for _, c := range []struct {
		p    eval.Classifier
		want string
	}{
		{baseline.KNN{K: -1}, "K = -1"}, {baseline.Logistic{L2: -2}, "L2 = -2"}, {baseline.Logistic{L2: nan}, "L2 = NaN"}, {baseline.Logistic{L2: inf}, "L2 = +Inf"},
		{baseline.Selection{}, "no predictors"}, {baseline.BestOf{}, "no predictors"}, {baseline.Selection{Of: []eval.Predictor{baseline.KNN{K: -2}}}, "K = -2"},
		{bayes.Pair{Sigma: -1}, "sigma = -1"}, {bayes.Amort{Sigma: nan}, "sigma = NaN"}, {bayes.Radius{Sigma: inf}, "sigma = +Inf"}, {bayes.Proto{Sigma: 1e-9}, "sigma = 1e-09"},
		{bayes.Radius{RMin: 4, RMax: 3}, "from 4 to 3"}, {bayes.Radius{RMin: -1}, "from -1 to 4"}, {bayes.Radius{RMax: nan}, "to NaN"},
		{bayes.Proto{Particles: -5}, "-5 particles"}, {bayes.Proto{Particles: 1}, "1 particles"}, {bayes.Proto{Moves: -2}, "-2 moves"},
		{bayes.Mix{Families: []bayes.Family{bayes.Pair{}, nil}}, "family 1"}, {bayes.Mix{Families: []bayes.Family{bayes.Pair{Sigma: -3}}}, "sigma = -3"},
		{bayes.Mix{Prior: []float64{1, 2}}, "prior of 2"}, {bayes.Mix{Prior: []float64{1, 2, 3, 4}}, "prior of 4"}, {bayes.Mix{Families: families, Prior: []float64{1, -2, 1}}, "-2"},
		{bayes.Mix{Prior: []float64{1, 1, nan}}, "NaN"}, {bayes.Mix{Prior: []float64{0, 0, 0}}, "sum to 0"}, {bayes.Mix{Prior: []float64{inf, 0, 0}}, "+Inf"},
	} {
		_, err := c.p.Predict(t.Context(), random(2, 2), []int{1})
		checkError(t, classifier{Classifier: c.p}, err, c.want)
	}
	cov := func(rows ...[]float64) bayes.Linear { return bayes.Linear{Cov: rows} }
	for _, c := range []struct {
		r    eval.Regressor
		want string
	}{
		{bayes.Linear{Noise: -1}, "noise = -1; want 1e-30 to 1e+30, or 0"}, {bayes.Linear{Noise: 1e-40}, "noise = 1e-40"}, {bayes.Sparse{Noise: nan}, "noise = NaN"},
		{bayes.Linear{Mean: []float64{1}}, "mean of 1 numbers for tasks of 20 dimensions"}, {bayes.Linear{Mean: append(make([]float64, 19), nan)}, "mean is NaN in dimension 19"},
		{cov([]float64{1}, []float64{1}), "covariance of 2 rows for tasks of 20"},
		{bayes.Sparse{K: 21}, "21 non-zero weights for tasks of 20"}, {bayes.Sparse{K: -1}, "-1 non-zero weights"}, {bayes.Sparse{K: 6}, "6 non-zero weights of 20 have 3.88e+04 supports, the limit is 20000"},
		{bayes.Pool{}, "without members"}, {bayes.Pool{Members: [][]float32{{1, 2}}}, "member 0 of the pool has 2 weights, the tasks have 20"}, {bayes.Pool{Noise: inf}, "noise = +Inf"},
		{bayes.Tree{Depth: 7}, "trees of depth 7; want 1..6"}, {bayes.Tree{Depth: -1}, "trees of depth -1"}, {bayes.Sinusoid{}, "sine waves of 20 dimensions; want tasks of 1"},
		{baseline.KNN{K: -1}, "K = -1"}, {baseline.Lasso{Alpha: -1}, "alpha = -1; want a positive number"}, {baseline.Lasso{Alpha: nan}, "alpha = NaN"}, {baseline.GreedyTree{Depth: -2}, "greedy tree of depth -2"},
		{baseline.Network{Hidden: -1}, "network of -1 hidden units"}, {baseline.Network{Steps: -1}, "for -1 steps"}, {baseline.Network{Rate: nan}, "learning rate is NaN; want above 0 and at most 1"},
	} {
		_, _, err := c.r.Regress(t.Context(), random(20, 0), []int{1})
		checkError(t, regressor{Regressor: c.r}, err, c.want)
	}
	for _, c := range []struct {
		r    eval.Regressor
		want string
	}{
		{cov([]float64{1, 0}, []float64{0}), "row 1 of the prior covariance has 1 numbers, want 2"}, {cov([]float64{nan, 0}, []float64{0, 1}), "dimensions 0 and 0 is NaN"},
		{cov([]float64{1, .5}, []float64{0, 1}), "not symmetric: 0 and 0.5 for dimensions 1 and 0"}, {cov([]float64{-1, 0}, []float64{0, 1}), "eigenvalue -1"},
		{cov([]float64{-1, 0}, []float64{0, -2}), "eigenvalue -2"}, {bayes.Pool{Members: [][]float32{{1, float32(nan)}}}, "weight 1 of member 0 of the pool is NaN"},
	} {
		_, _, err := c.r.Regress(t.Context(), random(2, 0), []int{1})
		checkError(t, regressor{Regressor: c.r}, err, c.want)
	}
	_, _, err := bayes.Sinusoid{Noise: -1}.Regress(t.Context(), predicttest.Draw(regression.Sinusoid{}, 1), []int{1})
	checkError(t, regressor{}, err, "noise = -1")
}

// TestCancelled: all of them stop with the context's error.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range classifiers() {
		if _, err := c.Predict(ctx, random(2, 2), []int{1}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v after cancellation", c, err)
		}
	}
	for _, r := range regressors() {
		if _, _, err := r.Regress(ctx, r.random(), []int{1}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v after cancellation", r, err)
		}
	}
}

func benchmark(b *testing.B, tasks *datasets.Batch, call func() error) {
	for b.Loop() {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(tasks.T*tasks.N*b.N)/b.Elapsed().Seconds(), "predictions/s")
}

// BenchmarkPredictors predicts after every number of examples of 20 tasks of 13 points.
func BenchmarkPredictors(b *testing.B) {
	for _, c := range classifiers() {
		tasks := random(2, 2)
		b.Run(c.String(), func(b *testing.B) {
			benchmark(b, tasks, func() error { _, err := c.Predict(b.Context(), tasks, c.at(tasks)); return err })
		})
	}
	for _, r := range regressors() {
		tasks := r.random()
		b.Run(r.String(), func(b *testing.B) {
			benchmark(b, tasks, func() error { _, _, err := r.Regress(b.Context(), tasks, eval.AllLengths(tasks.N)); return err })
		})
	}
}
