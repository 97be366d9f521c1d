package construct

import (
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// Law is a symmetry that all members of a hypothesis class share, whatever their
// width and weights: they answer an episode and its image alike. A learner that does
// not is in the class for no width and no weights; each member errs on the episode or
// on its image by at least half of the difference of the learner's answers.
type Law struct {
	Name string
	// image makes the image of the episodes and says in which order it has the classes.
	image func(b *datasets.Batch, at []int32) (image *datasets.Batch, imageAt []int32, classes []int)
}

// The laws.
var (
	// Repetition: having seen every example twice changes nothing. It holds where the
	// context counts through averages only: of losses, as in gradient descent, or of
	// codes, as in amortization.
	Repetition = Law{"repetition", repeated}
	// Relabelling: where the classes swap names in the context, they do so in the
	// answer. It holds where labels only say which examples belong together, as in
	// metric-based learners.
	Relabelling = Law{"relabelling", relabelled}
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

// Broken is by how much a learner breaks the law on the worst of that many random
// episodes of d inputs, c classes and an example at least: no member of a class that
// obeys the law comes closer to it, as a class's probability, than half of that on both
// the episode and its image.
func (law Law) Broken(answer Answer, d, c, episodes int, rng *rand.Rand) (float64, error) {
	b, at := Episodes(rng, episodes, d, c)
	for t := range at {
		at[t] = max(1, at[t])
	}
	answers, err := answer(b, at)
	if err != nil {
		return 0, err
	}
	image, imageAt, classes := law.image(b, at)
	images, err := answer(image, imageAt)
	if err != nil {
		return 0, err
	}
	worst := 0.
	for t := range answers {
		for k, to := range classes {
			worst = max(worst, math.Abs(answers[t][k]-images[t][to]))
		}
	}
	return worst, nil
}
