package construct_test

import (
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/construct"
)

// TestTraceIsTheTransformer: a circuit in plain loops answers as the learner that is
// written down in it does.
func TestTraceIsTheTransformer(t *testing.T) {
	on := open(t, "go").Backend
	for _, l := range append(construct.Learners(), construct.Witness{}) {
		for _, c := range []int{0, 2, 4} {
			if _, err := l.Params(3, c); err != nil {
				continue
			}
			rng := datasets.Rand(5, "trace")
			weights, _ := construct.RandomWeights(l, 3, c, rng)
			written, err := construct.Of(l, weights, 3, c)
			if err != nil {
				t.Fatal(err)
			}
			b, at := construct.RandomEpisodes(rng, 32, 3, c)
			want, err := construct.Predict(on, l, weights, b, at)
			if err != nil {
				t.Fatal(err)
			}
			var got [][]float64
			for task, n := range at {
				trace, err := written.Trace(b, task, int(n))
				if err != nil {
					t.Fatal(err)
				}
				if len(trace.Streams) != len(written.Circuit.Layers)+1 || len(trace.Attention) != len(written.Circuit.Layers) {
					t.Fatalf("%d streams and %d attentions for %d layers", len(trace.Streams), len(trace.Attention), len(written.Circuit.Layers))
				}
				got = append(got, trace.Prediction)
			}
			if gap := construct.Difference(got, want); gap > tolerance64 {
				t.Errorf("%s, C %d: %g", l.Name(), c, gap)
			}
		}
	}
}

func TestTraceWrongUse(t *testing.T) {
	written, err := construct.Ridge{}.Construct(2, 0)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := construct.RandomEpisodes(datasets.Rand(0, "trace"), 2, 2, 0)
	wide, _ := construct.RandomEpisodes(datasets.Rand(0, "trace"), 2, 3, 0)
	for name, call := range map[string]func() error{
		"no such task":  func() error { _, err := written.Trace(b, 2, 1); return err },
		"no such point": func() error { _, err := written.Trace(b, 0, b.N); return err },
		"another width": func() error { _, err := written.Trace(wide, 0, 1); return err },
	} {
		if call() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
