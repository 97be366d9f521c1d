package construct

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/learner"
)

// Lessons are tasks that teach to imitate a learner: N − 1 examples from the paper's
// mixture of families, and a query whose label is drawn from the learner's own
// probabilities. The learner with the least log-loss on them is the teacher. They have
// two inputs and two classes.
type Lessons struct {
	Teacher string `json:"teacher"`
	Weights string `json:"weights"` // a hash of the teacher's
	N       int    `json:"n"`

	answer func(b *datasets.Batch, at []int32) ([][]float64, error)
}

// NewLessons makes lessons of n points by a teacher with its weights, which is asked, in
// float64, on the backend on.
func NewLessons(teacher learner.Learner, weights []float64, n int, on compute.Backend) (Lessons, error) {
	s := Lessons{Teacher: teacher.Name(), N: n}
	if n < 2 {
		return s, fmt.Errorf("construct: lessons of %d points; want at least 2", n)
	}
	engine, err := learner.NewEngine[float64](on, teacher, 2, 2)
	if err != nil {
		return s, err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%x", weights))
	s.Weights = hex.EncodeToString(sum[:8])
	s.answer = func(b *datasets.Batch, at []int32) ([][]float64, error) { return ask(engine, weights, b, at) }
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
