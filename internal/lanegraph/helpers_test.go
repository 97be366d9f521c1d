package lanegraph_test

import (
	"flag"
	"math"
	"os"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/lanegraph"
	"github.com/goicl/goicl/internal/lanes"
)

// TestMain has the property test draw the same graphs every time; -rapid.seed=N draws
// others, and -rapid.checks=N another number of them.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.checks": "300"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// sets are the instruction sets that lanes has kernels for.
var sets = []string{"avx512", "avx2", "sse2", "neon"}

// forEverySet runs a test on each instruction set of this machine.
func forEverySet(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	tested := 0
	for _, name := range sets {
		t.Setenv(lanes.Variable, name)
		if ok, _ := lanes.Available(); ok {
			tested++
			t.Run(name, test)
		}
	}
	t.Setenv(lanes.Variable, "")
	if ok, reason := lanes.Available(); !ok {
		t.Skip(reason)
	} else if tested == 0 {
		t.Error("no set was tested; is its name missing in this test?")
	}
}

// onLanes is a backend with that many workers.
func onLanes(t testing.TB, workers int) compute.Backend {
	t.Helper()
	b, err := lanegraph.New(workers)
	if err != nil {
		t.Skip(err)
	}
	return b
}

// onGo is the reference.
func onGo(t testing.TB) compute.Backend {
	t.Helper()
	b, err := backend.Shared(t.Context(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	return b.Backend
}

// graphOf makes the outputs of a graph from its inputs.
type graphOf func(in []*Node) []*Node

// call builds a graph on a backend and calls it once.
func call(on compute.Backend, of graphOf, in ...*tensors.Tensor) (out []*tensors.Tensor, err error) {
	panicked := exceptions.TryCatch[error](func() {
		var exec *Exec
		if exec, err = NewExec(on, func(in []*Node) []*Node { return of(in) }); err == nil {
			out, err = callExec(exec, in...)
			exec.Finalize() // after a panic it would wait for ever
		}
	})
	if panicked != nil {
		err = panicked
	}
	return out, err
}

func callExec(exec *Exec, in ...*tensors.Tensor) ([]*tensors.Tensor, error) {
	args := make([]any, len(in))
	for i, t := range in {
		args[i] = must(t.LocalClone()) // a tensor lies on one backend
	}
	return exec.Call(args...)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// flat are the numbers of a tensor: a truth value is 1 or 0.
func flat(t *tensors.Tensor) []float64 {
	var all []float64
	switch t.DType() {
	case dtypes.Float32:
		for _, v := range must(tensors.CopyFlatData[float32](t)) {
			all = append(all, float64(v))
		}
	case dtypes.Int32:
		for _, v := range must(tensors.CopyFlatData[int32](t)) {
			all = append(all, float64(v))
		}
	case dtypes.Bool:
		for _, v := range must(tensors.CopyFlatData[bool](t)) {
			all = append(all, map[bool]float64{true: 1}[v])
		}
	}
	return all
}

// offBy is the greatest difference of two tensors over the greatest size of a number of
// want, or over least if that is greater. It is infinite where shapes differ, or where not
// the same numbers are finite.
func offBy(got, want *tensors.Tensor, least float64) float64 {
	g, w := flat(got), flat(want)
	if !got.Shape().Equal(want.Shape()) || len(g) != len(w) {
		return math.Inf(1)
	}
	off, size := 0., least
	for i := range w {
		if !finite(w[i]) || !finite(g[i]) {
			if g[i] != w[i] && !(math.IsNaN(g[i]) && math.IsNaN(w[i])) {
				return math.Inf(1)
			}
			continue
		}
		off, size = max(off, math.Abs(g[i]-w[i])), max(size, math.Abs(w[i]))
	}
	if off == 0 {
		return 0
	}
	return off / size
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// bits are all numbers of tensors, so that they can be compared bit by bit.
func bits(all []*tensors.Tensor) (out []uint32) {
	for _, t := range all {
		for _, v := range flat(t) {
			out = append(out, math.Float32bits(float32(v)))
		}
	}
	return out
}

// noise are numbers between -2 and 2 that follow no rule.
func noise(seed, n int) []float32 {
	all := make([]float32, n)
	for i := range all {
		all[i] = float32(2 * math.Sin(float64(1+seed)*12.9898+float64(i+1)*78.233+float64(i*i)*.37))
	}
	return all
}

// numbers is a tensor of noise.
func numbers(seed int, dims ...int) *tensors.Tensor {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return tensors.FromFlatDataAndDimensions(noise(seed, n), dims...)
}
