//go:build !goicl_pip

package remote

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5" //nolint:gosec // what publishers give
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/adrg/xdg"
)

const text = "0123456789 abcdefghijklmnopqrstuvwxyz"

func sumOf(s string) string {
	sum := md5.Sum([]byte(s)) //nolint:gosec // as above
	return hex.EncodeToString(sum[:])
}

// source is a data set of one file, served by handle, in a home of its own.
func source(t *testing.T, handle http.HandlerFunc) (Source, string) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("XDG_DATA_HOME", home)
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	s := Source{Name: "texts", Files: []File{{Name: "a.txt", URL: server.URL + "/a.txt", Bytes: int64(len(text)), MD5: sumOf(text)}}}
	return s, s.Dir()
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); string(got) != want || err != nil {
		t.Errorf("%s holds %q, %v; want %q", path, got, err, want)
	}
}

// TestResume: a download that breaks off goes on where it was, and what there is of it is not
// taken for the file.
func TestResume(t *testing.T) {
	var asked []string
	s, dir := source(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Header.Get("Range"))
		if len(asked) == 1 {
			w.Header().Set("Content-Length", fmt.Sprint(len(text)))
			_, _ = io.WriteString(w, text[:10])
			return // the connection breaks
		}
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
	})
	err := s.Get(t.Context(), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "goes on where it was") {
		t.Fatalf("error %v", err)
	}
	if _, err := s.Path("a.txt"); !errors.Is(err, ErrMissing) || s.Here() {
		t.Errorf("half a file is there: %v", err)
	}
	wantFile(t, filepath.Join(dir, "a.txt.part"), text[:10])
	if err := s.Get(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	wantFile(t, filepath.Join(dir, "a.txt"), text)
	if err := s.Get(t.Context(), io.Discard); err != nil || len(asked) != 2 || asked[1] != "bytes=10-" || !s.Here() {
		t.Errorf("asked for %q, %v", asked, err)
	}
}

// TestWrongFile: another file than the published one is an error and does not stay; a part of
// another file is downloaded anew.
func TestWrongFile(t *testing.T) {
	content := "something else"
	s, dir := source(t, func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(content))
	})
	if err := s.Get(t.Context(), io.Discard); !errors.Is(err, ErrDigest) {
		t.Errorf("error %v, want ErrDigest", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	content = text
	if err := os.WriteFile(filepath.Join(dir, "a.txt.part"), []byte("others"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Get(t.Context(), io.Discard); err != nil {
		t.Error(err)
	}
	wantFile(t, filepath.Join(dir, "a.txt"), text)
}

// TestEndless: a server that does not stop sending fills no disk.
func TestEndless(t *testing.T) {
	s, dir := source(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	})
	if err := s.Get(t.Context(), io.Discard); !errors.Is(err, ErrDigest) {
		t.Errorf("error %v, want ErrDigest", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, _ := source(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(text)))
		_, _ = io.WriteString(w, text[:5])
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	if err := s.Get(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

// TestTogether: of several that get a file at once, one downloads it.
func TestTogether(t *testing.T) {
	var asked atomic.Int32
	s, dir := source(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
	})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if err := s.Get(t.Context(), io.Discard); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	wantFile(t, filepath.Join(dir, "a.txt"), text)
	if asked.Load() != 1 {
		t.Errorf("downloaded %d times", asked.Load())
	}
}

// TestTake: a zip that was packed anew is the published one; one that is damaged, cut short or
// has other content is not.
func TestTake(t *testing.T) {
	pack := func(method uint16, content string) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		f, err := w.CreateHeader(&zip.FileHeader{Name: "x/a.txt", Method: method})
		if err == nil {
			_, err = io.WriteString(f, content)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	s, dir := source(t, http.NotFound)
	published, packed := pack(zip.Deflate, text), pack(zip.Store, text)
	content, err := contentOf("a.zip", bytes.NewReader(published), int64(len(published)))
	if err != nil {
		t.Fatal(err)
	}
	s.Files[0] = File{Name: "a.zip", Bytes: int64(len(published)), MD5: sumOf(string(published)), Content: content}
	damaged := bytes.Clone(packed)
	damaged[bytes.Index(damaged, []byte("abc"))]++
	folder := t.TempDir()
	for name, data := range map[string][]byte{"other": pack(zip.Store, "other"), "damaged": damaged, "cut short": packed[:len(packed)/2]} {
		if err := os.WriteFile(filepath.Join(folder, "a.zip"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Take(t.Context(), folder, io.Discard); !errors.Is(err, ErrDigest) {
			t.Errorf("%s: error %v, want ErrDigest", name, err)
		}
	}
	if s.Here() {
		t.Error("a wrong file was taken")
	}
	if err := os.WriteFile(filepath.Join(folder, "a.zip"), packed, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Take(t.Context(), folder, io.Discard); err != nil {
		t.Error(err)
	}
	wantFile(t, filepath.Join(dir, "a.zip"), string(packed))
}

// TestContent: a .gz that was packed anew is the published file, and so is a plain file by its
// SHA-256; others and damaged ones are not.
func TestContent(t *testing.T) {
	pack := func(level int, content string) string {
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, level)
		if err == nil {
			_, err = io.WriteString(w, content)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	sum := sha256.Sum256([]byte(text))
	content := hex.EncodeToString(sum[:])
	published := pack(gzip.BestCompression, text)
	for _, x := range []struct {
		name, file, md5 string
		same            bool
	}{
		{"a.gz", published, sumOf(published), true},
		{"a.gz", pack(gzip.NoCompression, text), sumOf(published), true},
		{"a.gz", pack(gzip.NoCompression, "other"), sumOf(published), false},
		{"a.gz", published[:len(published)-3], sumOf(published), false},
		{"a.gz", text, sumOf(published), false},
		{"a.json", text, "", true},
		{"a.json", text[1:], "", false},
	} {
		path := filepath.Join(t.TempDir(), x.name)
		if err := os.WriteFile(path, []byte(x.file), 0o600); err != nil {
			t.Fatal(err)
		}
		err := File{Name: x.name, MD5: x.md5, Content: content}.check(path)
		if x.same != (err == nil) || err != nil && !errors.Is(err, ErrDigest) {
			t.Errorf("%s of %d bytes: %v; the published one: %t", x.name, len(x.file), err, x.same)
		}
	}
}

// TestOmniglot: the data beside the repository has the digests of the published one.
func TestOmniglot(t *testing.T) {
	s, err := Find("omniglot")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Files {
		path := "../../../shared/data/omniglot/" + f.Name
		if _, err := os.Stat(path); err != nil {
			t.Skip("no ../shared/data/omniglot beside the checkout")
		}
		if err := f.check(path); err != nil {
			t.Error(err)
		}
	}
}
