// Package images holds labelled grey images and draws few-shot tasks from them: N-way K-shot
// episodes, as in Vinyals et al. (2016). It reads folders and zips of class folders, the idx
// files of MNIST and Fashion-MNIST, and the SVG emoji of several vendors; [Small] is a set
// that ships with the library.
//
// A class belongs to a domain: its alphabet, its vendor, or the set that it comes from.
package images

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"slices"

	"github.com/goicl/goicl/internal/files"
)

// What can be wrong with images. Errors wrap one of these where it applies, and name the file
// or class.
var (
	ErrNotImage    = errors.New("it is no image that can be read: want PNG, JPEG or GIF")
	ErrSize        = errors.New("images of different sizes")
	ErrTooLarge    = errors.New("too large")
	ErrDamaged     = errors.New("cut short or damaged")
	ErrOneClass    = errors.New("one class alone")
	ErrFewExamples = errors.New("too few examples")
)

// Set is a set of grey images of one size, each of a class.
type Set struct {
	Name          string
	Height, Width int
	// Pixels are [images, Height·Width]: 0 is the background of a drawing, 255 its ink.
	Pixels  []uint8
	Class   []int32  // of each image, its place in Classes
	Classes []string // each with one image at least
	Domain  []int32  // of each class, its place in Domains
	Domains []string
}

// maxPixels is the greatest number of pixels of a set.
const maxPixels = 1 << 31

// Validate reports the first thing that makes a set unusable.
func (s *Set) Validate() error {
	switch {
	case s == nil:
		return errors.New("images: no set of images")
	case s.Height < 1 || s.Width < 1 || s.Height > maxSide || s.Width > maxSide:
		return fmt.Errorf("images: %s has images of %d×%d pixels; want 1 to %d each way", s.Name, s.Height, s.Width, maxSide)
	case len(s.Class) == 0 || len(s.Pixels) != len(s.Class)*s.Height*s.Width:
		return fmt.Errorf("images: %s has %d pixels for %d images of %d×%d; want that many for each, and at least one image", s.Name, len(s.Pixels), len(s.Class), s.Height, s.Width)
	case len(s.Classes) < 2:
		return fmt.Errorf("images: %s has %w; want images of two classes or more, each in a folder of its own", s.Name, ErrOneClass)
	case len(s.Domain) != len(s.Classes):
		return fmt.Errorf("images: %s has domains for %d of %d classes; want one for each", s.Name, len(s.Domain), len(s.Classes))
	}
	for i, c := range s.Class {
		if c < 0 || int(c) >= len(s.Classes) {
			return fmt.Errorf("images: image %d of %s has class %d; want 0 to %d", i, s.Name, c, len(s.Classes)-1)
		}
	}
	for c, d := range s.Domain {
		if d < 0 || int(d) >= len(s.Domains) {
			return fmt.Errorf("images: class %q of %s has domain %d; want 0 to %d", s.Classes[c], s.Name, d, len(s.Domains)-1)
		}
	}
	return nil
}

// Len is the number of images.
func (s *Set) Len() int {
	if s == nil {
		return 0
	}
	return len(s.Class)
}

// String is "omniglot: 32460 images of 28×28 pixels, 1623 classes in 50 domains".
func (s *Set) String() string {
	if s == nil {
		return "no images"
	}
	return fmt.Sprintf("%s: %d images of %d×%d pixels, %d classes in %d domains", s.Name, s.Len(), s.Height, s.Width, len(s.Classes), len(s.Domains))
}

// Gray is an image as Go's image package has it, with dark ink on white; nil if there is no
// such image.
func (s *Set) Gray(i int) *image.Gray {
	if s.Validate() != nil || i < 0 || i >= s.Len() {
		return nil
	}
	out := image.NewGray(image.Rect(0, 0, s.Width, s.Height))
	for p, v := range s.pixels(i) {
		out.Pix[p] = 255 - v
	}
	return out
}

func (s *Set) pixels(i int) []uint8 {
	size := s.Height * s.Width
	return s.Pixels[i*size : (i+1)*size]
}

// Digest is the SHA-256 of all that a set holds, in hexadecimal: two sets of one digest give
// the same tasks.
func (s *Set) Digest() string {
	if s == nil {
		return ""
	}
	names, err := json.Marshal([]any{s.Height, s.Width, s.Classes, s.Domains})
	if err != nil {
		return ""
	}
	for _, v := range slices.Concat(s.Class, s.Domain) {
		names = binary.LittleEndian.AppendUint32(names, uint32(v))
	}
	return files.Sum([]byte(files.Sum(names) + files.Sum(s.Pixels)))
}

// MarshalJSON writes what tells a set from others, its name, sizes and digest: it is part of
// the key of a training run.
func (s *Set) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name    string `json:"name"`
		Images  int    `json:"images"`
		Classes int    `json:"classes"`
		SHA256  string `json:"sha256"`
	}{s.Name, s.Len(), len(s.Classes), s.Digest()})
}

// In is the set of the classes of some domains, under a name of its own.
func (s *Set) In(name string, domains ...string) (*Set, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	for _, d := range domains {
		if !slices.Contains(s.Domains, d) {
			return nil, fmt.Errorf("images: %s has no domain %.100q; it has %.20q", s.Name, d, s.Domains)
		}
	}
	return s.Only(name, func(class int) bool { return slices.Contains(domains, s.Domains[s.Domain[class]]) })
}

// AtLeast is the set of the classes of that many images or more.
func (s *Set) AtLeast(examples int) (*Set, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	counts := s.counts()
	out, err := s.Only(s.Name, func(class int) bool { return counts[class] >= examples })
	if err != nil {
		return nil, fmt.Errorf("images: %s has fewer than two classes of %d images or more: %w", s.Name, examples, ErrFewExamples)
	}
	return out, nil
}

// counts is the number of images of each class.
func (s *Set) counts() []int {
	counts := make([]int, len(s.Classes))
	for _, c := range s.Class {
		counts[c]++
	}
	return counts
}

// Only is the set of some classes, those whose places in Classes are kept, under a name of its
// own.
func (s *Set) Only(name string, keep func(class int) bool) (*Set, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if keep == nil {
		return nil, errors.New("images: no function that says which classes to keep")
	}
	return s.rebuilt(name, func(class int) (string, bool) { return s.Domains[s.Domain[class]], keep(class) })
}

// Regroup is the set with other domains, under a name of its own: domain says which a class
// belongs to, and classes that it has "" for are left out.
func (s *Set) Regroup(name string, domain func(class string) string) (*Set, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if domain == nil {
		return nil, errors.New("images: no function that says which domain a class belongs to")
	}
	return s.rebuilt(name, func(class int) (string, bool) {
		of := domain(s.Classes[class])
		return of, of != ""
	})
}

// rebuilt is the set of the classes that domain keeps, each in the domain that it names.
func (s *Set) rebuilt(name string, domain func(class int) (of string, keep bool)) (*Set, error) {
	b := newBuilder(name, s.Height, s.Width)
	for i, c := range s.Class {
		if of, keep := domain(int(c)); keep {
			b.add(s.Classes[c], of, s.pixels(i))
		}
	}
	return b.set()
}

// Join puts sets of images of one size together. Classes of the same name and domain become
// one.
func Join(name string, sets ...*Set) (*Set, error) {
	if len(sets) == 0 {
		return nil, errors.New("images: no sets to join")
	}
	for _, s := range sets {
		if err := s.Validate(); err != nil {
			return nil, err
		}
		if s.Height != sets[0].Height || s.Width != sets[0].Width {
			return nil, fmt.Errorf("images: %w: %d×%d in %s and %d×%d in %s; read both with the same Size", ErrSize, sets[0].Height, sets[0].Width, sets[0].Name, s.Height, s.Width, s.Name)
		}
	}
	b := newBuilder(name, sets[0].Height, sets[0].Width)
	for _, s := range sets {
		for i, c := range s.Class {
			b.add(s.Classes[c], s.Domains[s.Domain[c]], s.pixels(i))
		}
	}
	return b.set()
}

// builder makes a set image by image.
type builder struct {
	out     *Set
	classes map[[2]string]int32
	domains map[string]int32
}

func newBuilder(name string, height, width int) *builder {
	return &builder{&Set{Name: name, Height: height, Width: width}, map[[2]string]int32{}, map[string]int32{}}
}

func (b *builder) add(class, domain string, pixels []uint8) {
	key := [2]string{domain, class}
	c, ok := b.classes[key]
	if !ok {
		c = int32(len(b.out.Classes))
		b.classes[key] = c
		d, ok := b.domains[domain]
		if !ok {
			d = int32(len(b.out.Domains))
			b.domains[domain] = d
			b.out.Domains = append(b.out.Domains, domain)
		}
		b.out.Classes, b.out.Domain = append(b.out.Classes, class), append(b.out.Domain, d)
	}
	b.out.Class, b.out.Pixels = append(b.out.Class, c), append(b.out.Pixels, pixels...)
}

func (b *builder) set() (*Set, error) {
	if err := b.out.Validate(); err != nil {
		return nil, err
	}
	return b.out, nil
}
