package construct

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/compute"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
)

// ridgeExamples is the number of examples in the episodes of [Ridge.Errors].
const ridgeExamples = 20

// Errors compares the construction, in float64, with ridge regression in closed form on
// that many random regression tasks with d inputs, 20 examples and N(0, 1) targets. It
// returns the absolute error of each prediction divided by ‖x_q‖‖w*‖, which is at most
// [Ridge.Bound]. Contexts with an eigenvalue of XᵀX/n above Largest, of which the bound
// says nothing, are left out.
func (r Ridge) Errors(on compute.Backend, d, episodes int, seed uint64) ([]float64, error) {
	r = r.withDefaults()
	if err := datasets.CheckSize(episodes, ridgeExamples+1, d, 0); err != nil {
		return nil, err
	}
	written, err := r.Construct(d, 0)
	if err != nil {
		return nil, err
	}
	b, at := ridgeEpisodes(datasets.Rand(seed, "ridge"), episodes, d)
	got, err := Predict(on, written.Circuit, written.Weights, b, at)
	if err != nil {
		return nil, err
	}
	var errs []float64
	for t := range episodes {
		gram := gramOf(b, t, ridgeExamples)
		if largestEigenvalue(gram) > r.Largest {
			continue
		}
		w := solve(r.factor(gram), b, t, ridgeExamples, func(n int) float64 { return float64(b.Z[t*b.N+n]) })
		query := vectorOf(b.Point(t, ridgeExamples))
		errs = append(errs, math.Abs(got[t][0]-mat.Dot(w, query))/(mat.Norm(w, 2)*mat.Norm(query, 2)))
	}
	return errs, nil
}

func ridgeEpisodes(rng *rand.Rand, episodes, d int) (b *datasets.Batch, at []int32) {
	b, at = datasets.NewBatch(episodes, ridgeExamples+1, d, 0), make([]int32, episodes)
	for i := range b.X {
		b.X[i] = float32(datasets.Normal(rng))
	}
	for i := range b.Z {
		b.Z[i] = float32(datasets.Normal(rng))
	}
	for i := range at {
		at[i] = ridgeExamples
	}
	return b, at
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

// Exact predicts with ridge regression in closed form on one-hot labels. Its outputs are
// the logits, as in the construction. It is a [PredictFunc].
func (r Ridge) Exact(b *datasets.Batch, at []int32) ([][]float64, error) {
	if err := cmp.Or(b.WantClasses(), r.validate()); err != nil {
		return nil, err
	}
	if len(at) != b.T || slices.Min(at) < 0 || int(slices.Max(at)) >= b.N {
		return nil, fmt.Errorf("construct: queries %d of %d tasks of %d points; want one for each task, from 0 to %d", at, b.T, b.N, b.N-1)
	}
	r = r.withDefaults()
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
