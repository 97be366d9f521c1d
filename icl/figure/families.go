package figure

import (
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/eval"
)

// Rows draws rows of panels, one below the other, such as the paper's Fig. 2. Each of rows
// has a panel for each family of its curves, with its range and title, in which {family}
// stands for the family's name. All panels take the labels and axes of like.
func Rows(title string, like Panel, rows ...Panel) *Figure {
	var panels []Panel
	widest := 0
	for _, r := range rows {
		families := familiesOf(r.Curves)
		widest = max(widest, len(families))
		for _, f := range families {
			p := like
			p.Title, p.Curves = strings.ReplaceAll(r.Title, "{family}", f), ofFamily(r.Curves, f)
			p.YMin, p.YMax = r.YMin, r.YMax
			panels = append(panels, p)
		}
	}
	return curves(title, panels, widest)
}

// ByFamily draws a panel a family, with all its curves. The panels take labels, axis
// and, unless it is zero, range of like; else the range is from 0 to a little above
// the highest mean, the same for all.
func ByFamily(title string, like Panel, all []eval.Curve) *Figure {
	if like.YMin == 0 && like.YMax == 0 {
		_, top := meansOf(all)
		like.YMax = 1.1 * max(0, top)
	}
	var panels []Panel
	for _, f := range familiesOf(all) {
		p := like
		p.Title, p.Curves = f, ofFamily(all, f)
		panels = append(panels, p)
	}
	return curves(title, panels, columns(len(panels)))
}

// unique lists each name of the curves once: their families, or their learners.
func unique(curves []eval.Curve, name func(c eval.Curve) string) []string {
	var names []string
	for _, c := range curves {
		if !slices.Contains(names, name(c)) {
			names = append(names, name(c))
		}
	}
	return names
}

func familiesOf(curves []eval.Curve) []string {
	return unique(curves, func(c eval.Curve) string { return c.Family })
}

func ofFamily(curves []eval.Curve, family string) []eval.Curve {
	return slices.DeleteFunc(slices.Clone(curves), func(c eval.Curve) bool { return c.Family != family })
}
