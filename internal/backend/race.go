//go:build race

package backend

import _ "unsafe" // for go:linkname

// The race detector turns on Go's check of pointers, which stops the program in GoMLX's
// pure Go backend: its multiplication of small matrices keeps addresses as integers, which
// is right only as long as nobody checks. The one of large matrices does not; here it takes
// all of them. This is the only place that knows, so that "go test -race ./..." works.
//
//go:linkname forceLargeVariant github.com/gomlx/compute/internal/gobackend/dot/matmul.ForceLargeVariant
var forceLargeVariant bool

func init() { forceLargeVariant = true }
