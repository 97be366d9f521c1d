package markov_test

import (
	"fmt"
	"log"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/markov"
	"github.com/goicl/goicl/datasets/samplertest"
)

// TestChainsPassTheBattery: by symmetry all states are equally frequent, and the first one is,
// too, since the chain starts from its stationary distribution.
func TestChainsPassTheBattery(t *testing.T) {
	const k = 4
	e := samplertest.Expect{N: 20, D: k, C: k, Ordered: true}
	for i := range k {
		e.Mean, e.Share, e.Cov = append(e.Mean, 1./k), append(e.Share, 1./k), append(e.Cov, make([]float64, k))
		for j := range k {
			e.Cov[i][j] = -1. / k / k
		}
		e.Cov[i][i] += 1. / k
	}
	for _, s := range []markov.Chains{{}, {Concentration: .5}, {DoublyStochastic: true}} {
		s.N, s.States = 20, k
		samplertest.Run(t, s, e)
	}
}

func draw(t *testing.T, s markov.Chains, tasks int) *datasets.Batch {
	t.Helper()
	b, err := s.Sample(datasets.Rand(1, "chains"), tasks)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// mean is a mean of independent values with its standard error.
type mean struct{ n, sum, squares float64 }

func (m *mean) add(v float64) { m.n++; m.sum += v; m.squares += v * v }

// check compares the mean with what it should be.
func (m *mean) check(t *testing.T, what string, want float64) {
	t.Helper()
	got := m.sum / m.n
	se := math.Sqrt(max(0, m.squares/m.n-got*got) / m.n)
	if m.n < 100 || !(math.Abs(got-want) <= 5*se+1e-6) {
		t.Errorf("%s: %.5f ± %.5f of %g values, want %.5f", what, got, se, m.n, want)
	}
}

// TestRows: rows have the moments of Dirichlet(a, …, a), in doubly stochastic matrices, too;
// there columns add up to 1, and elsewhere rows are independent.
func TestRows(t *testing.T) {
	const k = 3
	for _, a := range []float64{.2, 1, 4} {
		for _, doubly := range []bool{false, true} {
			s := markov.Chains{N: 1, States: k, Concentration: a, DoublyStochastic: doubly}
			var first, square, cube, neighbours, column mean
			for _, p := range rows(draw(t, s, 6000)) {
				first.add(p[1])
				var squares, cubes, across, down float64
				for i, q := range p {
					squares += q * q / k / k
					cubes += q * q * q / k / k
					across += q * p[i/k*k+(i+1)%k] / k / k
					down += q * p[(i+k)%(k*k)] / k / k
				}
				square.add(squares)
				cube.add(cubes)
				neighbours.add(across)
				column.add(down)
				for i := range k {
					down := p[i] + p[k+i] + p[2*k+i]
					if across := p[i*k] + p[i*k+1] + p[i*k+2]; math.Abs(across-1) > 1e-6 || doubly && math.Abs(down-1) > 1e-6 {
						t.Fatalf("%+v: row %d of %.4f adds up to %g, column %d to %g", s, i, p, across, i, down)
					}
				}
			}
			name := fmt.Sprintf("a = %g, doubly stochastic: %t, ", a, doubly)
			e2 := (a + 1) / (k * (k*a + 1))
			first.check(t, name+"E p", 1./k)
			square.check(t, name+"E p²", e2)
			neighbours.check(t, name+"E pp' in a row", a/(k*(k*a+1)))
			if doubly {
				column.check(t, name+"E pp' in a column", a/(k*(k*a+1))) // since both directions are alike
				continue
			}
			cube.check(t, name+"E p³", e2*(a+2)/(k*a+2))
			column.check(t, name+"E pp' in a column", 1./k/k)
		}
	}
}

// rows are the transition matrices.
func rows(b *datasets.Batch) [][]float64 {
	all := make([][]float64, b.T)
	for t := range all {
		for _, p := range b.Latent["transition"].Row(t) {
			all[t] = append(all[t], float64(p))
		}
	}
	return all
}

// states are s_0, …, s_N of a chain, after a check that labels are inputs shifted by one.
func states(t *testing.T, b *datasets.Batch, task int) []int {
	t.Helper()
	var all []int
	for n := range b.N {
		x := b.Point(task, n)
		for i, v := range x {
			if v == 1 {
				all = append(all, i)
			}
		}
		if len(all) != n+1 || n > 0 && int(b.Y[task*b.N+n-1]) != all[n] {
			t.Fatalf("task %d: the input of point %d is %v after the label %d", task, n, x, b.Y[task*b.N+n-1])
		}
	}
	return append(all, int(b.Y[task*b.N+b.N-1]))
}

// TestChainsFollowTheirMatrix: transitions have its probabilities, and each state, the first one
// included, those of its stationary distribution.
func TestChainsFollowTheirMatrix(t *testing.T) {
	for _, s := range []markov.Chains{{N: 6}, {N: 6, Concentration: .2}, {N: 6, DoublyStochastic: true}} {
		const k = 3
		b := draw(t, s, 8000)
		transitions, occupied := make([]mean, k*k), make([]mean, (b.N+1)*k)
		for task, p := range rows(b) {
			chain, pi := states(t, b, task), limit(p, k)
			for n, state := range chain {
				for j := range k {
					// Times the probability, since by symmetry the mean says nothing.
					occupied[n*k+j].add((indicator(state == j) - pi[j]) * pi[j])
					if n > 0 {
						q := p[chain[n-1]*k+j]
						transitions[chain[n-1]*k+j].add((indicator(state == j) - q) * q)
					}
				}
			}
		}
		for i := range transitions {
			transitions[i].check(t, fmt.Sprintf("%+v: transition %d→%d beyond its probability", s, i/k, i%k), 0)
		}
		for i := range occupied {
			occupied[i].check(t, fmt.Sprintf("%+v: state %d at %d beyond its probability", s, i%k, i/k), 0)
		}
	}
}

// limit is the distribution of a chain's state after very many steps, each taken with
// probability 1/2, so that it has a limit.
func limit(p []float64, k int) []float64 {
	m := make([]float64, k*k)
	for i := range m {
		m[i] = (p[i] + indicator(i%(k+1) == 0)) / 2
	}
	for range 40 { // squarings
		next := make([]float64, k*k)
		for i := range next {
			for j := range k {
				next[i] += m[i/k*k+j] * m[j*k+i%k]
			}
		}
		for i := range next { // rounding would add up
			row := next[i/k*k : i/k*k+k]
			m[i] = next[i] / (row[0] + row[1] + row[2])
		}
	}
	return m[:k]
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func TestWrongChains(t *testing.T) {
	for want, s := range map[string]markov.Chains{
		"-1 points":                     {N: -1},
		"1 states; want 2 to 256":       {States: 1},
		"257 states":                    {States: 257},
		"concentration is -1":           {Concentration: -1},
		"concentration is NaN":          {Concentration: math.NaN()},
		"concentration is 0.001; want":  {Concentration: .001},
		"mix 200201 permutations, the ": {States: 200, Concentration: 1000, DoublyStochastic: true},
		"too many values":               {N: 1 << 40},
	} {
		if b, err := s.Sample(datasets.Rand(1, "t"), 2); err == nil || b != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v; want one with %q", s, err, want)
		}
	}
	if _, err := (markov.Chains{}).Sample(nil, 2); err == nil || !strings.Contains(err.Error(), "rng is nil") {
		t.Errorf("nil rng: error %v", err)
	}
}

// Point i is the state s_i, one-hot, and its label is the next state.
func ExampleChains() {
	b, err := markov.Chains{N: 4, States: 2}.Sample(datasets.Rand(1, "test"), 1)
	if err != nil {
		log.Fatal(err)
	}
	for n := range b.N {
		fmt.Println(b.Point(0, n), b.Y[n])
	}
	fmt.Printf("%.2f\n", b.Latent["transition"].Row(0)) // after state 0, and after state 1
	// Output:
	// [0 1] 1
	// [0 1] 0
	// [1 0] 1
	// [0 1] 1
	// [0.66 0.34 0.45 0.55]
}

// BenchmarkSample draws batches of 64 chains.
func BenchmarkSample(b *testing.B) {
	for _, s := range []markov.Chains{{N: 64}, {N: 64, DoublyStochastic: true}, {N: 64, States: 20}} {
		b.Run(fmt.Sprintf("%+v", s), func(b *testing.B) {
			rng := datasets.Rand(1, "bench")
			for b.Loop() {
				if _, err := s.Sample(rng, 64); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
