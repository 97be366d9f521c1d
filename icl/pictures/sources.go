package pictures

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/goicl/goicl/datasets/images"
	"github.com/goicl/goicl/datasets/images/emoji"
	"github.com/goicl/goicl/datasets/remote"
)

// sets are the images to train on and those of unseen alphabets to test on.
type sets struct{ train, test *images.Set }

// small are the drawings that ship with the library: five alphabets to train on, three to test on.
func small() (s sets, err error) {
	all, err := images.Small(side)
	if err != nil {
		return s, err
	}
	if s.train, err = all.In("omniglot-small", "Balinese", "Early_Aramaic", "Futurama", "Hebrew", "Japanese_(katakana)"); err != nil {
		return s, err
	}
	s.test, err = all.In("omniglot-small, unseen alphabets", "Greek", "Korean", "Latin")
	return s, err
}

// omniglot is the split of its authors: 964 characters of 30 alphabets, and 659 of 20 others. It is read once.
var omniglot = sync.OnceValues(func() (s sets, err error) {
	if s.train, err = open("omniglot", "images_background.zip"); err != nil {
		return s, err
	}
	s.test, err = open("omniglot", "images_evaluation.zip")
	return s, err
})

// open reads a file of Omniglot.
func open(source, file string) (*images.Set, error) {
	path, err := pathOf(source, file)
	if err != nil {
		return nil, err
	}
	return images.Open(path, images.Options{Size: side})
}

func pathOf(source, file string) (string, error) {
	s, err := remote.Find(source)
	if err != nil {
		return "", err
	}
	return s.Path(file)
}

// testImages are those of mnist or fashion-mnist.
func testImages(source string) (*images.Set, error) {
	pixels, err := pathOf(source, remote.TestImages)
	if err != nil {
		return nil, err
	}
	labels, err := pathOf(source, remote.TestLabels)
	if err != nil {
		return nil, err
	}
	return images.OpenIDX(source, pixels, labels)
}

// seenVendors and otherVendors draw the emoji of training, and those of tests. No maker is in both.
var (
	seenVendors  = []string{"twemoji", "openmoji", "emojione", "emojione-v1", "emojione-monotone"}
	otherVendors = []string{"noto", "noto-v1", "fluent-emoji-flat", "fluent-emoji-high-contrast", "fxemoji"}
)

// vendors is the number of vendors that must have an emoji: each class has as many drawings or one more.
const vendors = 4

// drawnBy are emoji by some vendors: of the emoji in the order of their names, every second one
// from the first (odd = 0) or second on. Their domains are the groups of Unicode, but for those
// of too few.
func drawnBy(name string, of []string, odd int) (*images.Set, error) {
	all, err := openVendors(of)
	if err != nil {
		return nil, err
	}
	path, err := pathOf("emoji", remote.EmojiGroups)
	if err != nil {
		return nil, err
	}
	groups, err := emoji.OpenGroups(path)
	if err != nil {
		return nil, err
	}
	set, err := emoji.Set(name, side, vendors, all...)
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(groups))
	return set.Regroup(name, func(class string) string {
		at, ok := slices.BinarySearch(names, class)
		if !ok || at%2 != odd || strings.HasPrefix(groups[class], "Flags") {
			return ""
		}
		return groups[class]
	})
}

func openVendors(names []string) (all []emoji.Vendor, err error) {
	for _, name := range names {
		path, err := pathOf("emoji", name+".json")
		if err != nil {
			return nil, err
		}
		v, err := emoji.Open(path)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
