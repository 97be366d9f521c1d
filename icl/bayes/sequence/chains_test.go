package sequence_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/markov"
	"github.com/goicl/goicl/icl/bayes/sequence"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/internal/predict/predicttest"
)

// k is the number of states.
const k = 3

// chain is a task of the states of a chain, of which the last is the query.
func chain(states ...int) *datasets.Batch {
	b := datasets.NewBatch(1, len(states), k, k)
	for n, s := range states {
		b.Point(0, n)[s] = 1
		if n > 0 {
			b.Y[n-1] = int32(s)
		}
	}
	return b
}

// rows draws rows of Dirichlet(a, …, a), [k, k] of each of so many matrices.
func rows(t *testing.T, a float64, matrices int) []float32 {
	t.Helper()
	b, err := markov.Chains{N: 1, States: k, Concentration: a}.Sample(datasets.Rand(1, "rows"), matrices)
	if err != nil {
		t.Fatal(err)
	}
	return b.Latent["transition"].Data
}

// checkMonteCarlo compares probabilities with means of draws weighted by their likelihoods, which
// each calls with the likelihood and the probabilities of a draw.
func checkMonteCarlo(t *testing.T, name string, got []float32, each func(add func(likelihood float64, probs []float32))) {
	t.Helper()
	var total float64
	sum, squares, crossed := make([]float64, len(got)), make([]float64, len(got)), make([]float64, len(got))
	square := 0.
	each(func(likelihood float64, probs []float32) {
		total += likelihood
		square += likelihood * likelihood
		for j, p := range probs {
			v := likelihood * float64(p)
			sum[j] += v
			squares[j] += v * v
			crossed[j] += v * likelihood
		}
	})
	for j, p := range got {
		want := sum[j] / total // a ratio of means, with the standard error of one
		se := math.Sqrt(squares[j]-2*want*crossed[j]+want*want*square) / total
		if !(se < .004) || math.Abs(float64(p)-want) > 5*se {
			t.Errorf("%s: state %d has the probability %.5f, want %.5f ± %.5f", name, j, p, want, se)
		}
	}
}

// TestBigramByMonteCarlo: the mean over transition matrices, weighted by the likelihood of the
// transitions.
func TestBigramByMonteCarlo(t *testing.T) {
	states := []int{0, 1, 1, 2, 1, 0, 1, 1}
	for _, a := range []float64{.5, 1, 3} {
		p := rows(t, a, 60_000)
		got := predicttest.Predict(sequence.Bigram{Concentration: a}, chain(states...), len(states)-1)
		checkMonteCarlo(t, fmt.Sprintf("a = %g", a), got, func(add func(float64, []float32)) {
			for m := 0; m < len(p); m += k * k {
				likelihood := 1.
				for n, s := range states[1:] {
					likelihood *= float64(p[m+states[n]*k+s])
				}
				add(likelihood, p[m+states[len(states)-1]*k:][:k])
			}
		})
	}
}

// TestUnigramByMonteCarlo: the mean over distributions ~ Dirichlet(ka, …, ka), weighted by the
// likelihood of the states.
func TestUnigramByMonteCarlo(t *testing.T) {
	states := []int{0, 1, 1, 2, 1, 0, 1, 1}
	for _, a := range []float64{1. / 3, 1, 2} {
		p := rows(t, k*a, 30_000)
		got := predicttest.Predict(sequence.Unigram{Concentration: a}, chain(states...), len(states)-1)
		checkMonteCarlo(t, fmt.Sprintf("a = %g", a), got, func(add func(float64, []float32)) {
			for m := 0; m < len(p); m += k {
				likelihood := 1.
				for _, s := range states {
					likelihood *= float64(p[m+s])
				}
				add(likelihood, p[m:m+k])
			}
		})
	}
}

// TestNextStateIsDirichlet: Σ_i w_i P_i has the moments of Dirichlet(ka, …, ka) for shares w of the
// same distribution, as Chamayou and Letac say.
func TestNextStateIsDirichlet(t *testing.T) {
	const draws = 60_000
	for _, a := range []float64{.5, 2} {
		p, w := rows(t, a, draws), rows(t, k*a, draws)
		var second, third []float64
		for m := range draws {
			q := 0.
			for i := range k {
				q += float64(w[len(w)-k-m*k*k+i]) * float64(p[m*k*k+i*k]) // of another draw
			}
			second, third = append(second, q*q), append(third, q*q*q)
		}
		e2 := (k*a + 1) / (k * (k*k*a + 1))
		for moment, c := range map[string]struct {
			values []float64
			want   float64
		}{"second": {second, e2}, "third": {third, e2 * (k*a + 2) / (k*k*a + 2)}} {
			if m := eval.Interval([][]float64{c.values}); math.Abs(m.Mean-c.want) > 5*m.SE {
				t.Errorf("a = %g: the %s moment is %.5f ± %.5f, want %.5f", a, moment, m.Mean, m.SE, c.want)
			}
		}
	}
}

// loss is the mean log-loss of a predictor over all points.
func loss(p eval.Classifier, b *datasets.Batch) (mean float64) {
	probs := predicttest.Predict(p, b, eval.AllLengths(b.N)...)
	for i, y := range b.Y {
		mean -= math.Log(float64(probs[i*b.C+int(y)])) / float64(len(b.Y))
	}
	return mean
}

// TestLosses: counts of states say something of chains and nothing of doubly stochastic ones,
// where counts of transitions say as much; what is added to the counts is right.
func TestLosses(t *testing.T) {
	chains := predicttest.Draw(markov.Chains{N: 64}, 1500)
	doubly := predicttest.Draw(markov.Chains{N: 64, DoublyStochastic: true}, 1500)
	unigram, bigram := loss(sequence.Unigram{}, chains), loss(sequence.Bigram{}, chains)
	if math.Abs(unigram-1.009) > .012 || math.Abs(bigram-.908) > .012 {
		t.Errorf("log-losses %.4f of the unigram, %.4f of the bigram; want 1.009 and .908", unigram, bigram)
	}
	if u, b := loss(sequence.Unigram{}, doubly), loss(sequence.Bigram{}, doubly); u < math.Log(3) || b > .94 {
		t.Errorf("doubly stochastic: log-losses %.4f of the unigram, %.4f of the bigram; want at least ln 3, and at most .94", u, b)
	}
	for _, a := range []float64{.5, 2} {
		if l := loss(sequence.Bigram{Concentration: a}, chains); l < bigram+.002 {
			t.Errorf("the bigram with a = %g has the log-loss %.4f, with a = 1 %.4f", a, l, bigram)
		}
	}
	least := math.Inf(1)
	for _, added := range []float64{.5, 1.5, 2, 2.5, 4, 6} {
		least = min(least, loss(sequence.Unigram{Concentration: added / 3}, chains))
	}
	if paper := loss(sequence.Unigram{Concentration: 1. / 3}, chains); unigram > least+.001 || unigram > paper-.002 {
		t.Errorf("log-loss %.4f with ka = 3 added to the counts, %.4f with 1, %.4f with what is best", unigram, paper, least)
	}
}

// TestStationaryStart: what a bigram loses by not using that the first state is from π is
// ln k − E[entropy of π], after many steps of a chain.
func TestStationaryStart(t *testing.T) {
	b := predicttest.Draw(markov.Chains{N: 4000, States: k}, 250)
	gap := 0.
	for task := range b.T {
		for state := range k {
			n := 0
			for _, y := range b.Y[task*b.N : (task+1)*b.N] {
				if int(y) == state {
					n++
				}
			}
			if share := float64(n) / float64(b.N); n > 0 {
				gap += share * math.Log(k*share) / float64(b.T)
			}
		}
	}
	if math.Abs(gap-.12) > .03 {
		t.Errorf("ln k − E[entropy] is %.3f; the documentation says .12", gap)
	}
}

// TestCounts: by hand.
func TestCounts(t *testing.T) {
	b := chain(0, 1, 0, 2, 0) // 0 was followed by 1 and by 2
	for _, c := range []struct {
		p    eval.Classifier
		n    int
		want string
	}{
		{sequence.Bigram{}, 4, "[0.2 0.4 0.4]"}, {sequence.Bigram{}, 0, "[0.333 0.333 0.333]"}, {sequence.Bigram{}, 3, "[0.333 0.333 0.333]"},
		{sequence.Bigram{Concentration: .5}, 2, "[0.2 0.6 0.2]"},
		{sequence.Unigram{}, 4, "[0.429 0.286 0.286]"}, {sequence.Unigram{Concentration: 1. / 3}, 0, "[0.5 0.25 0.25]"},
	} {
		probs := predicttest.Predict(c.p, b, c.n)
		if got := fmt.Sprintf("%.3g", probs); got != c.want {
			t.Errorf("%s %+v after %d states: %s, want %s", c.p.Name(), c.p, c.n, got, c.want)
		}
	}
}

// TestOnlyThePast: what comes after the query, and its own label, change nothing.
func TestOnlyThePast(t *testing.T) {
	whole := predicttest.Draw(markov.Chains{N: 12}, 1)
	states := []int{}
	for n := range 7 {
		for j, v := range whole.Point(0, n) {
			if v == 1 {
				states = append(states, j)
			}
		}
	}
	cut := chain(states...)
	for _, p := range []eval.Classifier{sequence.Bigram{}, sequence.Unigram{}} {
		if got, want := predicttest.Predict(p, cut, 6), predicttest.Predict(p, whole, 6); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v without the points after the query, %v with them", p.Name(), got, want)
		}
	}
}

func TestWrongChains(t *testing.T) {
	two := chain(0, 1)
	two.Point(0, 1)[2] = 1
	for _, c := range []struct {
		b    *datasets.Batch
		a    float64
		at   []int
		want string
	}{
		{chain(0, 1), -1, []int{1}, "concentration is -1"},
		{chain(0, 1), math.NaN(), []int{1}, "concentration is NaN"},
		{datasets.NewBatch(1, 2, 2, 3), 0, []int{1}, "2 dimensions and 3 labels; want one-hot states"},
		{datasets.NewBatch(1, 2, 3, 3), 0, []int{1}, "[0 0 0] of task 0, point 0, is no one-hot state"},
		{two, 0, []int{1}, "[0 1 1] of task 0, point 1, is no one-hot state"},
		{datasets.NewBatch(1, 2, 3, 0), 0, []int{1}, "regression"},
		{nil, 0, []int{1}, "nil"},
		{chain(0, 1), 0, []int{2}, "n = 2"},
		{chain(0, 1), 0, nil, "no query"},
	} {
		for _, p := range []eval.Classifier{sequence.Bigram{Concentration: c.a}, sequence.Unigram{Concentration: c.a}} {
			if _, err := p.Predict(t.Context(), c.b, c.at); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v; want one with %q", p.Name(), err, c.want)
			}
		}
	}
	if _, err := (sequence.Bigram{}).Predict(t.Context(), two, []int{0}); err != nil {
		t.Errorf("a point after the query is looked at: %v", err)
	}
}

// State 0 has been followed by 1 twice.
func ExampleBigram() {
	b := chain(0, 1, 2, 0, 1, 2, 2, 0)
	fmt.Printf("%.2f\n", predicttest.Predict(sequence.Bigram{}, b, 7))
	// Output: [0.20 0.60 0.20]
}

// States 0 and 2 have been there three times, and 1 twice. It adds ka = 3 to each.
func ExampleUnigram() {
	b := chain(0, 1, 2, 0, 1, 2, 2, 0)
	fmt.Printf("%.2f\n", predicttest.Predict(sequence.Unigram{}, b, 7))
	// Output: [0.35 0.29 0.35]
}
