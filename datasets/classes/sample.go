package classes

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/goicl/goicl/datasets"
)

// Sample draws that many sequences.
func (s Sequences) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if rng == nil {
		return nil, errors.New("classes: rng is nil; make one with datasets.Rand")
	}
	s = s.WithDefaults()
	if err := datasets.CheckSize(tasks, s.N+1, s.D, s.Labels); err != nil {
		return nil, err
	}
	b := datasets.NewBatch(tasks, s.N+1, s.D, s.Labels)
	class, novel, bursty := b.AddLatent("class", s.N+1), b.AddLatent("novel"), b.AddLatent("bursty")
	q := sequence{Sequences: s, population: populationOf(s), rng: rng, classes: make([]int, s.N+1), members: map[int]*member{}}
	for t := range tasks {
		isNovel := rng.Float64() < s.Novel
		isBursty := isNovel || rng.Float64() < s.BurstShare
		q.compose(isNovel, isBursty)
		q.fill(b, t, isBursty)
		for i, k := range q.classes {
			class.Row(t)[i] = float32(k)
		}
		novel.Data[t], bursty.Data[t] = indicator(isNovel), indicator(isBursty)
	}
	return b, nil
}

func indicator(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

// sequence is a sequence while it is drawn. Its memory is used for the next one again.
type sequence struct {
	Sequences
	population *population
	rng        *rand.Rand
	classes    []int           // of each point, the query last
	taken      []span          // classes that cannot be drawn any more
	members    map[int]*member // the classes of the sequence
}

// member is a class of a sequence.
type member struct {
	label int32
	mean  []float32
	drift []float32 // v_k, or nil
}

// compose draws the classes of all points.
func (q *sequence) compose(novel, bursty bool) {
	q.taken = q.taken[:0]
	if !bursty {
		query := q.population.draw(q.rng, nil)
		q.classes[q.N] = query
		if q.Absent {
			q.take(q.population.ofClass(query))
		}
		for i := range q.N {
			q.classes[i] = q.population.draw(q.rng, q.taken)
		}
		return
	}
	copied := q.N / q.Burst
	for j := range q.drawn() {
		k := -1 - j
		if !novel {
			k = q.known()
		}
		if j < copied {
			for i := range q.Burst {
				q.classes[j*q.Burst+i] = k
			}
		} else {
			q.classes[q.N-1-(j-copied)] = k
		}
	}
	q.classes[q.N] = q.classes[q.rng.IntN(copied)*q.Burst]
	items := q.classes[:q.N]
	q.rng.Shuffle(q.N, func(i, j int) { items[i], items[j] = items[j], items[i] })
}

// known draws a known class of a bursty sequence.
func (q *sequence) known() int {
	k := q.population.draw(q.rng, q.taken)
	switch {
	case q.Distinct && q.Labelling == redrawn:
		q.take(q.population.ofClass(k))
	case q.Distinct:
		q.take(q.population.ofLabel(k % q.Labels))
	}
	return k
}

// take keeps classes from being drawn again.
func (q *sequence) take(s span) {
	at, _ := slices.BinarySearchFunc(q.taken, s, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	q.taken = slices.Insert(q.taken, at, s)
}

// fill draws the labels and items of the classes of sequence t.
func (q *sequence) fill(b *datasets.Batch, t int, bursty bool) {
	clear(q.members)
	var labels []int // distinct ones, in random order
	if q.Distinct && bursty && (q.classes[0] < 0 || q.Labelling == redrawn) {
		labels = q.rng.Perm(q.Labels)
	}
	noise, scale := q.Noise/math.Sqrt(float64(q.D)), 1/math.Sqrt(1+float64(q.Noise*q.Noise))
	for i, k := range q.classes {
		m, ok := q.members[k]
		if !ok {
			m = q.newMember(k, labels)
			q.members[k] = m
		}
		b.Y[t*b.N+i] = m.label
		// Rounded, since the machines' functions may differ in the last place.
		cos, sin := float64(float32(math.Cos(float64(i)*q.Drift))), float64(float32(math.Sin(float64(i)*q.Drift)))
		for j, x := 0, b.Point(t, i); j < len(x); j++ {
			mean := float64(m.mean[j])
			if m.drift != nil {
				mean = float64(cos*mean) + float64(sin*float64(m.drift[j])) // conversions prevent fusing
			}
			if noise > 0 {
				mean += float64(noise * datasets.Normal(q.rng))
			}
			x[j] = float32(scale * mean)
		}
	}
}

// newMember draws what a class has in this sequence.
func (q *sequence) newMember(k int, labels []int) *member {
	m := &member{}
	switch {
	case k < 0 || q.Labelling == redrawn:
		m.label = int32(q.rng.IntN(q.Labels))
		if labels != nil {
			m.label = int32(labels[len(q.members)])
		}
	case q.Labelling == shifted:
		m.label = int32((k + 1) % q.Labels)
	default:
		m.label = int32(k % q.Labels)
	}
	if k >= 0 {
		m.mean = q.population.mean(k)
	} else {
		m.mean = make([]float32, q.D)
		fill(q.rng, m.mean, q.D)
	}
	if q.Drift > 0 {
		m.drift = make([]float32, q.D)
		fill(q.rng, m.drift, q.D)
	}
	return m
}
