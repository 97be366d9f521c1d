package backend

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/goicl/goicl/internal/python"
)

// library is the file wanted from an archive.
type library struct {
	entry  string // its name there
	size   int64  // bytes
	sha256 string
}

// file is the library's name in our cache. go-xla learns from "cpu" in it that memory can be shared.
func (l library) file() string {
	return "pjrt_c_api_cpu_" + l.sha256[:12] + "_plugin" + filepath.Ext(l.entry)
}

// source is a place in the network that has a plugin.
type source interface {
	fmt.Stringer
	library() library
	// fetch writes the library to w, unchecked. Files it needs meanwhile go to the folder scratch.
	fetch(ctx context.Context, w io.Writer, scratch string, progress io.Writer) error
}

// upstream is XLA's CPU plugin as built by the ZML project, unmodified.
var upstream = library{"libpjrt_cpu.so", 273_768_800, "0a0fe56ca17be9efc7b942e89e534e5e0ad4a0f1e369b66d27b62184509015b9"}

// pinnedSources holds, by platform, the sources in the order of the attempts. All were run with go-xla v0.4.5.
var pinnedSources = map[string][]source{
	"linux/amd64": {
		&release{
			url:  "https://github.com/zml/pjrt-artifacts/releases/download/manual-2026-06-23T00-20-00Z/pjrt-cpu_linux-amd64.tar.gz",
			lib:  upstream,
			name: "GitHub",
		},
		&wheel{pkg: "fastatomstruct-xla-cpu", version: "2026.6.23", lib: upstream},
		&wheel{pkg: "lammps-jax-pjrt-cpu", version: "0.11.2", lib: library{"pjrt_c_api_cpu_plugin.so", 201_600_336,
			"ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2"}},
		&wheel{pkg: "xla-cpu-pjrt", version: "0.0.1", lib: library{"xla_cpu_pjrt.so", 259_284_552,
			"88c3f28c5900f48ad4a82cab9e79bba9537809743395e341485f8794268820dc"}},
	},
}

// release is a .tar.gz at a URL, unpacked while it arrives.
type release struct {
	name, url string
	lib       library
}

func (r *release) String() string   { return r.name }
func (r *release) library() library { return r.lib }

// wheel is a Python package that ships the library. It is fetched with the user's own pip and its settings, or
// with that of the Python that the environment variable GOICL_PYTHON names.
type wheel struct {
	pkg, version string
	lib          library
}

func (p *wheel) String() string   { return "PyPI package " + p.pkg }
func (p *wheel) library() library { return p.lib }

func (p *wheel) fetch(ctx context.Context, w io.Writer, scratch string, progress io.Writer) error {
	cmd := python.Command(ctx, cmp.Or(os.Getenv("GOICL_PYTHON"), "python3"), "-m", "pip", "download", "--no-deps", "--only-binary", ":all:",
		"--retries", "1", "--no-input", "--disable-pip-version-check", "--dest", scratch, p.pkg+"=="+p.version)
	cmd.Env = append(os.Environ(), "TMPDIR="+scratch)
	cmd.WaitDelay = time.Second
	var complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = progress, &complaints
	if err := cmd.Run(); err != nil {
		return pipError(err, complaints.String(), filepath.Dir(scratch))
	}
	wheels := glob(scratch, "*.whl")
	if len(wheels) != 1 {
		return fmt.Errorf("pip left %d wheels instead of one", len(wheels))
	}
	return unpackWheel(w, wheels[0], p.lib)
}

// pipError says what pip said last, which is what went wrong.
func pipError(err error, complaints, dir string) error {
	lines := strings.Split(strings.TrimSpace(complaints), "\n")
	last := strings.TrimPrefix(lines[len(lines)-1], "ERROR: ")
	switch {
	case strings.Contains(last, "No space left on device"):
		return storeError(dir, syscall.ENOSPC)
	case last != "":
		return fmt.Errorf("pip: %s", last)
	}
	return fmt.Errorf("python3 -m pip: %w", err)
}

func unpackWheel(w io.Writer, path string, lib library) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return unpackZip(w, f, info.Size(), lib)
}
