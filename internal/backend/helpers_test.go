package backend

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// plugin is what the fake sources deliver: headers only, so it passes checkELF and no loader.
var plugin = fakeELF(elf.ET_DYN, machine(), entryPoint)

func machine() elf.Machine {
	if runtime.GOARCH == "arm64" {
		return elf.EM_AARCH64
	}
	return elf.EM_X86_64
}

// fakeELF builds an ELF file with one segment that covers it and one exported symbol.
func fakeELF(kind elf.Type, machine elf.Machine, symbol string) []byte {
	const headers = 64 + 56
	names := "\x00.dynsym\x00.dynstr\x00.shstrtab\x00"
	strs := "\x00" + symbol + "\x00"
	symbols := make([]elf.Sym64, 2)
	symbols[1] = elf.Sym64{Name: 1, Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Shndx: 1, Value: 64}
	dynsym, dynstr := uint64(headers), uint64(headers+2*24)
	shstrtab := dynstr + uint64(len(strs))
	shoff := shstrtab + uint64(len(names))
	header := elf.Header64{Type: uint16(kind), Machine: uint16(machine), Version: 1, Phoff: 64, Shoff: shoff,
		Ehsize: 64, Phentsize: 56, Phnum: 1, Shentsize: 64, Shnum: 4, Shstrndx: 3}
	copy(header.Ident[:], "\x7fELF\x02\x01\x01")
	size := shoff + 4*64
	sections := []elf.Section64{
		{},
		{Name: 1, Type: uint32(elf.SHT_DYNSYM), Off: dynsym, Size: 48, Link: 2, Info: 1, Entsize: 24},
		{Name: 9, Type: uint32(elf.SHT_STRTAB), Off: dynstr, Size: uint64(len(strs))},
		{Name: 17, Type: uint32(elf.SHT_STRTAB), Off: shstrtab, Size: uint64(len(names))},
	}
	var b bytes.Buffer
	segment := elf.Prog64{Type: uint32(elf.PT_LOAD), Filesz: size, Memsz: size}
	for _, part := range []any{header, segment, symbols, []byte(strs), []byte(names), sections} {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			panic(err)
		}
	}
	return b.Bytes()
}

// pin describes content as a library that is called libpjrt_cpu.so in its archive.
func pin(content []byte) library {
	sum := sha256.Sum256(content)
	return library{"libpjrt_cpu.so", int64(len(content)), hex.EncodeToString(sum[:])}
}

// file is a member of an archive.
type file struct {
	name    string
	content []byte
}

func targz(files ...file) []byte {
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	archive := tar.NewWriter(gz)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: 0o755, Size: int64(len(f.content)), Typeflag: tar.TypeReg}
		if err := archive.WriteHeader(header); err != nil {
			panic(err)
		}
		archive.Write(f.content)
	}
	archive.Close()
	gz.Close()
	return b.Bytes()
}

func zipped(files ...file) []byte {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, f := range files {
		w, err := archive.Create(f.name)
		if err != nil {
			panic(err)
		}
		w.Write(f.content)
	}
	archive.Close()
	return b.Bytes()
}

// testStore is a machine without plugins, and with the given sources. Its folders have names that patterns trip over.
func testStore(t *testing.T, sources ...source) *store {
	t.Helper()
	root := filepath.Join(t.TempDir(), "[a] *")
	return &store{
		places:   []place{{filepath.Join(root, "1"), "the first place"}, {filepath.Join(root, "2"), "the second place"}},
		dir:      filepath.Join(root, "goicl", "pjrt"),
		sources:  sources,
		progress: io.Discard,
	}
}

// serve answers every request with body and counts the requests.
func serve(t *testing.T, body []byte) (*release, *int) {
	t.Helper()
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		w.Write(body)
	}))
	t.Cleanup(server.Close)
	return &release{name: "test server", url: server.URL, lib: pin(plugin)}, &requests
}

// fakeSource is a source without network.
type fakeSource struct {
	lib  library
	work func(ctx context.Context, w io.Writer) error
}

func (f *fakeSource) String() string   { return "fake source" }
func (f *fakeSource) library() library { return f.lib }
func (f *fakeSource) fetch(ctx context.Context, w io.Writer, _ string, _ io.Writer) error {
	return f.work(ctx, w)
}

// write puts content into dir/name and returns that path.
func write(t *testing.T, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// wantEmpty fails the test if the cache holds anything.
func wantEmpty(t *testing.T, s *store) {
	t.Helper()
	entries, err := os.ReadDir(s.dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("left in the cache: %s", e.Name())
	}
}

// wantPlugin fails the test unless the cache holds the plugin, whole, and nothing else.
func wantPlugin(t *testing.T, s *store, path string) {
	t.Helper()
	entries, err := os.ReadDir(s.dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("cache holds %v (%v), want one file", entries, err)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, plugin) {
		t.Fatalf("plugin at %s differs from what was sent (%v)", path, err)
	}
	if want := filepath.Join(s.dir, pin(plugin).file()); path != want {
		t.Fatalf("path %s, want %s", path, want)
	}
}

// script puts an executable into a folder that becomes the whole PATH.
func script(t *testing.T, name, text string) {
	t.Helper()
	dir := t.TempDir()
	path := write(t, dir, name, fmt.Appendf(nil, "#!/bin/sh\n%s\n", text))
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
}
