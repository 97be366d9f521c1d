// Package remote knows data sets that others publish, where they come from and what digest they
// have, and downloads them into the user's data folder:
//
//	goicl data get omniglot
//
// A download that was interrupted goes on where it was; a file that is not the published one is
// removed; two processes do not download the same file at once.
package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/goicl/goicl/internal/download"
	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/userdir"
)

// ErrMissing is wrapped by the error of a data set that is not on this machine.
var ErrMissing = errors.New("it is not on this machine")

// ErrDigest is wrapped by the error of a file that is not the published one.
var ErrDigest = errors.New("it is not the published file")

// Source is a data set that others publish.
type Source struct {
	Name    string
	About   string // one line
	Licence string
	Files   []File
}

// File is a file of a data set.
type File struct {
	Name string // in the set's folder
	URL  string
	// Bytes is its size; of a zip or .gz, about.
	Bytes int64
	// MD5 is the digest of the file in hexadecimal, if its publisher gives one.
	MD5 string
	// Content is the SHA-256 of what the file holds, which it keeps when it is packed anew: of a
	// .gz, of that unpacked; of a zip, over the sorted lines "path, tab, SHA-256" of its files; of
	// others, of the file. A file of the right MD5 or Content is the published one.
	Content string
}

// Sources lists the data sets.
func Sources() []Source {
	return []Source{
		{
			Name: "omniglot", About: "1,623 characters of 50 alphabets, each drawn by 20 people, in the split of its authors (Lake et al. 2015)", Licence: "MIT",
			Files: []File{
				{"images_background.zip", omniglotURL + "images_background.zip", 9464212, "68d2efa1b9178cc56df9314c21c6e718", "75288906d655255988a488b7e81923d9c2194356d17b82642d9c51b19bd58594"},
				{"images_evaluation.zip", omniglotURL + "images_evaluation.zip", 6462886, "6b91aef0f799c5bb55b94e3f2daec811", "8e90acd002099b58eaaf049e5d5d404f36553a151330c05a2c9c30cde54f4d42"},
			},
		},
		{
			Name: "mnist", About: "70,000 handwritten digits (LeCun et al. 1998)", Licence: "CC BY-SA 3.0",
			Files: []File{
				{trainImages, mnistURL + trainImages, 9912422, "f68b3c2dcbeaaa9fbdd348bbdeb94873", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
				{trainLabels, mnistURL + trainLabels, 28881, "d53e105ee54ea40749a09fcbcd1e9432", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
				{TestImages, mnistURL + TestImages, 1648877, "9fb629c4189551a2d022fa330f9573f3", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
				{TestLabels, mnistURL + TestLabels, 4542, "ec29112dd5afa0611ce80d1b7f02629c", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
			},
		},
		{
			Name: "fashion-mnist", About: "70,000 pictures of ten kinds of clothes (Xiao et al. 2017)", Licence: "MIT",
			Files: []File{
				{trainImages, fashionURL + trainImages, 26421880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
				{trainLabels, fashionURL + trainLabels, 29515, "25c81989df183df01b3e8a0aad5dffbe", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
				{TestImages, fashionURL + TestImages, 4422102, "bef4ecab320f06d8554ea6380940ec79", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
				{TestLabels, fashionURL + TestLabels, 5148, "bb300cfdad3c16e7a12a480ee83cd310", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
			},
		},
		emojiSource(),
	}
}

const (
	omniglotURL = "https://github.com/brendenlake/omniglot/raw/master/python/"
	mnistURL    = "https://ossci-datasets.s3.amazonaws.com/mnist/"
	fashionURL  = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"

	trainImages = "train-images-idx3-ubyte.gz"
	trainLabels = "train-labels-idx1-ubyte.gz"
	// TestImages is the file of the test images of mnist and of fashion-mnist.
	TestImages = "t10k-images-idx3-ubyte.gz"
	// TestLabels is the file of the labels of these images.
	TestLabels = "t10k-labels-idx1-ubyte.gz"
)

// Find returns a data set by its name.
func Find(name string) (Source, error) {
	var known []string
	for _, s := range Sources() {
		if s.Name == name {
			return s, nil
		}
		known = append(known, s.Name)
	}
	return Source{}, fmt.Errorf("remote: no data set is called %.100q; known: %s", name, strings.Join(known, ", "))
}

// Dir is the folder of the set; "" for a user without a home folder.
func (s Source) Dir() string {
	if !filepath.IsLocal(s.Name) {
		return ""
	}
	return userdir.Data("datasets", s.Name)
}

// Path is where a file of the set lies. The error wraps [ErrMissing] where it does not.
func (s Source) Path(file string) (string, error) {
	dir := s.Dir()
	if dir == "" || !filepath.IsLocal(file) {
		return "", fmt.Errorf("remote: no place for %.100q of %.100q: %w", file, s.Name, userdir.ErrNone)
	}
	path := filepath.Join(dir, file)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return "", fmt.Errorf("remote: %s needs %s, and %w; download it with: goicl data get %s", s.Name, file, ErrMissing, s.Name)
	}
	return path, nil
}

// Here reports whether all files of the set are on this machine.
func (s Source) Here() bool {
	for _, f := range s.Files {
		if _, err := s.Path(f.Name); err != nil {
			return false
		}
	}
	return len(s.Files) > 0
}

// Missing are those of the named data sets that are not on this machine.
func Missing(names ...string) (missing []string) {
	for _, name := range names {
		if s, err := Find(name); err != nil || !s.Here() {
			missing = append(missing, name)
		}
	}
	return missing
}

// Bytes is the size of all files.
func (s Source) Bytes() (sum int64) {
	for _, f := range s.Files {
		sum += f.Bytes
	}
	return sum
}

// Get downloads what is missing and shows on progress how far it is.
func (s Source) Get(ctx context.Context, progress io.Writer) error {
	return s.each(ctx, progress, func(f File, path string) error { return f.download(ctx, path, progress) })
}

// Take copies the files of the set from a folder in place of downloading them, for machines
// without a network.
func (s Source) Take(ctx context.Context, from string, progress io.Writer) error {
	return s.each(ctx, progress, func(f File, path string) error { return f.copyFrom(from, path) })
}

// each has f make each file of the set that is missing, under a lock.
func (s Source) each(ctx context.Context, progress io.Writer, make func(f File, path string) error) error {
	dir := s.Dir()
	if ctx == nil || progress == nil || dir == "" || len(s.Files) == 0 {
		return fmt.Errorf("remote: cannot get %.100q: want a context, a place to show progress, a data set of Sources and a home folder", s.Name)
	}
	if err := os.MkdirAll(dir, files.DirPerm); err != nil {
		return fmt.Errorf("remote: %w", err)
	}
	lock := flock.New(dir + ".lock")
	defer lock.Close()
	free, err := lock.TryLock()
	if err == nil && !free {
		fmt.Fprintf(progress, "waiting for another process that gets %s\n", s.Name)
		_, err = lock.TryLockContext(ctx, 100*time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("remote: %s is locked: %w", s.Name, err)
	}
	for _, f := range s.Files {
		if _, err := s.Path(f.Name); err == nil {
			continue
		}
		if err := make(f, filepath.Join(dir, f.Name)); err != nil {
			return fmt.Errorf("remote: %s of %s: %w", f.Name, s.Name, err)
		}
	}
	return nil
}

// download gets a file, from where the last call was interrupted.
func (f File) download(ctx context.Context, path string, progress io.Writer) error {
	if download.None != "" {
		return errors.New(download.None)
	}
	part := path + ".part"
	began, err := f.receive(ctx, part, progress)
	if err != nil {
		return fmt.Errorf("%w; the same command goes on where it was", err)
	}
	err = f.check(part)
	if errors.Is(err, ErrDigest) && began > 0 { // another file may have begun there
		if err := os.Remove(part); err != nil {
			return err
		}
		if _, err = f.receive(ctx, part, progress); err == nil {
			err = f.check(part)
		}
	}
	if err != nil {
		if errors.Is(err, ErrDigest) {
			err = errors.Join(err, os.Remove(part))
		}
		return err
	}
	return os.Rename(part, path)
}

// receive appends to part what follows, and returns how much of it there was.
func (f File) receive(ctx context.Context, part string, progress io.Writer) (began int64, err error) {
	out, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, files.Perm)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if began, err = out.Seek(0, io.SeekEnd); err != nil {
		return 0, err
	}
	body, begins, err := download.Open(ctx, f.URL, began)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	if err := out.Truncate(begins); err != nil {
		return 0, err
	}
	if _, err := out.Seek(begins, io.SeekStart); err != nil {
		return 0, err
	}
	bar := download.NewBar(progress, f.Name, begins, f.Bytes)
	defer func() { _ = bar.Clear() }()
	if _, err := io.Copy(io.MultiWriter(out, bar), io.LimitReader(body, 2*f.Bytes+1-begins)); err != nil {
		return 0, err
	}
	return begins, out.Sync()
}

// copyFrom takes a file of that name from a folder.
func (f File) copyFrom(folder, path string) error {
	from := filepath.Join(folder, f.Name)
	if err := f.check(from); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := files.Create(path)
	if err != nil {
		return err
	}
	defer out.Discard()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Commit()
}
