package study

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/goicl/goicl/internal/files"
)

// FuzzResult: any file is an error or a result that can be shown.
func FuzzResult(f *testing.F) {
	f.Add([]byte(`{"format":6,"study":"s","verdict":"mixed","checks":[{"statement":"a","rows":[]}],"statements":[{"name":"a"}]}`))
	f.Add([]byte(`{"format":6,"checks":null,"groups":[{}],"tables":[{"rows":[["1"]]}],"runs":[{}],"headline":{},"choices":[{}],"looks":[{}]}`))
	f.Add([]byte(`{`))
	path := filepath.Join(f.TempDir(), "result.json")
	f.Fuzz(func(t *testing.T, raw []byte) {
		if files.WriteJSON(path, json.RawMessage(raw)) != nil { // as it is written, with its checksum
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		r, err := loadResult(path)
		if err != nil || r == nil {
			return
		}
		_ = r.String() + r.HTML() + r.MarkdownRows() + r.Sentence() + r.SeedNote()
		r.CheckTable()
		r.ChoicesTable()
		r.FindingsTable()
		r.StatementTable()
		r.StartsTable()
	})
}
