package backend

import (
	"fmt"
	"strconv"

	"github.com/goicl/goicl/internal/lanegraph"
	"github.com/goicl/goicl/internal/lanes"
)

// openLanes opens the backend that has one task in each lane of a SIMD register, with that many goroutines; "" is one a
// processor.
func openLanes(workers string) (*Backend, error) {
	n, err := strconv.Atoi(workers)
	if workers != "" && (err != nil || n < 1) {
		return nil, fmt.Errorf("%q goroutines; want a positive number, as in lanes:2", workers)
	}
	b, err := lanegraph.New(n)
	if err != nil {
		return nil, err
	}
	return &Backend{Backend: b, kind: "lanes", engine: fmt.Sprintf("lanes, %d tasks in a register", lanes.Width())}, nil
}
