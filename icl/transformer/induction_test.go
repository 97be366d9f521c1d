package transformer_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/lanes"
)

// repeats are tasks of three random inputs with random labels, of which the query repeats one:
// its label can be found in the context, and nowhere else.
type repeats struct{}

const repeatPairs, repeatDims, repeatLabels = 3, 8, 4

func (repeats) Name() string { return "repeats" }

func (repeats) Sample(rng *rand.Rand, n int) (*datasets.Batch, error) {
	b := datasets.NewBatch(n, repeatPairs+1, repeatDims, repeatLabels)
	for i := range b.X {
		b.X[i] = float32(datasets.Normal(rng) / math.Sqrt(repeatDims))
	}
	for t := range n {
		for i := range repeatPairs {
			b.Y[t*b.N+i] = int32(rng.IntN(repeatLabels))
		}
		i := repeated(b, t, rng.IntN(repeatPairs))
		b.Y[t*b.N+repeatPairs] = b.Y[t*b.N+i]
	}
	return b, nil
}

// repeated makes the query of task t that of example i.
func repeated(b *datasets.Batch, t, i int) int {
	copy(b.Point(t, repeatPairs), b.Point(t, i))
	return i
}

// learnRepeats trains a transformer of two layers and returns the step after which the mean
// loss of ten steps is below .2.
func learnRepeats(t *testing.T, steps int, clamps ...transformer.HeadClamp) (f *train.Fitted, learned int) {
	t.Helper()
	var last []float64
	f, err := train.Train(context.Background(), train.Config{
		Learner: transformer.AttentionOnly{Positions: "one-hot", Points: repeatPairs + 1, Norm: true, Clamps: clamps},
		Tasks:   repeats{}, Recipe: train.Recipe{Steps: steps, Batch: 32, First: repeatPairs},
	}, train.WithDir(t.TempDir()), train.WithEngine("lanes"), train.WithBackend("go"), train.WithWorkers(1), train.WithProgress(func(s train.Step) {
		if last = append(last, s.Loss); len(last) > 10 {
			last = last[1:]
		}
		sum := 0.
		for _, loss := range last {
			sum += loss / 10
		}
		if learned == 0 && s.Step > 10 && sum < .2 {
			learned = s.Step
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	return f, learned
}

// TestInduction: two layers of attention learn to look up what stood behind the query's input
// before, by a head of the first that looks at the previous token and one of the second that
// finds the label. With the second one fixed they learn it in a fraction of the steps, and
// without the first one they cannot do it.
func TestInduction(t *testing.T) {
	if ok, reason := lanes.Available(); !ok {
		t.Skip(reason)
	}
	free, steps := learnRepeats(t, 700)
	_, clamped := learnRepeats(t, 150, transformer.HeadClamp{Layer: 1, To: "matching"})
	if steps == 0 || clamped == 0 || 3*clamped > steps {
		t.Errorf("learned after %d steps, and after %d with matching labels attended to; want a third of them", steps, clamped)
	}
	b, err := repeats{}.Sample(datasets.Rand(1, "test"), 256)
	if err != nil {
		t.Fatal(err)
	}
	first, second := circuitOf(t, free, b)
	if first < .5 || second < .7 {
		t.Errorf("labels attend to their inputs by %.2f in layer 0, the query to the label that it asks for by %.2f in layer 1; want an induction head", first, second)
	}
	without := free.Config.Learner.(transformer.AttentionOnly)
	without.Clamps = []transformer.HeadClamp{{Layer: 0, To: "ablated"}}
	ablated, err := free.As(without)
	if err != nil {
		t.Fatal(err)
	}
	if whole, part := accuracy(t, free, b), accuracy(t, ablated, b); whole < .95 || part > .7 {
		t.Errorf("accuracy %.2f, and %.2f without layer 0; want most, and little more than that of a label of the context", whole, part)
	}
}

// circuitOf is how much labels take of their inputs in the first layer, and the query of the
// label that it asks for in the second, on average.
func circuitOf(t *testing.T, f *train.Fitted, b *datasets.Batch) (first, second float64) {
	t.Helper()
	l := f.Config.Learner.(transformer.AttentionOnly)
	out, err := f.Observe(context.Background(), b, slices.Repeat([]int32{repeatPairs}, b.T), func(w learner.Weights, ep learner.Episode) []*graph.Node {
		_, attention := transformer.Inside(l, w, ep)
		return attention
	})
	if err != nil {
		t.Fatal(err)
	}
	const width, query = 2 * (repeatPairs + 1), 2 * repeatPairs
	for task := range b.T {
		for i := range repeatPairs {
			first += float64(out[0][(task*width+2*i+1)*width+2*i]) / float64(repeatPairs*b.T)
			if slices.Equal(b.Point(task, i), b.Point(task, repeatPairs)) {
				second += float64(out[1][(task*width+query)*width+2*i+1]) / float64(b.T)
			}
		}
	}
	return first, second
}

func accuracy(t *testing.T, f *train.Fitted, b *datasets.Batch) (share float64) {
	t.Helper()
	probs, err := f.Predict(context.Background(), b, []int{repeatPairs})
	if err != nil {
		t.Fatal(err)
	}
	for task := range b.T {
		own := probs[task*repeatLabels:][:repeatLabels]
		if slices.Max(own) == own[b.Y[task*b.N+repeatPairs]] {
			share += 1 / float64(b.T)
		}
	}
	return share
}
