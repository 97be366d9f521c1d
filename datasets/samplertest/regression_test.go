package samplertest

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// slopes is a correct regression sampler: z is a slope times x, with noise.
type slopes struct{ noise float64 }

const slopesN = 6

func (slopes) Name() string { return "slopes" }

func (s slopes) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	if tasks < 1 {
		return nil, errors.New("want at least 1 task")
	}
	b := datasets.NewBatch(tasks, slopesN, 1, 0)
	slope := b.AddLatent("slope")
	for t := range tasks {
		slope.Data[t] = float32(1 + rng.Float64())
		for n := range slopesN {
			b.X[t*slopesN+n] = float32(datasets.Normal(rng))
			b.Z[t*slopesN+n] = slope.Data[t]*b.X[t*slopesN+n] + float32(s.noise*datasets.Normal(rng))
		}
	}
	return b, nil
}

func (s slopes) expect() Expect {
	return Expect{
		N: slopesN, D: 1, Mean: []float64{0}, Cov: [][]float64{{1}},
		Target: func(latent map[string][]float32, x []float32) float64 {
			return float64(latent["slope"][0]) * float64(x[0])
		},
		Noise: s.noise, Square: 7./3 + s.noise*s.noise,
	}
}

func TestCorrectRegressionPasses(t *testing.T) {
	Run(t, slopes{}, slopes{}.expect())
	Run(t, slopes{.5}, slopes{.5}.expect())
}

// bent spoils the batches of slopes.
type bent struct {
	slopes
	spoil func(b *datasets.Batch, rng *rand.Rand)
}

func (s bent) Sample(rng *rand.Rand, tasks int) (*datasets.Batch, error) {
	b, err := s.slopes.Sample(rng, tasks)
	if err == nil {
		s.spoil(b, rng)
	}
	return b, err
}

func TestRegressionFaultsAreCaught(t *testing.T) {
	var kept []float32
	for name, fault := range map[string]struct {
		noise  float64
		spoil  func(b *datasets.Batch, rng *rand.Rand)
		caught string
	}{
		"labels, too": {0, func(b *datasets.Batch, _ *rand.Rand) { b.Y = make([]int32, len(b.Z)) }, "batches are valid"},
		"targets used again": {0, func(b *datasets.Batch, _ *rand.Rand) {
			if len(kept) != len(b.Z) {
				kept = make([]float32, len(b.Z))
			}
			copy(kept, b.Z)
			b.Z = kept
		}, "batches share no memory"},
		"own target state":        {0, func(b *datasets.Batch, _ *rand.Rand) { b.Z[0] = rand.Float32() }, "same seed, same bytes"},
		"one wrong target":        {0, func(b *datasets.Batch, _ *rand.Rand) { b.Z[len(b.Z)-1] += .01 }, "target follows the rule"},
		"noise off by a tenth":    {.5, func(b *datasets.Batch, rng *rand.Rand) { addNoise(b, rng, .23, 1) }, "noise"},
		"one noise for the task":  {0, func(b *datasets.Batch, rng *rand.Rand) { addNoise(b, rng, .5, slopesN) }, "noise"},
		"biased noise":            {.5, func(b *datasets.Batch, _ *rand.Rand) { shift(b.Z, .1) }, "noise"},
		"targets too large":       {.5, func(b *datasets.Batch, _ *rand.Rand) { scale(b.Z, 1.1) }, "targets' square"},
		"the first target shrunk": {0, func(b *datasets.Batch, _ *rand.Rand) { shrinkFirst(b) }, "positions are alike"},
	} {
		t.Run(name, func(t *testing.T) {
			expect := slopes{fault.noise}.expect()
			if name == "one noise for the task" {
				expect.Noise = .5
			}
			for _, c := range suite {
				if c.name == fault.caught {
					if err := c.run(bent{slopes{fault.noise}, fault.spoil}, expect); err == nil {
						t.Errorf("%q lets it pass", c.name)
					}
					return
				}
			}
			t.Fatalf("no check is called %q", fault.caught)
		})
	}
}

// addNoise adds normal noise that every run of that many points shares.
func addNoise(b *datasets.Batch, rng *rand.Rand, size float64, run int) {
	var noise float64
	for i := range b.Z {
		if i%run == 0 {
			noise = size * datasets.Normal(rng)
		}
		b.Z[i] += float32(noise)
	}
}

func shift(z []float32, by float32) {
	for i := range z {
		z[i] += by
	}
}

func scale(z []float32, by float32) {
	for i := range z {
		z[i] *= by
	}
}

func shrinkFirst(b *datasets.Batch) {
	for t := range b.T {
		b.Z[t*b.N] *= .8
	}
}
