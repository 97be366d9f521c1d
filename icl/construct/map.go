package construct

import (
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Map is a matrix over the stream, one row for each number that is read from it or
// written to it. Rows shorter than the stream are 0 beyond their end.
type Map [][]float64

// Copy reads or writes the slot as it is.
func (s Slot) Copy() Map { return s.Scale(1) }

// Scale reads or writes the slot times a.
func (s Slot) Scale(a float64) Map {
	if s.Width < 0 || s.Offset < 0 || datasets.CheckSize(1, s.Width+1, s.Offset+s.Width+1, 0) != nil {
		return nil // no slot that a builder made
	}
	m := make(Map, s.Width)
	for i := range m {
		m[i] = make([]float64, s.Offset+s.Width)
		m[i][s.Offset+i] = a
	}
	return m
}

// Through reads matrix·slot, where the matrix has a column for each channel of the
// slot.
func (s Slot) Through(matrix [][]float64) Map {
	m := make(Map, len(matrix))
	for i, row := range matrix {
		if len(row) != s.Width {
			s.of.fail("slot %q has %d channels, but a row of its matrix has %d weights", s.Name, s.Width, len(row))
			return Nothing(len(matrix))
		}
		m[i] = append(make([]float64, s.Offset), row...)
	}
	return m
}

// Row reads one number: the weighted sum of the slot's channels.
func (s Slot) Row(weights ...float64) Map { return s.Through([][]float64{weights}) }

// Channel reads or writes channel i of the slot.
func (s Slot) Channel(i int) Map {
	if i < 0 || i >= s.Width {
		s.of.fail("slot %q has channels 0 to %d, not %d", s.Name, s.Width-1, i)
		return Nothing(1)
	}
	return s.Copy()[i : i+1]
}

// Nothing reads k numbers that are always 0.
func Nothing(k int) Map { return make(Map, max(0, k)) }

// Join stacks maps: their numbers become one vector.
func Join(maps ...Map) Map { return slices.Concat(maps...) }

// Sum adds maps. A map with fewer rows counts as 0 in the others.
func Sum(maps ...Map) Map {
	var sum Map
	for _, m := range maps {
		for i, row := range m {
			if i == len(sum) {
				sum = append(sum, nil)
			}
			for len(sum[i]) < len(row) {
				sum[i] = append(sum[i], 0)
			}
			for j, v := range row {
				sum[i][j] += v
			}
		}
	}
	return sum
}

// Times is the map times a.
func (m Map) Times(a float64) Map {
	out := make(Map, len(m))
	for i, row := range m {
		for _, v := range row {
			out[i] = append(out[i], a*v)
		}
	}
	return out
}

// times reads matrix·m: the matrix has a column for each row of m.
func (m Map) times(matrix [][]float64) Map {
	out := make(Map, len(matrix))
	for i, row := range matrix {
		parts := make([]Map, len(row))
		for j, v := range row {
			parts[j] = m[j : j+1].Times(v)
		}
		out[i] = Sum(parts...)[0]
	}
	return out
}

// Repeat reads all of the map k times.
func (m Map) Repeat(k int) Map {
	var out Map
	for range k {
		out = append(out, m...)
	}
	return out
}

// transposed is the transpose [width, rows] of m.
func (m Map) transposed(width int) Map {
	t := make(Map, width)
	for i := range t {
		t[i] = make([]float64, len(m))
	}
	for i, row := range m {
		for j, v := range row {
			t[j][i] = v
		}
	}
	return t
}

// fill writes the matrix row by row into flat, each row columns wide.
func (m Map) fill(flat []float64, columns int) {
	for i, row := range m {
		copy(flat[i*columns:(i+1)*columns], row)
	}
}
