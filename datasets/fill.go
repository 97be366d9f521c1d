package datasets

import "math"

// filled is a row with its missing values filled from the context, in x. What no row of the context
// has stays NaN. A row without missing values is returned as it is.
func (t Table) filled(x []float32, row int, context []int) []float32 {
	if !t.Missing {
		return t.X[row]
	}
	return t.fillFrom(x, t.X[row], context)
}

// fillFrom is filled for a row of values.
func (t Table) fillFrom(x, row []float32, context []int) []float32 {
	copy(x, row)
	for j, v := range x {
		if v == v {
			continue
		}
		if t.fill == nil || t.fill[j] == 0 {
			mean, _ := measure(context, func(i int) float32 { return t.X[i][j] })
			x[j] = float32(mean)
			continue
		}
		x[j] = t.mode(j, context)
	}
	return x
}

// mode is what feature j, of a column of texts, has for the most frequent text of the context. Of equally
// frequent ones it is that of the first feature, or the least.
func (t Table) mode(j int, context []int) float32 {
	features := 0
	for _, group := range t.fill {
		if group == t.fill[j] {
			features++
		}
	}
	if features > 1 {
		return t.modeOfMany(j, context)
	}
	times := map[float32]int{}
	best := float32(math.NaN())
	for _, i := range context {
		v := t.X[i][j]
		if v != v {
			continue
		}
		times[v]++
		if n := times[v]; best != best || n > times[best] || n == times[best] && v < best {
			best = v
		}
	}
	return best
}

// modeOfMany is mode for a column with a feature for each text.
func (t Table) modeOfMany(j int, context []int) float32 {
	times, known, most := map[int]int{}, 0, -1
	for _, i := range context {
		if v := t.X[i][j]; v == v {
			known++
		}
	}
	if known == 0 {
		return float32(math.NaN())
	}
	others := known // rows of texts whose feature is not selected
	for k, group := range t.fill {
		if group != t.fill[j] {
			continue
		}
		for _, i := range context {
			if t.X[i][k] == 1 {
				times[k]++
			}
		}
		others -= times[k]
		if most < 0 || times[k] > times[most] {
			most = k
		}
	}
	if j == most && times[j] >= others {
		return 1
	}
	return 0
}
