package regression_test

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/samplertest"
	"github.com/goicl/goicl/datasets/synthetic"
)

// expect is what all linear families have in common. Square is the mean of (w·x)².
func expect(n, d int, noise, square float64) samplertest.Expect {
	e := expectInputs(n, d)
	e.Target, e.Noise, e.Square = dot, noise, square+noise*noise
	return e
}

// expectInputs is what all families have in common: x ~ N(0, I).
func expectInputs(n, d int) samplertest.Expect {
	cov := make([][]float64, d)
	for i := range cov {
		cov[i] = make([]float64, d)
		cov[i][i] = 1
	}
	return samplertest.Expect{N: n, D: d, Mean: make([]float64, d), Cov: cov}
}

// dot is the rule, written anew.
func dot(latent map[string][]float32, x []float32) float64 {
	sum := 0.0
	for i, w := range latent["w"] {
		sum += float64(w) * float64(x[i])
	}
	return sum
}

func TestLinear(t *testing.T) {
	for name, s := range map[string]regression.Linear{
		"paper": {}, "noisy": {D: 5, N: 11, Noise: 2}, "one dimension": {D: 1, N: 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := cmp.Or(s.D, 20)
			samplertest.Run(t, s, expect(cmp.Or(s.N, 41), d, s.Noise, float64(d)))
		})
	}
}

func TestSparse(t *testing.T) {
	for name, s := range map[string]regression.Sparse{
		"paper": {}, "noisy": {D: 7, N: 11, K: 2, Noise: .5}, "dense": {D: 4, K: 4},
	} {
		t.Run(name, func(t *testing.T) {
			k := cmp.Or(s.K, 3)
			samplertest.Run(t, s, expect(cmp.Or(s.N, 41), cmp.Or(s.D, 20), s.Noise, float64(k)))
			checkSupports(t, s, k)
		})
	}
}

// checkSupports wants k coordinates a task, each as often as any other.
func checkSupports(t *testing.T, s regression.Sparse, k int) {
	const tasks = 4000
	b := mustSample(t, s, tasks)
	d := b.D
	counts := make([]int, d)
	for task := range tasks {
		size := 0
		for i, w := range b.Latent["w"].Row(task) {
			if w != 0 {
				size++
				counts[i]++
			}
		}
		if size != k {
			t.Fatalf("%d coordinates are not 0, want %d", size, k)
		}
	}
	p := float64(k) / float64(d)
	for i, c := range counts {
		if off := math.Abs(float64(c) - tasks*p); off > 5*math.Sqrt(tasks*p*(1-p)) {
			t.Errorf("coordinate %d is in %d of %d supports, want about %.0f", i, c, tasks, tasks*p)
		}
	}
}

func TestPool(t *testing.T) {
	for name, s := range map[string]regression.Pool{
		"zero value": {}, "noisy": {D: 8, N: 16, Size: 64, Noise: .5}, "one function": {Size: 1, D: 2},
	} {
		t.Run(name, func(t *testing.T) {
			members, err := s.Members()
			if err != nil {
				t.Fatal(err)
			}
			square := 0.0
			for _, w := range members {
				for _, v := range w {
					square += float64(v) * float64(v) / float64(len(members))
				}
			}
			samplertest.Run(t, s, expect(cmp.Or(s.N, 41), cmp.Or(s.D, 20), s.Noise, square))
			checkDraws(t, s, members)
		})
	}
}

// checkDraws wants every task to be a member, each as often as any other.
func checkDraws(t *testing.T, s regression.Pool, members [][]float32) {
	tasks := 100 * len(members)
	s.N = 1
	b := mustSample(t, s, tasks)
	counts := map[string]int{}
	for task := range tasks {
		counts[fmt.Sprint(b.Latent["w"].Row(task))]++
	}
	for i, w := range members {
		if c := counts[fmt.Sprint(w)]; c < 50 || c > 150 && len(members) > 1 {
			t.Errorf("function %d of %d was drawn %d times in %d tasks", i, len(members), c, tasks)
		}
		delete(counts, fmt.Sprint(w))
	}
	if len(counts) > 0 {
		t.Errorf("%d functions that are not in the pool were drawn", len(counts))
	}
}

// TestPoolNests: a larger pool of one seed holds the smaller one, another seed
// holds other functions.
func TestPoolNests(t *testing.T) {
	members := func(s regression.Pool) [][]float32 {
		all, err := s.Members()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	small, large := members(regression.Pool{Size: 5, D: 3}), members(regression.Pool{Size: 50, D: 3})
	if len(small) != 5 || len(large) != 50 || !slices.EqualFunc(small, large[:5], slices.Equal[[]float32]) {
		t.Error("the pool of 5 does not begin the pool of 50")
	}
	if other := members(regression.Pool{Size: 5, D: 3, Seed: 1}); slices.Equal(other[0], small[0]) {
		t.Error("two seeds share a function")
	}
}

// TestMix: regression families mix with each other, and not with classification.
func TestMix(t *testing.T) {
	linear, sparse := regression.Linear{N: 9, D: 5}, regression.Sparse{N: 9, D: 5, K: 2}
	e := expect(9, 5, 0, (5.+2.)/2)
	e.Target = func(latent map[string][]float32, x []float32) float64 {
		w := latent["linear.w"]
		if latent["family"][0] == 1 {
			w = latent["sparse.w"]
		}
		return dot(map[string][]float32{"w": w}, x)
	}
	samplertest.Run(t, datasets.Mix{Samplers: []datasets.Sampler{linear, sparse}}, e)
	_, err := datasets.Mix{Samplers: []datasets.Sampler{linear, synthetic.Proto{N: 9, D: 5}}}.Sample(datasets.Rand(1, "mix"), 2)
	if err == nil || !strings.Contains(err.Error(), "cannot mix linear (N 9, D 5, C 0) with proto (N 9, D 5, C 2)") {
		t.Errorf("mixing regression and classification gives error %v", err)
	}
}

// TestBytes: the same bytes for a seed on every machine, and in every version:
// a change here makes all earlier results irreproducible.
func TestBytes(t *testing.T) {
	for name, golden := range map[string]struct {
		sampler datasets.Sampler
		want    uint64
	}{
		"linear":  {regression.Linear{}, 0xe06711de6d07f69a},
		"linear5": {regression.Linear{N: 12, D: 5, Noise: 1.7}, 0x7a667d2abbba21c2},
		"sparse":  {regression.Sparse{Noise: .3}, 0x80cb9c19835eb57f},
		"pool":    {regression.Pool{Size: 10, Seed: 3}, 0x6a7a6392a07954f4},

		"quadratic":      {regression.Quadratic{}, 0xaa8157d966ff8749},
		"relu":           {regression.ReLUNet{Hidden: 30}, 0xf05d029c4d2b771b},
		"tree":           {regression.Tree{}, 0x22eb182b32aff5d7},
		"classification": {regression.Classification{}, 0x871815e60b8d1c88},
		"domain":         {regression.Domain{Mean: []float64{1, 2}, Axes: [][]float64{{.3, .1}}}, 0x78580df479174c63},
		"domains":        {regression.Domains{}, 0xc8a76efce13442cd},
		"rotated":        {regression.Domains{Shape: "rotated", Tasks: 7, Noise: .1}, 0xf1e5989acc5e2e52},
		"low rank":       {regression.Domains{Shape: "lowrank", Tasks: 1}, 0xed29f9c087382602},
		"sinusoid":       {regression.Sinusoid{}, 0xca57ec5158a4f96},

		"random quadrants":   {regression.Linear{N: 9, D: 5, Inputs: regression.Inputs{Strategy: "random-quadrants"}}, 0xdfea27b4ddfdbc9},
		"opposite quadrants": {regression.Linear{N: 9, D: 5, Inputs: regression.Inputs{Strategy: "opposite-quadrants"}}, 0xe26c9f55a2b5a3da},
		"orthogonal":         {regression.Linear{N: 5, D: 5, Inputs: regression.Inputs{Strategy: "orthogonal"}}, 0x97a884806dd77154},
		"overlapping":        {regression.Linear{N: 9, D: 5, Inputs: regression.Inputs{Strategy: "overlapping", Scale: 3}}, 0xddfad58ebfee2c55},
		"half subspace":      {regression.Linear{Inputs: regression.Inputs{Strategy: "half-subspace"}}, 0x482b205a863d9b86},
		"skewed":             {regression.Linear{Inputs: regression.Inputs{Strategy: "skewed", Scale: .5}}, 0xf4118a0de08151cd},
		"scaled":             {regression.Scaled{Tasks: regression.Linear{N: 9, D: 5}, Factor: .3}, 0x45ad2b4f49c40eb},
		"ramp":               {regression.Curriculum{Family: regression.Sparse{}}.At(20_000), 0x86d8f5ac41eb41d3},
		"mixed":              {regression.Curriculum{Family: regression.Linear{}, Order: "mixed"}.At(0), 0x7208c274e89b008c},
	} {
		b := mustSample(t, golden.sampler, 500)
		h := fnv.New64a()
		values := []any{b.X, b.Z, b.Y}
		for _, latent := range slices.Sorted(maps.Keys(b.Latent)) {
			values = append(values, b.Latent[latent].Data)
		}
		for _, v := range values {
			_ = binary.Write(h, binary.LittleEndian, v) // a hash never fails
		}
		if got := h.Sum64(); got != golden.want {
			t.Errorf("%s: hash %#x, want %#x", name, got, golden.want)
		}
	}
	b := mustSample(t, regression.Linear{}, 500)
	for i, z := range b.Z {
		if want := product(b.Latent["w"].Row(i/b.N), b.Point(i/b.N, i%b.N)); z != float32(want) {
			t.Fatalf("target %g, w·x is %g", z, want)
		}
	}
}

func mustSample(t testing.TB, s datasets.Sampler, tasks int) *datasets.Batch {
	t.Helper()
	b, err := s.Sample(datasets.Rand(1, "golden"), tasks)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestErrors(t *testing.T) {
	sample := func(s datasets.Sampler, tasks int) error {
		_, err := s.Sample(datasets.Rand(1, "test"), tasks)
		return err
	}
	_, noRand := regression.Linear{}.Sample(nil, 1)
	_, members := regression.Pool{Size: math.MaxInt}.Members()
	for want, err := range map[string]error{
		"noise is -1; want 0 to 1e+30":                 regression.Linear{Noise: -1}.Validate(),
		"noise is NaN; want":                           sample(regression.Sparse{Noise: math.NaN()}, 1),
		"noise is +Inf; want":                          sample(regression.Pool{Noise: math.Inf(1)}, 1),
		"-2 points; want at least 1":                   sample(regression.Linear{N: -2}, 1),
		"-1 dimensions; want at least 1":               sample(regression.Pool{D: -1}, 1),
		"21 non-zero coordinates of 20; want 1..20":    sample(regression.Sparse{K: 21}, 1),
		"-1 non-zero coordinates of 20":                regression.Sparse{K: -1}.Validate(),
		"-4 functions in the pool; want at least 1":    sample(regression.Pool{Size: -4}, 1),
		"too many values":                              members,
		"0 tasks; want at least 1":                     sample(regression.Linear{}, 0),
		"100000000 tasks of 41 points in 20 dimension": sample(regression.Sparse{}, 1e8),
		"rng is nil; make one with":                    noRand,
	} {
		checkMessage(t, err, want)
	}
}

// The zero value of a family is claim 4's setting.
func ExampleLinear() {
	b, err := regression.Linear{}.Sample(datasets.Rand(1, "train"), 64)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.T, "tasks of", b.N, "points in", b.D, "dimensions")
	x, w := b.Point(3, 7), b.Latent["w"].Row(3) // point 7 of task 3, its weights
	fmt.Println("the target is w·x:", b.Z[3*b.N+7] == float32(product(w, x)))
	// Output:
	// 64 tasks of 41 points in 20 dimensions
	// the target is w·x: true
}

func BenchmarkSample(b *testing.B) {
	for _, name := range regression.Families() {
		b.Run(name, func(b *testing.B) {
			s, err := regression.ByName(name, 1, 41, 20)
			if err != nil {
				b.Fatal(err)
			}
			rng := datasets.Rand(0, "bench")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Sample(rng, 64); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*64)/b.Elapsed().Seconds(), "tasks/s")
		})
	}
}

// product is w·x, summed as the package does.
func product(w, x []float32) (sum float64) {
	for i, v := range x {
		sum += float64(float64(v) * float64(w[i]))
	}
	return sum
}
