package datasets

import "math"

// maxStandard limits standardised inputs.
const maxStandard = 3

// scale holds the mean and standard deviation of each feature.
type scale struct{ mean, sd []float64 }

// scale measures some rows of the table, without missing values.
func (t Table) scale(rows []int) scale {
	d := len(t.Features)
	s := scale{make([]float64, d), make([]float64, d)}
	for j := range d {
		s.mean[j], s.sd[j] = measure(rows, func(row int) float32 { return t.X[row][j] })
	}
	return s
}

// targetScale measures the targets of some rows.
func (t Table) targetScale(rows []int) scale {
	if t.Z == nil {
		return scale{}
	}
	mean, sd := measure(rows, func(row int) float32 { return t.Z[row] })
	return scale{[]float64{mean}, []float64{sd}}
}

// measure is the mean and standard deviation of a value over the rows that have it; NaN
// where none has.
func measure(rows []int, of func(row int) float32) (mean, sd float64) {
	first, n := math.NaN(), 0.
	for _, row := range rows {
		if v := of(row); v == v {
			if n++; n == 1 {
				first = float64(v)
			}
		}
	}
	// Relative to the first row, so that a constant has no deviation at all.
	for _, row := range rows {
		if v := of(row); v == v {
			mean += (float64(v) - first) / n
		}
	}
	mean += first
	for _, row := range rows {
		if v := of(row); v == v {
			diff := float64(v) - mean
			sd += diff * diff / n
		}
	}
	return mean, math.Sqrt(sd)
}

// answer writes the label or standardised target of a row to point i of b, counted
// through all tasks.
func (t Table) answer(b *Batch, i, row int, target scale) {
	if t.Z == nil {
		b.Y[i] = t.Y[row]
		return
	}
	if diff := float64(t.Z[row]) - target.mean[0]; diff != 0 {
		b.Z[i] = float32(diff / target.sd[0])
	}
}

// apply sets out to the standardised x.
func (s scale) apply(out, x []float32) {
	for j, v := range x {
		diff := float64(v) - s.mean[j]
		if diff == 0 || diff != diff {
			out[j] = 0 // also where sd is 0, or nothing is known
			continue
		}
		out[j] = float32(min(max(diff/s.sd[j], -maxStandard), maxStandard))
	}
}
