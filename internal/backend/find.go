package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/gomlx/compute"

	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/userdir"
)

// store knows the places of plugins on this machine and the sources of missing ones.
type store struct {
	variable string   // the value of GOMLX_BACKEND
	places   []place  // where other programs put plugins, in the order of the search
	dir      string   // our cache
	sources  []source // in the order of the attempts; none for a platform without pinned hashes
	noFetch  string   // why nothing may be fetched; "" if it may
	progress io.Writer
	threads  int // in the pool of an XLA client; 0 leaves it to XLA
}

// place is a folder and the way to speak of it.
type place struct{ dir, name string }

// found is a plugin on this machine; where completes the sentence "the plugin was …".
type found struct{ path, where string }

// newStore describes this machine.
func newStore(opts []Option) *store {
	s := &store{
		variable: os.Getenv(compute.ConfigEnvVar),
		places:   searchPlaces(os.Getenv("PJRT_PLUGIN_LIBRARY_PATH")),
		dir:      userdir.Cache("pjrt"),
		sources:  slices.DeleteFunc(slices.Clone(pinnedSources[runtime.GOOS+"/"+runtime.GOARCH]), func(src source) bool { return !usable(src) }),
		progress: io.Discard,
	}
	if _, set := os.LookupEnv("GOMLX_NO_AUTO_INSTALL"); set {
		s.noFetch = "GOMLX_NO_AUTO_INSTALL forbids to fetch one"
	}
	for _, opt := range opts {
		opt(s)
	}
	if s.dir == "" {
		s.noFetch = userdir.ErrNone.Error()
	}
	return s
}

// searchPlaces lists the folders that go-xla searches: those of PJRT_PLUGIN_LIBRARY_PATH if it is set, else the
// user's and the machine's. (go-xla goes on to the loader's own path; we don't.)
func searchPlaces(variable string) []place {
	var places []place
	for _, dir := range filepath.SplitList(variable) {
		if dir != "" {
			places = append(places, place{dir, "PJRT_PLUGIN_LIBRARY_PATH"})
		}
	}
	if places != nil {
		return places
	}
	if home, err := os.UserHomeDir(); err == nil {
		local := ".local/lib/go-xla"
		if runtime.GOOS == "darwin" {
			local = "Library/Application Support/go-xla"
		}
		places = append(places, place{filepath.Join(home, local), "~/" + local})
	}
	return append(places, place{"/usr/local/lib/go-xla", "/usr/local/lib/go-xla"})
}

// Find looks for a CPU plugin on this machine and returns its path. It searches the folders of
// PJRT_PLUGIN_LIBRARY_PATH if that is set, else ~/.local/lib/go-xla and /usr/local/lib/go-xla; then the GoICL
// cache. Files that are no plugins are passed over, and named in the error if nothing else turns up.
func Find() (string, error) {
	plugin, err := newStore(nil).find()
	if err != nil {
		return "", fmt.Errorf("backend: %w", oneLine(err))
	}
	return plugin.path, nil
}

// Ensure returns the path of a CPU plugin, which it fetches into the GoICL cache if Find finds none, whether
// or not an earlier attempt has failed.
func Ensure(ctx context.Context, opts ...Option) (string, error) {
	plugin, err := newStore(opts).ensure(ctx, true)
	if err != nil {
		return "", fmt.Errorf("backend: %w", oneLine(err))
	}
	return plugin.path, nil
}

// find searches the places, then the cache.
func (s *store) find() (found, error) {
	reason := "no PJRT plugin for the CPU on this machine"
	for _, p := range s.places {
		for _, path := range candidates(p.dir, "cpu") {
			err := checkLibrary(path)
			if err == nil {
				return found{path, "found in " + p.name}, nil
			}
			reason += fmt.Sprintf("; %s is no plugin: %v", path, err)
		}
	}
	plugin, damaged := s.findCached()
	if plugin.path != "" {
		return plugin, nil
	}
	return found{}, errors.New(reason + damaged)
}

// has reports whether a plugin of that name lies where go-xla's installer puts it.
func (s *store) has(device string) bool {
	for _, p := range s.places {
		if len(candidates(p.dir, device)) > 0 || len(candidates(filepath.Join(p.dir, "nvidia"), device)) > 0 {
			return true
		}
	}
	return false
}

// candidates lists the files of dir that are named like a plugin for the device. The plain name comes before
// names with a version, since go-xla's installer makes it a link to the version it installed last.
func candidates(dir, device string) []string {
	var paths []string
	for _, pattern := range []string{"pjrt_c_api_%s*_plugin", "pjrt_plugin_%s*", "pjrt-plugin-%s*"} {
		for _, ext := range []string{".so", ".dylib"} {
			paths = append(paths, glob(dir, fmt.Sprintf(pattern, device)+ext)...)
		}
	}
	return paths
}

// glob is filepath.Glob, except that dir may hold any character.
func glob(dir, pattern string) []string {
	names, _ := fs.Glob(os.DirFS(dir), pattern)
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = filepath.Join(dir, name)
	}
	return paths
}

// findCached looks for a library that we installed, and compares its hash: a damaged one would crash the process.
// damaged says which it has passed over.
func (s *store) findCached() (plugin found, damaged string) {
	for _, src := range s.sources {
		if s.dir == "" {
			break
		}
		path := filepath.Join(s.dir, src.library().file())
		if _, err := os.Stat(path); err != nil {
			continue
		}
		err := verify(path, src.library())
		if err == nil {
			return found{path, "found in the GoICL cache"}, ""
		}
		damaged += fmt.Sprintf("; %s is damaged (%v)", path, err)
	}
	return found{}, damaged
}

// verified are the hashes of cached libraries that this process has computed. It takes a fraction of a second.
var verified sync.Map

// verify compares the SHA-256 of a file with that of a library.
func verify(path string, lib library) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("not a regular file")
	case info.Size() != lib.size:
		return fmt.Errorf("%d bytes instead of %d", info.Size(), lib.size)
	}
	key := fmt.Sprint(path, lib.sha256, info.ModTime())
	if _, done := verified.Load(key); done {
		return nil
	}
	got, err := files.SumFile(path)
	if err != nil {
		return err
	}
	if got != lib.sha256 {
		return fmt.Errorf("SHA-256 %s instead of the pinned %s", got, lib.sha256)
	}
	verified.Store(key, true)
	return nil
}
