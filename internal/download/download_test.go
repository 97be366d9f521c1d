//go:build !goicl_pip

package download

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestOpen(t *testing.T) {
	content := strings.Repeat("0123456789", 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ranges":
			http.ServeContent(w, r, "", time.Time{}, strings.NewReader(content))
		case "/whole":
			_, _ = io.WriteString(w, content)
		case "/other":
			w.Header().Set("Content-Range", "bytes 0-9/1000")
			w.WriteHeader(http.StatusPartialContent)
		default:
			http.NotFound(w, r)
		}
	}))
	defer server.Close()
	for _, c := range []struct {
		path         string
		from, begins int64
		fails        string
	}{
		{"/ranges", 0, 0, ""}, {"/ranges", 30, 30, ""}, {"/ranges", 1000, 0, ""}, {"/whole", 30, 0, ""},
		{"/other", 30, 0, "sends the range"}, {"/none", 0, 0, "404"},
	} {
		body, begins, err := Open(t.Context(), server.URL+c.path, c.from)
		if c.fails != "" {
			if err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%s: error %v, want one with %q", c.path, err, c.fails)
			}
			continue
		}
		if err != nil || begins != c.begins {
			t.Errorf("%s from %d: begins at %d, %v; want %d", c.path, c.from, begins, err, c.begins)
			continue
		}
		if got, err := io.ReadAll(body); string(got) != content[c.begins:] || err != nil {
			t.Errorf("%s from %d: %d bytes, %v", c.path, c.from, len(got), err)
		}
		_ = body.Close()
	}
}

// TestStall: a slow body is read to its end; one that stands still is an error.
func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		ctx, cancel := context.WithCancelCause(t.Context())
		body := &stallReader{ctx: ctx, r: r, cancel: cancel}
		body.timer = time.AfterFunc(stallAfter, func() { cancel(errStalled); _ = w.CloseWithError(io.ErrClosedPipe) })
		go func() {
			for range 5 {
				time.Sleep(stallAfter - time.Second)
				_, _ = w.Write([]byte("x"))
			}
		}()
		if got, err := io.ReadAll(body); string(got) != "xxxxx" || !errors.Is(err, errStalled) {
			t.Errorf("got %q, %v", got, err)
		}
		_ = body.Close()
	})
}

func TestBar(t *testing.T) {
	var out bytes.Buffer
	bar := NewBar(&out, "omniglot", 10, 100)
	_, _ = bar.Write(make([]byte, 20))
	_ = bar.Clear()
	if !strings.Contains(out.String(), "omniglot") {
		t.Errorf("the bar is %q", out.String())
	}
}
