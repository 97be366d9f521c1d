package transformer

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/backend"
)

// TestRidgeScores: each score is the prediction of a ridge regression on the context, computed
// here by solving its equations.
func TestRidgeScores(t *testing.T) {
	const rows, context, d, c = 9, 7, 3, 2
	rng := datasets.Rand(1, "ridge")
	var x, y, keep [][]float32
	for i := range rows {
		x, y, keep = append(x, make([]float32, d)), append(y, make([]float32, c)), append(keep, []float32{0})
		for j := range d {
			x[i][j] = float32(datasets.Normal(rng))
		}
		y[i][i%2] = 1
		if i < context {
			keep[i][0] = 1
		}
	}
	for j := range d { // the scores are of columns with mean 0 in the context
		mean := float32(0)
		for i := range context {
			mean += x[i][j] / context
		}
		for i := range rows {
			x[i][j] -= mean
		}
	}
	b, err := backend.Open(t.Context(), "go")
	if err != nil {
		t.Fatal(err)
	}
	got := graph.MustExecOnce(b.Backend, func(x, y, keep *graph.Node) *graph.Node {
		x, y, keep = graph.InsertAxes(x, 0, 0), graph.InsertAxes(y, 0, 0), graph.InsertAxes(keep, 0, 0)
		return graph.Concatenate(ridgeScores(x, y, keep, graph.ReduceAndKeep(keep, graph.ReduceSum, 2)), -1)
	}, x, y, keep).Value().([][][][]float32)[0][0]
	for i := range rows {
		for p, penalty := range penalties {
			for k := range c {
				want := solve(t, x, y, context, i, k, penalty)
				if g := float64(got[i][p*c+k]); math.Abs(g-want) > 2e-4 {
					t.Errorf("row %d, penalty %g, class %d: %g; ridge regression has %g", i, penalty, k, g, want)
				}
			}
		}
	}
}

// solve predicts row by ridge regression on the context of the labels less their mean, of inputs
// divided by √(d+1), and scales it as the scores are.
func solve(t *testing.T, x, y [][]float32, context, row, class int, penalty float64) float64 {
	t.Helper()
	d, mean := len(x[0]), 0.
	for i := range context {
		mean += float64(y[i][class]) / float64(context)
	}
	a, r := mat.NewSymDense(d, nil), mat.NewVecDense(d, nil)
	input := func(i int) *mat.VecDense {
		v := mat.NewVecDense(d, nil)
		for j := range d {
			v.SetVec(j, float64(x[i][j])/math.Sqrt(float64(d+1)))
		}
		return v
	}
	for j := range d {
		a.SetSym(j, j, float64(context)*penalty)
	}
	for i := range context {
		a.SymRankOne(a, 1, input(i))
		r.AddScaledVec(r, float64(y[i][class])-mean, input(i))
	}
	var w mat.VecDense
	if err := w.SolveVec(a, r); err != nil {
		t.Fatal(err)
	}
	return (1 + penalty) * mat.Dot(&w, input(row))
}
