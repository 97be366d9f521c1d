package images

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
)

//go:embed small.zip
var small []byte

// Small returns 288 drawings of Omniglot that ship with the library, scaled to size×size pixels
// or, for 0, as they are, 105×105: six characters of each of eight alphabets, its domains, by
// six people.
//
// Omniglot is by Brenden Lake and others (Lake, Salakhutdinov and Tenenbaum 2015), under the MIT
// licence in the file LICENSE-omniglot beside this one. The whole of it is data set "omniglot"
// of package remote.
func Small(size int) (*Set, error) {
	archive, err := zip.NewReader(bytes.NewReader(small), int64(len(small)))
	if err != nil {
		return nil, fmt.Errorf("images: the drawings of this build are %w: %w", ErrDamaged, err)
	}
	return Read(archive, "omniglot-small", Options{Size: size})
}
