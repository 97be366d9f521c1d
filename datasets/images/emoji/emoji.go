// Package emoji reads sets of emoji by several vendors as images: a class is an emoji, and its
// examples are the drawings of the vendors. It reads the packages @iconify-json of npm, which
// hold a set each in SVG, with the licence of its vendor, under names that they have in common:
// unpack some that "npm pack" brings, say @iconify-json/twemoji, @iconify-json/noto and
// @iconify-json/openmoji.
package emoji

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/srwiley/oksvg"
	"github.com/srwiley/rasterx"
	"golang.org/x/sync/errgroup"

	"github.com/goicl/goicl/datasets/images"
	"github.com/goicl/goicl/internal/bounded"
)

// Limits of what is read.
const (
	maxFile  = 1 << 26 // bytes of a set
	maxIcon  = 1 << 20 // bytes of a drawing
	maxIcons = 1 << 16 // of a set
	maxSide  = 1 << 10 // pixels each way
)

// Vendor is a set of emoji by one vendor.
type Vendor struct {
	Name string
	// SVG is the drawing of each emoji, by name, such as "grinning-face".
	SVG map[string]string
}

// Open reads the drawings of a vendor: the folder of a package, or its icons.json under another
// name, as twemoji.json of data set "emoji". The vendor has the name of the folder or file.
func Open(name string) (Vendor, error) {
	var icons struct {
		Icons map[string]struct {
			Body          string
			Width, Height float64
		}
		Width, Height float64
	}
	file := name
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		file = filepath.Join(name, "icons.json")
	}
	if err := readJSON(file, &icons); err != nil {
		return Vendor{}, err
	}
	if n := len(icons.Icons); n == 0 || n > maxIcons {
		return Vendor{}, fmt.Errorf("emoji: %s has %d drawings; want 1 to %d, as in icons.json of a package @iconify-json", file, n, maxIcons)
	}
	v := Vendor{Name: strings.TrimSuffix(filepath.Base(name), ".json"), SVG: map[string]string{}}
	for name, icon := range icons.Icons {
		if len(icon.Body) > maxIcon {
			return Vendor{}, fmt.Errorf("emoji: the drawing %.100q of %s: %w: %d bytes, the limit is %d", name, file, images.ErrTooLarge, len(icon.Body), maxIcon)
		}
		width, height := cmp.Or(icon.Width, icons.Width, 16), cmp.Or(icon.Height, icons.Height, 16)
		v.SVG[name] = fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 %g %g">%s</svg>`, width, height, strings.ReplaceAll(icon.Body, "currentColor", "#000"))
	}
	return v, nil
}

// OpenGroups reads which group of Unicode each emoji belongs to, such as "Food & Drink":
// metadata.json of a package, or groups.json of data set "emoji".
func OpenGroups(file string) (groups map[string]string, err error) {
	var metadata struct{ Categories map[string][]string }
	if err := readJSON(file, &metadata); err != nil {
		return nil, err
	}
	if len(metadata.Categories) == 0 {
		return nil, fmt.Errorf("emoji: %s names no categories; want metadata.json of a package @iconify-json", file)
	}
	groups = map[string]string{}
	for group, names := range metadata.Categories {
		for _, name := range names {
			if before, ok := groups[name]; ok && before != group {
				return nil, fmt.Errorf("emoji: %s has %.100q both in %.100q and in %.100q", file, name, before, group)
			}
			groups[name] = group
		}
	}
	return groups, nil
}

func readJSON(file string, v any) error {
	text, err := bounded.ReadFile(file, maxFile)
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		return fmt.Errorf("emoji: %s: %w", file, err)
	}
	return nil
}

// Set draws emoji in grey on white, size×size pixels each, and takes dark pixels for ink. Its
// classes are the emoji that at least that many of the vendors have, sorted by name; its one
// domain is "emoji"; see [images.Set.Regroup]. Drawings that cannot be rendered, or are blank, are left out.
func Set(name string, size, vendors int, of ...Vendor) (*images.Set, error) {
	if size < 1 || size > maxSide || vendors < 1 {
		return nil, fmt.Errorf("emoji: emoji of %d pixels that %d vendors have; want 1 to %d, and at least 1", size, vendors, maxSide)
	}
	drawn, err := render(size, vendors, of)
	if err != nil {
		return nil, err
	}
	s := &images.Set{Name: name, Height: size, Width: size, Domains: []string{"emoji"}}
	for _, class := range names(of) {
		var all [][]uint8
		for v := range of {
			if pixels := drawn[v][class]; pixels != nil {
				all = append(all, pixels)
			}
		}
		if len(all) < vendors {
			continue
		}
		for _, pixels := range all {
			s.Class, s.Pixels = append(s.Class, int32(len(s.Classes))), append(s.Pixels, pixels...)
		}
		s.Classes, s.Domain = append(s.Classes, class), append(s.Domain, 0)
	}
	if len(s.Classes) < 2 {
		return nil, fmt.Errorf("emoji: fewer than two emoji are drawn by %d of %d vendors: %w; open more, or ask for fewer", vendors, len(of), images.ErrFewExamples)
	}
	return s, s.Validate()
}

// names are those of the emoji of all vendors, sorted.
func names(of []Vendor) (all []string) {
	for _, v := range of {
		for name := range v.SVG {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// render draws the emoji that so many vendors have, those of each vendor side by side.
func render(size, vendors int, of []Vendor) ([]map[string][]uint8, error) {
	out, count := make([]map[string][]uint8, len(of)), map[string]int{}
	for _, v := range of {
		for class := range v.SVG {
			count[class]++
		}
	}
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for v := range of {
		g.Go(func() error {
			out[v] = map[string][]uint8{}
			tried := 0
			for class, svg := range of[v].SVG {
				if count[class] < vendors {
					continue
				}
				tried++
				if pixels, err := draws(svg, size); err == nil {
					out[v][class] = pixels
				}
			}
			if tried > 0 && len(out[v]) == 0 {
				return fmt.Errorf("emoji: none of %d drawings of %q can be rendered", tried, of[v].Name)
			}
			return nil
		})
	}
	return out, g.Wait()
}

// draws renders an SVG document on white and returns its ink: 255 less the grey of each pixel.
func draws(svg string, size int) (ink []uint8, err error) {
	defer func() {
		if p := recover(); p != nil { // of a document that the renderer does not expect
			ink, err = nil, fmt.Errorf("rendering: %v", p)
		}
	}()
	icon, err := oksvg.ReadIconStream(strings.NewReader(svg), oksvg.IgnoreErrorMode)
	if err != nil {
		return nil, err
	}
	canvas := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(canvas, canvas.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	icon.SetTarget(0, 0, float64(size), float64(size))
	icon.Draw(rasterx.NewDasher(size, size, rasterx.NewScannerGV(size, size, canvas, canvas.Rect)), 1)
	grey := image.NewGray(canvas.Rect)
	draw.Draw(grey, grey.Rect, canvas, image.Point{}, draw.Src)
	blank := true
	for p, v := range grey.Pix {
		grey.Pix[p] = 255 - v
		blank = blank && v == 255
	}
	if blank {
		return nil, errors.New("a blank drawing")
	}
	return grey.Pix, nil
}
