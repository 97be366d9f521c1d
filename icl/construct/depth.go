package construct

import (
	"math"

	"github.com/gomlx/compute"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
)

// RidgeError tells how far a construction of [Ridge] is from ridge regression.
type RidgeError struct {
	Ridge Ridge `json:"ridge"`
	// Worst is the greatest error of a prediction over all episodes, divided by
	// ‖x_q‖‖w*‖; Bound is what theory allows, Outside the number of contexts with an
	// eigenvalue above Largest, of which it says nothing.
	Worst   float64 `json:"worst"`
	Bound   float64 `json:"bound"`
	Outside int     `json:"outside"`
}

// ridgeExamples is the number of examples in the episodes of [Ridge.Measure].
const ridgeExamples = 20

// Measure compares the construction, in float64, with ridge regression in closed form
// on random regression tasks with d inputs, 20 examples and N(0, 1) targets.
func (r Ridge) Measure(on compute.Backend, d, episodes int, seed uint64) (RidgeError, error) {
	r = r.WithDefaults()
	e := RidgeError{Ridge: r, Bound: r.Bound()}
	written, err := r.Construct(d, 0)
	if err != nil {
		return e, err
	}
	rng := datasets.Rand(seed, "ridge")
	b := datasets.NewRegression(episodes, ridgeExamples+1, d)
	at := make([]int32, episodes)
	for i := range b.X {
		b.X[i] = float32(datasets.Normal(rng))
	}
	for i := range b.Z {
		b.Z[i] = float32(datasets.Normal(rng))
	}
	for i := range at {
		at[i] = ridgeExamples
	}
	got, err := Predict(on, written.Circuit, written.Weights, b, at)
	if err != nil {
		return e, err
	}
	for t := range episodes {
		gram := gramOf(b, t, ridgeExamples)
		if largestEigenvalue(gram) > r.Largest {
			e.Outside++
			continue
		}
		w := solve(r.factor(gram), b, t, ridgeExamples, func(n int) float64 { return float64(b.Z[t*b.N+n]) })
		query := vectorOf(b.Point(t, ridgeExamples))
		gap := math.Abs(got[t][0] - mat.Dot(w, query))
		e.Worst = max(e.Worst, gap/(mat.Norm(w, 2)*mat.Norm(query, 2)))
	}
	return e, nil
}

// gramOf is XᵀX/n of a task's first examples.
func gramOf(b *datasets.Batch, t, examples int) *mat.SymDense {
	gram := mat.NewSymDense(b.D, nil)
	for n := range examples {
		gram.SymRankOne(gram, 1/float64(examples), vectorOf(b.Point(t, n)))
	}
	return gram
}

func largestEigenvalue(gram *mat.SymDense) float64 {
	var eigen mat.EigenSym
	eigen.Factorize(gram, false)
	values := eigen.Values(nil)
	return values[len(values)-1]
}

// factor is that of XᵀX/n + Penalty·I. It overwrites XᵀX/n.
func (r Ridge) factor(gram *mat.SymDense) *mat.Cholesky {
	for i := range gram.SymmetricDim() {
		gram.SetSym(i, i, gram.At(i, i)+r.Penalty)
	}
	var factor mat.Cholesky
	factor.Factorize(gram)
	return &factor
}

// solve returns the weights for a task's first examples with these targets.
func solve(factor *mat.Cholesky, b *datasets.Batch, t, examples int, target func(n int) float64) *mat.VecDense {
	w, right := mat.NewVecDense(b.D, nil), mat.NewVecDense(b.D, nil)
	for n := range examples {
		right.AddScaledVec(right, target(n)/float64(examples), vectorOf(b.Point(t, n)))
	}
	_ = factor.SolveVecTo(w, right) // the penalty keeps the matrix regular
	return w
}

// Exact answers with ridge regression itself, solved: of one-hot labels, whose
// predictions are taken for logits as in the construction.
func (r Ridge) Exact(b *datasets.Batch, at []int32) ([][]float64, error) {
	if err := b.WantClasses(); err != nil {
		return nil, err
	}
	r = r.WithDefaults()
	out := make([][]float64, b.T)
	for t := range out {
		out[t] = make([]float64, b.C)
		query, factor := vectorOf(b.Point(t, int(at[t]))), r.factor(gramOf(b, t, int(at[t])))
		for k := range out[t] {
			w := solve(factor, b, t, int(at[t]), func(n int) float64 {
				if int(b.Y[t*b.N+n]) == k {
					return 1
				}
				return 0
			})
			out[t][k] = mat.Dot(w, query)
		}
		softmax(out[t])
	}
	return out, nil
}

func vectorOf(x []float32) *mat.VecDense {
	v := mat.NewVecDense(len(x), nil)
	for i, a := range x {
		v.SetVec(i, float64(a))
	}
	return v
}
