package rundir

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/tensorfile"
)

// checkpointFormat is the version of checkpoint files. Format 2, which is read too, has no
// checksum of the metadata and no state of the log.
const checkpointFormat = "3"

// Score is the train.Score of a run.
type Score struct {
	Loss     float64 `json:"loss"`
	Accuracy float64 `json:"accuracy"`
}

// Checkpoint is the state of a run: enough to resume it, and its result.
type Checkpoint struct {
	Step      int // steps made
	Params    []float32
	Moments   [][]float32 // see [optim.Optimizer.Moments]
	Best      []float32   // the weights with the lowest validation loss so far
	BestStep  int
	BestScore Score
	Engine    string
	Seconds   float64 // spent so far
	Processor float64 // seconds of processor time
	// FirstLoss is the loss of the first step; 0 in format 2.
	FirstLoss float64
	Log       *LogState // nil in format 2 and at the start
	Inputs    *Inputs   // nil in format 2
}

// Vectors are the weights and the moments.
func (c *Checkpoint) Vectors() [][]float32 { return append([][]float32{c.Params}, c.Moments...) }

// Save writes the checkpoint in one atomic step.
func (d Dir) Save(c *Checkpoint, layout learner.Layout, moments []string) error {
	meta, err := c.metadata()
	if err != nil {
		return err
	}
	tensors := ModelTensors(layout, c.Best)
	tensors["latest"] = flatTensor(c.Params)
	for i, name := range moments {
		tensors[name] = flatTensor(c.Moments[i])
	}
	if err := tensorfile.Write(d.file(CheckpointFile), tensors, meta); err != nil {
		return fmt.Errorf("train: cannot save the checkpoint: %w; free some space or choose another directory with WithDir", err)
	}
	return nil
}

// metadata is all but the weights and the moments.
func (c *Checkpoint) metadata() (map[string]string, error) {
	meta := map[string]string{
		"format": checkpointFormat, "engine": c.Engine,
		"step": strconv.Itoa(c.Step), "best_step": strconv.Itoa(c.BestStep),
		"seconds":    strconv.FormatFloat(c.Seconds, 'g', -1, 64),
		"processor":  strconv.FormatFloat(c.Processor, 'g', -1, 64),
		"first_loss": strconv.FormatFloat(c.FirstLoss, 'g', -1, 64),
	}
	for key, value := range map[string]any{"score": c.BestScore, "log": c.Log, "inputs": c.Inputs} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
		meta[key] = string(text)
	}
	return meta, nil
}

// Load reads the checkpoint of a run of so many steps; it is nil where there is none yet.
func (d Dir) Load(layout learner.Layout, moments []string, steps int) (*Checkpoint, error) {
	tensors, c, err := d.Read(steps)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		if err = c.addVectors(tensors, layout, moments); err == nil {
			return c, nil
		}
	}
	return nil, fmt.Errorf("train: the checkpoint is cut short, damaged or of another version (%w); delete %s to train again", err, d.Path)
}

// Read reads the checkpoint, its weights and moments apart.
func (d Dir) Read(steps int) (map[string]tensorfile.Tensor, *Checkpoint, error) {
	tensors, meta, err := tensorfile.Read(d.file(CheckpointFile))
	if err == nil && meta["format"] != "2" {
		err = tensorfile.WantSealed(meta)
	}
	if err != nil {
		return nil, nil, err
	}
	switch format := meta["format"]; {
	case format != checkpointFormat && format != "2":
		return nil, nil, fmt.Errorf("it has format %q, and this version reads %q and %q", format, "2", checkpointFormat)
	case format == "2" && meta["sha256"] != tensorfile.Checksum(tensors):
		return nil, nil, errors.New("its checksum does not match")
	}
	c, err := decodeMetadata(meta)
	if err == nil {
		err = c.check(steps)
	}
	return tensors, c, err
}

func decodeMetadata(meta map[string]string) (*Checkpoint, error) {
	c := &Checkpoint{Engine: meta["engine"]}
	var errs []error
	number := func(key string) float64 {
		v, err := strconv.ParseFloat(meta[key], 64)
		errs = append(errs, err)
		return v
	}
	whole := func(key string) int {
		n, err := strconv.Atoi(meta[key])
		errs = append(errs, err)
		return n
	}
	decode := func(key string, v any) { errs = append(errs, json.Unmarshal([]byte(meta[key]), v)) }
	c.Step, c.BestStep = whole("step"), whole("best_step")
	decode("score", &c.BestScore)
	if _, timed := meta["seconds"]; timed || meta["format"] != "2" {
		c.Seconds = number("seconds")
	}
	if _, measured := meta["processor"]; measured {
		c.Processor = number("processor")
	}
	if meta["format"] != "2" {
		c.FirstLoss = number("first_loss")
		decode("log", &c.Log)
		decode("inputs", &c.Inputs)
	}
	return c, errors.Join(errs...)
}

// check reports values that no run of so many steps has.
func (c *Checkpoint) check(steps int) error {
	switch s := c.BestScore; {
	case c.Step < 0 || c.Step > steps:
		return fmt.Errorf("step %d of %d", c.Step, steps)
	case c.BestStep < 0 || c.BestStep > c.Step:
		return fmt.Errorf("the best weights are of step %d, but %d steps were made", c.BestStep, c.Step)
	case !(s.Accuracy >= 0 && s.Accuracy <= 1) || !finite(s.Loss):
		return fmt.Errorf("an accuracy of %g and a loss of %g", s.Accuracy, s.Loss)
	case !(c.Seconds >= 0 && c.Processor >= 0) || !finite(c.Seconds+c.Processor+c.FirstLoss):
		return fmt.Errorf("%g seconds, %g of processor time, and a first loss of %g", c.Seconds, c.Processor, c.FirstLoss)
	}
	return nil
}

// addVectors takes the weights and the moments from the tensors of a checkpoint.
func (c *Checkpoint) addVectors(tensors map[string]tensorfile.Tensor, layout learner.Layout, moments []string) error {
	best, err := ReadModel(tensors, layout)
	errs := []error{err}
	flat := func(name string) []float32 {
		t, err := tensorfile.Want(tensors, name, layout.Size)
		errs = append(errs, err)
		return t.Float32s()
	}
	c.Best, c.Params = best, flat("latest")
	for _, name := range moments {
		c.Moments = append(c.Moments, flat(name))
	}
	return errors.Join(errs...)
}

// ModelPrefix is the prefix of the names of the best weights in a checkpoint.
const ModelPrefix = "model."

// ModelTensors are the parameters of a layout in their shapes.
func ModelTensors(layout learner.Layout, params []float32) map[string]tensorfile.Tensor {
	tensors := map[string]tensorfile.Tensor{}
	layout.All(func(p learner.Param, lo, hi int) {
		tensors[ModelPrefix+p.Name] = tensorfile.Tensor{Dims: p.Dims, F32: params[lo:hi]}
	})
	return tensors
}

// ReadModel returns the parameters of [ModelTensors], flat.
func ReadModel(tensors map[string]tensorfile.Tensor, layout learner.Layout) (params []float32, err error) {
	layout.All(func(p learner.Param, _, _ int) {
		t, e := tensorfile.Want(tensors, ModelPrefix+p.Name, p.Dims...)
		params, err = append(params, t.Float32s()...), cmp.Or(err, e)
	})
	return params, err
}

func flatTensor(v []float32) tensorfile.Tensor {
	return tensorfile.Tensor{Dims: []int{len(v)}, F32: v}
}

func finite(v float64) bool { return v-v == 0 }
