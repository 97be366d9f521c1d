package rank

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFetch: a table is fetched once, and neither a damaged file nor a wrong answer is used.
func TestFetch(t *testing.T) {
	text, requests := "a,b\n1,x\n2,y\n", 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests++; r.URL.Path != "/pkg/name.csv" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, text)
	}))
	defer server.Close()
	sum := sha256.Sum256([]byte(text))
	s, path, quiet := source{"pkg/name", "b", hex.EncodeToString(sum[:])}, filepath.Join(t.TempDir(), "pkg", "name.csv"), func(string) {}
	for range 2 {
		if err := s.fetch(t.Context(), server.URL+"/", path, quiet); err != nil || requests != 1 {
			t.Fatalf("error %v after %d requests", err, requests)
		}
	}
	if err := os.WriteFile(path, []byte("a,b\n1,x\n3,y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.fetch(t.Context(), server.URL+"/", path, quiet); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("error %v of a damaged file", err)
	}
	other := source{"pkg/none", "b", s.sha256}
	if err := other.fetch(t.Context(), server.URL+"/", path+"2", quiet); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("error %v of one that is not there", err)
	}
	text = "login"
	if err := s.fetch(t.Context(), server.URL+"/", path+"3", quiet); err == nil || !strings.Contains(err.Error(), "instead of the pinned") {
		t.Errorf("error %v of a wrong answer", err)
	}
}

// TestLoad reads the real tables, where they are.
func TestLoad(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "rdatasets", "csv")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no ../shared/data/rdatasets beside the checkout")
	}
	all, err := Load(t.Context(), dir, func(s string) { t.Error(s) })
	if err != nil || len(all) != 27 {
		t.Fatalf("%d tables, error %v", len(all), err)
	}
	for _, n := range all {
		if err := n.Validate(); err != nil || len(n.Classes) != 2 {
			t.Errorf("%s: %d classes, error %v", n.Name, len(n.Classes), err)
		}
	}
}

// TestLoadGroups reads the real grouped tables, where they are.
func TestLoadGroups(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "rdatasets", "csv")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no ../shared/data/rdatasets beside the checkout")
	}
	all, err := LoadGroups(t.Context(), dir, func(s string) { t.Error(s) })
	if err != nil || len(all) != 19 {
		t.Fatalf("%d tables, error %v", len(all), err)
	}
	groups := 0
	for _, g := range all {
		g.N = 8
		if err := g.Validate(); err != nil || g.Table.Z == nil || g.Table.Missing {
			t.Errorf("%s: %v, error %v", g.Name, g, err)
		}
		groups += len(g.Names) - len(g.Small())
	}
	if groups != 967 {
		t.Errorf("%d groups of 8 rows or more, want 967", groups)
	}
}
