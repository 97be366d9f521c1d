package synthetic_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/samplertest"
	"github.com/goicl/goicl/datasets/synthetic"
)

// isotropic is v times the d×d unit matrix.
func isotropic(d int, v float64) [][]float64 {
	cov := make([][]float64, d)
	for i := range cov {
		cov[i] = make([]float64, d)
		cov[i][i] = v
	}
	return cov
}

// equalShares is 1/c for each of c labels.
func equalShares(c int) []float64 {
	shares := make([]float64, c)
	for i := range shares {
		shares[i] = 1 / float64(c)
	}
	return shares
}

// rule adapts a family's Label to the suite.
func rule(name string, label func(latent, x []float32) int32) func(map[string][]float32, []float32) int32 {
	return func(latent map[string][]float32, x []float32) int32 { return label(latent[name], x) }
}

func TestProto(t *testing.T) {
	for name, s := range map[string]synthetic.Proto{
		"paper":        {},
		"shift":        {Sigma: 3},
		"five classes": {N: 7, D: 4, C: 5, Sigma: .5},
	} {
		t.Run(name, func(t *testing.T) {
			n, d, c, sigma := or(s.N, 50), or(s.D, 2), or(s.C, 2), or(s.Sigma, 1)
			samplertest.Run(t, s, samplertest.Expect{
				N: n, D: d, C: c,
				Mean:  make([]float64, d),
				Cov:   isotropic(d, 1+sigma*sigma),
				Share: equalShares(c),
				Rule:  rule("w", nearest),
			})
		})
	}
}

func TestPair(t *testing.T) {
	for name, s := range map[string]synthetic.Pair{
		"paper":         {},
		"shift":         {Sigma: 5},
		"four anchors":  {NC: 4},
		"three classes": {N: 11, D: 3, C: 3, NC: 2, Sigma: 2},
	} {
		t.Run(name, func(t *testing.T) {
			n, d, c, sigma := or(s.N, 50), or(s.D, 2), or(s.C, 2), or(s.Sigma, 1)
			samplertest.Run(t, s, samplertest.Expect{
				N: n, D: d, C: c,
				Mean:  make([]float64, d),
				Cov:   isotropic(d, sigma*sigma),
				Share: equalShares(c),
				Rule:  rule("u", mostSimilar),
			})
		})
	}
}

func TestAmort(t *testing.T) {
	for name, s := range map[string]synthetic.Amort{
		"paper": {},
		"shift": {Sigma: 2},
		"wide":  {N: 5, D: 6, Sigma: .3},
	} {
		t.Run(name, func(t *testing.T) {
			n, d, sigma := or(s.N, 50), or(s.D, 2), or(s.Sigma, 1)
			samplertest.Run(t, s, samplertest.Expect{
				N: n, D: d, C: 2,
				Mean:  make([]float64, d),
				Cov:   isotropic(d, 1+sigma*sigma),
				Share: equalShares(2),
				Rule:  rule("w", below),
			})
		})
	}
}

func TestRadius(t *testing.T) {
	for name, s := range map[string]synthetic.Radius{
		"paper": {},
		"shift": {Sigma: 2},
		"fixed": {RMin: 3, RMax: 3, N: 9},
	} {
		t.Run(name, func(t *testing.T) {
			low, high, sigma := or(s.RMin, 2), or(s.RMax, 4), or(s.Sigma, 1)
			meanSquare := (low*low + low*high + high*high) / 3
			outside := math.Exp(-1 / (2 * .849 * .849 * sigma * sigma)) // of a Rayleigh variable
			samplertest.Run(t, s, samplertest.Expect{
				N: or(s.N, 50), D: 2, C: 2,
				Mean:  []float64{0, 0},
				Cov:   isotropic(2, .849*.849*sigma*sigma*meanSquare),
				Share: []float64{outside, 1 - outside},
				Rule:  rule("R", insideDisc),
			})
		})
	}
}

func TestMixture(t *testing.T) {
	samplertest.Run(t, synthetic.Mixture(0, 0), samplertest.Expect{
		N: 50, D: 2, C: 2,
		Mean:  []float64{0, 0},
		Cov:   isotropic(2, (2.+1+2)/3),
		Share: equalShares(2),
		Rule: func(latent map[string][]float32, x []float32) int32 {
			switch latent["family"][0] {
			case 0:
				return nearest(latent["proto.w"], x)
			case 1:
				return mostSimilar(latent["pair.u"], x)
			}
			return below(latent["amort.w"], x)
		},
	})
}

// The rules again, written apart from the package under test.

func nearest(w, x []float32) int32 {
	best, at := math.Inf(1), 0
	for c := range len(w) / len(x) {
		var sum float64
		for i := range x {
			diff := float64(x[i]) - float64(w[c*len(x)+i])
			sum += float64(diff * diff)
		}
		if sum < best {
			best, at = sum, c
		}
	}
	return int32(at)
}

func mostSimilar(u, x []float32) int32 {
	best, at := math.Inf(-1), 0
	for c := range len(u) / len(x) {
		var sum float64
		for i := range x {
			sum += float64(float64(x[i]) * float64(u[c*len(x)+i]))
		}
		if sum > best {
			best, at = sum, c
		}
	}
	return int32(at)
}

func below(w, x []float32) int32 {
	var sum float64
	for i := range x {
		sum += float64(x[i]) - float64(w[i])
	}
	if sum > 0 {
		return 0
	}
	return 1
}

func insideDisc(r, x []float32) int32 {
	if float64(float64(x[0])*float64(x[0]))+float64(float64(x[1])*float64(x[1])) > float64(float64(r[0])*float64(r[0])) {
		return 0
	}
	return 1
}

func or[T int | float64](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

// TestProtoBalance: with well separated prototypes the label is the component, so
// that each class has its share of the points exactly, in every task.
func TestProtoBalance(t *testing.T) {
	b, err := synthetic.Proto{N: 8, D: 16, C: 3, Sigma: 1e-3}.Sample(datasets.Rand(1, "test"), 300)
	if err != nil {
		t.Fatal(err)
	}
	extra := map[int]int{}
	for task := range b.T {
		counts := make([]int, 3)
		for _, y := range b.Y[task*8 : (task+1)*8] {
			counts[y]++
		}
		for c, k := range counts {
			if k == 2 { // 8 = 3 + 3 + 2
				extra[c]++
			} else if k != 3 {
				t.Fatalf("task %d has %v points of each class, want 3, 3 and 2 in some order", task, counts)
			}
		}
	}
	for c := range 3 {
		if extra[c] < 70 || extra[c] > 130 {
			t.Errorf("class %d has fewer points in %d of 300 tasks, want about 100", c, extra[c])
		}
	}
}

// TestPairDirections: with one anchor a direction is a unit vector; with more it
// is shorter than their number.
func TestPairDirections(t *testing.T) {
	for _, nc := range []int{1, 4} {
		b, err := synthetic.Pair{NC: nc}.Sample(datasets.Rand(1, "test"), 500)
		if err != nil {
			t.Fatal(err)
		}
		u := b.Latent["u"].Data
		squares := 0.0
		for i := 0; i < len(u); i += 2 {
			square := float64(u[i])*float64(u[i]) + float64(u[i+1])*float64(u[i+1])
			if nc == 1 && math.Abs(square-1) > 1e-6 {
				t.Fatalf("a direction from one anchor has squared length %g, want 1", square)
			}
			squares += square / 1000
		}
		if math.Abs(squares-float64(nc)) > .4 {
			t.Errorf("%d anchors: mean squared length %g, want about %d", nc, squares, nc)
		}
	}
}

// TestPairLabelsVary guards against the authors' mistake of tasks with one label.
func TestPairLabelsVary(t *testing.T) {
	b, err := synthetic.Pair{}.Sample(datasets.Rand(1, "test"), 500)
	if err != nil {
		t.Fatal(err)
	}
	constant := 0
	for task := range b.T {
		ones := 0
		for _, y := range b.Y[task*b.N : (task+1)*b.N] {
			ones += int(y)
		}
		if ones == 0 || ones == b.N {
			constant++
		}
	}
	if constant > 0 {
		t.Errorf("%d of 500 tasks have one label only", constant)
	}
}

// TestAmortParity: the anchors are points 0 and 1, one of each label, in random
// order; 92 % contradict the rule, and all other points follow it.
func TestAmortParity(t *testing.T) {
	const tasks = 4000
	b, err := synthetic.Amort{Parity: true}.Sample(datasets.Rand(1, "test"), tasks)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Validate(); err != nil {
		t.Fatal(err)
	}
	wrong, swapped := 0, 0
	for task := range tasks {
		w := b.Latent["w"].Row(task)
		if b.Y[task*b.N]+b.Y[task*b.N+1] != 1 {
			t.Fatalf("task %d: the anchors have labels %d and %d", task, b.Y[task*b.N], b.Y[task*b.N+1])
		}
		swapped += int(b.Y[task*b.N])
		for n := range b.N {
			follows := b.Y[task*b.N+n] == below(w, b.Point(task, n))
			if n < 2 && !follows {
				wrong++
			}
			if n >= 2 && !follows {
				t.Fatalf("task %d, point %d: label contradicts the rule", task, n)
			}
		}
	}
	if share := float64(wrong) / (2 * tasks); math.Abs(share-.921) > .015 {
		t.Errorf("%.3f of the anchors contradict the rule, want .921", share)
	}
	if share := float64(swapped) / tasks; math.Abs(share-.5) > .04 {
		t.Errorf("the anchors are swapped in %.3f of the tasks, want .5", share)
	}
}

func TestByName(t *testing.T) {
	for _, family := range synthetic.Families() {
		s, err := synthetic.ByName(family, 2.5, 7)
		if err != nil {
			t.Fatal(err)
		}
		if s.Name() != family {
			t.Errorf("ByName(%q) is called %q", family, s.Name())
		}
		b, err := s.Sample(datasets.Rand(1, "test"), 3)
		if err != nil {
			t.Fatal(err)
		}
		if b.T != 3 || b.N != 7 {
			t.Errorf("%s: %d tasks of %d points, want 3 of 7", family, b.T, b.N)
		}
		if text, err := json.Marshal(s); err != nil || !strings.Contains(string(text), "2.5") {
			t.Errorf("%s as JSON: %s, %v; want its sigma in it", family, text, err)
		}
	}
}

func TestErrors(t *testing.T) {
	byName := func(family string, sigma float64, n int) error {
		_, err := synthetic.ByName(family, sigma, n)
		return err
	}
	sample := func(s datasets.Sampler, tasks int) error {
		_, err := s.Sample(datasets.Rand(1, "test"), tasks)
		return err
	}
	noRand := func(s datasets.Sampler) error {
		_, err := s.Sample(nil, 1)
		return err
	}
	for want, err := range map[string]error{
		`unknown family "foo"; known: proto, pair, amort, radius, mix`: byName("foo", 1, 50),
		"sigma is -1; want > 0":            byName("proto", -1, 50),
		"sigma is 0; want > 0":             byName("mix", 0, 50),
		"sigma is NaN; want > 0":           byName("pair", math.NaN(), 50),
		"sigma is +Inf; want > 0":          byName("radius", math.Inf(1), 50),
		"0 points; want at least 1":        byName("amort", 1, 0),
		"-3 points; want at least 1":       byName("mix", 1, -3),
		"-1 dimensions; want at least 1":   synthetic.Proto{D: -1}.Validate(),
		"1 classes; want at least 2":       synthetic.Pair{C: 1}.Validate(),
		"-1 anchors a class; want":         synthetic.Pair{NC: -1}.Validate(),
		"sigma is -2; want > 0":            sample(synthetic.Amort{Sigma: -2}, 1),
		"1 points; want at least 2":        sample(synthetic.Amort{N: 1, Parity: true}, 1),
		"radii from 3 to 2; want":          sample(synthetic.Radius{RMin: 3, RMax: 2}, 1),
		"radii from 2 to NaN; want":        sample(synthetic.Radius{RMax: math.NaN()}, 1),
		"0 tasks; want at least 1":         sample(synthetic.Radius{}, 0),
		"too many values (":                sample(synthetic.Proto{N: math.MaxInt}, math.MaxInt),
		"100000000 tasks of 50 points":     sample(synthetic.Amort{}, 1e8),
		"rng is nil; make one with":        noRand(synthetic.Pair{}),
		"asked for -1 tasks; want":         sample(synthetic.Mixture(1, 50), -1),
		"member 0 of the mixture: synthet": sample(synthetic.Mixture(-4, 50), 1),
	} {
		checkMessage(t, err, want)
	}
}

func checkMessage(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got error %v, want one with %q", err, want)
	} else if strings.Contains(err.Error(), "\n") {
		t.Errorf("error of more than one line: %v", err)
	}
}
