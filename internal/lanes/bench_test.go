package lanes

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkStep times loss and gradient of the paper's model on tasks of 50
// points, with one random prefix a task (2 to 49 examples, stratified) or all of
// them. One task of one prefix is one forward and backward pass. The GFLOP/s
// count the matrix products that the result needs, and nothing else.
func BenchmarkStep(b *testing.B) {
	if ok, reason := Available(); !ok {
		b.Skip(reason)
	}
	for _, tasks := range []int{64, 128, 512} {
		rng := rand.New(rand.NewPCG(1, 1))
		at := make([]int32, tasks)
		for i := range at {
			at[i] = 2 + int32((float64(i)+rng.Float64())/float64(tasks)*48)
		}
		for _, s := range sets() {
			b.Run(fmt.Sprintf("random-prefix/B=%d/%s", tasks, s.name()), func(b *testing.B) {
				benchmarkStep(b, s, tasks, at)
			})
		}
	}
	for _, tasks := range []int{64, 128, 512} {
		b.Run(fmt.Sprintf("all-prefixes/B=%d/%s", tasks, sets()[0].name()), func(b *testing.B) {
			benchmarkStep(b, sets()[0], tasks, nil)
		})
	}
}

// benchmarkStep runs on the queries at, every prefix from two examples on if nil.
func benchmarkStep(b *testing.B, s set, tasks int, at []int32) {
	c := Config{Depth: 8, D: 2, C: 2, Expand: 4}
	rng := rand.New(rand.NewPCG(1, 2))
	batch := randomBatch(rng, c, tasks, 50)
	if at == nil {
		at = everyPrefix(batch, 2)
	}
	params := randomParams(rng, c)
	grad := make([]float32, len(params))
	e := engineOf(b, c, 0, s)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.LossGrad(params, batch, at, grad); err != nil {
			b.Fatal(err)
		}
	}
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(float64(tasks)/seconds, "tasks/s")
	b.ReportMetric(c.FLOPs(tasks, at)/seconds*1e-9, "GFLOP/s")
}

// BenchmarkPeak times as many operations as the paper's step needs.
func BenchmarkPeak(b *testing.B) {
	if ok, reason := Available(); !ok {
		b.Skip(reason)
	}
	const flops = 1e8
	for b.Loop() {
		if err := Arithmetic(flops, 0); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()*1e-9, "GFLOP/s")
}
