package images

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"
)

// OpenIDX reads images and their labels from a pair of idx files, as those of MNIST and
// Fashion-MNIST, with or without gzip. Light pixels are ink. The set is one domain.
func OpenIDX(name, imagesFile, labelsFile string) (*Set, error) {
	pixels, sizes, err := readIDX(imagesFile, 3)
	if err != nil {
		return nil, err
	}
	labels, count, err := readIDX(labelsFile, 1)
	if err != nil {
		return nil, err
	}
	if sizes[0] != count[0] {
		return nil, fmt.Errorf("images: %s has %d images and %s has %d labels; give two files that belong together", imagesFile, sizes[0], labelsFile, count[0])
	}
	b, size := newBuilder(name, sizes[1], sizes[2]), sizes[1]*sizes[2]
	for i, label := range labels {
		b.add(strconv.Itoa(int(label)), name, pixels[i*size:(i+1)*size])
	}
	return b.set()
}

// readIDX reads an idx file of bytes with that many axes.
func readIDX(name string, axes int) (data []byte, sizes []int, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("images: %s: %w", name, err)
		}
	}()
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	if magic, _ := r.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		unpacked, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		r = bufio.NewReader(unpacked)
	}
	return parseIDX(r, axes)
}

func parseIDX(r io.Reader, axes int) (data []byte, sizes []int, err error) {
	header := make([]byte, 4+4*axes)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if header[0] != 0 || header[1] != 0 || header[2] != 8 || int(header[3]) != axes {
		return nil, nil, fmt.Errorf("it begins with the bytes %x; an idx file of bytes with %d axes begins with 000008%02x", header[:4], axes, axes)
	}
	total := 1
	for a := range axes {
		n := int(binary.BigEndian.Uint32(header[4+4*a:]))
		if n < 1 || n > maxPixels/total || a > 0 && n > maxSide {
			return nil, nil, fmt.Errorf("%w: axis %d has %d values", ErrTooLarge, a, n)
		}
		sizes, total = append(sizes, n), total*n
	}
	data, err = io.ReadAll(io.LimitReader(r, int64(total)+1)) // as much as there is, whatever the header claims
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	case len(data) != total:
		return nil, nil, fmt.Errorf("%w: %d values, or more, where sizes %v make %d", ErrDamaged, len(data), sizes, total)
	}
	return data, sizes, nil
}
