package construct

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
)

// Lessons are tasks that teach to imitate a learner: N − 1 examples from the paper's
// mixture of families, and a query whose label is drawn from the learner's own
// probabilities. The learner with the least log-loss on them is the teacher. They have
// two inputs and two classes.
type Lessons struct {
	Teacher string `json:"teacher"`
	Weights string `json:"weights"` // a hash of the teacher's
	N       int    `json:"n"`

	answer Answer
}

// NewLessons makes lessons of n points by a teacher, of whose answers weights, if it has
// any, are all that is not in its name.
func NewLessons(teacher string, weights []float64, n int, answer Answer) (Lessons, error) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%x", weights))
	s := Lessons{Teacher: teacher, Weights: hex.EncodeToString(sum[:8]), N: n, answer: answer}
	if n < 2 {
		return s, fmt.Errorf("construct: lessons of %d points; want at least 2", n)
	}
	return s, nil
}

// Name is "lessons by" the teacher.
func (s Lessons) Name() string { return "lessons by " + s.Teacher }

// Sample draws that many tasks. The label of the last point is the teacher's.
func (s Lessons) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	b, err := synthetic.Mixture(1, s.N).Sample(rng, tasks)
	if err != nil {
		return nil, err
	}
	answers, err := s.Answers(b)
	if err != nil {
		return nil, err
	}
	for t, p := range answers {
		b.Y[(t+1)*b.N-1] = 0
		if rng.Float64() >= p[0] {
			b.Y[(t+1)*b.N-1] = 1
		}
	}
	return b, nil
}

// Answers returns the teacher's probabilities for the last point of each task.
func (s Lessons) Answers(b *datasets.Batch) ([][]float64, error) {
	at := make([]int32, b.T)
	for t := range at {
		at[t] = int32(b.N - 1)
	}
	return s.answer(b, at)
}
