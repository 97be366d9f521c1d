package classes

import (
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// TestKept: a population is made once while it is in use, and those that were not used for the
// longest time are dropped where they would take too much memory.
func TestKept(t *testing.T) {
	id := identity{Classes: 1 << 20, Labels: 2, D: 1 << 4} // a quarter of what is kept; nothing is made
	kept.all = nil
	defer func() { kept.all = nil }()
	seed := func(n uint64) identity { id.Seed = n; return id }
	first := keep(seed(1))
	for n := range uint64(3) {
		keep(seed(2 + n))
	}
	if keep(seed(1)) != first {
		t.Error("a population was made again, though there was room")
	}
	keep(seed(9)) // in place of seed 2, the first of those that were not used again
	if keep(seed(1)) != first {
		t.Error("the population used last was dropped")
	}
	var seeds []uint64
	for _, p := range kept.all {
		seeds = append(seeds, p.Seed)
	}
	if want := []uint64{1, 9, 4, 3}; !slices.Equal(seeds, want) {
		t.Errorf("the populations of seeds %v are kept; want %v", seeds, want)
	}
	keep(identity{Classes: maxValues, Labels: 2, D: 4})
	if len(kept.all) != 1 {
		t.Errorf("%d populations are kept beside the largest", len(kept.all)-1)
	}
}

// TestConcurrentUse: callers of the same and of other settings get the same classes while others
// make or drop them. Run it with -race, too.
func TestConcurrentUse(t *testing.T) {
	var wait sync.WaitGroup
	for n := range 8 {
		wait.Go(func() {
			s := Sequences{Classes: 500, D: 20, Seed: uint64(n % 3), Zipf: 1}
			p := populationOf(s)
			want := make([]float32, 500*20)
			fill(datasets.Rand(s.Seed, "class means"), want, 20)
			if !slices.Equal(p.means, want) || len(p.frequencies()) != 500 {
				t.Errorf("seed %d: other classes in call %d", s.Seed, n)
			}
		})
	}
	wait.Wait()
}

// TestPlaces: a class lies where its span says, and the classes of a label lie together.
func TestPlaces(t *testing.T) {
	for _, size := range [][2]int{{7, 3}, {6, 3}, {2, 5}, {5, 5}} {
		p := populationOf(Sequences{Classes: size[0], Labels: size[1], D: 1, Zipf: 1})
		for k := range p.Classes {
			at, all := p.ofClass(k), p.ofLabel(k%p.Labels)
			if int(p.order[at.from]) != k || at.from < all.from || at.to > all.to {
				t.Errorf("%d classes, %d labels: class %d is at %v, its label at %v, the order %v", p.Classes, p.Labels, k, at, all, p.order)
			}
			for _, other := range p.order[all.from:all.to] {
				if int(other)%p.Labels != k%p.Labels {
					t.Errorf("%d classes, %d labels: class %d lies at label %d", p.Classes, p.Labels, other, k%p.Labels)
				}
			}
		}
	}
}

// TestDraw: what is taken is never drawn, whatever is left, and the rest by its frequency.
func TestDraw(t *testing.T) {
	p := populationOf(Sequences{Classes: 5, Labels: 5, D: 1, Zipf: 1})
	rng := datasets.Rand(1, "draw")
	for _, taken := range [][]span{nil, {{0, 1}}, {{4, 5}}, {{1, 2}, {2, 3}}, {{0, 1}, {2, 4}}, {{0, 4}}, {{1, 5}}} {
		counts, left := make([]float64, 5), 0.
		for range 20_000 {
			counts[p.draw(rng, taken)]++
		}
		free := func(k int) bool {
			return !slices.ContainsFunc(taken, func(s span) bool { return k >= s.from && k < s.to })
		}
		for k := range counts {
			if free(k) {
				left += 1 / float64(k+1)
			}
		}
		for k, n := range counts {
			want := 0.
			if free(k) {
				want = 1 / float64(k+1) / left
			}
			if se := math.Sqrt(want * (1 - want) / 20_000); math.Abs(n/20_000-want) > 5*se {
				t.Errorf("taken %v: class %d in a share %.4f of draws, want %.4f ± %.4f", taken, k, n/20_000, want, se)
			}
		}
	}
	steep := populationOf(Sequences{Classes: 1000, Labels: 1000, D: 1, Zipf: maxZipf}) // the last have hardly any weight
	if k := steep.draw(rng, []span{{0, 999}}); k != 999 {
		t.Errorf("class %d was drawn where only 999 is left", k)
	}
}
