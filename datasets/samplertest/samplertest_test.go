package samplertest

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/goicl/goicl/datasets"
)

// coins is a correct sampler: a point's first input is its label plus noise, and
// half of a task's points have label 1, in random order.
type coins struct{}

const coinsN = 8

func (coins) Name() string { return "coins" }

func (coins) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if tasks < 1 {
		return nil, errors.New("want at least 1 task")
	}
	b := datasets.NewBatch(tasks, coinsN, 2, 2)
	level := b.AddLatent("level")
	for t := range tasks {
		level.Data[t] = float32(rng.Float64())
		fillCoins(rng, b, t, rng.Perm(coinsN))
	}
	return b, nil
}

// fillCoins draws the points of task t: the one at position n has label 1 if
// order[n] is odd.
func fillCoins(rng *rand.Rand, b *datasets.Batch, t int, order []int) {
	for n, k := range order {
		y := k % 2
		b.Y[t*b.N+n] = int32(y)
		b.Point(t, n)[0] = float32(2*y-1) * float32(1+rng.Float64())
		b.Point(t, n)[1] = float32(datasets.Normal(rng))
	}
}

var coinsExpect = Expect{
	N: coinsN, D: 2, C: 2,
	Mean:  []float64{0, 0},
	Cov:   [][]float64{{7. / 3, 0}, {0, 1}}, // E(1+U)² = 7/3
	Share: []float64{.5, .5},
	Rule: func(_ map[string][]float32, x []float32) int32 {
		return int32(indicator(x[0] > 0))
	},
}

// broken spoils coins: it draws a batch and lets spoil change it.
type broken struct {
	coins
	spoil func(b *datasets.Batch, rng *rand.Rand) *datasets.Batch
}

func (s broken) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	b, err := s.coins.Sample(rng, tasks)
	if err != nil {
		return nil, err
	}
	return s.spoil(b, rng), nil
}

// inPlace is a fault that changes the batch where it is.
func inPlace(f func(b *datasets.Batch, rng *rand.Rand)) broken {
	return broken{spoil: func(b *datasets.Batch, rng *rand.Rand) *datasets.Batch {
		f(b, rng)
		return b
	}}
}

// sameOrder overwrites every task with points in the order that order says.
func sameOrder(order func(rng *rand.Rand) []int) broken {
	return inPlace(func(b *datasets.Batch, rng *rand.Rand) {
		shared := order(rng)
		for t := range b.T {
			fillCoins(rng, b, t, shared)
		}
	})
}

// permissive accepts any number of tasks.
type permissive struct{ coins }

func (s permissive) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	return s.coins.Sample(rng, max(tasks, 1))
}

func TestCorrectSamplerPasses(t *testing.T) {
	Run(t, coins{}, coinsExpect)
}

// TestFaultsAreCaught gives each check a sampler that only it, or it among
// others, has to find.
func TestFaultsAreCaught(t *testing.T) {
	calls := 0
	var kept *datasets.Batch
	for name, fault := range map[string]struct {
		sampler datasets.Sampler
		caught  string // name of the check
	}{
		"not a number": {
			inPlace(func(b *datasets.Batch, _ *rand.Rand) { b.X[len(b.X)-1] /= 0 }),
			"batches are valid",
		},
		"one task too few": {
			broken{spoil: func(b *datasets.Batch, _ *rand.Rand) *datasets.Batch { return b.Slice(0, max(b.T-1, 1)) }},
			"batches are valid",
		},
		"label out of range": {
			inPlace(func(b *datasets.Batch, _ *rand.Rand) { b.Y[0] = 2 }),
			"batches are valid",
		},
		"latent of another size": {
			inPlace(func(b *datasets.Batch, _ *rand.Rand) { b.Latent["level"] = datasets.Latent{Dims: []int{3}} }),
			"batches are valid",
		},
		"no error for no tasks": {permissive{}, "a bad number of tasks is an error"},
		"own state": {
			inPlace(func(b *datasets.Batch, _ *rand.Rand) { calls++; b.X[0] = float32(calls) }),
			"same seed, same bytes",
		},
		"global rng": {
			inPlace(func(b *datasets.Batch, _ *rand.Rand) { b.X[0] = rand.Float32() }),
			"same seed, same bytes",
		},
		"rng ignored": {
			inPlace(func(b *datasets.Batch, _ *rand.Rand) {
				fixed, _ := coins{}.Sample(datasets.Rand(0, "fixed"), b.T)
				*b = *fixed
			}),
			"other seed, other tasks",
		},
		"one task again and again": {
			inPlace(func(b *datasets.Batch, _ *rand.Rand) {
				for t := range b.T {
					copy(b.X[t*b.N*b.D:], b.X[:b.N*b.D])
					copy(b.Y[t*b.N:(t+1)*b.N], b.Y[:b.N])
				}
			}),
			"tasks differ",
		},
		"buffer used again": {
			broken{spoil: func(b *datasets.Batch, _ *rand.Rand) *datasets.Batch {
				if kept == nil || kept.T != b.T {
					kept = b
				}
				*kept = datasets.Batch{T: b.T, N: b.N, D: b.D, C: b.C, X: append(kept.X[:0], b.X...), Y: append(kept.Y[:0], b.Y...), Latent: b.Latent}
				return kept
			}},
			"batches share no memory",
		},
		"wrong label": {
			inPlace(func(b *datasets.Batch, _ *rand.Rand) { b.Y[len(b.Y)-1] ^= 1 }),
			"label follows the rule",
		},
		"mean off by a tenth": {
			inPlace(func(b *datasets.Batch, _ *rand.Rand) { shiftX(b, .1) }),
			"mean",
		},
		"variance off by a tenth": {
			inPlace(func(b *datasets.Batch, _ *rand.Rand) { scaleX(b, 1.05) }),
			"covariance",
		},
		"more of one label": {
			inPlace(func(b *datasets.Batch, rng *rand.Rand) {
				for i, y := range b.Y {
					if y == 0 && rng.IntN(10) == 0 {
						b.Y[i] = 1
					}
				}
			}),
			"label shares",
		},
		"one order for the batch": {
			sameOrder(func(rng *rand.Rand) []int { return rng.Perm(coinsN) }),
			"each task has its own order",
		},
		"classes in turn": {
			sameOrder(func(*rand.Rand) []int { return []int{0, 1, 2, 3, 4, 5, 6, 7} }),
			"positions are alike",
		},
		"one coin for the batch": {
			inPlace(func(b *datasets.Batch, rng *rand.Rand) {
				coin := int32(rng.IntN(2))
				for t := range b.T {
					b.Y[t*b.N] = coin
				}
			}),
			"positions are alike",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range suite {
				if c.name != fault.caught {
					continue
				}
				err := c.run(fault.sampler, coinsExpect)
				if err == nil {
					t.Fatalf("%q lets it pass", c.name)
				}
				t.Log(err)
				return
			}
			t.Fatalf("no check is called %q", fault.caught)
		})
	}
}

func shiftX(b *datasets.Batch, by float32) {
	for i := range b.X {
		b.X[i] += by
	}
}

func scaleX(b *datasets.Batch, by float32) {
	for i := range b.X {
		b.X[i] *= by
	}
}

// crosstalk gives other inputs to two calls at the same time.
type crosstalk struct {
	coins
	meet chan struct{}
}

func (s crosstalk) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	b, err := s.coins.Sample(rng, tasks)
	if err != nil {
		return nil, err
	}
	select {
	case s.meet <- struct{}{}:
		b.X[0]++
	case <-s.meet:
		b.X[0]++
	case <-time.After(50 * time.Millisecond):
	}
	return b, nil
}

func TestCrosstalkIsCaught(t *testing.T) {
	if err := checkConcurrent(crosstalk{meet: make(chan struct{})}, coinsExpect); err == nil {
		t.Error("a sampler whose calls disturb each other passes")
	}
}

// silent returns neither a batch nor an error.
type silent struct{ coins }

func (silent) Sample(*rand.Rand, int) (*datasets.Batch, error) { return nil, nil }

// TestNothingDrawn: no check may panic on a missing batch, whatever it expects.
func TestNothingDrawn(t *testing.T) {
	for _, c := range suite {
		caught := false
		for _, e := range []Expect{coinsExpect, slopes{}.expect(), slopes{.5}.expect()} {
			caught = c.run(silent{}, e) != nil || caught
		}
		if !caught {
			t.Errorf("%q accepts a sampler that returns nothing", c.name)
		}
	}
}
