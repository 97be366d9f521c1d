package datasets_test

import (
	"testing"

	"github.com/goicl/goicl/datasets"
)

var sink float64

func BenchmarkNormal(b *testing.B) {
	rng := datasets.Rand(0, "bench")
	for b.Loop() {
		sink += datasets.Normal(rng)
	}
}

func BenchmarkNormFloat64(b *testing.B) {
	rng := datasets.Rand(0, "bench")
	for b.Loop() {
		sink += rng.NormFloat64()
	}
}
