package sequence_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/classes"
	"github.com/goicl/goicl/icl/bayes/sequence"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// normal is the density of N(mean, variance).
func normal(x, mean, variance float64) float64 {
	return math.Exp(-(x-mean)*(x-mean)/(2*variance)) / math.Sqrt(2*math.Pi*variance)
}

// plane integrates f over independent standard normal numbers.
func plane(f func(mu, v float64) float64) (sum float64) {
	const step = .05
	for mu := -6.; mu < 6; mu += step {
		for v := -6.; v < 6; v += step {
			sum += f(mu, v) * normal(mu, 0, 1) * normal(v, 0, 1) * step * step
		}
	}
	return sum
}

// TestNearestItemByIntegration: for items of one dimension, the posterior by numerical integration
// over the mean of the query's class and its direction of drift.
func TestNearestItemByIntegration(t *testing.T) {
	for _, s := range []classes.Sequences{{Noise: .7}, {Noise: .4, Drift: .5}, {Noise: 1, Drift: 2}} {
		s.N, s.D, s.Labels, s.Burst, s.Novel = 3, 1, 3, 1, 1
		b := datasets.NewBatch(1, 4, 1, 3)
		copy(b.X, []float32{.3, -1, 1.2, .5})
		copy(b.Y, []int32{2, 1, 2, 0})
		item := func(i int, mu, v float64) float64 { // density of the point in a class
			angle, scale := float64(i)*s.Drift, 1/math.Sqrt(1+s.Noise*s.Noise)
			return normal(float64(b.X[i]), scale*(math.Cos(angle)*mu+math.Sin(angle)*v), s.Noise*s.Noise*scale*scale)
		}
		want, total := make([]float64, 3), 0.
		for i := range 3 {
			p := plane(func(mu, v float64) float64 { return item(i, mu, v) * item(3, mu, v) }) / plane(func(mu, v float64) float64 { return item(i, mu, v) })
			want[b.Y[i]] += p
			total += p
		}
		for l, p := range predicttest.Predict(sequence.NearestItem{Tasks: s}, b, 3) {
			if math.Abs(float64(p)-want[l]/total) > 1e-5 {
				t.Errorf("%+v: label %d has the probability %.6f, want %.6f", s, l, p, want[l]/total)
			}
		}
	}
}

// TestNearestClassByIntegration: the posterior of the known classes given the query alone.
func TestNearestClassByIntegration(t *testing.T) {
	for _, s := range []classes.Sequences{{Noise: .7, Zipf: 1}, {Noise: .4, Drift: .5}} {
		s.N, s.D, s.Labels, s.Classes = 2, 1, 2, 5
		means, err1 := s.Means()
		frequencies, err2 := s.Frequencies()
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		b := datasets.NewBatch(1, 3, 1, 2)
		copy(b.X, []float32{7, -7, -.4})
		want, total := make([]float64, 2), 0.
		for k, mean := range means {
			p := frequencies[k] * plane(func(_, v float64) float64 {
				scale := 1 / math.Sqrt(1+s.Noise*s.Noise)
				return normal(float64(b.X[2]), scale*(math.Cos(2*s.Drift)*float64(mean[0])+math.Sin(2*s.Drift)*v), s.Noise*s.Noise*scale*scale)
			})
			want[k%2] += p
			total += p
		}
		for l, p := range predicttest.Predict(sequence.NearestClass{Tasks: s}, b, 2) {
			if math.Abs(float64(p)-want[l]/total) > 1e-5 {
				t.Errorf("%+v: label %d has the probability %.6f, want %.6f", s, l, p, want[l]/total)
			}
		}
	}
}

// accuracy is that of a predictor after N items.
func accuracy(t *testing.T, p eval.Classifier, s classes.Sequences) (mean, confidence float64) {
	t.Helper()
	b := predicttest.Draw(s, 2000)
	probs := predicttest.Predict(p, b, b.N-1)
	for task := range b.T {
		best := 0
		for l, v := range probs[task*b.C : (task+1)*b.C] {
			if v > probs[task*b.C+best] {
				best = l
			}
		}
		confidence += float64(probs[task*b.C+best]) / float64(b.T)
		if int32(best) == b.Y[task*b.N+b.N-1] {
			mean += 1 / float64(b.T)
		}
	}
	return mean, confidence
}

// TestWhatTheyKnow: the nearest item answers where the context does, and the nearest class where
// the weights do; each is at chance where only the other can answer.
func TestWhatTheyKnow(t *testing.T) {
	s := classes.Sequences{D: 24, Classes: 512, Labels: 16, Noise: .1, Burst: 2, Distinct: true}
	for name, c := range map[string]struct {
		s           classes.Sequences
		item, class float64
	}{
		"training": {s, 1, 1}, "IC": {s.InContext(), 1, 1. / 16}, "IC2": {s.Relabelled(), 1, 0}, "IW": {s.InWeights(), 1. / 16, 1},
	} {
		for _, p := range []struct {
			eval.Classifier
			want float64
		}{{sequence.NearestItem{Tasks: s}, c.item}, {sequence.NearestClass{Tasks: s}, c.class}} {
			if got, _ := accuracy(t, p, c.s); math.Abs(got-p.want) > .02 {
				t.Errorf("%s: the accuracy of the %s is %.3f, want %.3f", name, p.Name(), got, p.want)
			}
		}
	}
}

// TestCalibrated: where they are Bayes-optimal they are right as often as they expect.
func TestCalibrated(t *testing.T) {
	item := classes.Sequences{D: 8, Labels: 16, Noise: 1, Burst: 1, Novel: 1, Drift: .1}
	class := classes.Sequences{D: 8, Labels: 16, Classes: 64, Noise: .8, Zipf: 1, Drift: .05}
	for _, c := range []struct {
		p eval.Classifier
		s classes.Sequences
	}{{sequence.NearestItem{Tasks: item}, item}, {sequence.NearestClass{Tasks: class}, class.InWeights()}, {sequence.NearestClass{Tasks: class}, class}} {
		got, want := accuracy(t, c.p, c.s)
		if se := math.Sqrt(want * (1 - want) / 2000); want > .9 || math.Abs(got-want) > 4*se {
			t.Errorf("%s: accuracy %.3f, but it expects %.3f ± %.3f", c.p.Name(), got, want, se)
		}
	}
}

// TestWithoutNoise: the item or class itself is found, and two at one place share.
func TestWithoutNoise(t *testing.T) {
	s := classes.Sequences{N: 4, D: 2, Labels: 4, Classes: 4}
	b := datasets.NewBatch(1, 5, 2, 4)
	copy(b.X, []float32{0, 1, 3, 3, 3, 3, -3, 3, 3, 3})
	copy(b.Y, []int32{0, 1, 2, 3, 0})
	if got := predicttest.Predict(sequence.NearestItem{Tasks: s}, b, 4, 0); fmt.Sprint(got) != "[0 0.5 0.5 0 0.25 0.25 0.25 0.25]" {
		t.Errorf("nearest item: %v; want two labels, and all without a context", got)
	}
	if got, _ := accuracy(t, sequence.NearestClass{Tasks: s}, s); got < 1-1e-9 {
		t.Errorf("nearest class: accuracy %g without noise", got)
	}
}

func TestWrongBatches(t *testing.T) {
	for _, c := range []struct {
		s    classes.Sequences
		b    *datasets.Batch
		at   []int
		want string
	}{
		{classes.Sequences{N: -1}, datasets.NewBatch(1, 9, 63, 32), []int{1}, "-1 items"},
		{classes.Sequences{}, datasets.NewBatch(1, 9, 62, 32), []int{1}, "62 dimensions and 32 labels, the sequences 63 and 32; set Tasks"},
		{classes.Sequences{}, datasets.NewBatch(1, 9, 63, 2), []int{1}, "63 dimensions and 2 labels"},
		{classes.Sequences{}, datasets.NewBatch(1, 9, 63, 0), []int{1}, "regression"},
		{classes.Sequences{}, nil, []int{1}, "nil"},
		{classes.Sequences{}, datasets.NewBatch(1, 9, 63, 32), []int{9}, "n = 9"},
		{classes.Sequences{}, datasets.NewBatch(1, 9, 63, 32), nil, "no query"},
	} {
		for _, p := range []eval.Classifier{sequence.NearestItem{Tasks: c.s}, sequence.NearestClass{Tasks: c.s}} {
			if _, err := p.Predict(t.Context(), c.b, c.at); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, %+v: error %v; want one with %q", p.Name(), c.s, err, c.want)
			}
		}
	}
}

// A copy of the query's class in the context is enough, whatever its label.
func ExampleNearestItem() {
	training := classes.Sequences{Burst: 2, Noise: .1}
	compare(sequence.NearestItem{Tasks: training}, training)
	// Output: nearest item: IC 1.0, IC2 1.0, IW 0.0
}

// The nearest class mean, from the weights, is wrong where the context says otherwise.
func ExampleNearestClass() {
	training := classes.Sequences{Burst: 2, Noise: .1}
	compare(sequence.NearestClass{Tasks: training}, training)
	// Output: nearest class: IC 0.0, IC2 0.0, IW 1.0
}

// compare prints the accuracy of a predictor in the tests of Reddy.
func compare(p eval.Classifier, training classes.Sequences) {
	fmt.Printf("%s:", p.Name())
	for i, test := range []classes.Sequences{training.InContext(), training.Relabelled(), training.InWeights()} {
		b, err := test.Sample(datasets.Rand(1, "test"), 500)
		if err != nil {
			log.Fatal(err)
		}
		scores, err := eval.Evaluate(context.Background(), p, "", b, []int{test.WithDefaults().N})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s %s %.1f", []string{"", ",", ","}[i], []string{"IC", "IC2", "IW"}[i], scores.Summarize(0).Of(eval.Accuracy).Mean[0])
	}
	fmt.Println()
}
