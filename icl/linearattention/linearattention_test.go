package linearattention_test

import (
	"fmt"
	"log"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/linearattention"
)

// fitted is a model for contexts of a seed, and the tasks that they have.
func fitted(t *testing.T, s linearattention.Setting, seed uint64) (linearattention.Model, regression.Pool) {
	t.Helper()
	pool, err := s.Pool(seed)
	if err != nil {
		t.Fatal(err)
	}
	b, err := pool.Sample(datasets.Rand(seed, "contexts"), s.Contexts())
	if err != nil {
		t.Fatal(err)
	}
	m, err := linearattention.Fit(b)
	if err != nil {
		t.Fatal(err)
	}
	return m, pool
}

// TestTheory: the limit has the values that the authors' formulas give, both branches, and is
// that of predicting 0 where there are no contexts.
func TestTheory(t *testing.T) {
	for tau, want := range map[float64]float64{.5: 1.261, .85: 3.179, 1.15: 3.668, 2: 1.234, 1e-9: 1.01, 1: math.Inf(1)} {
		if got := (linearattention.Setting{Tau: tau}).Theory(); got != want && !(math.Abs(got-want) < 1e-3) {
			t.Errorf("τ = %g: %.4f, want %.3f", tau, got, want)
		}
	}
	if got := (linearattention.Setting{Tau: -1}).Theory(); !math.IsNaN(got) {
		t.Errorf("τ = −1: %g", got)
	}
}

// TestErrorIsNearTheory: at τ = 1/2 and 2 the error of fitted weights on new tasks is that of
// the limit but for the finite size, and it is far greater near τ = 1.
func TestErrorIsNearTheory(t *testing.T) {
	mean := func(d int, tau float64, draws int) (sum float64) {
		s := linearattention.Setting{D: d, Tau: tau}
		for seed := range uint64(draws) {
			m, _ := fitted(t, s, seed)
			e, err := m.Error(linearattention.Tasks{}, s.Examples(), .1)
			if err != nil {
				t.Fatal(err)
			}
			sum += e / float64(draws)
		}
		return sum
	}
	for tau, within := range map[float64]float64{.5: .2, 2: .3} {
		limit := linearattention.Setting{Tau: tau}.Theory()
		if got := mean(20, tau, 6) / limit; math.Abs(got-1) > within {
			t.Errorf("τ = %g: %.3f of the limit; want within %g of 1", tau, got, within)
		}
	}
	if below, above := mean(20, .85, 6)-mean(20, .5, 3), mean(20, 1.15, 6)-mean(20, 2, 3); below < 1 || above < 1 {
		t.Errorf("from τ = .5 to .85 the error rises by %.2f, from 1.15 to 2 it falls by %.2f; want more than 1", below, above)
	}
	if got := mean(32, .5, 1) / (linearattention.Setting{Tau: .5}).Theory(); math.Abs(got-1) > .15 {
		t.Errorf("d = 32, τ = .5: %.3f of the limit", got)
	}
}

// TestErrorIsThatOfPredictions: on new tasks and on those of the pool, by simulation.
func TestErrorIsThatOfPredictions(t *testing.T) {
	s := linearattention.Setting{D: 6, Kappa: 1, Noise: .5, Tau: 3, Alpha: 2}
	m, pool := fitted(t, s, 1)
	members, err := pool.Members()
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := s.NewTasks(1)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		sampler regression.Pool
		tasks   linearattention.Tasks
	}{"new": {fresh, linearattention.Tasks{}}, "pool": {pool, linearattention.TasksOf(members)}} {
		b, err := test.sampler.Sample(datasets.Rand(9, name), 60_000)
		if err != nil {
			t.Fatal(err)
		}
		scores, err := eval.Evaluate(t.Context(), m, name, b, []int{s.Examples()})
		if err != nil {
			t.Fatal(err)
		}
		got := scores.Summarize(0).Of(eval.SquaredError).Mean[0]
		want, err := m.Error(test.tasks, s.Examples(), s.Noise)
		if err != nil || math.Abs(got/want-1) > .03 {
			t.Errorf("%s tasks: error %.4f of predictions, %.4f by the formula (%v)", name, got, want, err)
		}
	}
}

// TestFitIsLeastSquares: with few contexts the weights fit all of them, and no other weights
// that do are shorter; with many the residuals are orthogonal to the features.
func TestFitIsLeastSquares(t *testing.T) {
	for _, tau := range []float64{.5, 2.5} {
		s := linearattention.Setting{D: 4, Tau: tau}
		pool, err := s.Pool(3)
		if err != nil {
			t.Fatal(err)
		}
		b, err := pool.Sample(datasets.Rand(3, "contexts"), s.Contexts())
		if err != nil {
			t.Fatal(err)
		}
		m, err := linearattention.Fit(b)
		if err != nil {
			t.Fatal(err)
		}
		// The features of a context are what the prediction is with one weight that is 1.
		features, residual := mat.NewDense(b.T, 20, nil), mat.NewVecDense(b.T, nil)
		for k := range 20 {
			one := mat.NewDense(4, 5, nil)
			one.Set(k/5, k%5, 1)
			mean, _, err := linearattention.Model{Gamma: one}.Regress(t.Context(), b, []int{s.Examples()})
			if err != nil {
				t.Fatal(err)
			}
			for task, v := range mean {
				features.Set(task, k, float64(v))
			}
		}
		gamma := mat.NewVecDense(20, m.Gamma.RawMatrix().Data)
		residual.MulVec(features, gamma)
		for task := range b.T {
			residual.SetVec(task, residual.AtVec(task)-float64(b.Z[task*b.N+s.Examples()]))
		}
		if tau > 1 {
			var normal mat.VecDense
			normal.MulVec(features.T(), residual)
			if n := mat.Norm(&normal, 2); n > 1e-4 {
				t.Errorf("%d contexts: residuals and features have products of %g", b.T, n)
			}
			continue
		}
		var along mat.VecDense // of least norm is what lies in the span of the features
		var svd mat.SVD
		svd.Factorize(features, mat.SVDThin)
		var v mat.Dense
		svd.VTo(&v)
		along.MulVec(v.T(), gamma)
		if mat.Norm(residual, 2) > 1e-4 || math.Abs(mat.Norm(&along, 2)/mat.Norm(gamma, 2)-1) > 1e-5 {
			t.Errorf("%d contexts: residual %g; %g of the weights' length %g lies in the span", b.T, mat.Norm(residual, 2), mat.Norm(&along, 2), mat.Norm(gamma, 2))
		}
	}
}

// TestSphere: the pool lies on the sphere of radius √D, without preferred direction, and is
// the same for the same seed.
func TestSphere(t *testing.T) {
	members, err := regression.Pool{D: 5, Size: 3000, Sphere: true}.Members()
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range members {
		square := 0.
		for _, v := range w {
			square += float64(v) * float64(v)
		}
		if math.Abs(square-5) > 1e-5 {
			t.Fatalf("member %d has the squared length %g", i, square)
		}
	}
	moments := linearattention.TasksOf(members)
	for i, row := range moments.Second {
		for j, v := range row {
			want := 0.
			if i == j {
				want = 1
			}
			if math.Abs(v-want) > .1 || math.Abs(moments.Mean[i]) > .1 {
				t.Errorf("mean %v, second moment %v", moments.Mean, moments.Second)
			}
		}
	}
	few, _ := regression.Pool{D: 5, Size: 3, Sphere: true}.Members()
	if !slices.Equal(few[2], members[2]) {
		t.Error("a larger pool of the same seed does not contain the smaller one")
	}
}

func TestRefuses(t *testing.T) {
	s := linearattention.Setting{D: 4}
	m, pool := fitted(t, s, 1)
	b, err := pool.Sample(datasets.Rand(1, "x"), 2)
	if err != nil {
		t.Fatal(err)
	}
	fit := func(b *datasets.Batch) error { _, err := linearattention.Fit(b); return err }
	regress := func(m linearattention.Model) error { _, _, err := m.Regress(t.Context(), b, []int{2}); return err }
	expect := func(m linearattention.Model, tasks linearattention.Tasks, n int, noise float64) error {
		_, err := m.Error(tasks, n, noise)
		return err
	}
	draw := func(s linearattention.Setting) error { _, err := s.NewTasks(1); return err }
	twice := datasets.NewBatch(2, 5, 4, 0)
	for i := range twice.X {
		twice.X[i], twice.Z[i/4] = float32(i%20), 1
	}
	wrong := linearattention.Model{Gamma: mat.NewDense(2, 2, nil)}
	for want, err := range map[string]error{
		"the batch is nil":                  fit(nil),
		"holds classification tasks":        fit(datasets.NewBatch(2, 3, 2, 2)),
		"of one point have no context":      fit(datasets.NewBatch(2, 1, 2, 0)),
		"9000 contexts for 9900 weights":    fit(datasets.NewBatch(9000, 2, 99, 0)),
		"dependent to working precision":    fit(twice),
		"model without weights":             regress(linearattention.Model{}),
		"weights of 2 × 2 for tasks of 4":   regress(wrong),
		"weights of 2 × 2 for tasks of 2":   expect(wrong, linearattention.Tasks{}, 1, 0),
		"without weights; take":             expect(linearattention.Model{}, linearattention.Tasks{}, 1, 0),
		"after 0 examples":                  expect(m, linearattention.Tasks{}, 0, 0),
		"with noise NaN":                    expect(m, linearattention.Tasks{}, 1, math.NaN()),
		"of 3 and 0 dimensions for weights": expect(m, linearattention.Tasks{Mean: make([]float64, 3)}, 1, 0),
		"row 0 of the second moment":        expect(m, linearattention.Tasks{Second: make([][]float64, 4)}, 1, 0),
		"-1 dimensions; want 1..1000":       draw(linearattention.Setting{D: -1}),
		"Tau is NaN; want":                  draw(linearattention.Setting{Tau: math.NaN()}),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}

// Half as many contexts as weights are better than nearly as many: double descent.
func ExampleFit() {
	for _, tau := range []float64{.5, .9, 3} {
		s := linearattention.Setting{D: 12, Tau: tau}
		pool, err := s.Pool(0)
		if err != nil {
			log.Fatal(err)
		}
		b, err := pool.Sample(datasets.Rand(0, "contexts"), s.Contexts())
		if err != nil {
			log.Fatal(err)
		}
		m, err := linearattention.Fit(b)
		if err != nil {
			log.Fatal(err)
		}
		e, err := m.Error(linearattention.Tasks{}, s.Examples(), .1)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d contexts: error %.1f\n", b.T, e)
	}
	// Output:
	// 72 contexts: error 1.5
	// 130 contexts: error 5.4
	// 432 contexts: error 1.4
}

// The limit for large d: 1.01 is the error of predicting 0.
func ExampleSetting() {
	for _, tau := range []float64{.1, .5, 1, 2, 100} {
		fmt.Printf("τ = %g: %.2f\n", tau, linearattention.Setting{Tau: tau}.Theory())
	}
	// Output:
	// τ = 0.1: 1.02
	// τ = 0.5: 1.26
	// τ = 1: +Inf
	// τ = 2: 1.23
	// τ = 100: 0.81
}

// The error on the tasks of training and on new ones are known from the weights alone.
func ExampleTasksOf() {
	s := linearattention.Setting{D: 8, Kappa: .25, Tau: 20}
	pool, err := s.Pool(0)
	if err != nil {
		log.Fatal(err)
	}
	b, err := pool.Sample(datasets.Rand(0, "contexts"), s.Contexts())
	if err != nil {
		log.Fatal(err)
	}
	m, err := linearattention.Fit(b)
	if err != nil {
		log.Fatal(err)
	}
	members, err := pool.Members()
	if err != nil {
		log.Fatal(err)
	}
	for _, tasks := range []linearattention.Tasks{linearattention.TasksOf(members), {}} {
		e, err := m.Error(tasks, s.Examples(), .1)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.2f\n", e)
	}
	// Output:
	// 0.25
	// 1.40
}
