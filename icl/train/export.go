package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/goicl/goicl/icl/train/internal/rundir"
	"github.com/goicl/goicl/internal/tensorfile"
)

// inputsKey is the key of the range of inputs in training, in the metadata of weights.
const inputsKey = "inputs"

// Export writes the weights to a .safetensors file or a NumPy archive, .npz: each
// parameter as a float32 tensor of its name and shape, which are PyTorch's for the
// learners that PyTorch has. The metadata of a .safetensors file also has the config, the
// step, the score, the range of the inputs in training and a checksum of all. [Import] reads either.
func (f *Fitted) Export(path string) error {
	if err := f.check(); err != nil {
		return err
	}
	id, err := f.Config.identity(f.run.probe)
	if err != nil {
		return err
	}
	return export(path, rundir.ModelTensors(f.run.layout, f.Params), id, &rundir.Checkpoint{BestStep: f.Step, BestScore: rundir.Score(f.Score), Inputs: f.inputs})
}

// ExportRun is [Fitted.Export] of the best weights so far in the run directory dir.
func ExportRun(dir, path string) error {
	var id identity
	if err := (rundir.Dir{Path: dir}).Identity(&id); err != nil {
		return err
	}
	tensors, c, err := rundir.Dir{Path: dir}.Read(id.Recipe.Steps)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("train: the run in %s has saved no weights yet", dir)
	}
	if err != nil {
		return fmt.Errorf("train: the checkpoint in %s is cut short or damaged (%w)", dir, err)
	}
	return export(path, tensors, id, c)
}

// export writes the tensors under rundir.ModelPrefix, with what the checkpoint says of them.
func export(path string, tensors map[string]tensorfile.Tensor, id identity, c *rundir.Checkpoint) error {
	if err := checkFormat(path); err != nil {
		return err
	}
	weights := map[string]tensorfile.Tensor{}
	for name, t := range tensors {
		if name, ok := strings.CutPrefix(name, rundir.ModelPrefix); ok {
			weights[name] = t
		}
	}
	meta := map[string]string{"step": strconv.Itoa(c.BestStep)}
	for key, value := range map[string]any{"goicl": id, "score": c.BestScore, inputsKey: c.Inputs} {
		text, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("train: %w", err)
		}
		meta[key] = string(text)
	}
	if err := tensorfile.Write(path, weights, meta); err != nil {
		return fmt.Errorf("train: cannot export the weights: %w", err)
	}
	return nil
}

// checkFormat reports a file name without the extension of a format.
func checkFormat(path string) error {
	switch ext := filepath.Ext(path); ext {
	case ".safetensors", ".npz":
		return nil
	case ".pt", ".pth", ".bin":
		return fmt.Errorf("train: %s is a Python pickle by its name, which only Python can open; convert it there: safetensors.torch.save_file(torch.load(%q, map_location=\"cpu\", weights_only=True), \"weights.safetensors\")", path, path)
	default:
		return fmt.Errorf("train: the file name %s has the extension of no known format; want one that ends in .safetensors or .npz", path)
	}
}
