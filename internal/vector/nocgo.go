//go:build !cgo || windows

package vector

// Adam updates as many of the weights as it can do at once, the first ones, and returns how
// many that are: none without cgo.
func Adam(_, _, _, _ []float32, _, _ float32) int { return 0 }

// AddScaled adds scale·from to to, as many numbers as to has.
func AddScaled(to, from []float32, scale float32) {
	for i, x := range from[:len(to)] {
		to[i] += scale * x
	}
}
