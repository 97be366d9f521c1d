package engine_test

import (
	"testing"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/icl/backend"
)

// goBackend is the shared backend in pure Go.
func goBackend(t testing.TB) compute.Backend {
	t.Helper()
	b, err := backend.Shared(t.Context(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	return b.Backend
}
