package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/train/internal/rundir"
	"github.com/goicl/goicl/internal/tensorfile"
)

// Import returns l with weights from a .safetensors or .npz file: one that
// [Fitted.Export] wrote, or one from Python. It predicts, can be adapted, and a run may
// start from it ([Config].From). tasks have the number of inputs and classes. The file
// must hold all parameters of l and nothing else, in float32 or float64, under their
// names or those of [learner.Aliased]; an error names what does not fit.
func Import(path string, l learner.Learner, tasks datasets.Sampler, opts ...Option) (*Fitted, error) {
	if l == nil || tasks == nil {
		return nil, errors.New("train: Import needs a learner, and tasks that say the sizes of its parameters")
	}
	if err := checkFormat(path); err != nil {
		return nil, err
	}
	probe, err := sample(tasks, datasets.Rand(0, "probe"), 4)
	if err != nil {
		return nil, err
	}
	layout, err := learner.NewLayout(l, probe.D, probe.C)
	if err != nil {
		return nil, err
	}
	shapes, meta, err := tensorfile.Shapes(path)
	if err != nil {
		return nil, fmt.Errorf("train: cannot import weights: %w", err)
	}
	var params []float32
	if err = fits(shapes, l, layout); err == nil { // only then are the values unpacked
		params, err = readParams(path, naming(shapes, l, layout), layout)
	}
	if err != nil {
		return nil, fmt.Errorf("train: the weights in %s do not fit %s on tasks with %d inputs and %d classes: %w", path, l.Name(), probe.D, probe.C, err)
	}
	var in *rundir.Inputs
	if text, ok := meta[inputsKey]; ok && json.Unmarshal([]byte(text), &in) != nil {
		in = nil // another program's
	}
	cfg := Config{Learner: l, Tasks: tasks, Recipe: Paper().WithDefaults()}
	run := &Run{cfg: cfg, opts: newOptions(opts), key: strings.Map(fileSafe, l.Name()) + "-import-" + hash(fmt.Appendf(nil, "%x", params), 6), layout: layout, probe: probe}
	return &Fitted{Config: cfg, File: path, Params: params, Loaded: true, run: run, inputs: in}, nil
}

// fits reports parameters of l that are not among tensors or have another shape, and
// tensors that are none.
func fits(tensors map[string]tensorfile.Tensor, l learner.Learner, layout learner.Layout) error {
	rename := naming(tensors, l, layout)
	left := maps.Clone(tensors)
	for _, p := range layout.Params {
		if _, err := tensorfile.Want(tensors, rename(p.Name), p.Dims...); err != nil {
			return fmt.Errorf("%w; the file has %s", err, some(tensors))
		}
		delete(left, rename(p.Name))
	}
	if len(left) > 0 {
		return fmt.Errorf("%s has no parameter for %s", l.Name(), some(left))
	}
	return nil
}

// readParams returns the parameters, flat, from a file that they fit.
func readParams(path string, rename func(string) string, layout learner.Layout) (params []float32, err error) {
	tensors, _, err := tensorfile.Read(path)
	if err != nil {
		return nil, err
	}
	for _, p := range layout.Params {
		t, err := tensorfile.Want(tensors, rename(p.Name), p.Dims...)
		if err != nil {
			return nil, err
		}
		values := t.Float32s()
		if slices.ContainsFunc(values, func(v float32) bool { return !finite(float64(v)) }) {
			return nil, fmt.Errorf("tensor %q holds NaN or infinite values", rename(p.Name))
		}
		params = append(params, values...)
	}
	return params, nil
}

// naming returns which of a parameter's two names the file uses.
func naming(tensors map[string]tensorfile.Tensor, l learner.Learner, layout learner.Layout) func(name string) string {
	a, ok := l.(learner.Aliased)
	if ok && slices.ContainsFunc(layout.Params, func(p learner.Param) bool {
		_, own := tensors[p.Name]
		_, other := tensors[a.Alias(p.Name)]
		return other && !own
	}) {
		return a.Alias
	}
	return func(name string) string { return name }
}

// some lists the first few tensors with their shapes.
func some(tensors map[string]tensorfile.Tensor) string {
	const few = 3
	var list []string
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		if len(list) == few {
			list = append(list, fmt.Sprintf("%d more", len(tensors)-few))
			break
		}
		list = append(list, fmt.Sprintf("%.100q %.100s", name, fmt.Sprint(tensors[name].Dims)))
	}
	if len(list) == 0 {
		return "no tensors"
	}
	return strings.Join(list, ", ")
}
