package npy

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// What an archive may unpack to: so many times its own size and so much more, which
// small archives of equal numbers need, but never more than the last.
const (
	times       = 4
	spare       = 64 << 20
	maxUnpacked = 2 << 30
)

// maxArrays is how many arrays an archive may have: what a zip file without the
// extensions for large ones can.
const maxArrays = 1<<16 - 1

// Archive is an .npz archive to read.
type Archive struct {
	Comment string

	files map[string]*zip.File // by the names of their arrays
	size  int64                // bytes of the archive
	left  int64                // bytes of values that may still be unpacked
}

// Add adds an array to an archive, uncompressed (noise does not compress) and under
// a fixed date: the same arrays give the same bytes.
func Add[T Value](z *zip.Writer, name string, shape []int, data []T) error {
	w, err := z.CreateHeader(&zip.FileHeader{
		Name:     name + ".npy",
		Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		return err
	}
	return write(w, shape, data)
}

// Open reads the names in an archive of that many bytes, and its comment. It unpacks
// nothing, and refuses an archive that would unpack to more than [Limit].
func Open(r io.ReaderAt, size int64) (*Archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("not an .npz archive: %w", err)
	}
	if len(z.File) > maxArrays {
		return nil, fmt.Errorf("the archive has %d arrays; want at most %d", len(z.File), maxArrays)
	}
	a := &Archive{Comment: z.Comment, files: make(map[string]*zip.File, len(z.File)), size: size, left: Limit(size)}
	for _, f := range z.File {
		name := strings.TrimSuffix(f.Name, ".npy")
		if a.files[name] != nil {
			return nil, fmt.Errorf("the archive has two arrays %q", name)
		}
		a.files[name] = f
	}
	return a, a.checkSizes()
}

// Limit is how many bytes an archive of that size may unpack to: four times its size and
// 64 MiB, at most 2 GiB.
func Limit(size int64) int64 {
	if size > maxUnpacked {
		return maxUnpacked
	}
	return min(times*size+spare, maxUnpacked)
}

// checkSizes adds up the sizes that the archive says its arrays have. They may be lies;
// [Read] counts what there really is.
func (a *Archive) checkSizes() error {
	var total uint64
	var largest *zip.File
	for _, f := range a.files {
		if total += f.UncompressedSize64; total < f.UncompressedSize64 { // it wrapped around
			total = 1<<64 - 1
			largest = f
			break
		}
		if largest == nil || f.UncompressedSize64 > largest.UncompressedSize64 {
			largest = f
		}
	}
	if total <= uint64(a.left) {
		return nil
	}
	return fmt.Errorf("its arrays unpack to %s, %q alone to %s, and a file of %s may unpack to %s; if you trust it, save it with numpy.savez, which does not compress",
		humanize.IBytes(total), largest.Name, humanize.IBytes(largest.UncompressedSize64), humanize.IBytes(uint64(a.size)), humanize.IBytes(uint64(a.left)))
}

// Names lists the arrays, sorted.
func (a *Archive) Names() []string { return slices.Sorted(maps.Keys(a.files)) }

// Has reports whether there is an array of that name.
func (a *Archive) Has(name string) bool { return a.files[name] != nil }

// Shape reads what an array says of itself: the NumPy name of its type and its shape.
func (a *Archive) Shape(name string) (descr string, shape []int, err error) {
	r, err := a.files[name].Open()
	if err != nil {
		return "", nil, err
	}
	defer r.Close()
	_, descr, shape, err = readHeader(r)
	return descr, shape, err
}

// Read reads an array that the archive has, whose values are of type T.
func Read[T Value](a *Archive, name string) (shape []int, data []T, err error) {
	f := a.files[name]
	r, err := f.Open()
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	return read[T](r, f.UncompressedSize64, &a.left)
}
