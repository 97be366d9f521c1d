package npy

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"
	"time"
)

// Archive is an .npz archive to read: its entries by the names of their arrays.
type Archive map[string]*zip.File

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

// Open reads the names in an archive of that many bytes, and its comment.
func Open(r io.ReaderAt, size int64) (arrays Archive, comment string, err error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, "", fmt.Errorf("not an .npz archive: %w", err)
	}
	arrays = Archive{}
	for _, f := range z.File {
		name := strings.TrimSuffix(f.Name, ".npy")
		if arrays[name] != nil {
			return nil, "", fmt.Errorf("the archive has two arrays %q", name)
		}
		arrays[name] = f
	}
	return arrays, z.Comment, nil
}
