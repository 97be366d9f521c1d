//go:build cgo && (linux || darwin)

package backend

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
)

// noXLA says why this build has no XLA; it is empty since this one has it.
const noXLA = ""

// loadXLA loads a plugin, given as go-xla wants it: a name or an absolute path, and options after commas.
func loadXLA(config string) (_ compute.Backend, err error) {
	defer catch(&err)
	return xla.New(config)
}
