package figure

import (
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
)

// value reads a tick's label.
func value(t *rapid.T, label string) float64 {
	unit := 1.
	if number, ok := strings.CutSuffix(label, "k"); ok {
		label, unit = number, 1e3
	} else if number, ok := strings.CutSuffix(label, "M"); ok {
		label, unit = number, 1e6
	}
	v, err := strconv.ParseFloat(label, 64)
	if err != nil {
		t.Fatalf("label %q: %v", label, err)
	}
	return v * unit
}

// TestTicksProperty: ticks lie on the axis at equal steps of 1, 2 or 5 times a power of
// ten, there are enough and not too many, and labels say where they are.
func TestTicksProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(-1e5, 1e5).Draw(t, "lo")
		width := math.Pow(10, rapid.Float64Range(-2, 6).Draw(t, "decades"))
		all := ticks(6).Ticks(lo, lo+width)
		if len(all) < 2 || len(all) > 7 {
			t.Fatalf("%d ticks from %g to %g", len(all), lo, lo+width)
		}
		step := all[1].Value - all[0].Value
		if lead := step / math.Pow(10, math.Floor(math.Log10(step*1.0001))); !slices.ContainsFunc([]float64{1, 2, 5}, func(m float64) bool { return math.Abs(lead/m-1) < 1e-3 }) {
			t.Fatalf("steps of %g", step)
		}
		for i, tick := range all {
			if i > 0 && math.Abs(tick.Value-all[i-1].Value-step) > 1e-6*step {
				t.Fatalf("steps of %g and %g", step, tick.Value-all[i-1].Value)
			}
			if tick.Value < lo-1e-6*step || tick.Value > lo+width+1e-6*step {
				t.Fatalf("a tick at %g on an axis from %g to %g", tick.Value, lo, lo+width)
			}
			if v := value(t, tick.Label); math.Abs(v-tick.Value) > 1e-3*max(step, math.Abs(v)) {
				t.Fatalf("label %q at %g", tick.Label, tick.Value)
			}
		}
	})
}

// TestLogTicksProperty: logarithmic ticks rise, lie on the axis, and say where they are; on
// a long axis they are powers of ten.
func TestLogTicksProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := math.Pow(10, rapid.Float64Range(-6, 4).Draw(t, "lo"))
		ratio := math.Pow(10, rapid.Float64Range(1, 6).Draw(t, "ratio"))
		last := 0.
		for _, tick := range (logTicks{}).Ticks(lo, lo*ratio) {
			if tick.Value <= last || tick.Value < lo*(1-1e-6) || tick.Value > lo*ratio*(1+1e-6) {
				t.Fatalf("a tick at %g after %g on an axis from %g to %g", tick.Value, last, lo, lo*ratio)
			}
			if v := value(t, tick.Label); math.Abs(v/tick.Value-1) > 1e-3 {
				t.Fatalf("label %q at %g", tick.Label, tick.Value)
			}
			if k := math.Log10(tick.Value); ratio > 1001 && math.Abs(k-math.Round(k)) > 1e-6 {
				t.Fatalf("a tick at %g on an axis of a factor of %g", tick.Value, ratio)
			}
			last = tick.Value
		}
		if last == 0 {
			t.Fatalf("no ticks from %g to %g", lo, lo*ratio)
		}
	})
}

// TestReduce: few colours stay what they are; of many, each becomes the nearest
// of 48.
func TestReduce(t *testing.T) {
	paint := func(colours int) *image.RGBA {
		img := image.NewRGBA(image.Rect(0, 0, 64, 64))
		for i := range 64 * 64 {
			k := i % colours
			img.SetRGBA(i%64, i/64, color.RGBA{uint8(40 * (k % 6)), uint8(40 * (k / 6 % 6)), uint8(40 * (k / 36)), 255})
		}
		return img
	}
	few := paint(40)
	for i, out := 0, reduce(few); i < 64*64; i++ {
		if got, want := color.RGBAModel.Convert(out.At(i%64, i/64)), few.RGBAAt(i%64, i/64); got != want {
			t.Fatalf("pixel %d is %v, want %v", i, got, want)
		}
	}
	many := paint(200)
	out := reduce(many)
	if len(out.Palette) > 48 {
		t.Fatalf("%d colours, want at most 48", len(out.Palette))
	}
	for i := range 64 * 64 {
		if got, want := out.At(i%64, i/64), out.Palette.Convert(many.RGBAAt(i%64, i/64)); got != want {
			t.Fatalf("pixel %d is %v, want the nearest colour %v", i, got, want)
		}
	}
}

// TestDecisionMapFollowsTheProbabilities: where the probability of class 1 rises from left
// to right, so does the interpolation, the left is tinted as class 0 and the right as class
// 1, and the border is met where they are equal.
func TestDecisionMapFollowsTheProbabilities(t *testing.T) {
	const g = 9
	probs := make([]float32, 0, 2*g*g)
	for i := range g * g {
		p := float32(i%g) / (g - 1)
		probs = append(probs, 1-p, p)
	}
	field := probField{probs, 2, g, square{side: 1}}
	for _, u := range []float64{0, 1.25, 4, 7.9, 8} {
		if got, want := field.at(u, 3.3, 1), u/(g-1); math.Abs(got-want) > 1e-6 {
			t.Errorf("at %g the probability is %g, want %g", u, got, want)
		}
	}
	img := field.image()
	for x, class := range map[int]int{10: 0, 245: 1} {
		r, _, b, _ := img.At(x, 100).RGBA()
		if reddish := r > b; reddish != (class == 1) {
			t.Errorf("column %d is not tinted as class %d", x, class)
		}
	}
	if m := field.margin(g/2, 0, 1); m != 0 {
		t.Errorf("the margin in the middle is %g, want 0", m)
	}
	at := func(x, y, z float64) vertex { return vertex{vg.Point{X: vg.Length(x), Y: vg.Length(y)}, z} }
	path := cross(nil, at(0, 0, -1), at(1, 0, 3), at(0, 1, -1))
	if len(path) != 2 || math.Abs(float64(path[0].Pos.X)-.25) > 1e-9 || path[0].Pos.Y != 0 {
		t.Errorf("the border crosses a triangle along %v, want from (.25, 0)", path)
	}
	if path := cross(nil, at(0, 0, 1), at(1, 0, 3), at(0, 1, 2)); path != nil {
		t.Errorf("a border %v in a triangle of one class", path)
	}
}

// TestLossSummaryProperty: a run is summed up by at most 80 points in order, whose means
// together are the run's.
func TestLossSummaryProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		losses := rapid.SliceOfN(rapid.Float64Range(0, 5), 1, 400).Draw(t, "losses")
		r := eval.Curve{Learner: "ICL", Mean: losses}
		for i := range losses {
			r.N = append(r.N, 3*i+1)
		}
		c := summary(r)
		if len(c.N) > lossBins || !slices.IsSorted(c.N) || checkCurve(c) != nil {
			t.Fatalf("%d points at %v: %v", len(c.N), c.N, checkCurve(c))
		}
		lo, hi := spanOf([]eval.Curve{c})
		if lo < slices.Min(losses) || hi > slices.Max(losses) {
			t.Fatalf("a summary from %g to %g of losses from %g to %g", lo, hi, slices.Min(losses), slices.Max(losses))
		}
		if len(losses) <= lossBins && !slices.Equal(c.Mean, losses) {
			t.Fatalf("a short run %v becomes %v", losses, c.Mean)
		}
	})
}

// TestByFamily: a panel for each family in order, on one axis from 0 to above all means.
func TestByFamily(t *testing.T) {
	curve := func(family string, mean float64) eval.Curve {
		return eval.Curve{Learner: "ICL", Family: family, N: []int{1}, Mean: []float64{mean}}
	}
	f := ByFamily("errors", Panel{YLabel: "squared error"}, []eval.Curve{curve("sparse", 2), curve("linear", .5)})
	if alt := f.Alt(); !strings.HasPrefix(alt, "errors. sparse, squared error: ICL 2.000") || !strings.Contains(alt, " linear, squared error: ICL 0.500") {
		t.Errorf("alt %q", alt)
	}
	for _, p := range f.panels[0] {
		if p != nil && (p.Y.Min != 0 || math.Abs(p.Y.Max-2.2) > 1e-9) {
			t.Errorf("%s from %g to %g, want 0 to 2.2", p.Title.Text, p.Y.Min, p.Y.Max)
		}
	}
	own := ByFamily("errors", Panel{YMin: -1, YMax: 5}, []eval.Curve{curve("sparse", 2)})
	if y := own.panels[0][0].Y; y.Min != -1 || y.Max != 5 {
		t.Errorf("an axis from %g to %g, want the given -1 to 5", y.Min, y.Max)
	}
}

// TestLegendFitsThePage: however many entries, each line of the legend fits, and none is
// lost.
func TestLegendFitsThePage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &Figure{}
		for _, name := range rapid.SliceOfN(rapid.StringN(0, 40, -1), 0, 20).Draw(t, "names") {
			f.legend = append(f.legend, others[0].lineEntry(name))
		}
		count := 0
		for _, row := range f.legendRows() {
			width := -entryGap
			for _, e := range row {
				width += entryGap + e.width()
			}
			if count += len(row); width > pageWidth-2*margin && len(row) > 1 {
				t.Fatalf("a line of %d entries is %.0f wide", len(row), width)
			}
		}
		if count != len(f.legend) {
			t.Fatalf("%d entries are drawn, want %d", count, len(f.legend))
		}
	})
}

// TestBadMapsAndPoints: what cannot be drawn is an error that says which value it is.
func TestBadMapsAndPoints(t *testing.T) {
	span := []Span{{"a", 1}}
	for want, f := range map[string]*Figure{
		"0 heat maps in \"t\"; want 1 to 3":        HeatMaps("t"),
		"4 heat maps":                              HeatMaps("t", make([]HeatMap, 4)...),
		"span \"b\" of 0":                          HeatMaps("t", HeatMap{Rows: span, Cols: []Span{{"b", 0}}, Values: [][]float64{{1}}}),
		"0 rows of values for spans of 1 rows":     HeatMaps("t", HeatMap{Rows: span, Cols: span}),
		"row 0 has 2 values, want 1":               HeatMaps("t", HeatMap{Rows: span, Cols: span, Values: [][]float64{{1, 2}}}),
		"row 0, column 0 holds NaN":                HeatMaps("t", HeatMap{Rows: span, Cols: span, Values: [][]float64{{math.NaN()}}}),
		"0 panels in \"t\"":                        Agreement("t", "x", "y"),
		"panel \"p\": 1 and 2 coordinates":         Agreement("t", "x", "y", Cloud{"p", []float64{1}, []float64{1, 2}}),
		"panel \"p\": +Inf, which cannot be drawn": Agreement("t", "x", "y", Cloud{"p", []float64{1}, []float64{math.Inf(1)}}),
	} {
		_, err := f.PNG()
		wantError(t, err, want)
	}
}

// TestGridOfRegression: tasks without classes have no decision map.
func TestGridOfRegression(t *testing.T) {
	_, err := Grid(datasets.NewBatch(1, 5, 2, 0), 0, 2, 8)
	wantError(t, err, "holds regression tasks")
}
