package backend_test

import (
	"context"
	"fmt"
	"os"

	"github.com/goicl/goicl/internal/backend"
)

// Kept away from the network, Ensure has what Find finds on this machine, or none either.
func ExampleOption() {
	opts := []backend.Option{backend.WithoutFetch(), backend.WithProgress(os.Stderr)}
	ensured, err := backend.Ensure(context.Background(), opts...)
	found, none := backend.Find()
	fmt.Println(ensured == found, (err == nil) == (none == nil))
	// Output: true true
}
