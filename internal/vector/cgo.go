//go:build cgo && !windows

package vector

// #cgo CFLAGS: -O3 -std=gnu11
// #cgo noescape adam_update
// #cgo nocallback adam_update
// #cgo noescape vector_add_scaled
// #cgo nocallback vector_add_scaled
// #include "vector.h"
import "C"

import "unsafe"

// Adam updates as many of the weights as it can do at once, the first ones, and returns how
// many that are.
func Adam(params, grad, m, v []float32, rate, scale float32) int {
	n := len(grad) &^ 3
	C.adam_update(floats(params[:n]), floats(grad), floats(m[:n]), floats(v[:n]), C.long(n), C.float(rate), C.float(scale))
	return n
}

// AddScaled adds scale·from to to, as many numbers as to has.
func AddScaled(to, from []float32, scale float32) {
	C.vector_add_scaled(floats(to), floats(from[:len(to)]), C.float(scale), C.long(len(to)))
}

func floats(s []float32) *C.float { return (*C.float)(unsafe.SliceData(s)) }
