package figure

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

var update = flag.Bool("update", false, "write the golden images anew")

const goldenDPI = 48 // a quarter of the real resolution keeps the files small

func TestGoldenPNG(t *testing.T) {
	for name, f := range samples() {
		t.Run(name, func(t *testing.T) {
			got, err := f.png(goldenDPI, png.BestCompression)
			if err != nil {
				t.Fatal(err)
			}
			want := golden(t, name+".png", got)
			if err := sameImage(got, want); err != "" {
				t.Errorf("%s; look at the figure, then run go test -update", err)
			}
		})
	}
}

func TestGoldenSVG(t *testing.T) {
	for _, name := range []string{"curves", "table"} {
		got, err := samples()[name].SVG()
		if err != nil {
			t.Fatal(err)
		}
		if want := golden(t, name+".svg", got); !sameText(got, want) {
			t.Errorf("%s.svg differs from its golden file; look at the figure, then run go test -update", name)
		}
	}
}

// The comparisons themselves must be able to fail.
func TestGoldenComparisonFails(t *testing.T) {
	other := sampleCurves(1)
	for i := range other[0].Mean {
		other[0].Mean[i] -= .02
	}
	a, b := Rows("t", Panel{}, Panel{Curves: sampleCurves(1)}), Rows("t", Panel{}, Panel{Curves: other})
	pngA, errA := a.png(goldenDPI, png.BestCompression)
	pngB, errB := b.png(goldenDPI, png.BestCompression)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if sameImage(pngA, pngA) != "" || sameImage(pngA, pngB) == "" {
		t.Error("a curve moved by .02 passes for the same image")
	}
	svgA, _ := a.SVG()
	svgB, _ := b.SVG()
	if !sameText(svgA, svgA) || sameText(svgA, svgB) {
		t.Error("a curve moved by .02 passes for the same SVG")
	}
}

func golden(t *testing.T, name string, got []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// sameImage allows the rounding of smoothed edges, which differs between
// processors: few pixels may differ much.
func sameImage(got, want []byte) string {
	a, errA := png.Decode(bytes.NewReader(got))
	b, errB := png.Decode(bytes.NewReader(want))
	if errA != nil || errB != nil {
		return "not a PNG"
	}
	if a.Bounds() != b.Bounds() {
		return "size " + a.Bounds().String() + ", want " + b.Bounds().String()
	}
	const much, share = 48, .001
	size := a.Bounds().Size()
	if n := countDifferent(a, b, much); float64(n) > share*float64(size.X*size.Y) {
		return strconv.Itoa(n) + " pixels differ from the golden image"
	}
	return ""
}

func countDifferent(a, b image.Image, much float64) int {
	n := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			red, green, blue, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			d := func(v, w uint32) float64 { return math.Abs(float64(v)-float64(w)) / 257 }
			if max(d(red, r2), d(green, g2), d(blue, b2)) > much {
				n++
			}
		}
	}
	return n
}

var (
	numbers = regexp.MustCompile(`-?\d+(\.\d+)?(e[-+]\d+)?`)
	images  = regexp.MustCompile(`base64,[A-Za-z0-9+/=]+`)
)

// sameText compares SVG documents: numbers within .02 points, the rest exactly;
// embedded images are left to the comparison of the PNG.
func sameText(got, want []byte) bool {
	got, want = images.ReplaceAll(got, nil), images.ReplaceAll(want, nil)
	if !bytes.Equal(numbers.ReplaceAll(got, []byte("#")), numbers.ReplaceAll(want, []byte("#"))) {
		return false
	}
	a, b := numbers.FindAll(got, -1), numbers.FindAll(want, -1)
	for i := range a {
		x, _ := strconv.ParseFloat(string(a[i]), 64)
		y, _ := strconv.ParseFloat(string(b[i]), 64)
		if math.Abs(x-y) > .02 {
			return false
		}
	}
	return true
}
