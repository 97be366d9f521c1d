package train

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/adrg/xdg"
	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/tensorfile"
)

// DefaultDir is where runs are kept unless [WithDir] says otherwise.
func DefaultDir() string { return filepath.Join(xdg.DataHome, "goicl", "runs") }

// Files of a run directory.
const (
	configFile     = "config.json"            // the identity of the run
	checkpointFile = "checkpoint.safetensors" // state; see [checkpoint]
	logFile        = "log.jsonl"              // one [Entry] a line
	lockFile       = "lock"
)

// checkpointFormat is the version of checkpoint files. Format 1 differs in its checksum.
const checkpointFormat = "2"

// checkpoint is the state of a run: enough to go on, and its result.
type checkpoint struct {
	Step   int // steps made
	Params []float32
	// Moments are the optimizer's, see [optim.Optimizer.Moments].
	Moments [][]float32
	// Best holds the weights with the lowest validation loss so far.
	Best      []float32
	BestStep  int
	BestScore Score
	Engine    string
	Seconds   float64 // spent so far
}

// vectors are the weights and the moments.
func (c *checkpoint) vectors() [][]float32 { return append([][]float32{c.Params}, c.Moments...) }

// runDir is the directory of one run.
type runDir struct{ path string }

// prepare creates the directory and its config file, or checks that the one
// there belongs to this run.
func (d runDir) prepare(id identity) error {
	if err := os.MkdirAll(d.path, 0o755); err != nil {
		return fmt.Errorf("train: cannot make the run directory: %w; choose another with WithDir or XDG_DATA_HOME", err)
	}
	want, err := json.MarshalIndent(id, "", "  ")
	if err != nil {
		return err
	}
	file := filepath.Join(d.path, configFile)
	have, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		err = renameio.WriteFile(file, append(want, '\n'), 0o644)
		if err != nil {
			return fmt.Errorf("train: cannot write the run directory: %w", err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return d.checkConfig(have, want)
}

func (d runDir) checkConfig(have, want []byte) error {
	var id identity
	if err := json.Unmarshal(have, &id); err != nil {
		return fmt.Errorf("train: %s is cut short or damaged; delete %s to train again", configFile, d.path)
	}
	if id.Format != format {
		return fmt.Errorf("train: run directory %s was written in format %d by another version, this one writes %d; delete it or choose another with WithDir", d.path, id.Format, format)
	}
	if again, _ := json.MarshalIndent(id, "", "  "); string(again) != string(want) {
		return fmt.Errorf("train: run directory %s belongs to another config; delete it or choose another with WithDir", d.path)
	}
	return nil
}

// lock keeps other processes out of the run; a second one waits here.
func (d runDir) lock(ctx context.Context) (unlock func(), err error) {
	l := flock.New(filepath.Join(d.path, lockFile))
	ok, err := l.TryLockContext(ctx, 100*time.Millisecond)
	if err != nil || !ok {
		return nil, fmt.Errorf("train: waiting for another process that trains this run (%s): %w", d.path, err)
	}
	return func() { _ = l.Unlock() }, nil
}

// save writes the checkpoint in one atomic step.
func (d runDir) save(c *checkpoint, layout learner.Layout, moments []string) error {
	score, err := json.Marshal(c.BestScore)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	tensors := map[string]tensorfile.Tensor{"latest": flatTensor(c.Params)}
	for i, name := range moments {
		tensors[name] = flatTensor(c.Moments[i])
	}
	addModel(tensors, layout, c.Best)
	meta := map[string]string{
		"format": checkpointFormat, "engine": c.Engine, "score": string(score),
		"step": strconv.Itoa(c.Step), "best_step": strconv.Itoa(c.BestStep),
		"seconds": strconv.FormatFloat(c.Seconds, 'g', -1, 64),
		"sha256":  tensorfile.Checksum(tensors),
	}
	if err := tensorfile.Write(filepath.Join(d.path, checkpointFile), tensors, meta); err != nil {
		return fmt.Errorf("train: cannot save the checkpoint: %w; free some space or choose another directory with WithDir", err)
	}
	return nil
}

// load reads the checkpoint; it is nil where there is none yet.
func (d runDir) load(layout learner.Layout, moments []string) (*checkpoint, error) {
	file := filepath.Join(d.path, checkpointFile)
	tensors, meta, err := tensorfile.Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		var c *checkpoint
		if c, err = decodeCheckpoint(tensors, meta, layout, moments); err == nil {
			return c, nil
		}
	}
	return nil, fmt.Errorf("train: the checkpoint is cut short, damaged or of another version (%w); delete %s to train again", err, d.path)
}

func decodeCheckpoint(tensors map[string]tensorfile.Tensor, meta map[string]string, layout learner.Layout, moments []string) (*checkpoint, error) {
	if err := verify(tensors, meta); err != nil {
		return nil, err
	}
	c := &checkpoint{Engine: meta["engine"]}
	var errs []error
	whole := func(text string) int {
		n, err := strconv.Atoi(text)
		errs = append(errs, err)
		return n
	}
	flat := func(name string, dims ...int) []float32 {
		t, err := tensorfile.Want(tensors, name, dims...)
		errs = append(errs, err)
		return t.Float32s()
	}
	c.Step, c.BestStep = whole(meta["step"]), whole(meta["best_step"])
	c.Params = flat("latest", layout.Size)
	for _, name := range moments {
		c.Moments = append(c.Moments, flat(name, layout.Size))
	}
	best, err := readModel(tensors, layout)
	c.Best, errs = best, append(errs, err)
	errs = append(errs, json.Unmarshal([]byte(meta["score"]), &c.BestScore))
	if text, ok := meta["seconds"]; ok {
		seconds, err := strconv.ParseFloat(text, 64)
		c.Seconds, errs = seconds, append(errs, err)
	}
	return c, errors.Join(errs...)
}

// modelPrefix begins the names of a model's weights in a file.
const modelPrefix = "model."

// addModel adds the weights params, each in its shape, to tensors.
func addModel(tensors map[string]tensorfile.Tensor, layout learner.Layout, params []float32) {
	layout.All(func(p learner.Param, lo, hi int) {
		tensors[modelPrefix+p.Name] = tensorfile.Tensor{Dims: p.Dims, F32: params[lo:hi]}
	})
}

// readModel takes the weights that addModel added, flat.
func readModel(tensors map[string]tensorfile.Tensor, layout learner.Layout) (params []float32, err error) {
	layout.All(func(p learner.Param, _, _ int) {
		t, e := tensorfile.Want(tensors, modelPrefix+p.Name, p.Dims...)
		params, err = append(params, t.Float32s()...), cmp.Or(err, e)
	})
	return params, err
}

func flatTensor(v []float32) tensorfile.Tensor {
	return tensorfile.Tensor{Dims: []int{len(v)}, F32: v}
}

// verify reports tensors of a checkpoint that are not those its checksum was made of.
func verify(tensors map[string]tensorfile.Tensor, meta map[string]string) error {
	var sum string
	switch meta["format"] {
	case checkpointFormat:
		sum = tensorfile.Checksum(tensors)
	case "1":
		sum = textChecksum(tensors)
	default:
		return fmt.Errorf("it has format %q, and this version reads %q and %q", meta["format"], "1", checkpointFormat)
	}
	if meta["sha256"] != sum {
		return errors.New("its checksum does not match")
	}
	return nil
}

// textChecksum is the checksum of checkpoints in format 1: of all numbers in hexadecimal.
func textChecksum(tensors map[string]tensorfile.Tensor) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		fmt.Fprintln(sum, name, tensors[name].Dims)
		for _, v := range tensors[name].Float32s() {
			fmt.Fprintf(sum, "%x ", float64(v))
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
