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
	"github.com/goicl/goicl/internal/usercode"
)

// Import returns l with weights from a .safetensors or .npz file: one that
// [Fitted.Export] wrote, or one from Python. It predicts, can be adapted, and a run may
// start from it ([Config].From). tasks have the number of inputs and classes. The file
// must hold all parameters of l and nothing else, in float32 or float64, under their
// names or those of [learner.Aliased]; an error names what does not fit.
func Import(path string, l learner.Learner, tasks datasets.Sampler, opts ...Option) (*Fitted, error) {
	if usercode.Nil(l) || usercode.Nil(tasks) {
		return nil, errors.New("train: Import needs a learner, and tasks that say the sizes of its parameters")
	}
	if err := checkFormat(path); err != nil {
		return nil, err
	}
	run, err := sized(l, tasks, opts)
	if err != nil {
		return nil, err
	}
	probe, layout := run.probe, run.layout
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
	run.key = strings.Map(fileSafe, l.Name()) + "-import-" + hash(fmt.Appendf(nil, "%x", params), 6)
	return &Fitted{Config: run.cfg, File: path, Params: params, Loaded: true, run: run, inputs: in}, nil
}

// FromWeights returns l with weights that are in memory, such as those of a training loop of
// your own: it predicts, is evaluated, exported, adapted and started from ([Config].From) as if
// [Train] had made it. params are flat, in the order of [learner.NewLayout], and are copied.
// tasks are those that it was trained on; they have the number of inputs and classes.
func FromWeights(l learner.Learner, tasks datasets.Sampler, params []float32, opts ...Option) (*Fitted, error) {
	if err := (Config{Learner: l, Tasks: tasks}).checkNames(); err != nil {
		return nil, err
	}
	run, err := sized(l, tasks, opts)
	if err != nil {
		return nil, err
	}
	if len(params) != run.layout.Size {
		return nil, fmt.Errorf("train: %d weights for %s, which has %d on tasks with %d inputs and %d classes (0: real targets): %s", len(params), l.Name(), run.layout.Size, run.probe.D, run.probe.C, shapesOf(run.layout))
	}
	if i := slices.IndexFunc(params, func(v float32) bool { return !finite(float64(v)) }); i >= 0 {
		return nil, fmt.Errorf("train: weight %d of %s is %g; want finite ones", i, l.Name(), params[i])
	}
	seen, err := sample(tasks, datasets.Rand(0, "inputs"), inputTasks)
	if err != nil {
		return nil, err
	}
	run.key = strings.Map(fileSafe, l.Name()) + "-weights-" + hash(fmt.Appendf(nil, "%x", params), 6)
	return &Fitted{Config: run.cfg, Params: slices.Clone(params), Loaded: true, run: run, inputs: rundir.InputsOf(seen)}, nil
}

// inputTasks is how many tasks show the range of the inputs in a training that was not ours.
const inputTasks = 128

// sized is the run of a learner that was trained elsewhere on tasks, without a recipe.
func sized(l learner.Learner, tasks datasets.Sampler, opts []Option) (*Run, error) {
	probe, err := sample(tasks, datasets.Rand(0, "probe"), 4)
	if err != nil {
		return nil, err
	}
	layout, err := learner.NewLayout(l, probe.D, probe.C)
	if err != nil {
		return nil, err
	}
	cfg := Config{Learner: l, Tasks: tasks, Recipe: Recipe{}.WithDefaults()}
	return &Run{cfg: cfg, opts: newOptions(opts), layout: layout, probe: probe}, nil
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

// shapesOf lists the parameters of a layout with their shapes, in its order.
func shapesOf(layout learner.Layout) string {
	const few = 4
	var list []string
	for i, p := range layout.Params {
		if i == few {
			list = append(list, fmt.Sprintf("%d more", len(layout.Params)-few))
			break
		}
		list = append(list, fmt.Sprintf("%q %v", p.Name, p.Dims))
	}
	return strings.Join(list, ", ")
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
