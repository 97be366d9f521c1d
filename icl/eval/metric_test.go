package eval

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// coin knows each label's probability: the inputs hold it, P(y=1) = x_0.
type coin struct {
	name string
	bend float64 // it reports p^bend, normalised: 1 is calibrated, more is overconfident
}

func (c coin) Name() string { return c.name }

func (c coin) Predict(_ context.Context, b *datasets.Batch, at []int) ([]float32, error) {
	var out []float32
	for t := range b.T {
		for _, n := range at {
			p := float64(b.Point(t, n)[0])
			one, zero := math.Pow(p, c.bend), math.Pow(1-p, c.bend)
			out = append(out, float32(zero/(one+zero)), float32(one/(one+zero)))
		}
	}
	return out, nil
}

func coins(rng *rand.Rand, tasks, points int) *datasets.Batch {
	b := datasets.NewBatch(tasks, points, 1, 2)
	for i := range b.X {
		b.X[i] = rng.Float32()
		if rng.Float32() < b.X[i] {
			b.Y[i] = 1
		}
	}
	return b
}

func summaryOf(t *testing.T, p Predictor, b *datasets.Batch) *Summary {
	t.Helper()
	s, err := Evaluate(t.Context(), p, "coins", b, AllLengths(b.N))
	if err != nil {
		t.Fatal(err)
	}
	return s.Summarize(0)
}

// TestMetricsOfKnownProbabilities compares with integrals over p ~ U(0, 1): log-loss
// 1/2, Brier score 1/3, accuracy 3/4, and no overconfidence.
func TestMetricsOfKnownProbabilities(t *testing.T) {
	b := coins(rand.New(rand.NewPCG(1, 2)), 20_000, 4)
	s := summaryOf(t, coin{"calibrated", 1}, b)
	for m, want := range map[Metric]float64{LogLoss: .5, Brier: 1. / 3, Accuracy: .75, overconfidence: 0} {
		e := Interval([][]float64{s.Of(m).PerTask})
		if math.Abs(e.Mean-want) > 4*e.SE {
			t.Errorf("%s is %.4f ±%.4f, want %.4f", m, e.Mean, e.SE, want)
		}
	}
	bent := summaryOf(t, coin{"bent", 3}, b)
	if e := Interval([][]float64{bent.Of(overconfidence).PerTask}); e.Lo < .05 {
		t.Errorf("overconfidence %+v of probabilities that are too sharp", e)
	}
	var straight, sharp Reliability
	for n := range b.N {
		straight.Add(s.Reliability[n])
		sharp.Add(bent.Reliability[n])
	}
	if straight.Error() > .01 || sharp.Error() < .05 {
		t.Errorf("calibration errors %.4f and %.4f; want nearly 0 and much more", straight.Error(), sharp.Error())
	}
}

func TestLogLossHasAFloor(t *testing.T) {
	b := half(2, 4) // label n%2
	s, err := Evaluate(t.Context(), guess(1), "half", b, []int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Values(LogLoss)[:2], []float64{-math.Log(ProbFloor), 0}; !slices.Equal(got, want) {
		t.Errorf("log-loss %v, want %v", got, want)
	}
}

// TestRegretIsPaired: the regret of a predictor to itself is 0 with no width, and
// that of a worse one is known better than the two curves apart.
func TestRegretIsPaired(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var good, bad []*Summary
	for range 3 {
		b := coins(rng, 1000, 3)
		good = append(good, summaryOf(t, coin{"good", 1}, b))
		bad = append(bad, summaryOf(t, coin{"bad", 2}, b))
	}
	if r := Regret(LogLoss, good, good); r.Mean[1] != 0 || r.Hi[1] != 0 {
		t.Errorf("regret to itself %+v", r)
	}
	r, apart := Regret(LogLoss, bad, good), CurveOf(LogLoss, bad...)
	if r.Lo[1] <= 0 || r.Hi[1]-r.Lo[1] > (apart.Hi[1]-apart.Lo[1]) {
		t.Errorf("regret of a sharper predictor [%.4f, %.4f], its log-loss [%.4f, %.4f]", r.Lo[1], r.Hi[1], apart.Lo[1], apart.Hi[1])
	}
}

// curve makes a summary with the given accuracies, the same in every block.
func curve(at []int, accuracy func(n float64) float64) *Summary {
	m := &Moments{}
	for _, n := range at {
		m.Mean = append(m.Mean, accuracy(float64(n)))
	}
	m.Blocks = [][]float64{m.Mean, m.Mean}
	return &Summary{At: at, metrics: map[Metric]*Moments{Accuracy: m}}
}

// TestInflationOfAKnownCurve: a learner that needs three times the examples.
func TestInflationOfAKnownCurve(t *testing.T) {
	at := AllLengths(50)
	best := []*Summary{curve(at, func(n float64) float64 { return 1 - 1/(1+n) })}
	slow := []*Summary{curve(at, func(n float64) float64 { return 1 - 1/(1+n/3) })}
	c := Inflation(rand.New(rand.NewPCG(1, 1)), slow, best, 10)
	for i, n := range c.N {
		if n >= 9 && math.Abs(c.Mean[i]-3) > .15 {
			t.Errorf("inflation %.3f at %d examples, want 3", c.Mean[i], n)
		}
		if c.Lo[i] > c.Mean[i] || c.Hi[i] < c.Mean[i] || n == 0 {
			t.Errorf("at %d examples %.3f in [%.3f, %.3f]", n, c.Mean[i], c.Lo[i], c.Hi[i])
		}
	}
	if c := Inflation(rand.New(rand.NewPCG(1, 1)), best, best, 10); math.Abs(c.Mean[20]-1) > 1e-9 {
		t.Errorf("inflation to itself %.3f", c.Mean[20])
	}
	// Better than the other ever gets: a bound, not infinity.
	if c := Inflation(rand.New(rand.NewPCG(1, 1)), best, slow, 10); c.Mean[48] != 1 {
		t.Errorf("inflation %.3f where the learner is better than the other's best", c.Mean[48])
	}
}

func TestIsotonic(t *testing.T) {
	for _, test := range [][2][]float64{
		{{1, 2, 3}, {1, 2, 3}}, {{3, 1, 2}, {2, 2, 2}}, {{1, 3, 2, 4}, {1, 2.5, 2.5, 4}}, {{}, {}},
	} {
		if got := isotonic(test[0]); !slices.Equal(got, test[1]) {
			t.Errorf("isotonic %v = %v, want %v", test[0], got, test[1])
		}
	}
}

func TestOneSidedP(t *testing.T) {
	e := Estimate{Mean: 1, SE: .5}
	if p := e.PAbove(0); math.Abs(p-.02275) > 1e-4 {
		t.Errorf("p %.5f, want .02275", p)
	}
	if p := (Estimate{Mean: 1, SE: .5, DF: 4}).PAbove(0); math.Abs(p-.05806) > 1e-4 {
		t.Errorf("p %.5f with five seeds, want .05806", p)
	}
	if p, q := e.PAbove(2), e.PBelow(2); math.Abs(p+q-1) > 1e-12 || q > .03 {
		t.Errorf("p above 2 is %g, below 2 is %g", p, q)
	}
	if (Estimate{Mean: 1}).PAbove(0) != 0 || (Estimate{Mean: 1}).PBelow(0) != 1 {
		t.Error("an estimate without error decides for certain")
	}
}

func TestDistance(t *testing.T) {
	b := half(4, 3)
	at := AllLengths(3)
	s, errA := Evaluate(t.Context(), guess(.9), "half", b, at)
	o, errB := Evaluate(t.Context(), guess(.7), "half", b, at)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	d, err := s.DistanceTo(o)
	if err != nil {
		t.Fatal(err)
	}
	if c := CurveOf(Distance, d.Summarize(0)); math.Abs(c.Mean[1]-.2) > 1e-6 || c.Learner != "guess" {
		t.Errorf("distance %+v, want .2", c)
	}
	short, err := Evaluate(t.Context(), guess(.7), "half", b, []int{1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.DistanceTo(short); err == nil {
		t.Error("a distance of predictions at other numbers of examples")
	}
}

// TestTheLargestTestFitsInMemory: all that is allocated for 10,240 tasks at every
// number of examples, kept or not, stays below 500 MB.
func TestTheLargestTestFitsInMemory(t *testing.T) {
	b := half(10_240, 50)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := Evaluate(t.Context(), guess(.9), "half", b, AllLengths(50))
	if err != nil {
		t.Fatal(err)
	}
	s.Summarize(2)
	runtime.ReadMemStats(&after)
	if mb := float64(after.TotalAlloc-before.TotalAlloc) / 1e6; mb > 500 {
		t.Errorf("%.0f MB were allocated", mb)
	}
}
