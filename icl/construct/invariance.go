package construct

import (
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Invariance is a symmetry that all members of a hypothesis class have, for every width
// and all weights: their predictions on an episode and on its image are the same. A
// learner that violates it is not in the class. Every member then differs from the learner
// on the episode or on its image by at least half of the violation.
type Invariance struct {
	Name string
	// image returns the images of the episodes; class k is class classes[k] there.
	image func(b *datasets.Batch, at []int32) (image *datasets.Batch, imageAt []int32, classes []int)
}

// The invariances of the hypothesis classes.
var (
	// Repetition: repeating every example changes nothing. It holds where a prediction
	// depends on averages over the context: of losses, as in gradient descent, or of
	// encodings, as in amortization. It does not hold for learners that sum over the
	// examples, or are told how many there are, or add examples of their own as
	// [metalearner.MatchNet] does: those are no less gradient-, metric- or
	// amortization-based.
	Repetition = Invariance{"repetition", repeated}
	// Relabelling: permuting the classes of the context permutes the predicted
	// probabilities. It holds where labels only group the examples, as in metric-based
	// learners, but for those with a prior of each class.
	Relabelling = Invariance{"relabelling", relabelled}
)

func repeated(b *datasets.Batch, at []int32) (*datasets.Batch, []int32, []int) {
	longest := 0
	for _, n := range at {
		longest = max(longest, int(n))
	}
	image, imageAt := datasets.NewBatch(b.T, 2*longest+1, b.D, b.C), make([]int32, b.T)
	for t := range b.T {
		n := int(at[t])
		imageAt[t] = int32(2 * n)
		for to := range 2*n + 1 {
			from := n // the query
			if to < 2*n {
				from = to % n
			}
			copy(image.Point(t, to), b.Point(t, from))
			image.Y[t*image.N+to] = b.Y[t*b.N+from]
		}
	}
	return image, imageAt, ascending(b.C)
}

func relabelled(b *datasets.Batch, at []int32) (*datasets.Batch, []int32, []int) {
	image := *b
	image.Y = make([]int32, len(b.Y))
	classes := make([]int, b.C)
	for k := range classes {
		classes[k] = (k + 1) % b.C
	}
	for i, k := range b.Y {
		image.Y[i] = int32(classes[k])
	}
	return &image, at, classes
}

func ascending(n int) []int {
	v := make([]int, n)
	for i := range v {
		v[i] = i
	}
	return v
}

// Violation returns the greatest difference of a class's probability between an episode
// and its image, over that many random episodes of d inputs, c classes and at least one
// example. It is 0, up to rounding, for every member of the class.
func (v Invariance) Violation(predict PredictFunc, d, c, episodes int, rng *rand.Rand) (float64, error) {
	b, at := RandomEpisodes(rng, episodes, d, c)
	for t := range at {
		at[t] = max(1, at[t])
	}
	want, err := predict(b, at)
	if err != nil {
		return 0, err
	}
	image, imageAt, classes := v.image(b, at)
	got, err := predict(image, imageAt)
	if err != nil {
		return 0, err
	}
	worst := 0.
	for t := range want {
		for k, to := range classes {
			worst = max(worst, math.Abs(want[t][k]-got[t][to]))
		}
	}
	return worst, nil
}
