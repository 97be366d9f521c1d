package figure

import (
	"slices"

	"github.com/goicl/goicl/icl/claim"
)

// Membership draws which learner is in which hypothesis class: exactly (deep),
// approximately (pale) or, by a law that it breaks, not at all (white).
func Membership(title string, e *claim.Expression) *Figure {
	rows, cols := e.Learners(), e.Classes()
	cells := make([][]Cell, len(rows))
	for i := range cells {
		cells[i] = make([]Cell, len(cols))
	}
	for _, m := range e.Matrix {
		word, number := m.Words()
		tint := map[string]float64{"exact": 1, "approximate": .35}[m.Kind]
		cells[slices.Index(rows, m.Learner)][slices.Index(cols, m.Class)] = Cell{Text: word, Note: number, Tint: tint}
	}
	return Table(title, rows, cols, cells)
}
