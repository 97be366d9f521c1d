package regression_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/samplertest"
)

func TestQuadratic(t *testing.T) {
	for name, s := range map[string]regression.Quadratic{"paper": {}, "one dimension": {D: 1, N: 3}} {
		t.Run(name, func(t *testing.T) {
			d := cmp.Or(s.D, 20)
			e := expectInputs(cmp.Or(s.N, 41), d)
			e.Square = float64(d)
			e.Target = func(latent map[string][]float32, x []float32) float64 {
				sum := 0.0
				for i, w := range latent["w"] {
					sum += float64(w) * math.Pow(float64(x[i]), 2) / math.Sqrt(3)
				}
				return sum
			}
			samplertest.Run(t, s, e)
		})
	}
}

// TestMixedQuadratic: the mean square of xᵀWx/√D is D + 2.
func TestMixedQuadratic(t *testing.T) {
	for name, s := range map[string]regression.Quadratic{"ten dimensions": {D: 10, N: 15, Mixed: true}, "one dimension": {D: 1, N: 3, Mixed: true}} {
		t.Run(name, func(t *testing.T) {
			e := expectInputs(s.N, s.D)
			e.Square = float64(s.D) + 2
			e.Target = func(latent map[string][]float32, x []float32) float64 {
				sum := 0.0
				for i, w := range latent["W"] {
					sum += float64(w) * float64(x[i/s.D]) * float64(x[i%s.D])
				}
				return sum / math.Sqrt(float64(s.D))
			}
			samplertest.Run(t, s, e)
		})
	}
}

// TestParity: bits are −1 or 1, targets their product in K dimensions, labels its sign; every
// dimension is one of the K as often as any other.
func TestParity(t *testing.T) {
	product := func(latent map[string][]float32, x []float32) float64 {
		p := 1.0
		for i, in := range latent["bits"] {
			if in == 1 {
				p *= float64(x[i])
			}
		}
		return p
	}
	for name, s := range map[string]regression.Parity{"paper": {}, "of three": {K: 3, N: 20}, "of all": {D: 4, K: 4, N: 30}} {
		t.Run(name, func(t *testing.T) {
			e := expectInputs(cmp.Or(s.N, 120), cmp.Or(s.D, 10))
			e.Target, e.Square = product, 1
			samplertest.Run(t, s, e)
			s.Labels = true
			e.C, e.Share, e.Target, e.Square = 2, []float64{.5, .5}, nil, 0
			e.Rule = func(latent map[string][]float32, x []float32) int32 { return int32(product(latent, x)+1) / 2 }
			samplertest.Run(t, s, e)
		})
	}
	b, counts := mustSample(t, regression.Parity{K: 3, N: 1}, 5000), make([]int, 10)
	for task := range b.T {
		size := 0
		for i, in := range b.Latent["bits"].Row(task) {
			counts[i] += int(in)
			size += int(in)
		}
		if size != 3 {
			t.Fatalf("task %d is the parity of %d bits", task, size)
		}
	}
	for i, c := range counts {
		if math.Abs(float64(c)-1500) > 5*math.Sqrt(1500*.7) {
			t.Errorf("bit %d is in %d of 5000 tasks, want about 1500", i, c)
		}
	}
	for _, x := range b.X {
		if x != 1 && x != -1 {
			t.Fatalf("a bit is %g", x)
		}
	}
}

func TestReLUNet(t *testing.T) {
	for name, s := range map[string]regression.ReLUNet{"paper": {N: 4}, "small": {D: 3, N: 11, Hidden: 7}, "one unit": {D: 2, N: 5, Hidden: 1}} {
		t.Run(name, func(t *testing.T) {
			d, h := cmp.Or(s.D, 20), cmp.Or(s.Hidden, 100)
			e := expectInputs(s.N, d)
			e.Square = float64(d)
			e.Target = func(latent map[string][]float32, x []float32) float64 {
				sum := 0.0
				for i, v := range latent["v"] {
					sum += float64(v) * max(dot(map[string][]float32{"w": latent["W"][i*d : (i+1)*d]}, x), 0)
				}
				return sum * math.Sqrt(2/float64(h))
			}
			samplertest.Run(t, s, e)
		})
	}
}

// descend follows a tree down by recursion: its inner nodes and leaves are those
// from the given ones on, on a level of that width.
func descend(coordinate, leaf, x []float32, node, width int) float64 {
	if len(coordinate) < width {
		return float64(leaf[node])
	}
	if node *= 2; x[int(coordinate[node/2])] > 0 {
		node++
	}
	return descend(coordinate[width:], leaf, x, node, 2*width)
}

func TestTree(t *testing.T) {
	for name, s := range map[string]regression.Tree{"paper": {}, "stump": {D: 3, N: 11, Depth: 1}, "deep": {D: 2, N: 5, Depth: 6}} {
		t.Run(name, func(t *testing.T) {
			e := expectInputs(cmp.Or(s.N, 41), cmp.Or(s.D, 20))
			e.Square = 1
			e.Target = func(latent map[string][]float32, x []float32) float64 {
				return descend(latent["coordinate"], latent["leaf"], x, 0, 1)
			}
			samplertest.Run(t, s, e)
		})
	}
	// Every coordinate is as frequent as any other.
	counts := make([]int, 20)
	for _, c := range mustSample(t, regression.Tree{N: 1}, 2000).Latent["coordinate"].Data {
		counts[int(c)]++
	}
	for i, c := range counts {
		if math.Abs(float64(c)-1500) > 5*math.Sqrt(1500) {
			t.Errorf("coordinate %d is looked at by %d of 30000 nodes, want about 1500", i, c)
		}
	}
}

func TestClassification(t *testing.T) {
	for name, s := range map[string]regression.Classification{"paper": {}, "one dimension": {D: 1, N: 7}} {
		t.Run(name, func(t *testing.T) {
			e := expectInputs(cmp.Or(s.N, 41), cmp.Or(s.D, 20))
			e.C, e.Share = 2, []float64{.5, .5}
			e.Rule = func(latent map[string][]float32, x []float32) int32 {
				if dot(latent, x) > 0 {
					return 1
				}
				return 0
			}
			samplertest.Run(t, s, e)
		})
	}
}

func TestScaled(t *testing.T) {
	e := expect(9, 5, 1.5, 5*9)
	e.Target = func(latent map[string][]float32, x []float32) float64 { return 3 * dot(latent, x) }
	samplertest.Run(t, regression.Scaled{Tasks: regression.Linear{N: 9, D: 5, Noise: .5}, Factor: 3}, e)
}

// TestWeighted: in a mixture of families of different scales, weights of one over the mean
// square make the error of answering 0 the same, 1, for each.
func TestWeighted(t *testing.T) {
	mix := datasets.Mix{Samplers: []datasets.Sampler{
		regression.Weighted(regression.Linear{N: 9, D: 10}, 1./10), regression.Weighted(regression.Quadratic{N: 9, D: 10, Mixed: true}, 1./12),
		regression.Weighted(regression.Parity{N: 9}, 1),
	}}
	b := mustSample(t, mix, 9000)
	sums, counts := make([]float64, 3), make([]float64, 3)
	for i, z := range b.Z {
		family := int(b.Latent["family"].Data[i/b.N])
		sums[family] += float64(z) * float64(z)
		counts[family]++
	}
	for i, s := range sums {
		if got := s / counts[i]; math.Abs(got-1) > .06 {
			t.Errorf("%s: mean square %.3f, want 1", mix.Samplers[i].Name(), got)
		}
	}
	twice := mustSample(t, datasets.Mix{Samplers: []datasets.Sampler{regression.Linear{N: 2, D: 10}, regression.Linear{N: 2, D: 10}, regression.Parity{N: 2}}}, 300)
	parities := 0
	for _, f := range twice.Latent["family"].Data {
		if f == 2 {
			parities++
		}
	}
	if parities != 100 {
		t.Errorf("%d of 300 tasks are of the member that is listed once", parities)
	}
}

// TestByName: every name gives the family that has it, with the sizes asked for.
func TestByName(t *testing.T) {
	for _, name := range regression.Families() {
		f, err := regression.ByName(name, .5, 7, 6)
		if err != nil {
			t.Fatal(err)
		}
		b := mustSample(t, f, 2)
		d, inputs := f.Space()
		if f.Name() != name || b.N != 7 || b.D != 6 || d != 6 || inputs.Scale != .5 {
			t.Errorf("%s: got %s with %d points, %d dimensions, inputs %+v", name, f.Name(), b.N, b.D, inputs)
		}
		if plain, err := regression.ByName(name, 1, 41, 20); err != nil {
			t.Error(err)
		} else if _, inputs := plain.Space(); inputs != (regression.Inputs{}) {
			t.Errorf("%s: inputs %+v at sigma 1, want the zero value", name, inputs)
		}
	}
}

// TestJSON: the zero value of a family has no settings to write, and other tasks
// have other JSON.
func TestJSON(t *testing.T) {
	seen := map[string]datasets.Sampler{}
	unique := func(s datasets.Sampler) {
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[string(raw)]; ok {
			t.Errorf("%+v and %+v are both %s", other, s, raw)
		}
		seen[string(raw)] = s
	}
	for _, s := range []datasets.Sampler{regression.Linear{}, regression.Pool{}, regression.Tree{}, regression.Classification{},
		regression.Domain{}, regression.Domains{}, regression.Sinusoid{}, regression.Parity{}, regression.Quadratic{}} {
		if raw, err := json.Marshal(s); err != nil || string(raw) != "{}" {
			t.Errorf("%T: %s, error %v", s, raw, err)
		}
	}
	for _, uniform := range []float64{0, 1, 2} {
		unique(regression.Sparse{Inputs: regression.Inputs{Uniform: uniform, Scale: 3}})
	}
	unique(regression.Quadratic{Mixed: true, N: 99})
	unique(regression.Parity{Labels: true})
	unique(regression.Pool{Sphere: true})
	for _, strategy := range regression.Strategies() {
		unique(regression.Linear{Inputs: regression.Inputs{Strategy: strategy}})
	}
	for _, family := range []regression.Family{regression.Linear{}, regression.Quadratic{}, regression.Linear{D: 10}} {
		unique(regression.Scaled{Tasks: family, Factor: 2})
		unique(regression.Scaled{Tasks: family, Factor: 3})
		for _, order := range []string{"", "reverse", "mixed"} {
			unique(regression.Curriculum{Family: family, Order: order})
			unique(regression.Curriculum{Family: family, Order: order, From: 2})
			unique(regression.Curriculum{Family: family, Order: order, To: 9})
			unique(regression.Curriculum{Family: family, Order: order, Every: 3})
		}
	}
}

func ExampleByName() {
	f, err := regression.ByName("tree", 1, 41, 20)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := f.Sample(datasets.Rand(1, "example"), 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.T, "trees of", b.Latent["leaf"].Dims[0], "leaves")
	_, err = regression.ByName("forest", 1, 41, 20)
	fmt.Println(err)
	// Output:
	// 3 trees of 16 leaves
	// regression: unknown family "forest"; known: linear, sparse, pool, quadratic, relu, tree, classification, domains
}

func TestFamilyErrors(t *testing.T) {
	sample := func(s datasets.Sampler) error {
		_, err := s.Sample(datasets.Rand(1, "test"), 2)
		return err
	}
	byName := func(sigma float64, n, d int) error {
		_, err := regression.ByName("sparse", sigma, n, d)
		return err
	}
	_, noRand := regression.Tree{}.Sample(nil, 1)
	_, many := regression.ReLUNet{}.Sample(datasets.Rand(1, "test"), 1e6)
	_, deep := regression.Tree{Depth: 20}.Sample(datasets.Rand(1, "test"), 1e6)
	for want, err := range map[string]error{
		"a tree of depth -1; want 1..20, or 0 for 4":                 sample(regression.Tree{Depth: -1}),
		"a tree of depth 21":                                         regression.Tree{Depth: 21}.Validate(),
		"-3 hidden units; want at least 1":                           sample(regression.ReLUNet{Hidden: -3}),
		"weights of 100 hidden units: datasets: 1000000 tasks of 10": many,
		"trees of 1048576 leaves: datasets: 1000000 tasks":           deep,
		"-1 points; want at least 1":                                 sample(regression.Quadratic{N: -1}),
		"-2 dimensions; want at least 1":                             sample(regression.Classification{D: -2}),
		"rng is nil":                                                 noRand,
		"sigma is 0; want 1e-06 to 1e+06":                            byName(0, 5, 5),
		"sigma is NaN":                                               byName(math.NaN(), 5, 5),
		"0 points; want":                                             byName(1, 0, 5),
		"0 dimensions; want":                                         byName(1, 5, 0),
		"3 non-zero coordinates of 2":                                byName(1, 5, 2),
		"the factor of targets is 0; want 1e-06 to 1e+06":            sample(regression.Scaled{Tasks: regression.Linear{}}),
		"the factor of targets is -1":                                regression.Scaled{Tasks: regression.Linear{}, Factor: -1}.Validate(),
		"the factor of targets is +Inf":                              sample(regression.Scaled{Tasks: regression.Linear{}, Factor: math.Inf(1)}),
		"the parity of 3 bits of 2; want 1..2":                       sample(regression.Parity{D: 2, K: 3}),
		"the parity of -1 bits of 10":                                regression.Parity{K: -1}.Validate(),
		"-2 points; want at least 1":                                 sample(regression.Parity{N: -2}),
		"weights of 20 × 20: datasets: 1000000 tasks": func() error {
			_, err := regression.Quadratic{Mixed: true, N: 1}.Sample(datasets.Rand(1, "test"), 1e6)
			return err
		}(),
		"nothing to scale; set Scaled.Tasks": sample(regression.Scaled{Factor: 1}),
		"noise is -1":                        sample(regression.Scaled{Tasks: regression.Linear{Noise: -1}, Factor: 1}),
		"holds classification tasks":         sample(regression.Scaled{Tasks: regression.Classification{}, Factor: 1}),
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
