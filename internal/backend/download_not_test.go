//go:build goicl_nofetch

package backend

import (
	"strings"
	"testing"
)

func TestNoDownload(t *testing.T) {
	s := newStore(nil)
	s.places, s.dir = nil, t.TempDir()
	if _, err := s.ensure(t.Context(), true); err == nil || !strings.Contains(err.Error(), noDownload) {
		t.Errorf("error %v, want one that ends in %q", err, noDownload)
	}
	if b, err := s.open(t.Context(), ""); err != nil || b.Kind() != "go" || !strings.Contains(b.Line(), "goicl lab") {
		t.Errorf("open() = %v, %v", b, err)
	}
	wantEmpty(t, s)
}
