package baseline

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// withIntercept is the name of a regression with or without one.
func withIntercept(name string, intercept bool) string {
	if intercept {
		return name + ", intercept"
	}
	return name
}

// aboutMean is a regression with an intercept that costs nothing: fit returns what it predicts
// at x, of examples whose inputs and targets have mean 0.
type aboutMean struct {
	examples
	fit func(x, z *mat.Dense, at []float64) float64
}

func (e *aboutMean) predict(x []float64) float64 {
	rows := mat.NewDense(len(e.x), len(x), nil)
	for i, row := range e.x {
		rows.SetRow(i, row)
	}
	targets := mat.NewDense(len(e.z), 1, append([]float64{}, e.z...))
	xMean, zMean := centre(rows), centre(targets)
	at := append([]float64{}, x...)
	floats.Sub(at, xMean)
	return zMean[0] + e.fit(rows, targets, at)
}
