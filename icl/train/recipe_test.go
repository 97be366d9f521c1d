package train

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/goicl/goicl/icl/optim"
)

// The rate grows for a warm-up and falls along half a cosine.
func ExampleRecipe_RateAt() {
	r := Recipe{Steps: 1000, Rate: 1e-3, Warmup: 100, Cosine: true}
	for _, s := range []int{0, 99, 500, 999} {
		fmt.Printf("step %3d: %.1e\n", s, r.RateAt(s))
	}
	// Output:
	// step   0: 1.0e-05
	// step  99: 9.8e-04
	// step 500: 5.1e-04
	// step 999: 1.0e-05
}

// TestStratified: all lengths are in range, the strata are filled once each, and
// the mean length is that of the uniform distribution.
func TestStratified(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const first, last, tasks = 2, 49, 96
	counts := map[int32]int{}
	for range 200 {
		at := stratified(rng, first, last, tasks)
		strata := map[int32]int{}
		for _, n := range at {
			if n < first || n > last {
				t.Fatalf("length %d outside %d..%d", n, first, last)
			}
			counts[n]++
			strata[n]++
		}
		for n := int32(first); n <= last; n++ {
			if strata[n] != 2 { // 96 strata over 48 lengths
				t.Fatalf("length %d drawn %d times of 96, want 2", n, strata[n])
			}
		}
	}
	if len(counts) != last-first+1 {
		t.Errorf("%d lengths were drawn, want %d", len(counts), last-first+1)
	}
}

// TestStratifiedLog: as many lengths are from 3 to 9 as from 10 to 31 and from 32 to 99, since
// these ranges have the same ratio, and the strata are filled.
func TestStratifiedLog(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var counts [3]int
	for range 200 {
		for _, n := range stratifiedLog(rng, 3, 99, 96) {
			if n < 3 || n > 99 {
				t.Fatalf("length %d outside 3..99", n)
			}
			counts[min(2, int(2*math.Log10(float64(n)/3.)))]++
		}
	}
	for _, c := range counts {
		if math.Abs(float64(c)/(200*96)-1./3) > .03 {
			t.Errorf("%d lengths from 3, 10 and 32 on; want a third of %d each", counts, 200*96)
		}
	}
	if err := (Recipe{Steps: 1, LogPrefix: true}).Validate(); err == nil {
		t.Error("LogPrefix without OnePrefix is accepted")
	}
}

// TestRateAtIsExact: rates are those that runs have always been trained at, bit by bit.
func TestRateAtIsExact(t *testing.T) {
	for _, r := range []Recipe{Paper(), {Steps: 100, Rate: .3, Warmup: 7}, {Steps: 50, Rate: 1e-4, Cosine: true}, Fast(1234)} {
		r = r.WithDefaults()
		for s := range min(r.Steps, 2000) {
			want := r.Rate
			if s < r.Warmup {
				want *= float64(s+1) / float64(r.Warmup)
			}
			if r.Cosine {
				want *= .01 + .99*(1+math.Cos(math.Pi*float64(s)/float64(r.Steps)))/2
			}
			if got := r.RateAt(s); got != want {
				t.Fatalf("%+v: rate %v at step %d, want %v", r, got, s, want)
			}
		}
	}
}

// TestRecipeJSON: what a recipe writes has no new names and can be read, whatever its
// optimizer.
func TestRecipeJSON(t *testing.T) {
	text, err := json.Marshal(Fast(100).WithDefaults())
	want := `{"steps":100,"batch":128,"rate":0.003,"warmup":10,"cosine":true,"clip":1,"one_prefix":true,"first":2}`
	if err != nil || string(text) != want {
		t.Errorf("written as %s (error %v), want %s", text, err, want)
	}
	for _, o := range []optim.Optimizer{{}, optim.SGD, optim.AdamW(.01), optim.Momentum(.9), {Rule: "sgd", Momentum: .5, L2: 1e-6}} {
		r := Recipe{Optimizer: o}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back Recipe
		if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("%s is read as %+v, error %v", text, back, err)
		}
	}
}
