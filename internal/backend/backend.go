// Package backend opens the engine that GoMLX graphs run on: XLA where it can be had, else pure Go.
// It is the only package of the project that imports a GoMLX backend.
//
// XLA comes as a PJRT plugin, a shared library of some 270 MB. Open looks for it where go-xla looks, then in
// the GoICL cache, and fetches it into that cache if need be; each library is compared with a SHA-256 pinned
// here before it is installed. When all of that fails, Open returns the Go backend, and [Backend.Line] says why.
package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"
)

// installer is the command of go-xla's own installer. It serves the platforms for which GoICL has no pinned
// plugin, and NVIDIA GPUs: on a Linux machine with one it also fetches the CUDA plugin and its libraries.
const installer = "go run github.com/gomlx/go-xla/cmd/pjrt_installer@latest -autoinstall"

// Backend is an open GoMLX backend that can say in one line what it is.
//
// Give GoMLX the field Backend, not this struct: tensors remember the backend that made them and refuse to be
// used with a different one, even if that only wraps the first.
type Backend struct {
	Backend compute.Backend
	kind    string
	engine  string   // "XLA on CPU", for people
	why     []string // which plugin, why this backend
}

// Kind returns "xla", "lanes" or "go".
func (b *Backend) Kind() string { return b.kind }

// Line says for people, in one line, which backend runs and why. It holds no path of this machine, so that
// notebooks which show it read alike everywhere, unless the reason of a failure needs one.
func (b *Backend) Line() string {
	return fmt.Sprintf("%s (%s)", b.engine, strings.Join(b.why, ", "))
}

// Option changes how a plugin is obtained.
type Option func(*store)

// WithoutFetch keeps Open and Ensure away from the network: only plugins already on this machine are used.
func WithoutFetch() Option {
	return func(s *store) { s.noFetch = "fetching one is off; goicl lab --backend xla does it" }
}

// WithProgress draws the progress of a fetch on w, usually os.Stderr; nil draws nothing, as does finding a plugin.
func WithProgress(w io.Writer) Option {
	return func(s *store) {
		if w != nil {
			s.progress = w
		}
	}
}

// Open returns the backend that spec names:
//
//   - "" is the value of the environment variable GOMLX_BACKEND if that is set; else XLA on the CPU where it
//     can be had, and Go otherwise;
//   - "lanes" has one task of a batch in each lane of a SIMD register, see [lanegraph]; "lanes:1" does so on one
//     goroutine;
//   - "go" is GoMLX's backend in pure Go;
//   - "xla" is XLA on the CPU;
//   - "xla:cuda" (or another name of a plugin) is what go-xla finds under that name;
//   - a path is the path of a PJRT plugin; a bare file name counts as a path if it ends in .so or .dylib.
//
// The options of go-xla may follow a comma, as in "xla:cuda,tf32=false". A backend that is asked for and can't
// be had is an error, as is a cancelled ctx; only "" falls back to Go. For ten minutes after a failed fetch ""
// does not try another one; asking for "xla" does.
func Open(ctx context.Context, spec string, opts ...Option) (*Backend, error) {
	return newStore(opts).open(ctx, spec)
}

func (s *store) open(ctx context.Context, spec string) (*Backend, error) {
	why, quoted := "asked for", fmt.Sprintf("%q", spec)
	if spec == "" {
		spec = s.variable
		why, quoted = "asked for by "+compute.ConfigEnvVar, fmt.Sprintf("%s=%q", compute.ConfigEnvVar, spec)
	}
	if spec == "" {
		return s.openDefault(ctx)
	}
	b, err := s.openNamed(ctx, spec)
	if err != nil {
		return nil, fmt.Errorf("backend: %s: %w", quoted, oneLine(err))
	}
	b.why = append(b.why, why)
	return b, nil
}

// openDefault is XLA if a plugin can be found or fetched and loaded, and otherwise Go with the reason.
func (s *store) openDefault(ctx context.Context) (*Backend, error) {
	b, err := s.openCPU(ctx, "", false)
	if ctxErr := ctx.Err(); ctxErr != nil {
		return nil, fmt.Errorf("backend: interrupted while looking for XLA: %w", ctxErr)
	}
	if err == nil {
		return b, nil
	}
	b, goErr := openGo("")
	if goErr != nil {
		return nil, fmt.Errorf("backend: neither XLA (%w) nor Go: %w", oneLine(err), oneLine(goErr))
	}
	b.why = append(b.why, brief(err)+"; training is slower")
	return b, nil
}

// CheckSpec reports a name that Open knows nothing of, without opening anything; "" is that of
// GOMLX_BACKEND.
func CheckSpec(spec string) error {
	quoted := fmt.Sprintf("%q", spec)
	if spec == "" {
		spec = os.Getenv(compute.ConfigEnvVar)
		quoted = fmt.Sprintf("%s=%q", compute.ConfigEnvVar, spec)
	}
	name, _, _ := strings.Cut(spec, ":")
	if spec == "" || name == "go" || name == "lanes" || name == "xla" || isPath(spec) {
		return nil
	}
	return fmt.Errorf("backend: %s: %w", quoted, errUnknown)
}

var errUnknown = errors.New("unknown backend; use lanes, go, xla, xla:cuda or the path of a PJRT plugin")

// openNamed opens what the user asked for.
func (s *store) openNamed(ctx context.Context, spec string) (*Backend, error) {
	name, config, _ := strings.Cut(spec, ":")
	switch {
	case name == "go":
		return openGo(config)
	case name == "lanes":
		return openLanes(config)
	case name == "xla":
		return s.openXLA(ctx, config)
	case isPath(spec):
		return s.openPath(spec, "")
	}
	return nil, errUnknown
}

// openXLA opens what follows "xla:", that is [plugin][,option]…
func (s *store) openXLA(ctx context.Context, config string) (*Backend, error) {
	plugin, options, found := strings.Cut(config, ",")
	if found {
		options = "," + options
	}
	switch {
	case plugin == "" || plugin == "cpu":
		return s.openCPU(ctx, options, true)
	case isPath(plugin):
		return s.openPath(plugin, options)
	}
	return s.openDevice(plugin, options)
}

// onCPU is the engine that openCPU opens.
const onCPU = "XLA on CPU"

// openCPU finds, or fetches, and loads the plugin for the CPU.
func (s *store) openCPU(ctx context.Context, options string, asked bool) (*Backend, error) {
	if noXLA != "" {
		return nil, errors.New(noXLA)
	}
	plugin, err := s.ensure(ctx, asked)
	if err != nil {
		return nil, err
	}
	// go-xla guesses the device from the path and would round products to TF32 below a folder named "nvidia".
	return s.loadPath(onCPU, plugin.path, ",tf32=false"+options, plugin.where)
}

// openDevice leaves a plugin that isn't for the CPU to go-xla.
func (s *store) openDevice(plugin, options string) (*Backend, error) {
	b, err := s.load(plugin + options)
	if err != nil && noXLA == "" && !s.has(plugin) {
		return nil, fmt.Errorf("no PJRT plugin named %q on this machine; those for GPUs are installed with: %s",
			plugin, installer)
	}
	if err != nil {
		return nil, err
	}
	return &Backend{b, "xla", "XLA", []string{"plugin " + plugin}}, nil
}

// openPath loads the plugin that lies at path.
func (s *store) openPath(path, options string) (*Backend, error) {
	if err := checkLibrary(path); err != nil {
		return nil, fmt.Errorf("not a PJRT plugin: %w; give the path of a library that exports %s", err, entryPoint)
	}
	return s.loadPath("XLA", path, options)
}

// loadPath loads a plugin whose headers have been checked.
func (s *store) loadPath(engine, path, options string, why ...string) (*Backend, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if strings.Contains(path, ",") {
		return nil, fmt.Errorf("go-xla can't load %s, since a comma begins its options; use a path without", path)
	}
	b, err := s.load(path + options)
	if err != nil {
		return nil, err
	}
	return &Backend{b, "xla", engine, append([]string{"plugin " + filepath.Base(path)}, why...)}, nil
}

// load loads a plugin as [loadXLA] does.
func (s *store) load(config string) (b compute.Backend, err error) {
	err = withThreads(s.threads, func() error {
		b, err = loadXLA(config)
		return err
	})
	return b, err
}

// isPath reports whether s is a path and not a name.
func isPath(s string) bool {
	ext := filepath.Ext(s)
	return strings.ContainsRune(s, filepath.Separator) || ext == ".so" || ext == ".dylib"
}

// catch turns a panic of a backend into an error.
func catch(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the backend panicked: %v", p)
	}
}

// oneLine puts the text of err on one line and keeps its chain.
func oneLine(err error) error {
	return &lineError{strings.Join(strings.Fields(err.Error()), " "), err}
}

type lineError struct {
	text string
	err  error
}

func (e *lineError) Error() string { return e.text }
func (e *lineError) Unwrap() error { return e.err }
