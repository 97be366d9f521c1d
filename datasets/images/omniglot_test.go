package images

import (
	"archive/zip"
	"bufio"
	"fmt"
	"math"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

const shared = "../../../shared/data/omniglot/"

// omniglotFile is a file of the official data, or the test is skipped.
func omniglotFile(t testing.TB, name string) string {
	t.Helper()
	if _, err := os.Stat(shared + name); err != nil {
		t.Skip("Omniglot is not here: ", err)
	}
	return shared + name
}

// TestModifiedHausdorff: the loader keeps every stroke where it is, so that the distance that
// Lake et al. published with the data has their error, 38.75 %, on their 20 one-shot tests.
func TestModifiedHausdorff(t *testing.T) {
	archive, err := zip.OpenReader(omniglotFile(t, "all_runs.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	wrong, total := 0, 0
	for run := 1; run <= 20; run++ {
		labels, err := archive.Open(fmt.Sprintf("run%02d/class_labels.txt", run))
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(labels); lines.Scan(); total++ {
			item, right, ok := strings.Cut(strings.TrimSpace(lines.Text()), " ")
			if !ok {
				t.Fatalf("run %d has the line %q", run, lines.Text())
			}
			asked, best, least := strokes(t, archive, item), "", math.Inf(1)
			for class := 1; class <= 20; class++ {
				name := fmt.Sprintf("%s/class%02d.png", path.Dir(right), class)
				if d := hausdorff(asked, strokes(t, archive, name)); d < least {
					best, least = name, d
				}
			}
			if best != right {
				wrong++
			}
		}
	}
	if got := 100 * float64(wrong) / float64(total); total != 400 || math.Abs(got-38.75) > 1e-9 {
		t.Errorf("an error of %.2f %% on %d items, want 38.75 %% on 400", got, total)
	}
}

// strokes are the places of the ink of an image, less their mean.
func strokes(t *testing.T, archive *zip.ReadCloser, name string) (places [][2]float64) {
	t.Helper()
	img, err := readImage(archive, name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var mean [2]float64
	for p, v := range img.Pix {
		if v > 127 {
			at := [2]float64{float64(p / img.Stride), float64(p % img.Stride)}
			places = append(places, at)
			mean[0], mean[1] = mean[0]+at[0], mean[1]+at[1]
		}
	}
	for i := range places {
		for a := range 2 {
			places[i][a] -= mean[a] / float64(len(places))
		}
	}
	return places
}

// hausdorff is the modified Hausdorff distance of Dubuisson and Jain (1994).
func hausdorff(a, b [][2]float64) float64 {
	oneWay := func(from, to [][2]float64) (mean float64) {
		for _, p := range from {
			least := math.Inf(1)
			for _, q := range to {
				least = min(least, (p[0]-q[0])*(p[0]-q[0])+(p[1]-q[1])*(p[1]-q[1]))
			}
			mean += math.Sqrt(least) / float64(len(from))
		}
		return mean
	}
	return max(oneWay(a, b), oneWay(b, a))
}

// TestOmniglot: the official split has the classes that its authors count, and the nearest
// neighbour by the cosine of pixels is right as often as is known.
func TestOmniglot(t *testing.T) {
	background, err := Open(omniglotFile(t, "images_background.zip"), Options{Size: 28})
	if err != nil {
		t.Fatal(err)
	}
	evaluation, err := Open(omniglotFile(t, "images_evaluation.zip"), Options{Size: 28})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		set                      *Set
		images, classes, domains int
	}{{background, 19280, 964, 30}, {evaluation, 13180, 659, 20}} {
		if c.set.Len() != c.images || len(c.set.Classes) != c.classes || len(c.set.Domains) != c.domains {
			t.Errorf("%s; want %d, %d and %d", c.set, c.images, c.classes, c.domains)
		}
	}
	for ways, want := range map[int]float64{5: 47.8, 20: 29.0} {
		e := Episodes{Set: evaluation, Ways: ways, Queries: 5}
		b, err := e.Sample(datasets.Rand(0, "test"), 1000)
		if err != nil {
			t.Fatal(err)
		}
		if got := 100 * nearest(b, e.Context()); math.Abs(got-want) > 1.5 {
			t.Errorf("%s: the nearest neighbour is right for %.1f %%, want %.1f", e.Name(), got, want)
		} else {
			t.Logf("%s: %.1f %%", e.Name(), got)
		}
	}
}

// nearest is the share of queries whose class is that of the example of the greatest cosine.
func nearest(b *datasets.Batch, context int) float64 {
	norm := func(x []float32) (s float64) {
		for _, v := range x {
			s += float64(v * v)
		}
		return math.Sqrt(s)
	}
	right := 0
	for task := range b.T {
		for n := context; n < b.N; n++ {
			best, greatest := int32(-1), math.Inf(-1)
			for k := range context {
				x := b.Point(task, k)
				dot := float32(0)
				for i, v := range b.Point(task, n) {
					dot += v * x[i]
				}
				if cos := float64(dot) / norm(x); cos > greatest {
					best, greatest = b.Y[task*b.N+k], cos
				}
			}
			if best == b.Y[task*b.N+n] {
				right++
			}
		}
	}
	return float64(right) / float64(b.T*(b.N-context))
}
