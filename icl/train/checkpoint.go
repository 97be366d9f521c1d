package train

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/tensorfile"
)

// checkpointFormat is the version of checkpoint files. Format 1 differs in its checksum.
const checkpointFormat = "2"

// checkpoint is the state of a run: enough to resume it, and its result.
type checkpoint struct {
	Step      int // steps made
	Params    []float32
	Moments   [][]float32 // see [optim.Optimizer.Moments]
	Best      []float32   // the weights with the lowest validation loss so far
	BestStep  int
	BestScore Score
	Engine    string
	Seconds   float64 // spent so far
}

// vectors are the weights and the moments.
func (c *checkpoint) vectors() [][]float32 { return append([][]float32{c.Params}, c.Moments...) }

// save writes the checkpoint in one atomic step.
func (d runDir) save(c *checkpoint, layout learner.Layout, moments []string) error {
	score, err := json.Marshal(c.BestScore)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	tensors := modelTensors(layout, c.Best)
	tensors["latest"] = flatTensor(c.Params)
	for i, name := range moments {
		tensors[name] = flatTensor(c.Moments[i])
	}
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

// modelPrefix is the prefix of the names of the best weights in a checkpoint.
const modelPrefix = "model."

// modelTensors are the parameters of a layout in their shapes.
func modelTensors(layout learner.Layout, params []float32) map[string]tensorfile.Tensor {
	tensors := map[string]tensorfile.Tensor{}
	layout.All(func(p learner.Param, lo, hi int) {
		tensors[modelPrefix+p.Name] = tensorfile.Tensor{Dims: p.Dims, F32: params[lo:hi]}
	})
	return tensors
}

// readModel returns the parameters of [modelTensors], flat.
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

// verify reports a checkpoint whose checksum is wrong, or of an unknown format.
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

// textChecksum is the checksum of format 1, over the hexadecimal text of all values.
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
