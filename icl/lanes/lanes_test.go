package lanes

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/goicl/goicl/datasets"
)

func BenchmarkStep(bb *testing.B) {
	for _, set := range sets() {
		for _, workers := range []int{1, 2} {
			for _, B := range []int{128, 512} {
				bb.Run(fmt.Sprintf("%s/%d/%d", set.name(), workers, B), func(bb *testing.B) {
					c := Config{8, 2, 2, 4}
					e, err := New(c, workers)
					if err != nil {
						bb.Fatal(err)
					}
					e.set = set
					rng := rand.New(rand.NewPCG(1, 2))
					b := datasets.NewBatch(B, 50, 2, 2)
					for i := range b.X {
						b.X[i] = float32(rng.NormFloat64())
					}
					for i := range b.Y {
						b.Y[i] = rng.Int32N(2)
					}
					p := make([]float32, c.NumParams())
					for i := range p {
						p[i] = float32(rng.NormFloat64()) * .3
					}
					at := make([]int32, B)
					for i := range at {
						at[i] = 2 + int32((float64(i)+rng.Float64())/float64(B)*48)
					}
					g := make([]float32, len(p))
					bb.ReportAllocs()
					for bb.Loop() {
						if _, err := e.LossGrad(p, b, at, g); err != nil {
							bb.Fatal(err)
						}
					}
				})
			}
		}
	}
}
