package vector

import "unsafe"

// Bits returns integers as numbers of the same bits, in the same memory.
func Bits(s []int32) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
}
