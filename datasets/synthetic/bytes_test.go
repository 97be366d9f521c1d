package synthetic_test

import (
	"encoding/binary"
	"hash/fnv"
	"maps"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
)

// hash condenses all the bytes of a batch.
func hash(b *datasets.Batch) uint64 {
	h := fnv.New64a()
	write := func(v any) { _ = binary.Write(h, binary.LittleEndian, v) } // a hash never fails
	write(b.X)
	write(b.Y)
	for _, name := range slices.Sorted(maps.Keys(b.Latent)) {
		write([]byte(name))
		write(b.Latent[name].Data)
	}
	return h.Sum64()
}

// TestBytes: the same bytes for a seed on every machine, and in every version:
// a change here makes all earlier results irreproducible.
func TestBytes(t *testing.T) {
	for name, golden := range map[string]struct {
		sampler datasets.Sampler
		want    uint64
	}{
		"proto":  {synthetic.Proto{}, 0xe35414569cf4dfc1},
		"proto5": {synthetic.Proto{C: 5, D: 3, Sigma: 1.7, N: 12}, 0xefe84062f7ce7820},
		"pair":   {synthetic.Pair{}, 0x3086c4bf961add85},
		"pair3":  {synthetic.Pair{C: 3, D: 4, NC: 5, Sigma: .3}, 0xd0eedacd0f8c3a50},
		"amort":  {synthetic.Amort{}, 0x5fb3e029ac0a7f50},
		"parity": {synthetic.Amort{Parity: true, Sigma: 3}, 0x45f90187e0d07aaa},
		"radius": {synthetic.Radius{}, 0x3b8299e98fc4ce87},
		"mix":    {synthetic.Mixture(2, 20), 0x4a213552e01a1284},

		"domain":  {synthetic.Domain{Family: "amort", Map: [][]float64{{.3, .7}, {.1, -2}}}, 0x814c29baeb32ad75},
		"domains": {synthetic.Domains{}, 0xd7d295b55ed6bcb0},
		"wide":    {synthetic.Domains{Family: "mix", D: 4, N: 9, Tasks: 7}, 0x7afc6e82d8f8ae3d},
	} {
		b, err := golden.sampler.Sample(datasets.Rand(1, "golden"), 2000)
		if err != nil {
			t.Fatal(err)
		}
		if got := hash(b); got != golden.want {
			t.Errorf("%s: hash %#x, want %#x", name, got, golden.want)
		}
	}
}
