package backend

import (
	"context"
	"io"

	"github.com/goicl/goicl/internal/download"
)

// usable reports whether this build can fetch from a source: one that downloads nothing by itself can with pip alone.
func usable(s source) bool {
	_, pip := s.(*wheel)
	return pip || download.None == ""
}

func (r *release) fetch(ctx context.Context, w io.Writer, _ string, _ io.Writer) error {
	body, _, err := download.Open(ctx, r.url, 0)
	if err != nil {
		return err
	}
	defer body.Close()
	return unpackTarGz(w, body, r.lib)
}

// bar shows the bytes of the library as they arrive.
func (s *store) bar(size int64) download.Bar {
	return download.NewBar(s.progress, "XLA plugin", 0, size)
}
