//go:build !goicl_pip

package backend

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

// usable reports whether this build can fetch from a source: it can from all.
func usable(source) bool { return true }

func (r *release) fetch(ctx context.Context, w io.Writer, _ string, _ io.Writer) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return withoutURL(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server answered %s", resp.Status)
	}
	body := newStallReader(resp.Body, func() { cancel(errStalled) })
	defer body.timer.Stop()
	if err := unpackTarGz(w, body, r.lib); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	return nil
}

// client gives up on a dead network within seconds. A body may take as long as it likes, if it keeps coming.
var client = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
	TLSHandshakeTimeout:   5 * time.Second,
	ResponseHeaderTimeout: 10 * time.Second,
}}

// stallAfter is how long a download may stand still.
const stallAfter = 20 * time.Second

var errStalled = fmt.Errorf("nothing came for %v", stallAfter)

// stallReader calls for help when a Read takes too long.
type stallReader struct {
	r     io.Reader
	timer *time.Timer
}

func newStallReader(r io.Reader, stalled func()) *stallReader {
	return &stallReader{r, time.AfterFunc(stallAfter, stalled)}
}

func (s *stallReader) Read(p []byte) (int, error) {
	s.timer.Reset(stallAfter)
	return s.r.Read(p)
}

// withoutURL drops the "Get URL:" that net/http puts before an error.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// bar shows the bytes of the library as they arrive.
func (s *store) bar(size int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(s.progress),
		progressbar.OptionSetDescription("XLA plugin"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(200*time.Millisecond),
		progressbar.OptionClearOnFinish())
}
