package tabular

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/goicl/goicl/datasets/internal/sheet"
)

// leastLeak is how many rows it takes before a column that gives the answer is no accident.
const leastLeak = 10

// findLeaks points out inputs that give the label or the target by themselves.
func (r *reader) findLeaks(t Data) {
	if r.sheet.Rows < leastLeak || len(t.Classes) > r.sheet.Rows/2 {
		return
	}
	for j, c := range r.columns {
		if c.left == "" && c.missing > 0 && !r.targets && r.missesByLabel(t, j) {
			r.leaks = append(r.leaks, fmt.Sprintf("where %s is missing gives the label", shown(c.name)))
		}
		var leaks bool
		switch {
		case c.left != "":
			continue
		case c.kind != numeric && !r.targets:
			leaks = r.oneLabelEach(t, j)
		case r.targets:
			leaks = c.kind == numeric && r.oneTargetEach(t, j)
		default:
			leaks = r.blocks(t, j)
		}
		switch {
		case !leaks:
		case c.kind != numeric:
			r.leaks = append(r.leaks, fmt.Sprintf("%s gives the label: each of its texts has one", shown(c.name)))
		case r.targets:
			r.leaks = append(r.leaks, fmt.Sprintf("%s gives the target: in its order the targets only rise, or only fall", shown(c.name)))
		default:
			r.leaks = append(r.leaks, fmt.Sprintf("%s gives the label: in its order the classes follow one another", shown(c.name)))
		}
	}
}

// oneLabelEach reports whether each text of a column has one label.
func (r *reader) oneLabelEach(t Data, j int) bool {
	label, i, same := map[int32]int32{}, 0, true
	r.sheet.Each(func(row []float32) {
		if level, ok := r.columns[j].code[textOf(row[j])]; ok {
			y, seen := label[level]
			same = same && (!seen || y == t.Y[i])
			label[level] = t.Y[i]
		}
		i++
	})
	return same
}

// missesByLabel reports whether a column has either all values or none of each class.
func (r *reader) missesByLabel(t Data, j int) bool {
	missing, seen, i, same := make([]bool, len(t.Classes)), make([]bool, len(t.Classes)), 0, true
	r.sheet.Each(func(row []float32) {
		text, ok := sheet.Unbox(row[j])
		y, gone := t.Y[i], ok && text == sheet.Missing
		same = same && (!seen[y] || missing[y] == gone)
		missing[y], seen[y] = gone, true
		i++
	})
	return same
}

// blocks reports whether the values of each class lie apart from those of the others.
func (r *reader) blocks(t Data, j int) bool {
	type span struct{ least, most float32 }
	spans := make([]span, len(t.Classes))
	for y := range spans {
		spans[y] = span{float32(math.Inf(1)), float32(math.Inf(-1))}
	}
	i := 0
	r.sheet.Each(func(row []float32) {
		if v, s := row[j], &spans[t.Y[i]]; v == v {
			s.least, s.most = min(s.least, v), max(s.most, v)
		}
		i++
	})
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.least, b.least) })
	for y := range spans[1:] {
		if spans[y].most >= spans[y+1].least {
			return false
		}
	}
	return !math.IsInf(float64(spans[len(spans)-1].least), 1)
}

// oneTargetEach reports whether the targets only rise or only fall with a column, and have one
// value for each of its values.
func (r *reader) oneTargetEach(t Data, j int) bool {
	type point struct{ x, z float32 }
	var points []point
	const few = 100 // that are looked at first
	i, done := 0, false
	check := func() bool {
		slices.SortFunc(points, func(a, b point) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.z, b.z)) })
		rises, falls, changes := true, true, 0
		for k := range points[1:] {
			a, b := points[k], points[k+1]
			if (a.x == b.x) != (a.z == b.z) {
				return false
			}
			changes += int(btoi(a.z != b.z))
			rises, falls = rises && a.z <= b.z, falls && a.z >= b.z
		}
		return (rises || falls) && changes >= 2
	}
	r.sheet.Each(func(row []float32) {
		if _, missing := sheet.Unbox(row[j]); !missing && !done {
			points = append(points, point{row[j], t.Z[i]})
		}
		i++
		done = done || i == few && len(points) > 1 && !check()
	})
	return !done && len(points) >= leastLeak && check()
}
