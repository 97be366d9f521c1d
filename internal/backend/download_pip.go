//go:build goicl_pip

package backend

import (
	"context"
	"errors"
	"io"
)

// usable reports whether this build can fetch from a source: with pip alone. Cells of the Go kernel are built so,
// since net/http and TLS would take a tenth of a second of every link.
func usable(s source) bool { _, ok := s.(*wheel); return ok }

// fetch is never called, since a release is not usable here.
func (*release) fetch(context.Context, io.Writer, string, io.Writer) error {
	return errors.New("this program was built without HTTP")
}

// noBar is the progress bar of a build without one.
type noBar struct{ io.Writer }

func (noBar) Clear() error { return nil }

func (s *store) bar(int64) noBar { return noBar{io.Discard} }
