package pictures

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Neighbours shows the first tasks, at most so many: the first query behind the context and the
// examples, up to five, by their cosine with it in pixels, the nearest first. The note of an
// example of the query's own class says so.
func Neighbours(b *datasets.Batch, context, most int) (Sheet, error) {
	if err := b.WantClasses(); err != nil {
		return Sheet{}, err
	}
	if most < 1 {
		return Sheet{}, fmt.Errorf("pictures: neighbours of %d tasks; want at least 1", most)
	}
	like, err := Episode(b, 0, context)
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{Title: "Queries and their neighbours in pixels, the nearest first", Height: like.Height, Width: like.Width}
	for t := range min(b.T, most) {
		labels, query := b.Y[t*b.N:(t+1)*b.N], b.Point(t, context)
		order, near := make([]int, context), make([]float64, context)
		for n := range order {
			order[n], near[n] = n, cosine(query, b.Point(t, n))
		}
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(near[j], near[i]) })
		row := Row{Name: fmt.Sprintf("task %d: wrong", t), Images: [][]float32{query}, Notes: []string{"query"}}
		if labels[order[0]] == labels[context] {
			row.Name = fmt.Sprintf("task %d: right", t)
		}
		for _, n := range order[:min(5, context)] {
			note := fmt.Sprintf("%.2f", near[n])
			if labels[n] == labels[context] {
				note += " own"
			}
			row.Images, row.Notes = append(row.Images, b.Point(t, n)), append(row.Notes, note)
		}
		s.Rows = append(s.Rows, row)
	}
	return s, nil
}
