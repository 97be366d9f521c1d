package synthetic_test

import (
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/synthetic"
)

func BenchmarkSample(b *testing.B) {
	const tasks, points = 128, 50
	for _, family := range synthetic.Families() {
		b.Run(family, func(b *testing.B) {
			s, err := synthetic.ByName(family, 1, points)
			if err != nil {
				b.Fatal(err)
			}
			rng := datasets.Rand(0, "bench")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Sample(rng, tasks); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*tasks*points)/b.Elapsed().Seconds()/1e6, "Mpoints/s")
		})
	}
}
