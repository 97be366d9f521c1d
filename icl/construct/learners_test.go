package construct_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
	"github.com/goicl/goicl/icl/train"
)

func mustKey(t *testing.T, c train.Config) string {
	t.Helper()
	key, err := c.Key()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func certain(b *datasets.Batch, _ []int32) ([][]float64, error) {
	return slices.Repeat([][]float64{{0, 1}}, b.T), nil
}

// TestDistillationIsAKey: tasks of another teacher, weights or number of points are those
// of another run, and JSON names stay.
func TestDistillationIsAKey(t *testing.T) {
	tasks := func(teacher string, weights []float64, n int) construct.Distillation {
		d, err := construct.NewDistillation(teacher, weights, n, certain)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	base := tasks("witness", []float64{1, 2}, 5)
	text, err := json.Marshal(base)
	if want := `{"teacher":"witness","weights":"` + base.Weights + `","n":5}`; err != nil || string(text) != want || len(base.Weights) != 16 {
		t.Errorf("%s, error %v; want %s", text, err, want)
	}
	if base.Name() != "lessons by witness" {
		t.Errorf("the sampler's name %q has changed, and with it the keys of runs", base.Name())
	}
	config := func(d construct.Distillation) train.Config {
		return train.Config{Learner: metalearner.CNP{}, Tasks: d, Recipe: train.Fast(10)}
	}
	for name, other := range map[string]construct.Distillation{
		"teacher": tasks("other", []float64{1, 2}, 5), "weights": tasks("witness", []float64{1, 2.0000001}, 5), "points": tasks("witness", []float64{1, 2}, 6),
	} {
		if mustKey(t, config(other)) == mustKey(t, config(base)) {
			t.Errorf("another %s has the same key", name)
		}
	}
	if mustKey(t, config(tasks("witness", []float64{1, 2}, 5))) != mustKey(t, config(base)) {
		t.Error("the same settings have another key")
	}
}

// TestDistillationChangesLastLabels: all else is the paper's mixture.
func TestDistillationChangesLastLabels(t *testing.T) {
	const n = 6
	d, err := construct.NewDistillation("certain", nil, n, certain)
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Sample(datasets.Rand(3, "tasks"), 40)
	if err != nil {
		t.Fatal(err)
	}
	want, err := synthetic.Mixture(1, n).Sample(datasets.Rand(3, "tasks"), 40)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.X, want.X) {
		t.Error("inputs differ from the mixture's")
	}
	for i, y := range got.Y {
		if i%n == n-1 && y != 1 || i%n < n-1 && y != want.Y[i] {
			t.Errorf("task %d, point %d: label %d, the mixture's is %d", i/n, i%n, y, want.Y[i])
		}
	}
	if _, err := construct.NewDistillation("certain", nil, 1, certain); err == nil || !strings.Contains(err.Error(), "tasks of 1 points; want at least 2") {
		t.Errorf("error %v", err)
	}
}

// TestWarmStart: initial weights are the construction's plus noise of that size; weights,
// noise and circuit make the key of a run.
func TestWarmStart(t *testing.T) {
	l := metalearner.ProtoNet{}
	written, err := construct.Of(l, mustWeights(t, l, 2, 2), 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, noise := range []float64{0, .1} {
		start := written.WarmStart(noise)
		layout, err := learner.NewLayout(start, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		square, init := 0., layout.Init(datasets.Rand(1, "start"))
		for i, w := range init {
			square += math.Pow(float64(w)-written.Weights[i], 2) / float64(len(init))
		}
		if sd := math.Sqrt(square); math.Abs(sd-noise) > .15*noise+1e-5 {
			t.Errorf("noise %g: initial weights are %g from the construction's", noise, sd)
		}
		if start.Architecture().Name() != written.Circuit.Name() || start.Name() != written.Circuit.Name() {
			t.Errorf("names %q and %q, want the circuit's", start.Name(), start.Architecture().Name())
		}
	}
	config := func(l learner.Learner) train.Config {
		return train.Config{Learner: l, Tasks: synthetic.Mixture(1, 5), Recipe: train.Fast(10)}
	}
	base := mustKey(t, config(written.WarmStart(.1)))
	other, err := construct.Of(l, slices.Repeat([]float64{.1}, len(mustWeights(t, l, 2, 2))), 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]learner.Learner{"noise": written.WarmStart(.2), "weights": other.WarmStart(.1), "random start": written.Circuit} {
		if mustKey(t, config(l)) == base {
			t.Errorf("another %s has the same key", name)
		}
	}
	if _, err := (construct.WarmStart{}).Params(2, 2); err == nil || !strings.Contains(err.Error(), "make it with Construction.WarmStart") {
		t.Errorf("error %v", err)
	}
}

// TestWitnessByHand compares with the formula of its documentation.
func TestWitnessByHand(t *testing.T) {
	weights := []float64{math.Log(.4), .3, -.6}
	b, at := construct.RandomEpisodes(datasets.Rand(1, "witness"), 64, 3, 2)
	got, err := construct.Predict(open(t, "go").Backend, construct.Witness{}, weights, b, at)
	if err != nil {
		t.Fatal(err)
	}
	for task, n := range at {
		direction := make([]float64, 3)
		for i := range int(n) {
			for j, x := range b.Point(task, i) {
				direction[j] += float64(x) * float64(1-2*b.Y[task*b.N+i]) / float64(n)
			}
		}
		along := func(i int) (t float64) {
			for j, x := range b.Point(task, i) {
				t += direction[j] * float64(x)
			}
			return t
		}
		mass := []float64{math.Exp(.3), math.Exp(-.6)}
		for i := range int(n) {
			gap := along(int(n)) - along(i)
			mass[b.Y[task*b.N+i]] += math.Exp(-gap * gap / (2 * .4 * .4))
		}
		if want := mass[0] / (mass[0] + mass[1]); math.Abs(got[task][0]-want) > 1e-10 {
			t.Errorf("task %d after %d examples: %g, want %g", task, n, got[task][0], want)
		}
	}
}

// TestRandomEpisodesAreReproducible: the same generator gives the same episodes, with
// numbers of examples from 0 to 12 and the query inside of the task.
func TestRandomEpisodesAreReproducible(t *testing.T) {
	for _, c := range []int{0, 2} {
		b, at := construct.RandomEpisodes(datasets.Rand(1, "episodes"), 160, 2, c)
		again, atAgain := construct.RandomEpisodes(datasets.Rand(1, "episodes"), 160, 2, c)
		if !slices.Equal(b.X, again.X) || !slices.Equal(b.Y, again.Y) || !slices.Equal(b.Z, again.Z) || !slices.Equal(at, atAgain) {
			t.Errorf("C %d: other episodes from the same generator", c)
		}
		if slices.Min(at) != 0 || slices.Max(at) != 12 || b.N != 13 {
			t.Errorf("C %d: %d to %d examples of tasks of %d points", c, slices.Min(at), slices.Max(at), b.N)
		}
		if err := b.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// TestDifference: gaps count relative to predictions above 1, and NaN as infinite.
func TestDifference(t *testing.T) {
	for _, test := range []struct {
		got, want [][]float64
		gap       float64
	}{
		{[][]float64{{.5, .5}}, [][]float64{{.5, .5}}, 0},
		{[][]float64{{.25, .75}, {1, 0}}, [][]float64{{.5, .5}, {1, 0}}, .25},
		{[][]float64{{10}}, [][]float64{{8}}, .25},
		{[][]float64{{math.NaN()}}, [][]float64{{8}}, math.Inf(1)},
	} {
		if gap := construct.Difference(test.got, test.want); gap != test.gap {
			t.Errorf("difference of %v and %v: %g, want %g", test.got, test.want, gap, test.gap)
		}
	}
}

// TestPredictOfBothNumberTypes: float32 weights give the predictions of float64 ones, to
// rounding, and a function of them can be asked for batches of other sizes.
func TestPredictOfBothNumberTypes(t *testing.T) {
	on, l := open(t, "go").Backend, metalearner.CNP{}
	wide := mustWeights(t, l, 2, 3)
	narrow := make([]float32, len(wide))
	for i, w := range wide {
		narrow[i] = float32(w)
	}
	predict, err := construct.Predictor(on, l, narrow, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, tasks := range []int{3, 8} {
		b, at := construct.RandomEpisodes(datasets.Rand(1, "sizes"), tasks, 2, 3)
		want, err := construct.Predict(on, l, wide, b, at)
		if err != nil {
			t.Fatal(err)
		}
		got, err := predict(b, at)
		if err != nil || construct.Difference(got, want) > 1e-5 || len(got) != tasks {
			t.Errorf("%d tasks: %g apart, error %v", tasks, construct.Difference(got, want), err)
		}
	}
	if _, err := construct.Predictor(on, metalearner.ProtoNet{}, wide, 2, 0); err == nil {
		t.Error("a classifier of real targets is no error")
	}
}
