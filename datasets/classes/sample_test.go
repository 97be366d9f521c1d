package classes_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/classes"
)

func draw(t *testing.T, s classes.Sequences, tasks int) *datasets.Batch {
	t.Helper()
	b, err := s.Sample(datasets.Rand(1, "sequences"), tasks)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// classesOf are the classes of the points of a sequence.
func classesOf(b *datasets.Batch, task int) []int {
	all := make([]int, b.N)
	for i, k := range b.Latent["class"].Row(task) {
		all[i] = int(k)
	}
	return all
}

// labelsOf are the labels of the points of a sequence.
func labelsOf(b *datasets.Batch, task int) []int32 { return b.Y[task*b.N : (task+1)*b.N] }

// mean is a mean of independent values with its standard error.
type mean struct{ n, sum, squares float64 }

func (m *mean) add(v float64) { m.n++; m.sum += v; m.squares += v * v }

// check compares the mean with what it should be.
func (m *mean) check(t *testing.T, what string, want float64) {
	t.Helper()
	got := m.sum / m.n
	se := math.Sqrt(max(0, m.squares/m.n-got*got) / m.n)
	if m.n < 100 || !(math.Abs(got-want) <= 5*se+1e-6) {
		t.Errorf("%s: %.5f ± %.5f of %g values, want %.5f", what, got, se, m.n, want)
	}
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func count[T comparable](all []T, v T) (n int) {
	for _, w := range all {
		if w == v {
			n++
		}
	}
	return n
}

// TestFrequencies: classes come by Zipf's law, at every point of sequences of any kind.
func TestFrequencies(t *testing.T) {
	for _, s := range []classes.Sequences{{Zipf: 1.5}, {Zipf: .5, Burst: 1}, {Burst: 2}} {
		s.N, s.D, s.Classes, s.Labels = 4, 1, 6, 3
		b, total := draw(t, s, 4000), 0.
		for k := range s.Classes {
			total += math.Pow(float64(k+1), -s.Zipf)
		}
		frequencies, err := s.Frequencies()
		for k := range s.Classes {
			want := math.Pow(float64(k+1), -s.Zipf) / total
			if err != nil || math.Abs(frequencies[k]-want) > 1e-6 {
				t.Errorf("%+v: P(%d) = %g, want %g, %v", s, k, frequencies[k], want, err)
			}
			for _, i := range []int{0, s.N} {
				var m mean
				for task := range b.T {
					m.add(indicator(classesOf(b, task)[i] == k))
				}
				m.check(t, fmt.Sprintf("%+v: class %d at point %d", s, k, i), want)
			}
		}
	}
}

// TestBursts: a bursty context has ⌊N/B⌋ classes B times and N mod B once, the query's is one
// of the former, each as likely, and the order is random.
func TestBursts(t *testing.T) {
	for _, c := range []struct {
		n, burst int
		want     []int // copies
	}{{8, 2, []int{2, 2, 2, 2}}, {8, 3, []int{1, 1, 3, 3}}, {8, 1, []int{1, 1, 1, 1, 1, 1, 1, 1}}, {8, 8, []int{8}}, {5, 3, []int{1, 1, 3}}} {
		s := classes.Sequences{N: c.n, Burst: c.burst, Novel: 1, D: 1, Labels: 2}
		b := draw(t, s, 2000)
		first := make([]mean, c.n)
		for task := range b.T {
			all := classesOf(b, task)
			context, query := all[:c.n], all[c.n]
			var copies []int
			for _, k := range slices.Compact(slices.Sorted(slices.Values(context))) {
				copies = append(copies, count(context, k))
			}
			slices.Sort(copies)
			if n := count(context, query); !slices.Equal(copies, c.want) || n != c.burst {
				t.Fatalf("N = %d, B = %d: classes %v with %v copies, want %v; %d of the query's", c.n, c.burst, context, copies, c.want, n)
			}
			for i, k := range context {
				first[i].add(indicator(k == query))
			}
		}
		for i := range first {
			first[i].check(t, fmt.Sprintf("N = %d, B = %d: the query's class at point %d", c.n, c.burst, i), float64(c.burst)/float64(c.n))
		}
	}
}

// TestBurstsOfOneClass: a class that is drawn twice has twice the copies.
func TestBurstsOfOneClass(t *testing.T) {
	b := draw(t, classes.Sequences{N: 4, Burst: 2, Classes: 2, Labels: 2, D: 1}, 4000)
	var once mean
	for task := range b.T {
		n := count(classesOf(b, task)[:4], 0)
		if n%2 != 0 {
			t.Fatalf("class 0 has %d copies", n)
		}
		once.add(indicator(n == 2))
	}
	once.check(t, "sequences of two classes", .5)
}

// TestDistinct: classes have distinct labels, and are drawn by P(k) among those that are left.
func TestDistinct(t *testing.T) {
	s := classes.Sequences{N: 2, Burst: 1, Classes: 7, Labels: 3, Zipf: 1, Distinct: true, D: 1}
	b := draw(t, s, 8000)
	p, err := s.Frequencies()
	if err != nil {
		t.Fatal(err)
	}
	for j := range s.Classes {
		for k := range j {
			var m, query mean
			for task := range b.T {
				all := classesOf(b, task)
				both := slices.Contains(all[:2], j) && slices.Contains(all[:2], k)
				m.add(indicator(both))
				if both {
					query.add(indicator(all[2] == j))
				}
			}
			want := 0.
			if j%3 != k%3 {
				free := func(label int) (sum float64) {
					for i, q := range p {
						sum += q * indicator(i%3 != label)
					}
					return sum
				}
				want = p[j] * p[k] * (1/free(j%3) + 1/free(k%3))
				query.check(t, fmt.Sprintf("query of class %d, not %d", j, k), .5)
			}
			m.check(t, fmt.Sprintf("classes %d and %d together", j, k), want)
		}
	}
	for _, s := range []classes.Sequences{{Novel: 1}, {Labelling: "redrawn", Zipf: 1}, {Labelling: "shifted", Zipf: 2}} {
		s.N, s.Burst, s.Labels, s.Classes, s.Distinct, s.D = 8, 2, 4, 9, true, 1
		b := draw(t, s, 500)
		for task := range b.T {
			labels, all := labelsOf(b, task), classesOf(b, task)
			for _, l := range []int32{0, 1, 2, 3} {
				if count(labels[:8], l) != 2 {
					t.Fatalf("%+v: classes %v have labels %v; want two items of each label", s, all, labels)
				}
			}
		}
	}
}

// TestLabels: class k has the label that the labelling says, one for all of its items; random
// ones are uniform.
func TestLabels(t *testing.T) {
	for name, c := range map[string]struct {
		s    classes.Sequences
		want func(k int) int // −1: random
	}{
		"known":     {classes.Sequences{}, func(k int) int { return k % 5 }},
		"shifted":   {classes.Sequences{Labelling: "shifted"}, func(k int) int { return (k%5 + 1) % 5 }},
		"redrawn":   {classes.Sequences{Labelling: "redrawn"}, func(int) int { return -1 }},
		"novel":     {classes.Sequences{Burst: 2, Novel: 1}, func(int) int { return -1 }},
		"distinct":  {classes.Sequences{Burst: 2, Novel: 1, Distinct: true}, func(int) int { return -1 }},
		"Singh's":   {classes.Sequences{Burst: 1, Labelling: "redrawn", Distinct: true}, func(int) int { return -1 }},
		"shares":    {classes.Sequences{Burst: 2, BurstShare: .5, Novel: .3, Distinct: true, Labelling: "redrawn"}, func(int) int { return -1 }},
		"no bursts": {classes.Sequences{Absent: true}, func(k int) int { return k % 5 }},
	} {
		c.s.N, c.s.D, c.s.Classes, c.s.Labels = 4, 1, 12, 5
		b := draw(t, c.s, 4000)
		shares := make([]mean, 5)
		for task := range b.T {
			own := map[int]int32{}
			labels := labelsOf(b, task)
			for i, k := range classesOf(b, task) {
				if first, ok := own[k]; ok && first != labels[i] {
					t.Fatalf("%s: class %d has labels %d and %d in one sequence", name, k, first, labels[i])
				}
				own[k] = labels[i]
				if want := c.want(k); want >= 0 && labels[i] != int32(want) {
					t.Fatalf("%s: class %d has the label %d, want %d", name, k, labels[i], want)
				}
			}
			for l := range shares {
				shares[l].add(indicator(labels[4] == int32(l)))
			}
		}
		for l := range shares {
			if c.want(0) < 0 {
				shares[l].check(t, fmt.Sprintf("%s: label %d", name, l), .2)
			}
		}
	}
}

// TestShares: as many sequences are novel and bursty as the settings say, and what the latent
// variables call so is.
func TestShares(t *testing.T) {
	s := classes.Sequences{N: 6, D: 1, Classes: 1000, Burst: 3, BurstShare: .6, Novel: .25}
	b := draw(t, s, 4000)
	var novel, bursty mean
	for task := range b.T {
		all := classesOf(b, task)
		isNovel, isBursty := b.Latent["novel"].Data[task], b.Latent["bursty"].Data[task]
		novel.add(float64(isNovel))
		bursty.add(float64(isBursty))
		if (all[0] < 0) != (isNovel == 1) || isNovel > isBursty {
			t.Fatalf("classes %v: novel %g, bursty %g", all, isNovel, isBursty)
		}
		if n := count(all[:6], all[6]); (n >= 3) != (isBursty == 1) {
			t.Fatalf("classes %v: %d copies of the query's, bursty %g", all, n, isBursty)
		}
	}
	novel.check(t, "novel", .25)
	bursty.check(t, "bursty", .25+.75*.6)
}

// TestChance: copying the label of a random item is right in B/N of bursty sequences whose labels
// are distinct, and in B/N + (1−B/N)/L of those whose labels are random; guessing in 1/L.
func TestChance(t *testing.T) {
	base := classes.Sequences{N: 8, Burst: 2, D: 1, Classes: 640, Labels: 16}
	distinct, novel, iid := base, base, base
	distinct.Distinct, novel.Novel, iid.Burst = true, 1, 0
	for name, c := range map[string]struct {
		s    classes.Sequences
		want float64
	}{
		"distinct": {distinct, .25}, "Relabelled": {distinct.Relabelled(), .25}, "InContext": {distinct.InContext(), .25},
		"novel": {novel, .25 + .75/16}, "not bursty": {iid, 1. / 16},
	} {
		b := draw(t, c.s, 4000)
		var copied, guessed mean
		for task := range b.T {
			labels := labelsOf(b, task)
			copied.add(float64(count(labels[:8], labels[8])) / 8)
			guessed.add(indicator(labels[8] == int32(task%16)))
		}
		copied.check(t, name+": copying", c.want)
		guessed.check(t, name+": guessing", 1./16)
	}
}

// TestItems: an item is (μ_k + εη)/√(1+ε²), so that it has variance 1/D; with drift two items of a
// class g points apart have the correlation cos(g·Drift)/(1+ε²), and one after i points
// cos(i·Drift)/√(1+ε²) with the mean that a learner may know.
func TestItems(t *testing.T) {
	const d, noise = 5, .5
	for _, drift := range []float64{0, .4} {
		s := classes.Sequences{N: 4, D: d, Burst: 4, Noise: noise, Drift: drift, Classes: 2000}
		b := draw(t, s, 4000)
		means, err := s.Means()
		if err != nil {
			t.Fatal(err)
		}
		var within mean
		square, known, other := make([]mean, 5), make([]mean, 5), make([]mean, 5)
		for task := range b.T {
			mu := means[classesOf(b, task)[0]]
			for i := range b.N {
				x := b.Point(task, i)
				gap := 0.
				for j, v := range x {
					diff := float64(v)*math.Sqrt(1+noise*noise) - float64(mu[j])
					gap += diff * diff
				}
				if drift == 0 {
					within.add(gap)
				}
				square[i].add(dot(x, x))
				known[i].add(dot(x, mu))
				other[i].add(dot(x, b.Point(task, 4)))
			}
		}
		if drift == 0 {
			within.check(t, "squared distance from the class mean", noise*noise)
		}
		average := 0. // of ‖μ‖², which is 1 for all classes that there might be
		for _, mu := range means {
			average += dot(mu, mu) / float64(len(means))
		}
		if math.Abs(average-1) > 5*math.Sqrt(2./d/2000) {
			t.Errorf("class means have the mean square %g; want 1", average)
		}
		for i := range square {
			name := fmt.Sprintf("drift %g, point %d: ", drift, i)
			cos, sin := math.Cos(float64(i)*drift), math.Sin(float64(i)*drift)
			square[i].check(t, name+"‖x‖²", (cos*cos*average+sin*sin+noise*noise)/(1+noise*noise))
			known[i].check(t, name+"x·μ", cos*average/math.Sqrt(1+noise*noise))
			if i < 4 {
				last, side := math.Cos(4*drift), math.Sin(4*drift)
				other[i].check(t, name+"x·x'", (cos*last*average+sin*side)/(1+noise*noise))
			}
		}
	}
}

func dot(a, b []float32) (sum float64) {
	for i, v := range a {
		sum += float64(v) * float64(b[i])
	}
	return sum
}

// TestInWeights: the query's class is never in the context, and otherwise all are by P(k).
func TestInWeights(t *testing.T) {
	s := classes.Sequences{N: 3, D: 1, Classes: 4, Labels: 2, Zipf: 1, Burst: 3, Novel: .5, Distinct: true}.InWeights()
	b := draw(t, s, 6000)
	p, err := s.Frequencies()
	if err != nil {
		t.Fatal(err)
	}
	for query := range p {
		var own mean
		context := make([]mean, 4)
		for task := range b.T {
			all := classesOf(b, task)
			if own.add(indicator(all[3] == query)); all[3] == query {
				for k := range context {
					context[k].add(indicator(all[1] == k))
				}
			}
		}
		own.check(t, fmt.Sprintf("query %d", query), p[query])
		for k := range context {
			want := p[k] / (1 - p[query])
			if k == query {
				want = 0
			}
			context[k].check(t, fmt.Sprintf("class %d in the context of %d", k, query), want)
		}
	}
}
