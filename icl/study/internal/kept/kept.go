// Package kept keeps finished tests of a study in files, so that a study that was
// interrupted need not repeat them.
package kept

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/internal/files"
)

// Key says which test it is.
type Key struct {
	Subject   string `json:"subject"`
	Condition string `json:"condition"`
	Look      int    `json:"look"`
	Seed      uint64 `json:"seed"`
	Run       string `json:"run,omitempty"` // of a trained learner
}

// Test is a test and what came of it.
type Test struct {
	Key
	Took    time.Duration
	Summary *eval.Summary
	Scores  *eval.Scores // nil where they are not kept
}

// stored is a Test in its file.
type stored struct {
	Key
	Took    time.Duration `json:"took_ns"`
	Summary []byte        `json:"summary"`
	Scores  []byte        `json:"scores,omitempty"`
}

func (k Key) file(dir string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %d", k.Subject, k.Condition, k.Look, k.Seed))
	return filepath.Join(dir, hex.EncodeToString(sum[:12])+".json")
}

// Load reads a test from its file in dir, with its scores if they are wanted; it is nil
// where there is none. A damaged file counts as none: the test is made again.
func Load(dir string, k Key, scores bool) *Test {
	if dir == "" {
		return nil
	}
	raw, err := os.ReadFile(k.file(dir))
	if err != nil {
		return nil
	}
	var s stored
	t := &Test{Key: k, Summary: &eval.Summary{}}
	if files.OpenJSON(raw, &s) != nil || s.Key != k || t.Summary.UnmarshalBinary(s.Summary) != nil {
		return nil
	}
	t.Took = s.Took
	if scores {
		if t.Scores = (&eval.Scores{}); t.Scores.UnmarshalBinary(s.Scores) != nil {
			return nil
		}
	}
	return t
}

// Save writes the test to its file in dir; it does nothing where dir is "".
func (t *Test) Save(dir string) (err error) {
	if dir == "" {
		return nil
	}
	s := stored{Key: t.Key, Took: t.Took}
	if s.Summary, err = t.Summary.MarshalBinary(); err == nil && t.Scores != nil {
		s.Scores, err = t.Scores.MarshalBinary()
	}
	if err == nil {
		err = os.MkdirAll(dir, files.DirPerm)
	}
	if err == nil {
		err = files.WriteJSON(t.file(dir), s)
	}
	if err != nil {
		return fmt.Errorf("study: cannot keep a test: %w; free some space or choose another Dir", err)
	}
	return nil
}
