package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"
	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"github.com/goicl/goicl/internal/bounded"
)

// DefaultDir is where runs are kept unless [WithDir] says otherwise.
func DefaultDir() string { return filepath.Join(xdg.DataHome, "goicl", "runs") }

// Files of a run directory.
const (
	configFile     = "config.json"            // the identity of the run
	checkpointFile = "checkpoint.safetensors" // the [checkpoint]
	logFile        = "log.jsonl"              // one [Entry] a line
	lockFile       = "lock"
)

// runDir is the directory of one run.
type runDir struct{ path string }

// prepare creates the directory with its config file, or checks that an existing one
// belongs to this run.
func (d runDir) prepare(id identity) error {
	if err := os.MkdirAll(d.path, 0o755); err != nil {
		return fmt.Errorf("train: cannot make the run directory: %w; choose another with WithDir or XDG_DATA_HOME", err)
	}
	have, err := d.identity()
	if errors.Is(err, fs.ErrNotExist) {
		return d.write(id)
	}
	if err != nil {
		return fmt.Errorf("%w; delete the directory to train again", err)
	}
	if have.Format != format {
		return fmt.Errorf("train: run directory %s was written in format %d by another version, this one writes %d; delete it or choose another with WithDir", d.path, have.Format, format)
	}
	is, errIs := json.Marshal(have)
	want, errWant := json.Marshal(id)
	if err := errors.Join(errIs, errWant); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if string(is) != string(want) {
		return fmt.Errorf("train: run directory %s belongs to another config; delete it or choose another with WithDir", d.path)
	}
	return nil
}

// write writes the config file.
func (d runDir) write(id identity) error {
	text, err := json.MarshalIndent(id, "", "  ")
	if err == nil {
		err = renameio.WriteFile(filepath.Join(d.path, configFile), append(text, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("train: cannot write the run directory: %w", err)
	}
	return nil
}

// lock waits until no other process trains the run, and keeps others from it.
func (d runDir) lock(ctx context.Context) (unlock func(), err error) {
	l := flock.New(filepath.Join(d.path, lockFile))
	ok, err := l.TryLockContext(ctx, 100*time.Millisecond)
	if err != nil || !ok {
		return nil, fmt.Errorf("train: waiting for another process that trains this run (%s): %w", d.path, err)
	}
	return func() { _ = l.Unlock() }, nil
}

// maxConfig bounds the config of a run directory.
const maxConfig = 1 << 20

// identity reads the config of a run directory.
func (d runDir) identity() (id identity, err error) {
	raw, err := bounded.ReadFile(filepath.Join(d.path, configFile), maxConfig)
	if err != nil {
		return id, fmt.Errorf("train: %s is no run directory: %w", d.path, err)
	}
	if err := json.Unmarshal(raw, &id); err != nil {
		return id, fmt.Errorf("train: %s in %s is cut short or damaged (%w)", configFile, d.path, err)
	}
	return id, nil
}
