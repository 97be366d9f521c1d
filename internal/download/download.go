//go:build !goicl_pip

// Package download reads files over HTTP. It gives up on a network that is dead or stands
// still, but not on one that is slow.
package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/schollz/progressbar/v3"
)

// None says why this build downloads nothing; it is empty since this one can.
const None = ""

// client gives up on a dead network within seconds. A body may take as long as it likes, if it keeps coming.
var client = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
	TLSHandshakeTimeout:   5 * time.Second,
	ResponseHeaderTimeout: 10 * time.Second,
}}

// Open asks for the file at a URL from that byte on. begins is where the answer begins: 0 where
// the server sends the whole file, or where there is nothing beyond that byte.
func Open(ctx context.Context, address string, from int64) (body io.ReadCloser, begins int64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer func() {
		if err != nil {
			cancel(nil)
		}
	}()
	resp, err := ask(ctx, address, from)
	if err == nil && resp.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		resp.Body.Close()
		resp, err = ask(ctx, address, 0)
	}
	if err != nil {
		return nil, 0, err
	}
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusPartialContent:
		var last, size int64
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/%d", &begins, &last, &size); err != nil || begins != from {
			resp.Body.Close()
			return nil, 0, fmt.Errorf("the server sends the range %q, asked for what follows byte %d", resp.Header.Get("Content-Range"), from)
		}
	default:
		resp.Body.Close()
		return nil, 0, fmt.Errorf("the server answered %s", resp.Status)
	}
	r := &stallReader{ctx: ctx, r: resp.Body, cancel: cancel}
	r.timer = time.AfterFunc(stallAfter, func() { cancel(errStalled) })
	return r, begins, nil
}

func ask(ctx context.Context, address string, from int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	resp, err := client.Do(req)
	var e *url.Error
	if errors.As(err, &e) {
		err = e.Err // without the "Get URL:" that net/http puts before it
	}
	return resp, err
}

// stallAfter is how long a download may stand still.
const stallAfter = 20 * time.Second

var errStalled = fmt.Errorf("nothing came for %v", stallAfter)

// stallReader ends with an error when a Read takes too long.
type stallReader struct {
	ctx    context.Context
	r      io.ReadCloser
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

func (s *stallReader) Read(p []byte) (int, error) {
	s.timer.Reset(stallAfter)
	n, err := s.r.Read(p)
	if cause := context.Cause(s.ctx); err != nil && !errors.Is(err, io.EOF) && cause != nil {
		err = cause
	}
	return n, err
}

func (s *stallReader) Close() error {
	s.timer.Stop()
	s.cancel(nil)
	return s.r.Close()
}

// Bar counts the bytes that are written to it.
type Bar interface {
	io.Writer
	Clear() error
}

// NewBar shows on w how many bytes of what is called that have come, done already, of size.
func NewBar(w io.Writer, what string, done, size int64) Bar {
	bar := progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(200*time.Millisecond),
		progressbar.OptionClearOnFinish())
	_ = bar.Set64(done)
	return steady{bar}
}

// steady is a bar that more bytes than were announced do not stop.
type steady struct{ *progressbar.ProgressBar }

func (s steady) Write(p []byte) (int, error) {
	_ = s.Add(len(p))
	return len(p), nil
}
