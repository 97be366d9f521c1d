package images

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"  // a format of images
	_ "image/jpeg" // a format of images
	_ "image/png"  // a format of images
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"golang.org/x/image/draw"
	"golang.org/x/sync/errgroup"
)

// Limits of what is read.
const (
	maxSide    = 1 << 13 // pixels each way of an image
	maxFile    = 1 << 26 // bytes of an image file
	maxImages  = 1 << 20
	maxContent = 1 << 31 // bytes of all files, unpacked
)

// Options say how images become grey pixels. The zero value keeps their size and takes dark
// pixels for ink.
type Options struct {
	// Size is the height and width that images are scaled to; 0 keeps that of the images,
	// which must then be alike.
	Size int
	// LightInk takes light pixels for ink, as in white drawings on black.
	LightInk bool
	// MaxBytes bounds what a folder or zip holds, unpacked; 0 means 2 GiB.
	MaxBytes int64
}

func (o Options) validate() error {
	if o.Size < 0 || o.Size > maxSide || o.MaxBytes < 0 {
		return fmt.Errorf("images: images scaled to %d pixels, from at most %d bytes; want 1 to %d, or 0 to keep their size, and a positive number, or 0 for 2 GiB", o.Size, o.MaxBytes, maxSide)
	}
	return nil
}

// Open reads a folder, or a .zip, of class folders with images in PNG, JPEG or GIF; see [Read].
// The set has the name of the folder.
func Open(name string, o Options) (*Set, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("images: %w", err)
	}
	called := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	if info.IsDir() {
		return Read(os.DirFS(name), filepath.Base(name), o)
	}
	archive, err := zip.OpenReader(name)
	if err != nil {
		return nil, fmt.Errorf("images: %s is %w, or no zip: %w", name, ErrDamaged, err)
	}
	defer archive.Close()
	if err := checkZip(archive.File, o); err != nil {
		return nil, fmt.Errorf("images: %s: %w", name, err)
	}
	set, err := Read(archive, called, o)
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, name)
	}
	return set, nil
}

// checkZip refuses a zip that unpacks to too much, before anything is unpacked.
func checkZip(entries []*zip.File, o Options) error {
	total := uint64(0)
	for _, f := range entries {
		total += min(f.UncompressedSize64, maxContent+1)
	}
	if most := cmp.Or(o.MaxBytes, maxContent); total > uint64(most) || len(entries) > 2*maxImages {
		return fmt.Errorf("%w: %d files of %s unpacked; the limits are %d and %s (Options.MaxBytes)", ErrTooLarge, len(entries), humanize.IBytes(total), 2*maxImages, humanize.IBytes(uint64(most)))
	}
	return nil
}

// Read reads class folders from a file system. A class is a folder that holds images; its
// domain is the folder above, or the set itself where all classes lie in one folder. Other
// files are errors, but for those whose names begin with a dot and folders called __MACOSX.
func Read(fsys fs.FS, name string, o Options) (*Set, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	if fsys == nil {
		return nil, errors.New("images: no folder to read")
	}
	paths, err := list(fsys, cmp.Or(o.MaxBytes, maxContent))
	if err != nil {
		return nil, fmt.Errorf("images: reading %s: %w", name, err)
	}
	grey, err := readAll(fsys, paths, o)
	if err != nil {
		return nil, fmt.Errorf("images: %w", err)
	}
	b, root := newBuilder(name, grey[0].Rect.Dy(), grey[0].Rect.Dx()), commonRoot(paths)
	for i, p := range paths {
		if grey[i].Rect != grey[0].Rect {
			return nil, fmt.Errorf("images: %w: %s has %d×%d pixels and %s has %d×%d; set Options.Size to scale them", ErrSize, paths[0], grey[0].Rect.Dy(), grey[0].Rect.Dx(), p, grey[i].Rect.Dy(), grey[i].Rect.Dx())
		}
		class := strings.TrimPrefix(path.Dir(p), root)
		domain := path.Dir(class)
		if domain == "." {
			domain = name
		}
		b.add(class, domain, grey[i].Pix)
	}
	return b.set()
}

// list is the paths of the images below the root, sorted by folder. Beyond so many bytes it is an error.
func list(fsys fs.FS, most int64) (paths []string, err error) {
	total := int64(0)
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		base := path.Base(p)
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != "." && (base[0] == '.' || base == "__MACOSX"):
			return fs.SkipDir
		case d.IsDir() || base[0] == '.':
			return nil
		case !slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif"}, strings.ToLower(path.Ext(p))) || !d.Type().IsRegular():
			return fmt.Errorf("%s: %w; remove it, or give the folder of the images alone", p, ErrNotImage)
		case path.Dir(p) == ".":
			return fmt.Errorf("%s lies in no class folder, so there is %w; put the images of each class in a folder of its own", p, ErrOneClass)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if total += info.Size(); total > most || info.Size() > maxFile || len(paths) == maxImages {
			return fmt.Errorf("%s: %w: more than %d images, %s in all or %s in one", p, ErrTooLarge, maxImages, humanize.IBytes(uint64(most)), humanize.IBytes(maxFile))
		}
		paths = append(paths, p)
		return nil
	})
	if err == nil && len(paths) == 0 {
		err = errors.New("no images; want folders of PNG, JPEG or GIF files, one for each class")
	}
	return paths, err
}

// commonRoot is the folders above all class folders, with a slash; "" for none.
func commonRoot(paths []string) string {
	common := strings.Split(path.Dir(path.Dir(paths[0])), "/")
	for _, p := range paths {
		parts := strings.Split(path.Dir(path.Dir(p)), "/")
		n := 0
		for n < min(len(parts), len(common)) && parts[n] == common[n] {
			n++
		}
		common = common[:n]
	}
	if root := strings.Join(common, "/"); root != "" && root != "." {
		return root + "/"
	}
	return ""
}

// readAll reads images side by side.
func readAll(fsys fs.FS, paths []string, o Options) ([]*image.Gray, error) {
	out := make([]*image.Gray, len(paths))
	g, ctx := errgroup.WithContext(context.Background())
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range paths {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() (err error) {
			if out[i], err = readImage(fsys, p, o); err != nil {
				err = fmt.Errorf("%s: %w", p, err)
			}
			return err
		})
	}
	return out, g.Wait()
}

func readImage(fsys fs.FS, name string, o Options) (*image.Gray, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	case len(data) > maxFile:
		return nil, fmt.Errorf("%w: more than %s", ErrTooLarge, humanize.IBytes(maxFile))
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case errors.Is(err, image.ErrFormat):
		return nil, ErrNotImage
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	case size.Width < 1 || size.Height < 1 || size.Width > maxSide || size.Height > maxSide:
		return nil, fmt.Errorf("%w: an image of %d×%d pixels; want 1 to %d each way", ErrTooLarge, size.Height, size.Width, maxSide)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return ink(img, o.Size, o.LightInk), nil
}

// ink is an image on white in grey, scaled to size×size pixels if size is not 0, with 255 for
// ink. Each pixel of a smaller image is a weighted mean of those around its place, by a
// triangle two of its pixels wide.
func ink(img image.Image, size int, light bool) *image.Gray {
	bounds := img.Bounds()
	grey, whole := img.(*image.Gray)
	if !whole || bounds.Min != (image.Point{}) || grey.Stride != bounds.Dx() {
		grey = image.NewGray(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
		draw.Draw(grey, grey.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(grey, grey.Rect, img, bounds.Min, draw.Over)
	}
	if size > 0 && (size != bounds.Dx() || size != bounds.Dy()) {
		small := image.NewRGBA(image.Rect(0, 0, size, size)) // draw is fast for this kind
		draw.BiLinear.Scale(small, small.Rect, grey, grey.Rect, draw.Src, nil)
		grey = image.NewGray(small.Rect)
		for p := range grey.Pix {
			grey.Pix[p] = small.Pix[4*p]
		}
	}
	if !light {
		for p, v := range grey.Pix {
			grey.Pix[p] = 255 - v
		}
	}
	return grey
}
