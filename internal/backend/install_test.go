package backend

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestEnsureFetchesOnce(t *testing.T) {
	src, requests := serve(t, targz(file{pin(plugin).entry, plugin}))
	s := testStore(t, src)
	var progress bytes.Buffer
	s.progress = &progress
	got, err := s.ensure(t.Context(), false)
	if err != nil || got.where != "fetched from test server into the GoICL cache" {
		t.Fatalf("ensure() = %v, %v", got, err)
	}
	wantPlugin(t, s, got.path)
	if !strings.Contains(progress.String(), "test server") {
		t.Errorf("progress %q does not name the source", progress.String())
	}
	again, err := s.ensure(t.Context(), false)
	if err != nil || again.path != got.path || *requests != 1 {
		t.Errorf("second time %v, %v after %d requests", again, err, *requests)
	}
}

// TestSourcesThatFail has every way in which a server can fail: the cache stays empty, and the next source is tried.
func TestSourcesThatFail(t *testing.T) {
	lib := pin(plugin)
	other := bytes.Replace(plugin, []byte(entryPoint), []byte("GetPjrtApj"), 1)
	archive := targz(file{lib.entry, plugin})
	cases := []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"wrong hash", answer(targz(file{lib.entry, other})), "instead of the pinned"},
		{"oversize", answer(targz(file{lib.entry, append(plugin, 'x')})), "instead of the pinned"},
		{"truncated", answer(archive[:len(archive)/2]), "unexpected EOF"},
		{"torn connection", torn(archive), "EOF"},
		{"login page", answer([]byte("<html>Please log in</html>")), "reading the archive"},
		{"not there", http.NotFound, "404"},
		{"no library", answer(targz(file{"README", nil})), "holds no"},
	}
	good, _ := serve(t, archive)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(c.answer)
			defer server.Close()
			s := testStore(t, &release{name: "bad server", url: server.URL, lib: lib})
			_, err := s.ensure(t.Context(), true)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "bad server") {
				t.Errorf("error %v, want %q", err, c.want)
			}
			wantEmpty(t, s)
			s.sources = append(s.sources, good)
			got, err := s.ensure(t.Context(), true)
			if err != nil {
				t.Fatal(err)
			}
			wantPlugin(t, s, got.path)
		})
	}
}

func answer(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(body) }
}

// torn promises the whole body and closes the connection half-way.
func torn(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		w.Write(body[:len(body)/2])
		panic(http.ErrAbortHandler)
	}
}

func TestConnectionRefused(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	s := testStore(t, &release{name: "dead server", url: server.URL, lib: pin(plugin)})
	b, err := s.open(t.Context(), "")
	if err != nil || b.Kind() != "go" || !strings.Contains(b.Line(), "refused") && noXLA == "" {
		t.Errorf("open() = %v, %v", b, err)
	}
	wantEmpty(t, s)
}

// TestCancel cancels while the server stands still in the middle of the library.
func TestCancel(t *testing.T) {
	archive := targz(file{pin(plugin).entry, plugin})
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write(archive[:len(archive)/2])
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	s := testStore(t, &release{name: "slow server", url: server.URL, lib: pin(plugin)})
	if _, err := s.ensure(ctx, false); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	wantEmpty(t, s)
	if reason := s.lastFailure(); reason != "" {
		t.Errorf("the interrupt is remembered as a failure: %s", reason)
	}
	if _, err := s.open(ctx, ""); noXLA == "" && !errors.Is(err, context.Canceled) {
		t.Errorf("open with a cancelled context: error %v", err)
	}
}

func TestFailureIsRemembered(t *testing.T) {
	src, requests := serve(t, []byte("no archive"))
	s := testStore(t, src, src)
	_, first := s.ensure(t.Context(), false)
	_, second := s.ensure(t.Context(), false)
	if *requests != 2 || first == nil || second == nil || second.Error() != brief(first) {
		t.Fatalf("after %d requests: %v, then %v", *requests, first, second)
	}
	if s.ensure(t.Context(), true); *requests != 4 {
		t.Errorf("asked for, and not tried again")
	}
	long := time.Now().Add(-forget - time.Minute)
	if err := os.Chtimes(s.dir+".failed", long, long); err != nil {
		t.Fatal(err)
	}
	if s.ensure(t.Context(), false); *requests != 6 {
		t.Errorf("an old failure still counts")
	}
	good, _ := serve(t, targz(file{pin(plugin).entry, plugin}))
	s.sources = []source{good}
	if _, err := s.ensure(t.Context(), true); err != nil || s.lastFailure() != "" {
		t.Errorf("after success: %v; remembered: %q", err, s.lastFailure())
	}
}

// TestReadOnlyCache has a file where the cache, or a folder above it, should be.
func TestReadOnlyCache(t *testing.T) {
	src, requests := serve(t, nil)
	for _, depth := range []int{0, 1, 2} {
		s := testStore(t, src)
		path := s.dir
		for range depth {
			path = filepath.Dir(path)
		}
		write(t, filepath.Dir(path), filepath.Base(path), []byte("in the way"))
		_, err := s.ensure(t.Context(), true)
		if !errors.Is(err, errStore) || !strings.Contains(err.Error(), s.dir) || *requests != 0 {
			t.Errorf("depth %d: error %v after %d requests", depth, err, *requests)
		}
		if b, err := s.open(t.Context(), ""); err != nil || b.Kind() != "go" {
			t.Errorf("depth %d: open() = %v, %v", depth, b, err)
		}
	}
}

// TestFullDisk writes to the device that is always full.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full on this machine")
	}
	defer full.Close()
	second, requests := serve(t, nil)
	s := testStore(t, nil, second)
	s.sources[0] = &fakeSource{pin(plugin), func(ctx context.Context, _ io.Writer) error {
		return copyLibrary(diskWriter{ctx, full, s.dir}, bytes.NewReader(plugin), int64(len(plugin)), pin(plugin))
	}}
	_, err = s.ensure(t.Context(), true)
	if !errors.Is(err, errStore) || !strings.Contains(err.Error(), "no space left") || strings.Contains(err.Error(), "/dev/full") {
		t.Errorf("error %v", err)
	}
	if *requests != 0 {
		t.Error("another source was tried, which can't help")
	}
	wantEmpty(t, s)
}

func TestConcurrentInstalls(t *testing.T) {
	src, requests := serve(t, targz(file{pin(plugin).entry, plugin}))
	s := testStore(t, src)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := s.ensure(t.Context(), false); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if *requests != 1 {
		t.Errorf("%d requests for one plugin", *requests)
	}
	wantPlugin(t, s, filepath.Join(s.dir, pin(plugin).file()))
}

// TestWaitForLock cancels a process that waits for one that never ends.
func TestWaitForLock(t *testing.T) {
	src, _ := serve(t, nil)
	s := testStore(t, src)
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	holder, err := s.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.ensure(ctx, false); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

// TestPatience: Open leaves out the second source when the first took long to fail, Ensure doesn't.
func TestPatience(t *testing.T) {
	for asked, want := range map[bool]int{false: 1, true: 2} {
		synctest.Test(t, func(t *testing.T) {
			tried := 0
			slow := &fakeSource{pin(plugin), func(context.Context, io.Writer) error {
				tried++
				time.Sleep(patience + time.Second)
				return errors.New("no answer")
			}}
			s := testStore(t, slow, slow)
			if _, err := s.ensure(t.Context(), asked); err == nil || tried != want {
				t.Errorf("asked=%v: %d sources tried, error %v", asked, tried, err)
			}
		})
	}
}

func TestSweep(t *testing.T) {
	src, _ := serve(t, targz(file{pin(plugin).entry, plugin}))
	s := testStore(t, src)
	write(t, filepath.Join(s.dir, scratchPrefix+"123"), "half", plugin[:10]) // its process was killed
	got, err := s.ensure(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	wantPlugin(t, s, got.path)
}

func TestNothingToFetch(t *testing.T) {
	src, requests := serve(t, nil)
	s := testStore(t, src)
	WithoutFetch()(s)
	if _, err := s.ensure(t.Context(), true); err == nil || *requests != 0 {
		t.Errorf("fetched though switched off: %v", err)
	}
	s.sources = nil
	if _, err := s.ensure(t.Context(), true); err == nil || !strings.Contains(err.Error(), installer) {
		t.Errorf("error without pinned sources: %v", err)
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("a cache was made for nothing (%v)", err)
	}
}

func TestNoAutoInstall(t *testing.T) {
	t.Setenv("GOMLX_NO_AUTO_INSTALL", "1")
	src, requests := serve(t, nil)
	s := testStore(t, src)
	s.noFetch = newStore([]Option{WithProgress(nil)}).noFetch
	if _, err := s.ensure(t.Context(), true); err == nil || !strings.Contains(err.Error(), "GOMLX_NO_AUTO_INSTALL") || *requests != 0 {
		t.Errorf("error %v after %d requests", err, *requests)
	}
}

// TestDamagedCache: a cached plugin with one flipped bit is not loaded. It is reported where nothing may be fetched,
// and else fetched again.
func TestDamagedCache(t *testing.T) {
	src, requests := serve(t, targz(file{pin(plugin).entry, plugin}))
	s := testStore(t, src)
	got, err := s.ensure(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	bad := bytes.Clone(plugin)
	bad[len(bad)/2] ^= 1
	write(t, s.dir, filepath.Base(got.path), bad)
	s.noFetch = "nothing may be fetched"
	if _, err := s.ensure(t.Context(), false); err == nil || !strings.Contains(err.Error(), got.path+" is damaged") {
		t.Errorf("error %v; want one that names the damaged file", err)
	}
	s.noFetch = ""
	again, err := s.ensure(t.Context(), false)
	if err != nil || *requests != 2 {
		t.Fatalf("ensure() = %v, %v after %d requests; want a second one", again, err, *requests)
	}
	wantPlugin(t, s, again.path)
}
