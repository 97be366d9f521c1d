package pictures

import (
	"fmt"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Mistakes shows the first tasks, at most so many, whose first query behind the context was taken
// for a wrong class: the query, an example of the class that it was taken for, and one of its
// own. probs are the probabilities [T, C] for that query.
func Mistakes(b *datasets.Batch, probs []float32, context, most int) (Sheet, error) {
	if err := b.WantClasses(); err != nil {
		return Sheet{}, err
	}
	if len(probs) != b.T*b.C || most < 1 {
		return Sheet{}, fmt.Errorf("pictures: %d mistakes by %d probabilities for %d tasks of %d classes; want at least 1, and one for each task and class", most, len(probs), b.T, b.C)
	}
	like, err := Episode(b, 0, context)
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{Title: "Queries that were taken for another class", Height: like.Height, Width: like.Width}
	for t := 0; t < b.T && len(s.Rows) < most; t++ {
		labels, of := b.Y[t*b.N:(t+1)*b.N], probs[t*b.C:(t+1)*b.C]
		said, right := int32(slices.Index(of, slices.Max(of))), labels[context]
		taken, own := slices.Index(labels[:context], said), slices.Index(labels[:context], right)
		if said != right && taken >= 0 && own >= 0 {
			s.Rows = append(s.Rows, Row{
				Name: fmt.Sprintf("task %d, sure to %.2f", t, of[said]), Notes: []string{"query", "taken for", "is"},
				Images: [][]float32{b.Point(t, context), b.Point(t, taken), b.Point(t, own)},
			})
		}
	}
	return s, nil
}
