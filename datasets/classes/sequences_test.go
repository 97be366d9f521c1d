package classes_test

import (
	"encoding/json"
	"fmt"
	"log"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/classes"
	"github.com/goicl/goicl/datasets/samplertest"
)

// TestSequencesPassTheBattery: inputs have the mean and covariance of the mixture of classes, and
// labels the shares of their classes; where the context is not bursty, all positions are alike.
func TestSequencesPassTheBattery(t *testing.T) {
	base := classes.Sequences{N: 6, D: 3, Classes: 10, Labels: 4, Noise: .7, Zipf: 1}
	bursty, mixed, novel, drifting := base, base, base, base
	bursty.Burst = 2
	mixed.Burst, mixed.BurstShare, mixed.Labelling = 4, .5, "redrawn"
	novel.Burst, novel.Novel = 3, 1
	drifting.Burst, drifting.Novel, drifting.Drift = 3, 1, .2
	for name, s := range map[string]classes.Sequences{"iid": base, "bursty": bursty, "mixed": mixed, "novel": novel, "drifting": drifting} {
		e := samplertest.Expect{N: 7, D: 3, C: 4, Ordered: s.Burst > 0}
		if s.Novel == 1 {
			e.Mean, e.Cov, e.Share = make([]float64, 3), [][]float64{{1. / 3, 0, 0}, {0, 1. / 3, 0}, {0, 0, 1. / 3}}, []float64{.25, .25, .25, .25}
		} else {
			e.Mean, e.Cov, e.Share = moments(t, s)
		}
		if s.Labelling != "" {
			e.Share = []float64{.25, .25, .25, .25}
		}
		t.Run(name, func(t *testing.T) { samplertest.Run(t, s, e) })
	}
}

// moments are the mean and covariance of an item of a known class, and the shares of labels.
func moments(t *testing.T, s classes.Sequences) (mean []float64, cov [][]float64, share []float64) {
	means, err1 := s.Means()
	frequencies, err2 := s.Frequencies()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	scale := 1 / math.Sqrt(1+s.Noise*s.Noise)
	mean, share = make([]float64, s.D), make([]float64, s.Labels)
	for k, p := range frequencies {
		share[k%s.Labels] += p
		for i, m := range means[k] {
			mean[i] += p * scale * float64(m)
		}
	}
	for i := range mean {
		cov = append(cov, make([]float64, s.D))
		cov[i][i] = s.Noise * s.Noise * scale * scale / float64(s.D)
		for j := range mean {
			for k, p := range frequencies {
				cov[i][j] += p * (scale*float64(means[k][i]) - mean[i]) * (scale*float64(means[k][j]) - mean[j])
			}
		}
	}
	return mean, cov, share
}

// TestConditions: the tests of a sampler's own settings, with a size of bursts where it has none.
func TestConditions(t *testing.T) {
	s := classes.Sequences{N: 10, Classes: 50, Noise: .1, BurstShare: .5, Burst: 2, Novel: .1}
	plain := classes.Sequences{N: 10, Classes: 50, Noise: .1}
	for _, c := range []struct{ got, want classes.Sequences }{
		{s.InContext(), classes.Sequences{N: 10, Classes: 50, Noise: .1, Burst: 2, Novel: 1}},
		{s.Relabelled(), classes.Sequences{N: 10, Classes: 50, Noise: .1, Burst: 2, Labelling: "shifted"}},
		{s.InWeights(), classes.Sequences{N: 10, Classes: 50, Noise: .1, Absent: true}},
		{plain.InContext(), classes.Sequences{N: 10, Classes: 50, Noise: .1, Burst: 5, Novel: 1}},
		{plain.InWeights().InContext(), plain.InContext()},
		{classes.Sequences{N: 1}.Relabelled(), classes.Sequences{N: 1, Burst: 1, Labelling: "shifted"}},
	} {
		if c.got != c.want || c.got.Validate() != nil {
			t.Errorf("%+v, want %+v; %v", c.got, c.want, c.got.Validate())
		}
	}
}

// TestClassesPersist: they follow from their seed, in every process: these numbers never change.
func TestClassesPersist(t *testing.T) {
	s := classes.Sequences{D: 2, Classes: 3, Seed: 1, Labels: 2}
	means, err := s.Means()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%.4f", means), "[[0.4610 0.2268] [-0.4613 -1.3512] [0.0099 -0.5970]]"; got != want {
		t.Errorf("means %s, want %s", got, want)
	}
	s.Classes, s.Burst, s.Zipf = 20, 1, 2
	more, err := s.Means()
	if err != nil || !slices.Equal(slices.Concat(more[:3]...), slices.Concat(means...)) {
		t.Errorf("20 classes begin with %v, 3 classes are %v: %v", more[:3], means, err)
	}
	more[0][0] = 99
	b := draw(t, s, 200) // without noise, so that items are means
	for task := range b.T {
		for i, k := range classesOf(b, task) {
			if x := b.Point(task, i); k > 0 && !slices.Equal(x, more[k]) || x[0] == 99 {
				t.Fatalf("an item of class %d is %v, its mean %v", k, x, more[k])
			}
		}
	}
	s.Seed = 2
	if other, err := s.Means(); err != nil || slices.Equal(other[1], more[1]) {
		t.Errorf("two seeds have the class mean %v: %v", other[1], err)
	}
	key, err := json.Marshal(s)
	if want := `{"d":2,"classes":20,"labels":2,"seed":2,"burst":1,"zipf":2}`; err != nil || string(key) != want {
		t.Errorf("JSON %s, %v; want %s", key, err, want)
	}
}

func TestWrongSequences(t *testing.T) {
	nan := math.NaN()
	for want, s := range map[string]classes.Sequences{
		"-1 items before the query; want 1 to":     {N: -1},
		"1099511627776 items":                      {N: 1 << 40},
		"-3 dimensions":                            {D: -3},
		"1 classes; want 2 to":                     {Classes: 1},
		"1 labels; want 2 to":                      {Labels: 1},
		"means of 1000000 classes in 63":           {Classes: 1e6},
		"noise within a class is NaN":              {Noise: nan},
		"noise within a class is -0.1":             {Noise: -.1},
		"Zipf's law is 11; want 0 to 10":           {Zipf: 11},
		"share of bursty sequences is 1.5":         {Burst: 1, BurstShare: 1.5},
		"share of novel sequences is -1":           {Burst: 1, Novel: -1},
		"drift in radians per point is 4; want":    {Drift: 4},
		"bursts of 9 items in a context of 8":      {Burst: 9},
		"bursts of -2 items":                       {Burst: -2},
		"share 0.5 of bursty sequences without":    {BurstShare: .5},
		"share 1 of sequences of novel classes":    {Novel: 1},
		"absent from the context and to be copied": {Absent: true, Burst: 2},
		`unknown labelling "mirrored"; want ""`:    {Labelling: "mirrored"},
		"8 classes of a sequence are to have":      {Burst: 1, Distinct: true, Labels: 7},
		"5 classes of a sequence are to have":      {N: 5, Burst: 1, Distinct: true, Classes: 4},
		"the limit is 1024; take larger bursts":    {N: 2000, Burst: 1, D: 1, Distinct: true, Classes: 3000, Labels: 3000},
		"too many values":                          {N: 1 << 23, D: 63},
	} {
		if b, err := s.Sample(datasets.Rand(1, "t"), 1); err == nil || b != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v; want one with %q", s, err, want)
		}
	}
	if _, err := (classes.Sequences{}).Sample(nil, 2); err == nil || !strings.Contains(err.Error(), "rng is nil") {
		t.Errorf("nil rng: error %v", err)
	}
	if _, err := (classes.Sequences{N: -1}).Means(); err == nil {
		t.Error("Means of settings out of range")
	}
	if _, err := (classes.Sequences{N: -1}).Frequencies(); err == nil {
		t.Error("Frequencies of settings out of range")
	}
}

// Two classes with two copies each, of which one is the query's, last.
func ExampleSequences() {
	b, err := classes.Sequences{N: 4, Burst: 2, Noise: .1}.Sample(datasets.Rand(1, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("classes", b.Latent["class"].Row(0), "labels", b.Y)
	// Output: classes [101 101 86 86 101] labels [5 5 22 22 5]
}

// The tests of a learner that is trained on some sequences: what does it know from the context,
// and what from its weights?
func ExampleSequences_InContext() {
	training := classes.Sequences{N: 4, Burst: 2, Noise: .1}
	for _, s := range []classes.Sequences{training.InContext(), training.Relabelled(), training.InWeights()} {
		b, err := s.Sample(datasets.Rand(1, "test"), 1)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("classes", b.Latent["class"].Row(0), "labels", b.Y)
	}
	// Output:
	// classes [-1 -2 -2 -1 -2] labels [14 22 22 14 22]
	// classes [101 101 86 86 101] labels [6 6 23 23 6]
	// classes [86 115 124 22 101] labels [22 19 28 22 5]
}

// BenchmarkSample draws batches of 64 sequences: with many classes they take as long as with few.
func BenchmarkSample(b *testing.B) {
	for name, s := range map[string]classes.Sequences{
		"128 classes":       {},
		"100,000 classes":   {Classes: 100_000, Zipf: 1},
		"distinct":          {Distinct: true},
		"novel, with drift": {Novel: 1, Drift: .1},
	} {
		s.Burst, s.Noise = 2, .1
		b.Run(name, func(b *testing.B) {
			rng := datasets.Rand(1, "bench")
			if _, err := s.Sample(rng, 1); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := s.Sample(rng, 64); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
