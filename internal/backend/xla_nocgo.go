//go:build !cgo || !(linux || darwin)

package backend

import (
	"errors"

	"github.com/gomlx/compute"
)

// noXLA says why this build has no XLA.
const noXLA = "built without cgo; install a C compiler and build with CGO_ENABLED=1"

// loadXLA fails, since plugins are loaded through cgo.
func loadXLA(string) (compute.Backend, error) { return nil, errors.New(noXLA) }
