// Package rundir reads and writes the directory of a training run: its config, its
// checkpoint, its log and its snapshots.
package rundir

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/goicl/goicl/internal/bounded"
	"github.com/goicl/goicl/internal/files"
)

// Files of a run directory.
const (
	ConfigFile     = "config.json"            // the identity of the run
	CheckpointFile = "checkpoint.safetensors" // the [Checkpoint]
	LogFile        = "log.jsonl"              // a line for an entry, see [Log]
	LockFile       = "lock"
)

// Dir is the directory of one run.
type Dir struct{ Path string }

func (d Dir) file(name string) string { return filepath.Join(d.Path, name) }

// Prepare creates the directory with its config file, or checks that an existing one
// belongs to the run of the identity id, in that format.
func (d Dir) Prepare(id any, format int) error {
	if err := os.MkdirAll(d.Path, files.DirPerm); err != nil {
		return fmt.Errorf("train: cannot make the run directory: %w; choose another with WithDir or XDG_DATA_HOME", err)
	}
	have, err := d.config()
	if errors.Is(err, fs.ErrNotExist) {
		if err = files.WriteJSON(d.file(ConfigFile), id); err != nil {
			return fmt.Errorf("train: cannot write the run directory: %w", err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w; delete the directory to train again", err)
	}
	var version struct{ Format int }
	want, err := json.Marshal(id)
	if err = errors.Join(err, json.Unmarshal(have, &version)); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if version.Format != format {
		return fmt.Errorf("train: run directory %s was written in format %d by another version, this one writes %d; delete it or choose another with WithDir", d.Path, version.Format, format)
	}
	if !bytes.Equal(compact(have), want) {
		return fmt.Errorf("train: run directory %s belongs to another config; delete it or choose another with WithDir", d.Path)
	}
	return nil
}

// compact is JSON without spaces, as Marshal writes it.
func compact(raw []byte) []byte {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

// Lock waits until no other process trains the run, and keeps others from it.
func (d Dir) Lock(ctx context.Context) (unlock func(), err error) {
	l := flock.New(d.file(LockFile), flock.SetPermissions(files.Perm))
	_, err = l.TryLockContext(ctx, 100*time.Millisecond)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("train: waiting for another process that trains this run (%s): %w", d.Path, ctx.Err())
	case err != nil:
		return nil, fmt.Errorf("train: cannot lock the run directory: %w; get write permission from whoever made it, or choose another with WithDir", err)
	}
	return func() { _ = l.Unlock() }, nil
}

// maxConfig bounds the config of a run directory.
const maxConfig = 1 << 20

// Identity reads the config of a run directory into id.
func (d Dir) Identity(id any) error {
	raw, err := d.config()
	if err != nil {
		return err
	}
	known := json.NewDecoder(bytes.NewReader(raw))
	known.DisallowUnknownFields()
	if err := known.Decode(id); err != nil {
		return fmt.Errorf("train: %s in %s is cut short or damaged (%w)", ConfigFile, d.Path, err)
	}
	return nil
}

// config reads the config file, which earlier versions wrote without a checksum.
func (d Dir) config() (content json.RawMessage, err error) {
	raw, err := bounded.ReadFile(d.file(ConfigFile), maxConfig)
	if err != nil {
		return nil, fmt.Errorf("train: %s is no run directory: %w", d.Path, err)
	}
	if err = files.OpenJSON(raw, &content); err == nil {
		return content, nil
	}
	var plain struct{ SHA256, Content, Learner json.RawMessage }
	if json.Unmarshal(raw, &plain) != nil || plain.SHA256 != nil || plain.Content != nil || plain.Learner == nil {
		return nil, fmt.Errorf("train: %s in %s is cut short or damaged (%w)", ConfigFile, d.Path, err)
	}
	return raw, nil
}
