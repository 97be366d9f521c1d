package rank

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/baseline"
)

// fixed answers with the probability that is the row's first input, or its complement.
type fixed struct{ wrong bool }

func (f fixed) Name() string { return fmt.Sprint("fixed ", f.wrong) }

func (f fixed) Predict(_ context.Context, _, test datasets.Table) (p [][]float64, err error) {
	for _, x := range test.X {
		v := float64(x[0])
		if f.wrong {
			v = 1 - v
		}
		p = append(p, []float64{1 - v, v})
	}
	return p, nil
}

// ordered is a table whose first input is nearly the label.
func ordered(rows int) Named {
	t := datasets.Table{Features: []string{"x", "y"}, Classes: []string{"a", "b"}}
	for i := range rows {
		v := .25 + .5*float32(i%2)
		t.X, t.Y = append(t.X, []float32{v, float32(i)}), append(t.Y, int32(i%2))
	}
	return Named{"ordered", t}
}

// TestTables: the right method is first, everywhere, and the wrong one is behind.
func TestTables(t *testing.T) {
	r, err := Tables(t.Context(), []Named{ordered(60), ordered(80), ordered(11)}, []Method{fixed{}, fixed{true}, Fitted{baseline.NearestMean{}}}, Options{Rows: []int{6, 10}, Splits: 3, Queries: 20})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.means("fixed false", 6, auc)["ordered"]; got != 1 {
		t.Errorf("area %g, want 1", got)
	}
	if got, want := r.means("fixed true", 10, loss)["ordered"], -math.Log(.25); math.Abs(got-want) > 1e-6 {
		t.Errorf("log-loss %g, want %g", got, want)
	}
	text := r.Markdown()
	if !strings.Contains(text, "| fixed true | 3.00 [3.00, 3.00] | 0.000 [0.000, 0.000] | -1.000") || len(r.Left) == 0 {
		t.Errorf("%s\nleft out: %v", text, r.Left)
	}
}

func TestArea(t *testing.T) {
	y := []int32{0, 0, 1, 1}
	for want, p := range map[float64][]float64{1: {.1, .2, .3, .4}, .75: {.1, .3, .2, .4}, .5: {.2, .2, .2, .2}, 0: {.4, .3, .2, .1}, .875: {.1, .2, .2, .4}} {
		rows := make([][]float64, 4)
		for i, v := range p {
			rows[i] = []float64{1 - v, v}
		}
		if got := area(rows, y, 1); got != want {
			t.Errorf("%v: area %g, want %g", p, got, want)
		}
	}
}

// TestTuned: the method with the lowest loss on the labelled rows is chosen.
func TestTuned(t *testing.T) {
	all := ordered(40).Table
	p, err := Tuned{"tuned", []Method{fixed{true}, fixed{}}}.Predict(t.Context(), all, all)
	if err != nil || p[0][0] != .75 {
		t.Errorf("%v, %v; want the answers of the right one", p[0], err)
	}
}

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
