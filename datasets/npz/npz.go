// Package npz stores batches of tasks as NumPy archives (.npz), which Python
// opens with numpy.load:
//
//	tasks = numpy.load("tasks.npz")
//	tasks["x"]  # inputs [T, N, D], float32
//	tasks["y"]  # labels [T, N], int32
//	tasks["w"]  # a latent variable [T, ...], float32
//
// Regression tasks have tasks["z"], targets [T, N], float32, and no "y". A file
// holds exactly these arrays; the number of classes is kept in the archive's
// comment. The same batch gives the same bytes.
package npz

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/npy"
)

// maxTotal is the largest number of values in all arrays of a file together.
const maxTotal = 1 << 29

// WriteFile writes a batch to a file, whole or not at all: a file of that name is
// replaced once everything is on disk.
func WriteFile(path string, b *datasets.Batch) error {
	f, err := files.Create(path)
	if err != nil {
		return fmt.Errorf("npz: cannot write %s: %w", path, err)
	}
	defer f.Discard()
	if err := writeTo(f, b); err != nil {
		return err
	}
	if err := f.Commit(); err != nil {
		return fmt.Errorf("npz: cannot write %s: %w", path, err)
	}
	return nil
}

// writeTo writes a batch.
func writeTo(w io.Writer, b *datasets.Batch) error {
	if err := checkBatch(b); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	err := writeArrays(z, b)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return fmt.Errorf("npz: cannot write: %w", err)
	}
	return nil
}

// checkBatch reports a batch that could not be read back.
func checkBatch(b *datasets.Batch) error {
	if err := b.Validate(); err != nil {
		return err
	}
	if err := datasets.CheckSize(b.T, b.N, b.D, b.C); err != nil {
		return err
	}
	for name, l := range b.Latent {
		if name == "x" || name == "y" || name == "z" && b.Regression() || name == "" || strings.ContainsAny(name, `/\`) {
			return fmt.Errorf("npz: a latent variable cannot be called %q in a file; rename it", name)
		}
		if want, ok := npy.Product(append([]int{b.T}, l.Dims...), maxTotal); !ok || want != len(l.Data) {
			return fmt.Errorf("npz: latent variable %q has %d values for %d tasks of dimensions %v", name, len(l.Data), b.T, l.Dims)
		}
	}
	return nil
}

func writeArrays(z *zip.Writer, b *datasets.Batch) error {
	names := append(slices.Collect(maps.Keys(b.Latent)), "x", answers(b))
	if err := z.SetComment(commentOf(b.C, names)); err != nil {
		return err
	}
	if err := npy.Add(z, "x", []int{b.T, b.N, b.D}, b.X); err != nil {
		return err
	}
	if err := writeAnswers(z, b); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(b.Latent)) {
		l := b.Latent[name]
		if err := npy.Add(z, name, append([]int{b.T}, l.Dims...), l.Data); err != nil {
			return err
		}
	}
	return nil
}

// answers is the name of the labels, or of the targets of regression tasks.
func answers(b *datasets.Batch) string {
	if b.Regression() {
		return "z"
	}
	return "y"
}

// writeAnswers adds the labels, or the targets of regression tasks.
func writeAnswers(z *zip.Writer, b *datasets.Batch) error {
	if b.Regression() {
		return npy.Add(z, "z", []int{b.T, b.N}, b.Z)
	}
	return npy.Add(z, "y", []int{b.T, b.N}, b.Y)
}

// ReadFile reads a batch from a file. It accepts files that numpy.savez and
// numpy.savez_compressed wrote from C-ordered arrays of the right types; without our
// comment, the number of classes is the greatest label plus one, and at least 2. A file
// with "z" and no "y" holds regression tasks. Whatever the file holds, ReadFile returns an
// error or a valid batch. A file may unpack to four times its size and 64 MiB, at most
// 2 GiB; one that would unpack to more is an error before it does.
func ReadFile(path string) (*datasets.Batch, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("npz: cannot read: %w", err)
	}
	if !info.Mode().IsRegular() { // a pipe would keep us waiting
		return nil, fmt.Errorf("npz: cannot read %s: it is not a regular file; copy its content into one", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npz: cannot read: %w", err)
	}
	defer f.Close()
	b, err := readFrom(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	return b, nil
}

// readFrom reads a batch from an archive of that many bytes.
func readFrom(r io.ReaderAt, size int64) (*datasets.Batch, error) {
	archive, err := npy.Open(r, size)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	b := &datasets.Batch{Latent: map[string]datasets.Latent{}}
	if err := readArrays(b, archive); err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	c, err := classes(archive, b.Y)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	if b.Y != nil {
		b.C = c
	}
	if err := datasets.CheckSize(b.T, b.N, b.D, b.C); err != nil {
		return nil, err
	}
	if err := b.Validate(); err != nil {
		return nil, err
	}
	return b, nil
}

// readArrays reads all arrays of an archive into b.
func readArrays(b *datasets.Batch, archive *npy.Archive) error {
	shape, x, err := readEntry[float32](archive, "x")
	if err != nil {
		return err
	}
	if len(shape) != 3 {
		return fmt.Errorf("array %q has shape %v; want [T, N, D]", "x", shape)
	}
	b.T, b.N, b.D, b.X = shape[0], shape[1], shape[2], x
	answers, err := readAnswers(b, archive)
	if err != nil {
		return err
	}
	for _, name := range archive.Names() {
		if name == "x" || name == answers {
			continue
		}
		if err := readLatent(b, archive, name); err != nil {
			return err
		}
	}
	return nil
}

// readAnswers reads the labels "y", or the targets "z" of regression tasks, and
// reports which.
func readAnswers(b *datasets.Batch, archive *npy.Archive) (name string, err error) {
	name = "y"
	var shape []int
	if !archive.Has("y") && archive.Has("z") {
		name = "z"
		shape, b.Z, err = readEntry[float32](archive, name)
	} else {
		shape, b.Y, err = readEntry[int32](archive, name)
	}
	if err == nil && (!slices.Equal(shape, []int{b.T, b.N}) || len(b.Y)+len(b.Z) == 0) {
		err = fmt.Errorf("array %q has shape %v; want [%d, %d] as x has, and not empty", name, shape, b.T, b.N)
	}
	return name, err
}

func readLatent(b *datasets.Batch, archive *npy.Archive, name string) error {
	shape, data, err := readEntry[float32](archive, name)
	if err != nil {
		return err
	}
	if len(shape) == 0 || shape[0] != b.T {
		return fmt.Errorf("array %q has shape %v; want [%d, ...], a row for each task", name, shape, b.T)
	}
	b.Latent[name] = datasets.Latent{Dims: shape[1:], Data: data}
	return nil
}

// readEntry reads an array by name.
func readEntry[T npy.Value](archive *npy.Archive, name string) ([]int, []T, error) {
	if !archive.Has(name) {
		return nil, nil, fmt.Errorf("the archive has no array %q; it has: %s", name, some(archive.Names()))
	}
	shape, data, err := npy.Read[T](archive, name)
	if err != nil {
		return nil, nil, fmt.Errorf("array %q: %w", name, err)
	}
	return shape, data, nil
}

// some lists the first few names, on one line.
func some(names []string) string {
	const few = 10
	var list []string
	for _, name := range names[:min(len(names), few)] {
		list = append(list, fmt.Sprintf("%.100q", name))
	}
	if len(names) > few {
		list = append(list, fmt.Sprintf("%d more", len(names)-few))
	}
	return strings.Join(list, ", ")
}
