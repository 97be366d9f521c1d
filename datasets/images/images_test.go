package images

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/samplertest"
)

// drawing is an image of that size, white but for a black pixel.
func drawing(t testing.TB, height, width, row, column int, format string) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, width, height))
	for p := range img.Pix {
		img.Pix[p] = 255
	}
	img.SetGray(column, row, color.Gray{})
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, img)
	case "jpg":
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 100})
	case "gif":
		err = gif.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// folder has two classes of two images of 4×6 pixels.
func folder(t testing.TB) fstest.MapFS {
	return fstest.MapFS{
		"all/cat/1.png":     {Data: drawing(t, 4, 6, 0, 0, "png")},
		"all/cat/2.JPG":     {Data: drawing(t, 4, 6, 1, 5, "jpg")},
		"all/dog/1.gif":     {Data: drawing(t, 4, 6, 3, 2, "gif")},
		"all/dog/2.png":     {Data: drawing(t, 4, 6, 2, 2, "png")},
		"all/.DS_Store":     {Data: []byte("x")},
		"__MACOSX/._1.png":  {Data: []byte("x")},
		"all/dog/.hidden/x": {Data: []byte("x")},
	}
}

func TestRead(t *testing.T) {
	s, err := Read(folder(t), "pets", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.String() != "pets: 4 images of 4×6 pixels, 2 classes in 1 domains" || !slices.Equal(s.Classes, []string{"cat", "dog"}) || s.Domains[0] != "pets" {
		t.Errorf("%s, classes %q, domains %q", s, s.Classes, s.Domains)
	}
	for i, at := range []int{0, 1*6 + 5, 3*6 + 2, 2*6 + 2} { // where the ink is
		for p, v := range s.pixels(i) {
			if want := p == at; (v > 128) != want {
				t.Errorf("image %d has %d at pixel %d", i, v, p)
			}
			if white := 255 - s.Gray(i).Pix[p]; white != v {
				t.Errorf("image %d is drawn with %d at pixel %d", i, white, p)
			}
		}
	}
	light, err := Read(folder(t), "pets", Options{LightInk: true, Size: 4})
	if err != nil {
		t.Fatal(err)
	}
	if light.Width != 4 || light.Height != 4 || light.Pixels[5] < 200 {
		t.Errorf("scaled: %s, a background of %d", light, light.Pixels[5])
	}
}

// TestDomains: the folder above that of a class is its domain.
func TestDomains(t *testing.T) {
	one := &fstest.MapFile{Data: drawing(t, 3, 3, 0, 0, "png")}
	s, err := Read(fstest.MapFS{"top/a/x/1.png": one, "top/a/y/1.png": one, "top/b/x/1.png": one}, "all", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Domains, []string{"a", "b"}) || !slices.Equal(s.Classes, []string{"a/x", "a/y", "b/x"}) {
		t.Errorf("domains %q, classes %q", s.Domains, s.Classes)
	}
	in, err := s.In("first", "a")
	if err != nil || len(in.Classes) != 2 || in.Name != "first" {
		t.Errorf("%s, %v", in, err)
	}
	if _, err := s.In("x", "c"); err == nil || !strings.Contains(err.Error(), `no domain "c"`) {
		t.Errorf("error %v", err)
	}
	if _, err := s.In("x", "b"); !errors.Is(err, ErrOneClass) {
		t.Errorf("error %v, want ErrOneClass", err)
	}
	both, err := Join("both", s, in)
	if err != nil || both.Len() != 5 || len(both.Classes) != 3 {
		t.Errorf("%s, %v", both, err)
	}
	if two, err := both.AtLeast(2); err != nil || len(two.Classes) != 2 || two.Len() != 4 {
		t.Errorf("%s, %v", two, err)
	}
	if s.Digest() == in.Digest() || s.Digest() == both.Digest() || len(s.Digest()) != 64 {
		t.Error("digests do not tell sets apart")
	}
}

// TestBadFolders: what is wrong is an error that can be told from others and names the file.
func TestBadFolders(t *testing.T) {
	picture := drawing(t, 4, 6, 0, 0, "png")
	huge := bytes.Clone(picture)
	binary.BigEndian.PutUint32(huge[16:], 1<<30) // the width in the header, whose checksum is then wrong
	for name, c := range map[string]struct {
		change func(fstest.MapFS)
		want   error
		text   string
	}{
		"text":       {func(f fstest.MapFS) { f["all/cat/notes.txt"] = &fstest.MapFile{Data: []byte("x")} }, ErrNotImage, "notes.txt"},
		"no image":   {func(f fstest.MapFS) { f["all/cat/3.png"] = &fstest.MapFile{Data: []byte("x")} }, ErrNotImage, "3.png"},
		"cut short":  {func(f fstest.MapFS) { f["all/cat/3.png"] = &fstest.MapFile{Data: picture[:len(picture)-20]} }, ErrDamaged, "3.png"},
		"huge":       {func(f fstest.MapFS) { f["all/cat/3.png"] = &fstest.MapFile{Data: huge} }, ErrDamaged, "3.png"},
		"other size": {func(f fstest.MapFS) { f["all/dog/3.png"] = &fstest.MapFile{Data: drawing(t, 5, 6, 0, 0, "png")} }, ErrSize, "3.png"},
		"one folder": {func(f fstest.MapFS) { delete(f, "all/dog/1.gif"); delete(f, "all/dog/2.png") }, ErrOneClass, ""},
		"no folder":  {func(f fstest.MapFS) { f["1.png"] = &fstest.MapFile{Data: picture} }, ErrOneClass, "1.png"},
		"link": {func(f fstest.MapFS) {
			f["all/cat/3.png"] = &fstest.MapFile{Data: []byte("1.png"), Mode: fs.ModeSymlink}
		}, ErrNotImage, "3.png"},
	} {
		f := folder(t)
		c.change(f)
		if s, err := Read(f, "pets", Options{}); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) || s != nil {
			t.Errorf("%s: %v, error %v; want one of %q that names %q", name, s, err, c.want, c.text)
		}
	}
	if _, err := Read(folder(t), "pets", Options{MaxBytes: 100}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("error %v, want ErrTooLarge", err)
	}
	for _, o := range []Options{{Size: -1}, {Size: 1 << 20}, {MaxBytes: -1}} {
		if _, err := Read(folder(t), "pets", o); err == nil {
			t.Errorf("no error for %+v", o)
		}
	}
	if _, err := Read(fstest.MapFS{}, "none", Options{}); err == nil {
		t.Error("no error for an empty folder")
	}
}

// TestZips: a zip reads as its folder does; one that is cut short, damaged or unpacks to too
// much is an error.
func TestZips(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, f := range folder(t) {
		to, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = to.Write(f.Data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pets.zip")
	open := func(data []byte, o Options) (*Set, error) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return Open(path, o)
	}
	zipped, err := open(b.Bytes(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := Read(folder(t), "pets", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if zipped.Digest() != unpacked.Digest() || zipped.Name != "pets" {
		t.Errorf("%s is not %s", zipped, unpacked)
	}
	if _, err := open(b.Bytes()[:b.Len()/2], Options{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("cut short: error %v", err)
	}
	damaged := bytes.Clone(b.Bytes())
	damaged[bytes.Index(damaged, []byte("IDAT"))+8]++
	if _, err := open(damaged, Options{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("damaged: error %v", err)
	}
	if _, err := open(b.Bytes(), Options{MaxBytes: 100}); !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "MaxBytes") {
		t.Errorf("too much: error %v", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: error %v", err)
	}
}

// idx is an idx file of bytes.
func idx(data []byte, sizes ...uint32) []byte {
	head := []byte{0, 0, 8, byte(len(sizes))}
	for _, n := range sizes {
		head = binary.BigEndian.AppendUint32(head, n)
	}
	return append(head, data...)
}

func TestIDX(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var packed bytes.Buffer
	gz := gzip.NewWriter(&packed)
	_, _ = gz.Write(idx([]byte{7, 3, 7}, 3))
	_ = gz.Close()
	pixels := write("images", idx([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 3, 2, 2))
	labels := write("labels.gz", packed.Bytes())
	s, err := OpenIDX("digits", pixels, labels)
	if err != nil {
		t.Fatal(err)
	}
	if s.String() != "digits: 3 images of 2×2 pixels, 2 classes in 1 domains" || !slices.Equal(s.pixels(2), []uint8{9, 10, 11, 12}) || s.Classes[s.Class[1]] != "3" {
		t.Errorf("%s: %v %v", s, s.Pixels, s.Class)
	}
	for name, c := range map[string]struct {
		pixels, labels []byte
		want           error
	}{
		"cut short":      {idx([]byte{1, 2, 3}, 3, 2, 2), packed.Bytes(), ErrDamaged},
		"too long":       {idx(make([]byte, 13), 3, 2, 2), packed.Bytes(), ErrDamaged},
		"no header":      {[]byte{0, 0}, packed.Bytes(), ErrDamaged},
		"cut gzip":       {idx(make([]byte, 12), 3, 2, 2), packed.Bytes()[:packed.Len()-9], ErrDamaged},
		"huge":           {idx(make([]byte, 12), 1<<31, 1<<13, 1<<13), packed.Bytes(), ErrTooLarge},
		"fewer labels":   {idx(make([]byte, 8), 2, 2, 2), packed.Bytes(), nil},
		"labels":         {packed.Bytes(), packed.Bytes(), nil},
		"images as text": {[]byte("hello, world. hello, world"), packed.Bytes(), nil},
	} {
		_, err := OpenIDX("digits", write("images", c.pixels), write("labels.gz", c.labels))
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}

// few is a set of that many classes of 6 images of 3×3 pixels, in two domains.
func few(t testing.TB, classes int) *Set {
	t.Helper()
	b := newBuilder("few", 3, 3)
	for c := range classes {
		for i := range 6 {
			pixels := make([]uint8, 9)
			pixels[c%9], pixels[8-i] = 255, 51
			b.add(string(rune('a'+c)), []string{"even", "odd"}[c%2], pixels)
		}
	}
	s, err := b.set()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSampler(t *testing.T) {
	e := Episodes{Set: few(t, 8), Ways: 3, Shots: 2, Queries: 3, Rotations: true}
	samplertest.Run(t, e, samplertest.Expect{N: 15, D: 9, C: 3, Share: []float64{1. / 3, 1. / 3, 1. / 3}, Ordered: true})
	e = Episodes{Set: few(t, 8), Ways: 3, Labels: 5, Queries: 2, Tasks: 4}
	samplertest.Run(t, e, samplertest.Expect{N: 9, D: 9, C: 5, Share: []float64{.2, .2, .2, .2, .2}, Ordered: true})
}

// TestDistortion: none keeps an image, a shift moves it, a turn by 90° turns it; what comes from
// beyond is background.
func TestDistortion(t *testing.T) {
	from := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}
	for name, test := range map[string]struct {
		d    distortion
		want []float32
	}{
		"none":   {distortion{yy: 1, xx: 1}, from},
		"shift":  {distortion{yy: 1, xx: 1, dy: 1. / 3}, []float32{4, 5, 6, 7, 8, 9, 0, 0, 0}},
		"half":   {distortion{yy: 1, xx: 1, dx: .5 / 3}, []float32{1.5, 2.5, 1.5, 4.5, 5.5, 3, 7.5, 8.5, 4.5}},
		"turn":   {distortion{yx: 1, xy: -1}, []float32{3, 6, 9, 2, 5, 8, 1, 4, 7}},
		"double": {distortion{yy: .5, xx: .5}, []float32{3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7}},
	} {
		to := make([]float32, 9)
		test.d.draw(to, from, 3, 3)
		for i, v := range to {
			if math.Abs(float64(v-test.want[i])) > 1e-6 {
				t.Errorf("%s: %v, want %v", name, to, test.want)
				break
			}
		}
	}
	e := Episodes{Set: few(t, 8), Ways: 3, Queries: 2, Rotations: true, Distort: 1}
	samplertest.Run(t, e, samplertest.Expect{N: 9, D: 9, C: 3, Ordered: true})
	plain := e
	plain.Distort = 0
	a, err := e.Sample(datasets.Rand(0, "test"), 4)
	b, err2 := plain.Sample(datasets.Rand(0, "test"), 4)
	if err != nil || err2 != nil || slices.Equal(a.X, b.X) || !slices.Equal(a.Y, b.Y) || !slices.Equal(a.Latent["image"].Data, b.Latent["image"].Data) {
		t.Errorf("distorted tasks %v, %v: want those without, with other pixels", err, err2)
	}
	if _, err := e.Plan(datasets.Rand(0, "test"), 4); err == nil || !strings.Contains(err.Error(), "Distort") {
		t.Errorf("error %v, want one that says that a plan keeps no distortion", err)
	}
}

// TestEpisodes: a task has as many examples and queries of each of its classes as are asked
// for, no image twice, the images that its latent variables say, and the classes of one domain.
func TestEpisodes(t *testing.T) {
	set := few(t, 8)
	e := Episodes{Set: set, Ways: 3, Shots: 2, Queries: 3, Labels: 4, Rotations: true, Tasks: 5}
	b, err := e.Sample(datasets.Rand(0, "test"), 20)
	if err != nil {
		t.Fatal(err)
	}
	for task := range b.T {
		images, turns := b.Latent["image"].Row(task), b.Latent["turn"].Row(task)
		of, seen := map[int32][2]int{}, map[float32]bool{}
		for n := range b.N {
			label, class := b.Y[task*b.N+n], set.Class[int(images[n])]
			counts := of[label]
			counts[min(1, n/e.Context())]++
			of[label] = counts
			if seen[images[n]] {
				t.Errorf("task %d has image %g twice", task, images[n])
			}
			seen[images[n]] = true
			if d := float32(set.Domain[class]); d != b.Latent["domain"].Row(task)[0] || d != b.Latent["domain"].Row(task / 5 * 5)[0] || turns[n] != turns[0] {
				t.Errorf("task %d has class %d of domain %g turned %g times", task, class, d, turns[n])
			}
			for n2 := range n {
				same := set.Class[int(images[n2])] == class
				if same != (b.Y[task*b.N+n2] == label) {
					t.Errorf("task %d: points %d and %d have other classes than labels", task, n, n2)
				}
			}
			want := make([]float32, 9)
			turned(want, set.pixels(int(images[n])), 3, int(turns[n]))
			if !slices.Equal(want, b.Point(task, n)) {
				t.Errorf("task %d, point %d is not its image", task, n)
			}
		}
		for label, counts := range of {
			if counts != [2]int{2, 3} || len(of) != 3 {
				t.Errorf("task %d has %d classes, and of label %d %d examples and queries", task, len(of), label, counts)
			}
		}
	}
}

func TestTurned(t *testing.T) {
	// 1 2      2 4
	// 3 4  ->  1 3, against the clock
	out := make([]float32, 4)
	turned(out, []uint8{51, 102, 153, 204}, 2, 1)
	if !slices.Equal(out, []float32{.4, .8, .2, .6}) {
		t.Errorf("turned: %v", out)
	}
	turned(out, []uint8{51, 102, 153, 204}, 2, 2)
	if !slices.Equal(out, []float32{.8, .6, .4, .2}) {
		t.Errorf("turned twice: %v", out)
	}
}

func TestWrongEpisodes(t *testing.T) {
	set := few(t, 8)
	wide := *set
	wide.Height, wide.Width = 1, 9
	for want, e := range map[string]Episodes{
		"no set":                     {},
		"9-way tasks of the 8":       {Set: set, Ways: 9, Queries: 1},
		"too few examples":           {Set: set, Shots: 3, Queries: 4},
		"want at least 2":            {Set: set, Ways: 1, Queries: 1},
		"want at least as many":      {Set: set, Labels: 3, Queries: 1},
		"cannot be turned":           {Set: &wide, Rotations: true, Queries: 1},
		"no domain of few has the 5": {Set: set, Tasks: 2, Queries: 1},
		"at most 1048576":            {Set: set, Shots: 1 << 40, Queries: 1},
	} {
		if err := e.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			if _, err := e.Sample(datasets.Rand(0, "x"), 1); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want one with %q", err, want)
			}
		}
	}
	if err := (Episodes{Set: set, Shots: 3, Queries: 4}).Validate(); !errors.Is(err, ErrFewExamples) || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("error %v, want ErrFewExamples that names the class", err)
	}
}

// TestPlan: test tasks that are saved are the same when they are read; with another set, or a
// damaged file, they are an error.
func TestPlan(t *testing.T) {
	set := few(t, 8)
	e := Episodes{Set: set, Ways: 3, Queries: 2, Rotations: true}
	plan, err := e.Plan(datasets.Rand(3, "test"), 7)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := plan.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := OpenPlan(path, set)
	if err != nil {
		t.Fatal(err)
	}
	want, err := e.Sample(datasets.Rand(3, "test"), 7)
	if err != nil {
		t.Fatal(err)
	}
	got, err := again.Batch(0, 7)
	if err != nil || !slices.Equal(got.X, want.X) || !slices.Equal(got.Y, want.Y) {
		t.Errorf("the tasks are others, %v", err)
	}
	part, err := again.Batch(2, 4)
	if err != nil || !slices.Equal(part.X, want.Slice(2, 4).X) {
		t.Errorf("tasks 2 and 3 are others, %v", err)
	}
	if _, err := again.Batch(2, 8); err == nil {
		t.Error("no error beyond the end")
	}
	if _, err := OpenPlan(path, few(t, 7)); err == nil || !strings.Contains(err.Error(), "digest") {
		t.Errorf("another set: error %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte("1"), []byte("2"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPlan(path, set); err == nil {
		t.Error("no error for a damaged file")
	}
}

// TestSmall: what ships is part of Omniglot, file by file.
func TestSmall(t *testing.T) {
	if len(small) > 200<<10 {
		t.Errorf("%d bytes ship; want at most 200 KiB", len(small))
	}
	s, err := Small(28)
	if err != nil {
		t.Fatal(err)
	}
	if s.String() != "omniglot-small: 288 images of 28×28 pixels, 48 classes in 8 domains" {
		t.Error(s)
	}
	whole, err := zip.OpenReader(omniglotFile(t, "images_background.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	part, err := zip.NewReader(bytes.NewReader(small), int64(len(small)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range part.File {
		mine, err := fs.ReadFile(part, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := whole.Open("images_background/" + f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := io.ReadAll(theirs); err != nil || !bytes.Equal(data, mine) {
			t.Errorf("%s is not that of Omniglot, %v", f.Name, err)
		}
	}
}

// FuzzRead: no image file panics, and what can be read has pixels.
func FuzzRead(f *testing.F) {
	for _, format := range []string{"png", "jpg", "gif"} {
		f.Add(drawing(f, 3, 4, 1, 1, format))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if img, err := readImage(fstest.MapFS{"x.png": {Data: data}}, "x.png", Options{Size: 4}); err == nil && len(img.Pix) != 16 {
			t.Errorf("%d pixels", len(img.Pix))
		}
	})
}

// FuzzIDX: no idx file panics.
func FuzzIDX(f *testing.F) {
	f.Add(idx([]byte{1, 2, 3, 4}, 1, 2, 2))
	f.Fuzz(func(t *testing.T, data []byte) {
		if values, sizes, err := parseIDX(bytes.NewReader(data), 3); err == nil && len(values) != sizes[0]*sizes[1]*sizes[2] {
			t.Errorf("%d values of sizes %v", len(values), sizes)
		}
	})
}
