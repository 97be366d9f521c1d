//go:build cgo && (linux || darwin)

package backend

/*
#include <stdlib.h> // reports whether this is glibc

#ifdef __GLIBC__
#include <malloc.h>

// keep_memory lets freed blocks of up to a gigabyte wait for the next call instead of
// going back to the system. One arena for all threads, since the other kind has no
// room for blocks beyond 64 MB.
static void keep_memory(void) {
	mallopt(M_MMAP_THRESHOLD, 1 << 30);
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_ARENA_MAX, 1);
}
#else
static void keep_memory(void) {}
#endif
*/
import "C"

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
)

// noXLA says why this build has no XLA; it is empty since this one has it.
const noXLA = ""

// loadXLA loads a plugin, given as go-xla wants it: a name or an absolute path, and options after commas.
func loadXLA(config string) (_ compute.Backend, err error) {
	defer catch(&err)
	// XLA on the CPU allocates its working memory anew in every call, and glibc gives
	// blocks beyond 32 MB back to the system at once: page faults then took a third of
	// a training step of that size.
	C.keep_memory()
	return xla.New(config)
}
