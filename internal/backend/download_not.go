//go:build goicl_nofetch

package backend

import (
	"context"
	"errors"
	"io"

	"github.com/goicl/goicl/internal/download"
)

// noDownload says why this build fetches nothing. Cells of the Go kernel are built so, since net/http and TLS would
// take a tenth of a second of every link, and who sets up the kernel has fetched the plugin.
const noDownload = "cells fetch none; goicl lab and goicl kernel install do"

// fetch fails; noDownload keeps everybody from calling it.
func (*release) fetch(context.Context, io.Writer, string, io.Writer) error {
	return errors.New(noDownload)
}

// bar shows nothing.
func (s *store) bar(size int64) download.Bar {
	return download.NewBar(s.progress, "XLA plugin", 0, size)
}
