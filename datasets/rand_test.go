package datasets_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
)

func ExampleRand() {
	train, test := datasets.Rand(1, "train"), datasets.Rand(1, "test")
	fmt.Println(train.IntN(1000), train.IntN(1000))
	fmt.Println(test.IntN(1000), test.IntN(1000))
	// Output:
	// 284 158
	// 34 887
}

// TestRandStreams: seed and name both matter, also where one is a prefix or a
// continuation of the other.
func TestRandStreams(t *testing.T) {
	seen := map[uint64]string{}
	for _, seed := range []uint64{0, 1, 2, 256, math.MaxUint64} {
		for _, stream := range []string{"", "train", "train2", "test", "\x00"} {
			first := datasets.Rand(seed, stream).Uint64()
			if again := datasets.Rand(seed, stream).Uint64(); again != first {
				t.Errorf("seed %d, stream %q: two results", seed, stream)
			}
			name := fmt.Sprintf("seed %d, stream %q", seed, stream)
			if other, ok := seen[first]; ok {
				t.Errorf("%s and %s begin alike", name, other)
			}
			seen[first] = name
		}
	}
}

// normals draws n standard normal numbers, sorted.
func normals(n int) []float64 {
	rng := datasets.Rand(1, "normal")
	x := make([]float64, n)
	for i := range x {
		x[i] = datasets.Normal(rng)
	}
	slices.Sort(x)
	return x
}

func normalCDF(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// TestNormalDistribution is a Kolmogorov–Smirnov test on a million draws: it
// would see a layer of the ziggurat that is off by a percent.
func TestNormalDistribution(t *testing.T) {
	x := normals(1e6)
	distance := 0.0
	for i, v := range x {
		distance = math.Max(distance, math.Abs(normalCDF(v)-(float64(i)+.5)/float64(len(x))))
	}
	if bound := 1.95 / math.Sqrt(float64(len(x))); distance > bound { // p = .001
		t.Errorf("the distribution is %.5f from the normal one, want < %.5f", distance, bound)
	}
}

// TestNormalTails counts the draws beyond each threshold, on both sides of 0;
// the ziggurat's tail begins at 3.44.
func TestNormalTails(t *testing.T) {
	x := normals(4e6)
	n := float64(len(x))
	for _, at := range []float64{1, 2, 3, 3.44, 3.6, 4, 4.5} {
		expected := n * normalCDF(-at)
		below, _ := slices.BinarySearch(x, -at)
		above, _ := slices.BinarySearch(x, at)
		for side, count := range map[string]int{"below −": below, "above +": len(x) - above} {
			if math.Abs(float64(count)-expected) > 4*math.Sqrt(expected) {
				t.Errorf("%d draws %s%g, want about %.0f", count, side, at, expected)
			}
		}
	}
}

func TestNormalMoments(t *testing.T) {
	x := normals(4e6)
	var m [5]float64
	for _, v := range x {
		p := 1.0
		for k := range m {
			m[k] += p / float64(len(x))
			p *= v
		}
	}
	for k, want := range map[int]float64{1: 0, 2: 1, 3: 0, 4: 3} {
		se := map[int]float64{1: 1, 2: 1.41, 3: 3.87, 4: 9.8}[k] / math.Sqrt(float64(len(x)))
		if math.Abs(m[k]-want) > 4*se {
			t.Errorf("moment %d is %.4f ± %.4f, want %g", k, m[k], se, want)
		}
	}
}

// TestNormalBytes: the same numbers on every machine, to the last bit.
func TestNormalBytes(t *testing.T) {
	h := fnv.New64a()
	rng := datasets.Rand(1, "golden")
	for range 1_000_000 {
		fmt.Fprintf(h, "%x", math.Float32bits(float32(datasets.Normal(rng))))
	}
	if got, want := h.Sum64(), uint64(0x9dd8a6c6ab508f3f); got != want {
		t.Errorf("hash %#x, want %#x", got, want)
	}
}
