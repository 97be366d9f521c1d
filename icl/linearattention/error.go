package linearattention

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Tasks are what the error of a [Model] depends on of the distribution of tasks z = w·x + noise · ε:
// mean and second moment of w, which lies on the sphere ‖w‖² = d.
type Tasks struct {
	Mean   []float64   // E w [D]; nil means 0
	Second [][]float64 // E wwᵀ [D, D]; nil means I
}

// TasksOf are tasks drawn with equal probability from members, each [D], such as those of
// regression.Pool. The zero value of Tasks is new tasks, uniform on the sphere.
func TasksOf(members [][]float32) Tasks {
	if len(members) == 0 {
		return Tasks{}
	}
	d, share := len(members[0]), 1/float64(len(members))
	tasks := Tasks{Mean: make([]float64, d), Second: make([][]float64, d)}
	for i := range tasks.Second {
		tasks.Second[i] = make([]float64, d)
	}
	for _, w := range members {
		for i, v := range w[:min(d, len(w))] {
			tasks.Mean[i] += share * float64(v)
			for j, u := range w[:min(d, len(w))] {
				tasks.Second[i][j] += share * float64(v) * float64(u)
			}
		}
	}
	return tasks
}

// Error is the expected squared error of the model, noise of the query's target included, after
// that many examples ℓ ≥ 1 of tasks with standard deviation noise. With ρ = noise²,
// R = E wwᵀ and µ = E w it is
//
//	1 + ρ + ((1 + ρ)/d) tr(ΓᵀΓB) − (2/d) tr(ΓA)
//	A = (R; (1 + ρ)µᵀ)
//	B = ((d/ℓ) I + (1 + 1/ℓ) R/(1 + ρ), (1 + 2/ℓ) µ; (1 + 2/ℓ) µᵀ, (1 + ρ)(1 + 2/ℓ))
//
// exactly, for all sizes. Predicting 0 has the error 1 + ρ. It is an error if sizes do not fit.
func (m Model) Error(tasks Tasks, examples int, noise float64) (float64, error) {
	if m.Gamma == nil {
		return 0, m.check(0)
	}
	d, _ := m.Gamma.Dims()
	if err := m.check(d); err != nil {
		return 0, err
	}
	second, mean, err := tasks.matrices(d)
	if err != nil {
		return 0, err
	}
	if examples < 1 || !(noise >= 0) || math.IsInf(noise, 1) {
		return 0, fmt.Errorf("linearattention: the error after %d examples with noise %g; want at least 1, and a positive number or 0", examples, noise)
	}
	rho, size := noise*noise, float64(examples)
	a, b := mat.NewDense(d+1, d, nil), mat.NewSymDense(d+1, nil)
	for i := range d {
		for j := range d {
			a.Set(i, j, second.At(i, j))
			b.SetSym(i, j, (1+1/size)*second.At(i, j)/(1+rho))
		}
		b.SetSym(i, i, b.At(i, i)+float64(d)/size)
		a.Set(d, i, (1+rho)*mean[i])
		b.SetSym(i, d, (1+2/size)*mean[i])
	}
	b.SetSym(d, d, (1+rho)*(1+2/size))
	var overlap, weighted, square mat.Dense
	overlap.Mul(m.Gamma, a)
	weighted.Mul(m.Gamma, b)
	square.Mul(&weighted, m.Gamma.T())
	return 1 + rho + ((1+rho)*mat.Trace(&square)-2*mat.Trace(&overlap))/float64(d), nil
}

// matrices are the moments of tasks of d dimensions.
func (t Tasks) matrices(d int) (second *mat.SymDense, mean []float64, err error) {
	if t.Mean != nil && len(t.Mean) != d || t.Second != nil && len(t.Second) != d {
		return nil, nil, fmt.Errorf("linearattention: moments of tasks of %d and %d dimensions for weights of %d", len(t.Mean), len(t.Second), d)
	}
	second, mean = mat.NewSymDense(d, nil), make([]float64, d)
	copy(mean, t.Mean)
	for i := range d {
		second.SetSym(i, i, 1)
	}
	for i, row := range t.Second {
		if len(row) != d {
			return nil, nil, fmt.Errorf("linearattention: row %d of the second moment of tasks has %d numbers, want %d", i, len(row), d)
		}
		for j, v := range row[:i+1] {
			second.SetSym(i, j, v)
		}
	}
	return second, mean, nil
}
