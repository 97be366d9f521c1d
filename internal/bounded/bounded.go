// Package bounded reads small files whole, such as settings and notebooks, without trusting
// their size.
package bounded

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dustin/go-humanize"
)

// ReadFile reads a regular file of at most that many bytes. A larger one is an error that
// names the limit, before it is in memory. The caller's error names the file.
func ReadFile(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return nil, errors.New("it is a directory; give a file")
	case !info.Mode().IsRegular(): // a pipe would keep us waiting, a device has no end
		return nil, errors.New("it is not a regular file; copy its content into one")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info.Size() > most {
		return nil, tooLarge(info.Size(), most)
	}
	data, err := io.ReadAll(io.LimitReader(file, most+1)) // it may grow meanwhile
	if int64(len(data)) > most {
		return nil, tooLarge(int64(len(data)), most)
	}
	return data, err
}

func tooLarge(size, most int64) error {
	return fmt.Errorf("it has %s, more than the %s that such a file may have; make it smaller", humanize.IBytes(uint64(size)), humanize.IBytes(uint64(most)))
}
