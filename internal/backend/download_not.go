//go:build goicl_nofetch

package backend

import (
	"context"
	"errors"
	"io"
)

// noDownload says why this build fetches nothing. Cells of the Go kernel are built so, since net/http and TLS would
// take a tenth of a second of every link, and who sets up the kernel has fetched the plugin.
const noDownload = "cells fetch none; goicl lab and goicl kernel install do"

// fetch fails; noDownload keeps everybody from calling it.
func (*release) fetch(context.Context, io.Writer, string, io.Writer) error {
	return errors.New(noDownload)
}

// noBar is the progress bar of a build that fetches nothing.
type noBar struct{ io.Writer }

func (noBar) Clear() error { return nil }

func (s *store) bar(int64) noBar { return noBar{io.Discard} }
