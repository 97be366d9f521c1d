package rundir

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/files"
	"github.com/goicl/goicl/internal/tensorfile"
)

// Snapshot is the file with the weights after a step.
func (d Dir) Snapshot(step int) string {
	return filepath.Join(d.Path, "snapshots", fmt.Sprintf("%08d.safetensors", step))
}

// SaveSnapshot keeps the weights after a step.
func (d Dir) SaveSnapshot(step int, layout learner.Layout, params []float32, engine string) error {
	file := d.Snapshot(step)
	if err := os.MkdirAll(filepath.Dir(file), files.DirPerm); err != nil {
		return fmt.Errorf("train: cannot keep a snapshot: %w", err)
	}
	if err := tensorfile.Write(file, ModelTensors(layout, params), map[string]string{"engine": engine}); err != nil {
		return fmt.Errorf("train: cannot keep a snapshot: %w; free some space or choose another directory with WithDir", err)
	}
	return nil
}

// LoadSnapshot returns the weights after a step.
func (d Dir) LoadSnapshot(step int, layout learner.Layout) ([]float32, error) {
	tensors, _, err := tensorfile.ReadSealed(d.Snapshot(step))
	if err != nil {
		return nil, fmt.Errorf("train: no snapshot of step %d in %s (%w); ask for it by WithSnapshots when the run is trained, or delete the directory to train again", step, d.Path, err)
	}
	params, err := ReadModel(tensors, layout)
	if err != nil {
		return nil, fmt.Errorf("train: the snapshot of step %d in %s is damaged: %w; delete the directory to train again", step, d.Path, err)
	}
	return params, nil
}
