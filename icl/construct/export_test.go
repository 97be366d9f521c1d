package construct

import "github.com/goicl/goicl/icl/metalearner"

// Unmasked is the construction of gradient descent in which the query's token is not
// masked: examples and query have separate slots for their inputs, and keys read only the
// slot of the examples, which is 0 for the query.
func Unmasked(l metalearner.GradientDescent, weights []float64, d, c int) (*Construction, error) {
	s, err := newSource(l, weights, d, c)
	if err != nil {
		return nil, err
	}
	b := New("GD as a transformer without a mask")
	example := b.Slot("x of examples", "context x", d)
	query := b.Slot("x of query", "query x", d)
	return s.descend(b, Sum(example.Copy(), query.Copy()), example.Copy(), "")
}
