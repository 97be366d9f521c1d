//go:build race

package backend

import (
	"reflect"
	_ "unsafe" // for go:linkname

	"github.com/gomlx/compute/dtypes"
)

// The race detector turns on Go's check of pointers, which ends a program at the first product of matrices in GoMLX's pure
// Go backend (compute v0.1.6): its products keep addresses as integers. The flag that turns the check off,
// -d=checkptr=0, would have to be given with each "go test -race". So here, and nowhere else, a build with the detector
// puts plain loops in the place of those products.

// product is an implementation of products, and productKey what it is for, as package dot of the backend has them.
type (
	product struct {
		name     string
		function any
		priority int
	}
	productKey struct {
		layout  int
		in, out dtypes.DType
	}
)

//go:linkname products github.com/gomlx/compute/internal/gobackend/dot.registeredImplementations
var products map[productKey]*product

func init() {
	for key, p := range products {
		if plain := plainProduct(key); plain != nil {
			p.function = reflect.MakeFunc(reflect.TypeOf(p.function), plain).Interface()
		}
	}
}

// plainProduct is the product for the types of numbers that this project has; nil for others.
func plainProduct(key productKey) func([]reflect.Value) []reflect.Value {
	switch {
	case key.in != key.out:
		return nil
	case key.in == dtypes.Float32:
		return multiply[float32]
	case key.in == dtypes.Float64:
		return multiply[float64]
	case key.in == dtypes.Int32:
		return multiply[int32]
	case key.in == dtypes.Int64:
		return multiply[int64]
	}
	return nil
}

// multiply takes the arguments of the backend's products: a [batch, rows, inner], b [batch, inner, columns], or with layout
// 1 [batch, columns, inner], and the result [batch, rows, columns]. The detector need not look at each number.
//
//go:norace
func multiply[T float32 | float64 | int32 | int64](args []reflect.Value) []reflect.Value {
	a, b, out := args[2].Interface().([]T), args[3].Interface().([]T), args[8].Interface().([]T)
	batch, rows, columns, inner := int(args[4].Int()), int(args[5].Int()), int(args[6].Int()), int(args[7].Int())
	column, step := 1, columns
	if args[1].Int() == 1 {
		column, step = inner, 1
	}
	for t := range batch {
		b := b[t*inner*columns:]
		for i := range rows {
			row := a[(t*rows+i)*inner:][:inner]
			for j := range columns {
				var sum T
				for k, v := range row {
					sum += v * b[j*column+k*step]
				}
				out[(t*rows+i)*columns+j] = sum
			}
		}
	}
	return nil
}
