package backend

import (
	"reflect"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
)

// openGo opens the Go backend without its deadlock.
//
// GoMLX (compute v0.1.6) runs the nodes of a graph in parallel on a pool of twice as many workers as there are
// processors, and a product of matrices that holds a worker asks the pool for more (workerspool.Saturate). Where every
// worker holds such a product, all of them wait for ever: a deadlock. A pool without a limit has no such fault, and Go schedules
// its goroutines; where the user limits it, the nodes run one after another.
func openGo(config string) (_ *Backend, err error) {
	defer catch(&err)
	limited := strings.Contains(config, "parallelism")
	if limited {
		config = "ops_sequential," + config
	}
	b, err := gobackend.New(config)
	if err != nil {
		return nil, err
	}
	if !limited {
		unlimit(b)
	}
	return &Backend{Backend: b, kind: "go", engine: "pure Go"}, nil
}

// unlimit lifts the limit of the pool of b. The option parallelism=-1 would too, but prints a line in the user's cell.
func unlimit(b compute.Backend) {
	workers := reflect.ValueOf(b).Elem().FieldByName("Workers").Interface()
	workers.(interface{ SetMaxParallelism(int) }).SetMaxParallelism(-1)
}
