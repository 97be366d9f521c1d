package figure

import (
	"fmt"
	"image"
	"math"

	"github.com/goicl/goicl/datasets"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Grid is the batch to predict for a decision map of task t of b with n
// in-context examples: g·g tasks with the same context, each with one point of a
// g×g grid as point n. The grid covers the square that [Tasks] draws, row by row
// from the lower left corner. The labels of the grid's points are 0. The points behind
// them are 0, too: for every n tasks have b's size, since a model may be compiled for it.
//
//	grid, err := figure.Grid(b, t, n, 64)
//	probs, err := predictor.Predict(ctx, grid, []int{n})
//	fig := figure.Tasks("…", figure.Scene{Batch: b, Task: t, N: n, Probs: probs})
func Grid(b *datasets.Batch, t, n, g int) (*datasets.Batch, error) {
	const least, most = 2, 512
	if err := (Scene{Batch: b, Task: t, N: n}).check(); err != nil {
		return nil, fmt.Errorf("figure: %w", err)
	}
	if g < least || g > most {
		return nil, fmt.Errorf("figure: a grid of %d×%d; want %d to %d", g, g, least, most)
	}
	box := boxOf(b, t)
	out := datasets.NewBatch(g*g, b.N, 2, b.C)
	for i := range g * g {
		copy(out.X[i*b.N*2:], b.X[t*b.N*2:][:n*2])
		copy(out.Y[i*b.N:], b.Y[t*b.N:][:n])
		at := func(k int) float64 { return box.side * float64(k) / float64(g-1) }
		point := out.Point(i, n)
		point[0], point[1] = float32(box.x+at(i%g)), float32(box.y+at(i/g))
	}
	return out, nil
}

func checkProbs(probs []float32, c int) error {
	if probs == nil {
		return nil
	}
	g := side(probs, c)
	if g < 2 || g*g*c != len(probs) {
		return fmt.Errorf("%d probabilities; want g·g·%d for a grid of g×g points", len(probs), c)
	}
	for i, p := range probs {
		if !(p >= 0 && p <= 1.001) {
			return fmt.Errorf("probability %g of class %d at grid point %d; want 0 to 1", p, i%c, i/c)
		}
	}
	return nil
}

// side of the grid whose class probabilities are probs.
func side(probs []float32, c int) int { return int(math.Round(math.Sqrt(float64(len(probs) / c)))) }

// decisionMap is the tinted background and the boundaries between classes.
func decisionMap(probs []float32, c int, box square) []plot.Plotter {
	field := probField{probs, c, side(probs, c), box}
	out := []plot.Plotter{plotter.NewImage(field.image(), box.x, box.y, box.x+box.side, box.y+box.side)}
	for class := 1; class < c; class++ {
		out = append(out, field.boundary(class))
	}
	return out
}

// probField holds class probabilities [G·G, C] on a grid over a square.
type probField struct {
	probs []float32
	c, g  int
	box   square
}

// at interpolates the probability of a class between the grid's points; u and v
// are in units of the grid's spacing.
func (f probField) at(u, v float64, class int) float64 {
	i, j := min(int(u), f.g-2), min(int(v), f.g-2)
	u, v = u-float64(i), v-float64(j)
	p := func(i, j int) float64 { return float64(f.probs[(j*f.g+i)*f.c+class]) }
	return (1-v)*((1-u)*p(i, j)+u*p(i+1, j)) + v*((1-u)*p(i, j+1)+u*p(i+1, j+1))
}

// image tints each pixel by its likeliest class, in eight steps of confidence.
func (f probField) image() image.Image {
	const size, steps = 256, 8
	tint := [2]float64{.38, .18} // dark and light, for a printer without colours
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			scale := float64(f.g-1) / (size - 1)
			best, class := 0., 0
			for k := range f.c {
				if p := f.at(float64(x)*scale, float64(size-1-y)*scale, k); p > best {
					best, class = p, k
				}
			}
			chance := 1 / float64(f.c)
			sure := math.Floor(min(.999, (best-chance)/(1-chance))*steps) / (steps - 1)
			img.SetNRGBA(x, y, mix(white, classes[class].color, .06+tint[class%2]*max(0, sure)))
		}
	}
	return img
}

// boundary is the line on which a class is as likely as the likeliest other
// one, in straight pieces through the two triangles of each of the grid's cells.
func (f probField) boundary(class int) painter {
	return func(c draw.Canvas, p *plot.Plot) {
		toX, toY := p.Transforms(&c)
		at := func(i, j int) vertex {
			step := f.box.side / float64(f.g-1)
			point := vg.Point{X: toX(f.box.x + step*float64(i)), Y: toY(f.box.y + step*float64(j))}
			return vertex{point, f.margin(i, j, class)}
		}
		var path vg.Path
		for j := range f.g - 1 {
			for i := range f.g - 1 {
				path = cross(path, at(i, j), at(i+1, j), at(i+1, j+1))
				path = cross(path, at(i, j), at(i, j+1), at(i+1, j+1))
			}
		}
		c.SetLineStyle(boundaryLine)
		c.Stroke(path)
	}
}

// margin is the probability of a class less that of the likeliest other one.
func (f probField) margin(i, j, class int) float64 {
	probs := f.probs[(j*f.g+i)*f.c:][:f.c]
	other := float32(0)
	for k, p := range probs {
		if k != class {
			other = max(other, p)
		}
	}
	return float64(probs[class] - other)
}

type vertex struct {
	vg.Point
	z float64
}

// cross adds the piece of the line z = 0 inside a triangle, if there is one.
func cross(path vg.Path, corners ...vertex) vg.Path {
	var ends []vg.Point
	for k, a := range corners {
		b := corners[(k+1)%len(corners)]
		if (a.z < 0) != (b.z < 0) {
			ends = append(ends, a.Add(b.Sub(a.Point).Scale(vg.Length(a.z/(a.z-b.z)))))
		}
	}
	if len(ends) == 2 {
		path.Move(ends[0])
		path.Line(ends[1])
	}
	return path
}
