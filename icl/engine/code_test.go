package engine_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/icl/engine"
	"github.com/goicl/goicl/icl/learner"
)

// coded is a user's learner: its fields stand for what its code says.
type coded struct {
	scale float64
	table []float32 // [N·M] constants in the graph
	loss  bool      // fails while the graph is built
}

func (coded) Name() string { return "coded" }

func (coded) Params(d, _ int) ([]learner.Param, error) {
	return []learner.Param{{Name: "w", Dims: []int{d}, Init: learner.Constant(.5)}}, nil
}

func (c coded) Logits(w learner.Weights, ep learner.Episode) *Node {
	g := ep.X.Graph()
	rows := make([][]float32, len(c.table)/10)
	for i := range rows {
		rows[i] = c.table[i*10 : (i+1)*10]
	}
	shift := ReduceAllSum(Const(g, rows))
	if c.loss {
		shift = w.Get("missing")
	}
	whole := ConvertDType(ReduceAllSum(Const(g, []int64{1, 2, 3})), shift.DType())
	near := Mul(Einsum("bmd,bnd->bmn", Mul(ep.Queries, ExpandLeftToRank(w.Get("w"), 3)), ep.X), ep.Context)
	return Add(Add(MulScalar(Einsum("bmn,bnc->bmc", near, ep.Y), c.scale), shift), whole)
}

func table(size int, last float32) []float32 {
	t := make([]float32, size)
	for i := range t {
		t[i] = float32(i) / 7
	}
	t[size-1] = last
	return t
}

func codeOf(t *testing.T, l learner.Learner) string {
	t.Helper()
	code, err := engine.Code(t.Context(), l, 2, 2, 8, 6, 1)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// TestCodeTellsLearnersApart: by the numbers of their code, also those of a table.
func TestCodeTellsLearnersApart(t *testing.T) {
	seen := map[string]string{}
	for what, l := range map[string]coded{
		"one":             {scale: 1, table: table(100, 0)},
		"another scale":   {scale: 1.001, table: table(100, 0)},
		"another table":   {scale: 1, table: table(100, 1e-6)},
		"a small table":   {scale: 1, table: table(20, 0)},
		"another of them": {scale: 1, table: table(20, 1e-6)},
	} {
		code := codeOf(t, l)
		if other := seen[code]; other != "" {
			t.Errorf("%s and %s have the same code", what, other)
		}
		seen[code] = what
		if again := codeOf(t, l); again != code {
			t.Errorf("%s: code %s, then %s", what, code, again)
		}
	}
}

// TestCodeStaysTheSame: it is part of the key of a user's runs, which must be found again.
func TestCodeStaysTheSame(t *testing.T) {
	for want, l := range map[string]coded{
		"8dc034096cf166c6": {scale: 1, table: table(100, 0)},
		"07a33445f971a9f2": {scale: 1, table: table(20, 0)},
		"83a66f95072b9e49": {scale: 1, table: table(70_000, 0)},
	} {
		if code := codeOf(t, l); code != want {
			t.Errorf("code %s, want %s", code, want)
		}
	}
}

// TestCodeLeavesHugeConstantsOut: their size alone counts.
func TestCodeLeavesHugeConstantsOut(t *testing.T) {
	if codeOf(t, coded{table: table(70_000, 0)}) != codeOf(t, coded{table: table(70_000, 1)}) {
		t.Error("a table of 70,000 numbers is part of the code")
	}
}

// TestGoMLXIsLeftAlone: neither importing this package nor hashing a learner's code changes
// how GoMLX builds other graphs.
func TestGoMLXIsLeftAlone(t *testing.T) {
	const itsDefault = 32
	codeOf(t, coded{table: table(100, 0)})
	if MinConstValueSizeToKeep != itsDefault {
		t.Errorf("graph.MinConstValueSizeToKeep is %d, want GoMLX's %d", MinConstValueSizeToKeep, itsDefault)
	}
}

// TestCodeOfManyAtOnce: goroutines get the codes that one alone gets.
func TestCodeOfManyAtOnce(t *testing.T) {
	want := codeOf(t, coded{scale: 1, table: table(100, 0)})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if code, err := engine.Code(context.Background(), coded{scale: 1, table: table(100, 0)}, 2, 2, 8, 6, 1); err != nil || code != want {
				t.Errorf("code %s (%v), want %s", code, err, want)
			}
		})
	}
	all.Wait()
}

// TestCodeOfABrokenLearner: the mistake is reported, and no other backend is opened for it.
func TestCodeOfABrokenLearner(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // of opening the default backend
	_, err := engine.Code(ctx, coded{table: table(20, 0), loss: true}, 2, 2, 8, 6, 1)
	if err == nil || !strings.Contains(err.Error(), `no parameter "missing"`) || strings.Contains(err.Error(), "interrupted") {
		t.Errorf("error %v; want one that names the parameter", err)
	}
}

// spectral uses an operation that Go's backend lacks.
type spectral struct{ coded }

func (spectral) Logits(_ learner.Weights, ep learner.Episode) *Node {
	return Real(FFT(ConvertDType(Einsum("bmn,bnc->bmc", ep.Context, ep.Y), dtypes.Complex64)))
}

// TestCodeFallsBack: what Go's backend lacks is built on the default one.
func TestCodeFallsBack(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // it would be fetched
	if _, err := engine.Code(ctx, spectral{}, 2, 2, 8, 6, 1); err != nil && !strings.Contains(err.Error(), "interrupted while looking for XLA") {
		t.Errorf("error %v; want none, or one of opening the default backend", err)
	}
}
