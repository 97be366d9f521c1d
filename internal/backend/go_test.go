package backend

import (
	"runtime"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"golang.org/x/sync/errgroup"
)

// TestGoWideGraph multiplies many pairs of matrices that do not wait for one another, from one goroutine and from
// several; see openGo.
func TestGoWideGraph(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for _, spec := range []string{"go", "go:parallelism=2"} {
		for _, callers := range []int{1, 3} {
			b, err := Open(t.Context(), spec)
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- sumTogether(graph.MustNewExec(b.Backend, sumOfProducts), callers) }()
			select {
			case err := <-done:
				if err != nil {
					t.Fatalf("%s, %d callers: %v", spec, callers, err)
				}
			case <-time.After(time.Minute):
				t.Fatalf("%s, %d callers: at 20 small sums for a minute", spec, callers)
			}
		}
	}
}

// sumTogether has each of several goroutines call sum twenty times.
func sumTogether(sum *graph.Exec, callers int) error {
	var group errgroup.Group
	for range callers {
		group.Go(func() error {
			for range 20 {
				if _, err := sum.Call1(tensors.FromScalarAndDimensions(float32(1), 64, 20, 20)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// sumOfProducts adds up 32 products, none of which needs another one.
func sumOfProducts(x *graph.Node) *graph.Node {
	total := graph.ScalarZero(x.Graph(), x.DType())
	for k := range 32 {
		y := graph.AddScalar(x, float64(k))
		total = graph.Add(total, graph.ReduceAllSum(graph.Einsum("bik,bjk->bij", y, y)))
	}
	return total
}
