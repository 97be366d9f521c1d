package images

import (
	"math"
	"math/rand/v2"

	"github.com/goicl/goicl/datasets"
)

// What Distort = 1 does at most.
const (
	mostTurn    = 20 * math.Pi / 180
	mostStretch = .2
	mostSlant   = .3
	mostShift   = .1 // of height and width
)

// distort turns, stretches, slants and shifts each image of a batch.
func distort(rng *rand.Rand, b *datasets.Batch, height, width int, amount float64) {
	from := make([]float32, height*width)
	for t := range b.T {
		for n := range b.N {
			image := b.Point(t, n)
			copy(from, image)
			newDistortion(rng, amount).draw(image, from, height, width)
		}
	}
}

// distortion maps places of the new image, from its centre, to places of the old one: rows of a
// 2×2 matrix, and a shift as shares of height and width.
type distortion struct{ yy, yx, xy, xx, dy, dx float64 }

func newDistortion(rng *rand.Rand, amount float64) distortion {
	up := func(most float64) float64 { return amount * most * (2*rng.Float64() - 1) }
	sin, cos := math.Sincos(up(mostTurn))
	tall, wide, slant := 1+up(mostStretch), 1+up(mostStretch), up(mostSlant)
	return distortion{yy: cos * tall, yx: sin * wide, xy: slant - sin*tall, xx: cos * wide, dy: up(mostShift), dx: up(mostShift)}
}

// draw writes the new image; what comes from beyond the old one is background. Values between
// pixels are bilinear.
func (d distortion) draw(to, from []float32, height, width int) {
	at := func(y, x int) float32 {
		if y < 0 || x < 0 || y >= height || x >= width {
			return 0
		}
		return from[y*width+x]
	}
	cy, cx := float64(height-1)/2, float64(width-1)/2
	for row := range height {
		for column := range width {
			v, u := float64(row)-cy, float64(column)-cx
			y := cy + d.yy*v + d.yx*u + d.dy*float64(height)
			x := cx + d.xy*v + d.xx*u + d.dx*float64(width)
			top, left := math.Floor(y), math.Floor(x)
			b, r := float32(y-top), float32(x-left)
			i, j := int(top), int(left)
			to[row*width+column] = (1-b)*((1-r)*at(i, j)+r*at(i, j+1)) + b*((1-r)*at(i+1, j)+r*at(i+1, j+1))
		}
	}
}
