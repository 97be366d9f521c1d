package backend

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
)

// Limits of what is read from an archive before its library has been seen and hashed.
const (
	maxEntries = 10_000  // files in an archive
	maxOther   = 1 << 26 // bytes of other files, unpacked, before the library
)

// unpackTarGz copies the one library of a .tar.gz to w: the regular file of that name in any folder, which must
// have exactly the pinned size.
func unpackTarGz(w io.Writer, r io.Reader, lib library) error {
	gz, err := gzip.NewReader(r)
	if err != nil {
		return fmt.Errorf("reading the archive: %w", err)
	}
	bounded := &io.LimitedReader{R: gz, N: lib.size + maxOther}
	archive := tar.NewReader(bounded)
	for range maxEntries {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("reading the archive: %w", err)
		}
		if header.Typeflag == tar.TypeReg && path.Base(header.Name) == lib.entry {
			return copyLibrary(w, archive, header.Size, lib)
		}
	}
	return fmt.Errorf("the archive holds no %s", lib.entry)
}

// unpackZip does the same for a .zip or .whl of size bytes.
func unpackZip(w io.Writer, r io.ReaderAt, size int64, lib library) error {
	if size > lib.size+maxOther {
		return fmt.Errorf("the archive has %d bytes, more than its content should", size)
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return fmt.Errorf("reading the archive: %w", err)
	}
	for _, file := range archive.File[:min(len(archive.File), maxEntries)] {
		if !file.Mode().IsRegular() || path.Base(file.Name) != lib.entry {
			continue
		}
		content, err := file.Open()
		if err != nil {
			return fmt.Errorf("reading the archive: %w", err)
		}
		defer content.Close()
		return copyLibrary(w, content, int64(file.UncompressedSize64), lib)
	}
	return fmt.Errorf("the archive holds no %s", lib.entry)
}

// copyLibrary writes exactly lib.size bytes, whatever the archive claims or delivers.
func copyLibrary(w io.Writer, r io.Reader, claimed int64, lib library) error {
	if claimed != lib.size {
		return fmt.Errorf("%s has %d bytes instead of the pinned %d", lib.entry, claimed, lib.size)
	}
	n, err := io.Copy(w, io.LimitReader(r, lib.size))
	if err != nil {
		return fmt.Errorf("unpacking %s: %w", lib.entry, err)
	}
	if n != lib.size {
		return fmt.Errorf("%s ended after %d of %d bytes", lib.entry, n, lib.size)
	}
	return nil
}
