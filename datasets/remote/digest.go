package remote

import (
	"archive/zip"
	"compress/gzip"
	"crypto/md5" //nolint:gosec // what publishers give
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// Limits of a zip whose content is checked.
const (
	maxEntries = 1 << 18
	maxContent = 1 << 30
)

// check reports a file that is not the published one.
func (f File) check(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := md5.New() //nolint:gosec // against damage; what is inside is checked by its readers
	size, err := io.Copy(sum, file)
	if err != nil {
		return err
	}
	got := hex.EncodeToString(sum.Sum(nil))
	if f.MD5 != "" && got == f.MD5 {
		return nil
	}
	if f.Content == "" {
		return fmt.Errorf("%w: %d bytes with the MD5 %s; want %s", ErrDigest, size, got, f.MD5)
	}
	content, err := contentOf(f.Name, file, size)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %d bytes with the MD5 %s: %w", ErrDigest, size, got, err)
	case content != f.Content:
		return fmt.Errorf("%w: its content has the SHA-256 %s; want %s", ErrDigest, content, f.Content)
	}
	return nil
}

// contentOf is the digest of what a file holds, see [File].
func contentOf(name string, file io.ReaderAt, size int64) (string, error) {
	if path.Ext(name) == ".zip" {
		return zipContent(file, size)
	}
	var content io.Reader = io.NewSectionReader(file, 0, size)
	if path.Ext(name) == ".gz" {
		unpacked, err := gzip.NewReader(content)
		if err != nil {
			return "", err
		}
		content = unpacked
	}
	sum := sha256.New()
	if _, err := copyBounded(sum, content, maxContent); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// zipContent is the SHA-256 over the sorted lines of a zip's files: path, a tab, SHA-256.
func zipContent(file io.ReaderAt, size int64) (string, error) {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return "", err
	}
	if len(archive.File) > maxEntries {
		return "", fmt.Errorf("%d files; want at most %d", len(archive.File), maxEntries)
	}
	var lines []string
	left := int64(maxContent)
	for _, f := range archive.File {
		if f.FileInfo().IsDir() {
			continue
		}
		sum := sha256.New()
		n, err := copyEntry(sum, f, left)
		if err != nil {
			return "", fmt.Errorf("%s: %w", f.Name, err)
		}
		left -= n
		lines = append(lines, f.Name+"\t"+hex.EncodeToString(sum.Sum(nil))+"\n")
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:]), nil
}

func copyEntry(to io.Writer, f *zip.File, most int64) (int64, error) {
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return copyBounded(to, r, most)
}

func copyBounded(to io.Writer, from io.Reader, most int64) (int64, error) {
	n, err := io.Copy(to, io.LimitReader(from, most+1))
	if err == nil && n > most {
		err = errors.New("it unpacks to too much")
	}
	return n, err
}
