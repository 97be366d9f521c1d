package synthetic_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/samplertest"
	"github.com/goicl/goicl/datasets/synthetic"
)

// rules computes a family's label from its latent variables and the input before the map.
var rules = map[string]func(latent map[string][]float32, x []float32) int32{
	"": rule("w", nearest), "proto": rule("w", nearest), "pair": rule("u", mostSimilar), "amort": rule("w", below),
	"mix": func(latent map[string][]float32, x []float32) int32 {
		switch latent["family"][0] {
		case 0:
			return nearest(latent["proto.w"], x)
		case 1:
			return mostSimilar(latent["pair.u"], x)
		}
		return below(latent["amort.w"], x)
	},
}

// unmap takes x back through a map [D, D].
func unmap(m, x []float32) []float32 {
	d := len(x)
	a, b := mat.NewDense(d, d, nil), mat.NewVecDense(d, nil)
	for i, v := range x {
		b.SetVec(i, float64(v))
		for j := range d {
			a.Set(i, j, float64(m[i*d+j]))
		}
	}
	var back mat.VecDense
	if err := back.SolveVec(a, b); err != nil {
		panic(err)
	}
	out := make([]float32, d)
	for i := range out {
		out[i] = float32(back.AtVec(i))
	}
	return out
}

// TestDomains: maps turn inputs any way, so that over domains they have the moments of
// the family, and labels are the family's before the map.
func TestDomains(t *testing.T) {
	for name, s := range map[string]synthetic.Domains{
		"zero value": {}, "pair": {Family: "pair", D: 3, Sigma: 2, N: 9}, "amort": {Family: "amort", Ratio: 3}, "mix": {Family: "mix"},
	} {
		t.Run(name, func(t *testing.T) {
			s.Tasks = 1 // for tasks that are independent of each other
			n, d, sigma := or(s.N, 50), or(s.D, 2), or(s.Sigma, 1)
			variance := 1 + sigma*sigma
			switch s.Family {
			case "pair":
				variance = sigma * sigma
			case "mix":
				variance = (2. + 1 + 2) / 3
			}
			samplertest.Run(t, s, samplertest.Expect{
				N: n, D: d, C: 2, Mean: make([]float64, d), Cov: isotropic(d, variance), Share: equalShares(2),
				Rule: func(latent map[string][]float32, x []float32) int32 {
					return rules[s.Family](latent, unmap(latent["map"], x))
				},
			})
		})
	}
}

func TestDomain(t *testing.T) {
	m := [][]float64{{2, 1}, {-1, .5}}
	flat := []float32{2, 1, -1, .5}
	for _, family := range []string{"proto", "pair", "amort", "mix"} {
		t.Run(family, func(t *testing.T) {
			v := map[string]float64{"proto": 2, "pair": 1, "amort": 2, "mix": 5. / 3}[family]
			samplertest.Run(t, synthetic.Domain{Family: family, N: 20, Map: m}, samplertest.Expect{
				N: 20, D: 2, C: 2, Mean: []float64{0, 0}, Share: equalShares(2),
				Cov: [][]float64{{5 * v, -1.5 * v}, {-1.5 * v, 1.25 * v}}, // v Map Mapᵀ
				Rule: func(latent map[string][]float32, x []float32) int32 {
					return rules[family](latent, unmap(flat, x))
				},
			})
		})
	}
	plain, err1 := synthetic.Proto{}.Sample(datasets.Rand(1, "test"), 3)
	same, err2 := synthetic.Domain{}.Sample(datasets.Rand(1, "test"), 3)
	if err1 != nil || err2 != nil || !slices.Equal(plain.X, same.X) {
		t.Errorf("a domain without a map draws other tasks than its family; errors %v, %v", err1, err2)
	}
}

// TestDrawnMaps: the squares of a map add up to D, and its axes differ by at most Ratio,
// by half of it in logarithms at times.
func TestDrawnMaps(t *testing.T) {
	for _, s := range []synthetic.Domains{{}, {Family: "pair", D: 4, Ratio: 100}, {Ratio: 1}} {
		d, ratio, most := or(s.D, 2), or(s.Ratio, 10), 0.0
		rng := datasets.Rand(1, "maps")
		for range 200 {
			domain, err := s.Draw(rng)
			if err != nil {
				t.Fatal(err)
			}
			m := mat.NewDense(d, d, slices.Concat(domain.Map...))
			var svd mat.SVD
			if !svd.Factorize(m, mat.SVDNone) {
				t.Fatal("no singular values")
			}
			values := svd.Values(nil)
			most = max(most, values[0]/values[d-1])
			if norm := mat.Norm(m, 2); math.Abs(norm*norm-float64(d)) > 1e-5 {
				t.Errorf("the squares of a map add up to %g, want %d", norm*norm, d)
			}
		}
		if most > ratio*(1+1e-5) || most < math.Sqrt(ratio)*(1-1e-5) {
			t.Errorf("%+v: axes differ by a ratio of up to %g, want %g", s, most, ratio)
		}
	}
}

// TestDomainsInGroups: each group of tasks has a map of its own.
func TestDomainsInGroups(t *testing.T) {
	b, err := synthetic.Domains{Tasks: 3}.Sample(datasets.Rand(1, "test"), 8)
	if err != nil {
		t.Fatal(err)
	}
	for task := range b.T {
		if got := b.Latent["domain"].Row(task)[0]; got != float32(task/3) {
			t.Errorf("task %d is of domain %g", task, got)
		}
		maps := b.Latent["map"]
		if same := task > 0 && slices.Equal(maps.Row(task), maps.Row(task-1)); same != (task%3 > 0) {
			t.Errorf("task %d has the map of the task before it: %t", task, same)
		}
	}
}

func TestDomainErrors(t *testing.T) {
	of := func(m ...[]float64) error {
		_, err := synthetic.Domain{Map: m}.Sample(datasets.Rand(1, "test"), 1)
		return err
	}
	draw := func(s synthetic.Domains) error {
		_, err := s.Draw(datasets.Rand(1, "test"))
		return err
	}
	sample := func(s synthetic.Domains, tasks int) error {
		_, err := s.Sample(datasets.Rand(1, "test"), tasks)
		return err
	}
	_, noRand := synthetic.Domains{}.Draw(nil)
	_, noRandSample := synthetic.Domains{Family: "mix"}.Sample(nil, 1)
	for want, err := range map[string]error{
		"the map is singular: row 1 is a combination of those before it": of([]float64{1, 2}, []float64{2, 4}),
		"the map is singular: row 0 is":                                  of([]float64{0, 0}, []float64{2, 4}),
		"singular: row 2 is a combination":                               of([]float64{1, 2, 0}, []float64{0, 1, 1}, []float64{1, 3, 1}),
		"row 1 of the map has 1 numbers, want 2":                         of([]float64{1, 2}, []float64{2}),
		"the map has NaN in row 0, column 1; want at most 1e+06":         of([]float64{1, math.NaN()}, []float64{0, 1}),
		"the map has -Inf in row 1":                                      of([]float64{1, 0}, []float64{math.Inf(-1), 1}),
		"a map of 2 rows for inputs of 3 dimensions":                     synthetic.Domain{D: 3, Map: [][]float64{{1, 0}, {0, 1}}}.Validate(),
		"a map of 0 rows for inputs of 2":                                synthetic.Domain{D: 2, Map: [][]float64{}}.Validate(),
		`no domains of the family "radius"; want proto, pair, amort or`:  draw(synthetic.Domains{Family: "radius"}),
		"up to a ratio of 0.5; want 1 to 1000":                           draw(synthetic.Domains{Ratio: .5}),
		"up to a ratio of NaN":                                           sample(synthetic.Domains{Ratio: math.NaN()}, 1),
		"-1 tasks of a domain; want at least 1":                          sample(synthetic.Domains{Tasks: -1}, 1),
		"sigma is -1; want":                                              sample(synthetic.Domains{Family: "mix", Sigma: -1}, 1),
		"-1 points; want":                                                draw(synthetic.Domains{N: -1}),
		"0 tasks; want":                                                  sample(synthetic.Domains{}, 0),
		"a map for each task: datasets: 1000000 tasks of 100":            sample(synthetic.Domains{D: 100, N: 1}, 1e6),
		"rng is nil; make one":                                           noRand,
		"rng is nil":                                                     noRandSample,
	} {
		checkMessage(t, err, want)
	}
}

// A domain is a geometry that its tasks share and a learner can adapt to.
func ExampleDomains_Draw() {
	domain, err := synthetic.Domains{Family: "amort"}.Draw(datasets.Rand(1, "domains"))
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := domain.Sample(datasets.Rand(1, "tasks"), 64)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(domain.Name(), "with", b.T, "tasks of", b.N, "points")
	// Output: amort-domain with 64 tasks of 50 points
}
