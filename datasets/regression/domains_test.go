package regression_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/samplertest"
)

func TestDomain(t *testing.T) {
	for name, s := range map[string]regression.Domain{
		"zero value": {},
		"one axis":   {Mean: []float64{1, -2, 0}, Axes: [][]float64{{1, 1, 0}}, Noise: .5},
		"shifted":    {N: 4, Mean: []float64{3, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := s.Space()
			e := expect(cmp.Or(s.N, 11), d, s.Noise, 0)
			e.Square = s.Square()
			samplertest.Run(t, s, e)
			checkMoments(t, s)
		})
	}
}

// checkMoments compares mean and covariance of w with those of the domain.
func checkMoments(t *testing.T, s regression.Domain) {
	const tasks = 20_000
	s.N = 1
	w, cov := mustSample(t, s, tasks).Latent["w"], s.Cov()
	mean := s.Mean
	if mean == nil {
		mean = make([]float64, len(cov))
	}
	for i := range cov {
		for j := range cov {
			first, second := 0.0, 0.0
			for task := range tasks {
				a, b := float64(w.Row(task)[i])-mean[i], float64(w.Row(task)[j])-mean[j]
				first, second = first+a/tasks, second+a*b/tasks
			}
			if math.Abs(first) > 5*math.Sqrt(cov[i][i]/tasks)+1e-6 {
				t.Errorf("weight %d is %.4f from its mean", i, first)
			}
			if se := math.Sqrt((cov[i][i]*cov[j][j] + cov[i][j]*cov[i][j]) / tasks); math.Abs(second-cov[i][j]) > 5*se+1e-6 {
				t.Errorf("weights %d and %d have covariance %.4f, want %.4f", i, j, second, cov[i][j])
			}
		}
	}
}

func TestDomains(t *testing.T) {
	for name, s := range map[string]regression.Domains{
		"paper": {}, "rotated": {Shape: "rotated", D: 3, Noise: .3}, "low rank": {Shape: "lowrank", N: 6},
		"equal": {Least: .5, Most: .5, D: 1, N: 3},
	} {
		t.Run(name, func(t *testing.T) {
			d, _ := s.Space()
			e := expect(cmp.Or(s.N, 11), d, s.Noise, 0)
			s.Tasks = 1 // for tasks that are independent of each other
			e.Square = s.Square()
			samplertest.Run(t, s, e)
		})
	}
}

// TestDomainsInGroups: each group of tasks has a domain of its own, and its latent
// variables tell what w was drawn from.
func TestDomainsInGroups(t *testing.T) {
	b := mustSample(t, regression.Domains{Tasks: 3, Shape: "lowrank", Rank: 2}, 8)
	for task := range b.T {
		if got := b.Latent["domain"].Row(task)[0]; got != float32(task/3) {
			t.Errorf("task %d is of domain %g", task, got)
		}
		for _, name := range []string{"mean", "cov"} {
			same := task > 0 && slices.Equal(b.Latent[name].Row(task), b.Latent[name].Row(task-1))
			if same != (task%3 > 0) {
				t.Errorf("task %d has the %s of the task before it: %t", task, name, same)
			}
		}
	}
	if w := b.Latent["w"]; slices.Equal(w.Row(0), w.Row(1)) {
		t.Error("two tasks of a domain have the same w")
	}
}

// TestDrawnDomains: the variances are in range, along as many axes as they should be,
// and Sample draws its domains as Draw does.
func TestDrawnDomains(t *testing.T) {
	for _, c := range []struct {
		s    regression.Domains
		rank int
	}{
		{regression.Domains{}, 5}, {regression.Domains{Shape: "rotated", Least: .1, Most: 2}, 5},
		{regression.Domains{Shape: "lowrank"}, 2}, {regression.Domains{Shape: "lowrank", Rank: 5}, 5},
		{regression.Domains{Shape: "lowrank", D: 1}, 1},
	} {
		least, most := cmp.Or(c.s.Least, .01), cmp.Or(c.s.Most, 1)
		const draws = 2000
		rng, variance, square := datasets.Rand(1, "domains"), 0.0, 0.0
		for range draws {
			domain, err := c.s.Draw(rng)
			if err != nil {
				t.Fatal(err)
			}
			square += domain.Square() / draws
			for i, row := range domain.Cov() {
				variance += row[i] / draws / float64(len(row))
				if c.s.Shape == "" && slices.ContainsFunc(slices.Delete(slices.Clone(row), i, i+1), func(v float64) bool { return v != 0 }) {
					t.Fatalf("row %d of a diagonal Σ is %g", i, row)
				}
			}
			values := eigenvalues(t, domain.Cov())
			for i, v := range values {
				if zero := i < len(values)-c.rank; zero && math.Abs(v) > 1e-6 || !zero && (v < least*.999 || v > most*1.001) {
					t.Fatalf("%+v: Σ has eigenvalues %g; want %d of them, from %g to %g", c.s, values, c.rank, least, most)
				}
			}
		}
		if math.Abs(variance-c.s.Variance()) > .05*c.s.Variance() || math.Abs(square-c.s.Square()) > .05*c.s.Square() {
			t.Errorf("%+v: variance %.3f and mean square %.3f; want %.3f and %.3f", c.s, variance, square, c.s.Variance(), c.s.Square())
		}
	}
	domain, err := regression.Domains{}.Draw(datasets.Rand(1, "golden"))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range mustSample(t, regression.Domains{}, 1).Latent["mean"].Data {
		if float64(v) != domain.Mean[i] {
			t.Errorf("Sample draws the mean %g, Draw %g", v, domain.Mean[i])
		}
	}
}

func eigenvalues(t *testing.T, cov [][]float64) []float64 {
	m := mat.NewSymDense(len(cov), slices.Concat(cov...))
	var eigen mat.EigenSym
	if !eigen.Factorize(m, false) {
		t.Fatal("no eigenvalues")
	}
	return eigen.Values(nil)
}

func TestSinusoid(t *testing.T) {
	for name, s := range map[string]regression.Sinusoid{"zero value": {}, "noisy": {N: 3, Noise: .4}} {
		t.Run(name, func(t *testing.T) {
			e := samplertest.Expect{N: cmp.Or(s.N, 11), D: 1, Mean: []float64{0}, Cov: [][]float64{{25. / 3}}, Noise: s.Noise}
			e.Target = func(latent map[string][]float32, x []float32) float64 {
				return float64(latent["amplitude"][0]) * math.Sin(float64(x[0])+float64(latent["phase"][0]))
			}
			e.Square = (125-.001)/4.9/6 + s.Noise*s.Noise // half of the mean of A²
			samplertest.Run(t, s, e)
		})
	}
	b := mustSample(t, regression.Sinusoid{}, 1000)
	for i, z := range b.Z {
		exact := float64(b.Latent["amplitude"].Data[i/b.N]) * math.Sin(float64(b.X[i])+float64(b.Latent["phase"].Data[i/b.N]))
		if math.Abs(float64(z)-exact) > 0x1p-24*math.Abs(exact)+1e-13 {
			t.Fatalf("target %g, rounding of %g", z, exact)
		}
	}
	for name, limits := range map[string][2]float32{"amplitude": {.1, 5}, "phase": {0, math.Pi}} {
		if v := b.Latent[name].Data; slices.Min(v) < limits[0] || slices.Max(v) > limits[1] || slices.Max(v)-slices.Min(v) < .95*(limits[1]-limits[0]) {
			t.Errorf("%s from %g to %g, want %g", name, slices.Min(v), slices.Max(v), limits)
		}
	}
}

func TestDomainErrors(t *testing.T) {
	sample := func(s datasets.Sampler, tasks int) error {
		_, err := s.Sample(datasets.Rand(1, "test"), tasks)
		return err
	}
	draw := func(s regression.Domains) error {
		_, err := s.Draw(datasets.Rand(1, "test"))
		return err
	}
	_, noRand := regression.Domains{}.Draw(nil)
	_, noRandSample := regression.Domains{}.Sample(nil, 1)
	for want, err := range map[string]error{
		"a domain without variance: all its tasks are the same function": sample(regression.Domain{Axes: [][]float64{{0, 0}}}, 1),
		"domain without variance":                                         regression.Domain{Axes: [][]float64{}}.Validate(),
		"without variance: all its":                                       regression.Domain{Axes: [][]float64{{1e-200}}}.Validate(),
		"the domain's mean has 2 numbers, want one for each of 3 dim":     regression.Domain{D: 3, Mean: []float64{1, 2}}.Validate(),
		"axis 1 of the domain has 1 numbers, want one for each of 2":      regression.Domain{Axes: [][]float64{{1, 2}, {3}}}.Validate(),
		"axis 0 of the domain has 3 numbers":                              regression.Domain{Mean: []float64{1, 2}, Axes: [][]float64{{1, 2, 3}}}.Validate(),
		"the domain's mean is NaN in dimension 1; want at most 1e+06":     sample(regression.Domain{Mean: []float64{1, math.NaN()}}, 1),
		"axis 0 of the domain is +Inf in dimension 0":                     sample(regression.Domain{Axes: [][]float64{{math.Inf(1)}}}, 1),
		"the domain's mean has 0 numbers":                                 regression.Domain{Mean: []float64{}}.Validate(),
		"-2 points":                                                       regression.Domain{N: -2}.Validate(),
		`unknown shape "round" of domains; want "", "rotated" or "lowran`: draw(regression.Domains{Shape: "round"}),
		"domains of rank 6 in 5 dimensions; want 1..5":                    draw(regression.Domains{Shape: "lowrank", Rank: 6}),
		"domains of rank -1 in 5":                                         draw(regression.Domains{Shape: "lowrank", Rank: -1}),
		`domains of rank 2 with the shape "rotated"; leave Rank at 0, or`: draw(regression.Domains{Shape: "rotated", Rank: 2}),
		"variances of domains from 2 to 1; want the least first":          sample(regression.Domains{Least: 2}, 1),
		"variances of domains from NaN to 1":                              draw(regression.Domains{Least: math.NaN()}),
		"the least variance of domains is -1; want 1e-06 to 1e+06":        draw(regression.Domains{Least: -1}),
		"the greatest variance of domains is +Inf":                        draw(regression.Domains{Most: math.Inf(1)}),
		"-1 tasks of a domain; want at least 1":                           draw(regression.Domains{Tasks: -1}),
		"noise is -1; want":                                               draw(regression.Domains{Noise: -1}),
		"noise is NaN":                                                    sample(regression.Sinusoid{Noise: math.NaN()}, 1),
		"-1 points; want":                                                 regression.Sinusoid{N: -1}.Validate(),
		"rng is nil; make":                                                noRand,
		"rng is nil":                                                      noRandSample,
		"a covariance for each task: datasets: 1000000 tasks of 100":      sample(regression.Domains{D: 100, N: 1}, 1e6),
	} {
		checkMessage(t, err, want)
	}
}

// Tasks of one domain share what a learner can adapt to: here, that w varies in one
// direction only.
func ExampleDomains_Draw() {
	domains := regression.Domains{D: 3, Shape: "lowrank", Rank: 1}
	domain, err := domains.Draw(datasets.Rand(1, "domains"))
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := domain.Sample(datasets.Rand(1, "tasks"), 64)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.T, "tasks of", b.N, "points, and", len(domain.Axes), "axis")
	// Output: 64 tasks of 11 points, and 1 axis
}
