// Package parity compares our ICL transformer with the PyTorch code of the paper's
// authors: the same weights and inputs must give the same logits, gradients and
// training steps.
package parity

import (
	"fmt"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/tensorfile"
)

// File is what a parity file holds, in our terms: a model with its weights, a
// batch with the authors' logits, the gradient of their first training loss, and
// a run of training steps.
type File struct {
	Model  transformer.Paper
	D, C   int
	Params []float64 // flat, in the layout of Model

	Batch     *datasets.Batch
	LogitsF32 []float64 // [B, N, 2C] the authors' float32 logits, each point the query once
	LogitsF64 []float64 // [B, N, 2C] the same in float64
	Grad      []float64 // gradient of the first training loss, flat

	Train     []*datasets.Batch // one batch a step
	TrainLoss []float64         // loss before each step
}

// Load reads a parity file of any depth, size and seed.
func Load(path string) (*File, error) {
	tensors, _, err := tensorfile.Read(path)
	if err != nil {
		return nil, fmt.Errorf("parity: %w", err)
	}
	f := &File{}
	for _, step := range []func(map[string]tensorfile.Tensor) error{f.readModel, f.readBatch, f.readTraining} {
		if err := step(tensors); err != nil {
			return nil, fmt.Errorf("parity: %s: %w", path, err)
		}
	}
	return f, nil
}

// readModel finds the sizes of the model in the shapes of its weights.
func (f *File) readModel(tensors map[string]tensorfile.Tensor) error {
	x, err := tensorfile.Want(tensors, "x", -1, -1, -1)
	if err != nil {
		return err
	}
	y, err := tensorfile.Want(tensors, "y", -1, -1, -1)
	if err != nil {
		return err
	}
	w1, err := tensorfile.Want(tensors, "param."+f.Model.Alias("layers.0.w1.weight"), -1, -1)
	if err != nil {
		return err
	}
	f.D, f.C = x.Dims[2], y.Dims[2]/2
	width := f.D + y.Dims[2]
	if f.D < 1 || y.Dims[2] != 2*f.C || f.C < 2 || w1.Dims[0]%width != 0 || w1.Dims[0] == 0 {
		return fmt.Errorf("inputs of width %d, label channels %d and a hidden layer of %d; want label channels 2C ≥ 4 and a hidden layer that is a multiple of %d", f.D, y.Dims[2], w1.Dims[0], width)
	}
	depth := 0
	for tensors["param."+f.Model.Alias(fmt.Sprintf("layers.%d.to_q.weight", depth))].Dims != nil {
		depth++
	}
	f.Model = transformer.Paper{Depth: depth, Expand: w1.Dims[0] / width}
	if depth == 0 {
		return fmt.Errorf("tensor %q is missing", "param."+f.Model.Alias("layers.0.to_q.weight"))
	}
	if f.Params, err = f.flat(tensors, "param."); err != nil {
		return err
	}
	f.Grad, err = f.flat(tensors, "grad.")
	return err
}

// flat gathers the tensors under prefix in the order of the model's layout.
func (f *File) flat(tensors map[string]tensorfile.Tensor, prefix string) ([]float64, error) {
	layout, err := learner.NewLayout(f.Model, f.D, f.C)
	if err != nil {
		return nil, err
	}
	var flat []float64 // that grows, since the sizes are those that the file claims
	for _, p := range layout.Params {
		t, err := tensorfile.Want(tensors, prefix+f.Model.Alias(p.Name), p.Dims...)
		if err != nil {
			return nil, err
		}
		flat = append(flat, t.Float64s()...)
	}
	return flat, nil
}

func (f *File) readBatch(tensors map[string]tensorfile.Tensor) (err error) {
	f.Batch, err = toBatch(tensors["x"], tensors["y"])
	if err != nil {
		return err
	}
	for name, to := range map[string]*[]float64{"logits_f32": &f.LogitsF32, "logits_f64": &f.LogitsF64} {
		t, err := tensorfile.Want(tensors, name, f.Batch.T, f.Batch.N, 2*f.C)
		if err != nil {
			return err
		}
		*to = t.Float64s()
	}
	return nil
}

func (f *File) readTraining(tensors map[string]tensorfile.Tensor) error {
	loss, err := tensorfile.Want(tensors, "train_loss", -1)
	if err != nil {
		return err
	}
	steps := loss.Len()
	x, err := tensorfile.Want(tensors, "train_x", steps, -1, -1, f.D)
	if err != nil {
		return err
	}
	if steps == 0 || x.Dims[1] == 0 || x.Dims[2] < 3 {
		return fmt.Errorf("train_x has shape %v; want at least 1 step, 1 task and 3 points (the loss starts at 2 examples)", x.Dims)
	}
	y, err := tensorfile.Want(tensors, "train_y", steps, x.Dims[1], x.Dims[2], 2*f.C)
	if err != nil {
		return err
	}
	f.TrainLoss = loss.Float64s()
	for s := range steps {
		b, err := toBatch(part(x, s), part(y, s))
		if err != nil {
			return fmt.Errorf("training step %d: %w", s, err)
		}
		f.Train = append(f.Train, b)
	}
	return nil
}

// part is entry s along the first axis of t.
func part(t tensorfile.Tensor, s int) tensorfile.Tensor {
	size := t.Len() / t.Dims[0]
	if t.F32 != nil {
		return tensorfile.Tensor{Dims: t.Dims[1:], F32: t.F32[s*size : (s+1)*size]}
	}
	return tensorfile.Tensor{Dims: t.Dims[1:], F64: t.F64[s*size : (s+1)*size]}
}

// toBatch turns inputs [B, N, D] and one-hot labels [B, N, 2C] into a batch.
func toBatch(x, y tensorfile.Tensor) (*datasets.Batch, error) {
	if y.Dims[0] != x.Dims[0] || y.Dims[1] != x.Dims[1] {
		return nil, fmt.Errorf("inputs have shape %v and labels %v; the first two must agree", x.Dims, y.Dims)
	}
	channels := y.Dims[2]
	b := datasets.NewBatch(x.Dims[0], x.Dims[1], x.Dims[2], channels/2)
	copy(b.X, x.Float32s())
	labels := y.Float64s()
	for i := range b.Y {
		label, err := hot(labels[i*channels : (i+1)*channels])
		if err != nil {
			return nil, fmt.Errorf("label of task %d, point %d: %w", i/b.N, i%b.N, err)
		}
		b.Y[i] = label
	}
	return b, b.Validate()
}

// hot is the index of the single 1 in a one-hot vector.
func hot(v []float64) (int32, error) {
	index := int32(-1)
	for i, value := range v {
		switch {
		case value == 1 && index < 0:
			index = int32(i)
		case value != 0:
			return 0, fmt.Errorf("%.100s is not one-hot", fmt.Sprint(v))
		}
	}
	if index < 0 || int(index) >= len(v)/2 {
		return 0, fmt.Errorf("%.100s has no 1 among its first %d channels", fmt.Sprint(v), len(v)/2)
	}
	return index, nil
}
