package classes

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"sync"

	"github.com/goicl/goicl/datasets"
)

// population is what all batches of some settings share: the class means, and how frequent
// classes are. Classes are ordered by label, so that those of one label are next to each other.
type population struct {
	identity
	once  sync.Once
	means []float32 // [K, D]
	order []int32   // the class at each place [K]
	cum   []float64 // unnormalised frequency of all classes before each place [K+1]
}

// identity is what a population follows from.
type identity struct {
	Classes, Labels, D int
	Seed               uint64
	Zipf               float64
}

// maxKept bounds the populations that are kept, in numbers of their means: 256 MiB.
const maxKept = 2 * maxValues

// kept are the populations last used, the latest first.
var kept struct {
	sync.Mutex
	all []*population
}

// populationOf returns the population of valid settings, which is made once while it is in use.
func populationOf(s Sequences) *population {
	s = s.WithDefaults()
	p := keep(identity{s.Classes, s.Labels, s.D, s.Seed, s.Zipf})
	p.once.Do(p.make)
	return p
}

// keep finds a population, or has a place for it, and drops those not used for the longest time.
func keep(id identity) *population {
	kept.Lock()
	defer kept.Unlock()
	at := slices.IndexFunc(kept.all, func(p *population) bool { return p.identity == id })
	p := &population{identity: id}
	if at >= 0 {
		p = kept.all[at]
		kept.all = slices.Delete(kept.all, at, at+1)
	}
	kept.all = slices.Insert(kept.all, 0, p)
	values := 0
	for i, q := range kept.all {
		if values += q.Classes * q.D; values > maxKept && i > 0 {
			kept.all = slices.Delete(kept.all, i, len(kept.all))
			break
		}
	}
	return p
}

func (p *population) make() {
	p.means = make([]float32, p.Classes*p.D)
	fill(datasets.Rand(p.Seed, "class means"), p.means, p.D)
	p.cum = make([]float64, p.Classes+1)
	for label := range min(p.Labels, p.Classes) {
		for k := label; k < p.Classes; k += p.Labels {
			place := len(p.order)
			p.order = append(p.order, int32(k))
			// Rounded, since the machines' powers may differ in the last place.
			p.cum[place+1] = p.cum[place] + float64(float32(math.Pow(float64(k+1), -p.Zipf)))
		}
	}
}

// fill draws from N(0, I/d).
func fill(rng *rand.Rand, x []float32, d int) {
	scale := 1 / math.Sqrt(float64(d))
	for i := range x {
		x[i] = float32(scale * datasets.Normal(rng))
	}
}

func (p *population) mean(k int) []float32 { return p.means[k*p.D : (k+1)*p.D] }

func (p *population) frequencies() []float64 {
	all := make([]float64, p.Classes)
	for place, k := range p.order {
		all[k] = p.weight(span{place, place + 1}) / p.cum[p.Classes]
	}
	return all
}

// span is a run of places, from included and to excluded.
type span struct{ from, to int }

// ofLabel is where the classes of a label are.
func (p *population) ofLabel(label int) span {
	each, more := p.Classes/p.Labels, p.Classes%p.Labels
	from := label*each + min(label, more)
	if label < more {
		each++
	}
	return span{from, from + each}
}

// ofClass is where a class is.
func (p *population) ofClass(k int) span {
	at := p.ofLabel(k%p.Labels).from + k/p.Labels
	return span{at, at + 1}
}

// draw draws a class by its frequency among those that are not taken. Spans that are taken are
// in order and leave some class.
func (p *population) draw(rng *rand.Rand, taken []span) int {
	total := 0.
	for i := range len(taken) + 1 {
		total += p.weight(p.gap(taken, i))
	}
	u := float64(rng.Float64() * total) // the conversion prevents fusing
	place := 0
	for i := range len(taken) + 1 {
		gap := p.gap(taken, i)
		if gap.from == gap.to {
			continue
		}
		if place = gap.to - 1; u < p.weight(gap) {
			u += p.cum[gap.from]
			place = gap.from + sort.Search(place-gap.from, func(i int) bool { return p.cum[gap.from+i+1] > u })
			break
		}
		u -= p.weight(gap)
	}
	return int(p.order[place])
}

// gap is what lies between the i-th taken span and the one before it.
func (p *population) gap(taken []span, i int) span {
	gap := span{0, p.Classes}
	if i > 0 {
		gap.from = taken[i-1].to
	}
	if i < len(taken) {
		gap.to = taken[i].from
	}
	return gap
}

func (p *population) weight(s span) float64 { return p.cum[s.to] - p.cum[s.from] }
