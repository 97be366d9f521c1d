package lanes

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"github.com/goicl/goicl/datasets"
)

// TestParity compares with weights, logits, gradients and an Adam run computed
// by the authors' PyTorch code.
func TestParity(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/parity/*.safetensors")
	if len(files) == 0 {
		t.Skip("no parity file beside the repository (../shared/parity/*.safetensors)")
	}
	for _, file := range files {
		f := readTensors(t, file)
		forEverySet(t, f.config, 2, func(t *testing.T, e *Evaluator) {
			testParityLogits(t, e, f)
			testParityGradient(t, e, f)
			testParityAdam(t, e, f)
		})
	}
}

func testParityLogits(t *testing.T, e *Evaluator, f tensors) {
	b := f.batch("x", "y", 0)
	at := everyPrefix(b, 0)
	got := make([]float32, len(at)*2*b.C)
	if err := e.Logits(f.params("param."), b, at, got); err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i, want := range f.values(t, "logits_f64") {
		worst = max(worst, math.Abs(float64(got[i])-want))
	}
	if !(worst <= 2e-5) {
		t.Errorf("logits are off by %g, want ≤ 2e-5", worst)
	}
	t.Logf("logits within %.2g", worst)
}

func testParityGradient(t *testing.T, e *Evaluator, f tensors) {
	b := f.batch("train_x", "train_y", 0)
	grad := make([]float32, e.model.(Config).NumParams())
	loss, err := e.LossGrad(f.params("param."), b, everyPrefix(b, 2), grad)
	if err != nil {
		t.Fatal(err)
	}
	if want := f.values(t, "train_loss")[0]; !(math.Abs(loss/want-1) <= 1e-5) {
		t.Errorf("loss %g, want %g", loss, want)
	}
	worst := relative(grad, f.params("grad."))
	if !(worst <= 1e-4) {
		t.Errorf("the gradient is off by %g of its largest value, want ≤ 1e-4", worst)
	}
	t.Logf("gradient within %.2g", worst)
}

func testParityAdam(t *testing.T, e *Evaluator, f tensors) {
	params := f.params("param.")
	opt := newAdam(3e-3, len(params))
	grad := make([]float32, len(params))
	worst := 0.0
	for step, want := range f.values(t, "train_loss") {
		b := f.batch("train_x", "train_y", step)
		loss, err := e.LossGrad(params, b, everyPrefix(b, 2), grad)
		if err != nil {
			t.Fatal(err)
		}
		worst = max(worst, math.Abs(loss/want-1))
		opt.step(params, grad)
	}
	if !(worst <= 1e-4) {
		t.Errorf("the losses of the Adam run are off by %g, want ≤ 1e-4", worst)
	}
	t.Logf("Adam run within %.2g", worst)
}

// adam is Adam as PyTorch does it: betas .9 and .999, eps 1e-8, bias-corrected.
type adam struct {
	rate float64
	t    int
	m, v []float64
}

func newAdam(rate float64, n int) *adam {
	return &adam{rate: rate, m: make([]float64, n), v: make([]float64, n)}
}

func (a *adam) step(params, grad []float32) {
	a.t++
	for i, g32 := range grad {
		g := float64(g32)
		a.m[i] = .9*a.m[i] + .1*g
		a.v[i] = .999*a.v[i] + .001*g*g
		m := a.m[i] / (1 - math.Pow(.9, float64(a.t)))
		v := a.v[i] / (1 - math.Pow(.999, float64(a.t)))
		params[i] -= float32(a.rate * m / (math.Sqrt(v) + 1e-8))
	}
}

// tensors is a parity file.
type tensors struct {
	file   safetensors.SafeTensors
	config Config
}

func readTensors(t *testing.T, path string) tensors {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.Deserialize(raw)
	if err != nil {
		t.Fatal(err)
	}
	f := tensors{file: file, config: Config{Depth: 0, D: 2, C: 2, Expand: 4}}
	for has := true; has; f.config.Depth++ {
		_, has = file.Tensor(fmt.Sprintf("param.layers.%d.fn.to_q.weight", 2*f.config.Depth+2))
	}
	return f
}

// values returns a tensor as float64, whatever its type.
func (f tensors) values(_ testing.TB, name string) []float64 {
	tensor, ok := f.file.Tensor(name)
	if !ok {
		panic("no tensor " + name)
	}
	data := tensor.Data()
	if tensor.DType() == safetensors.F64 {
		out := make([]float64, len(data)/8)
		for i := range out {
			out[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
		}
		return out
	}
	out := make([]float64, len(data)/4)
	for i := range out {
		out[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:])))
	}
	return out
}

// params returns the flat weights (or their gradient) with that prefix.
func (f tensors) params(prefix string) []float32 {
	var flat []float32
	take := func(name string) {
		for _, x := range f.values(nil, prefix+name) {
			flat = append(flat, float32(x))
		}
	}
	for l := range f.config.Depth {
		for _, name := range []string{"to_q.weight", "to_k.weight", "to_v.weight"} {
			take(fmt.Sprintf("layers.%d.fn.%s", 2*l, name))
		}
		for _, name := range []string{"w1.weight", "w1.bias", "w2.weight", "w2.bias"} {
			take(fmt.Sprintf("layers.%d.fn.fn.%s", 2*l+1, name))
		}
	}
	take("readout.weight")
	return flat
}

// batch returns tensors x [B, N, D] and y [B, N, 2C] as a batch: the step-th one
// where they have a leading axis of steps.
func (f tensors) batch(x, y string, step int) *datasets.Batch {
	tensor, _ := f.file.Tensor(x)
	shape := tensor.Shape()
	shape = shape[len(shape)-3:]
	b := datasets.NewBatch(int(shape[0]), int(shape[1]), 2, 2)
	for i, v := range f.values(nil, x)[step*len(b.X):][:len(b.X)] {
		b.X[i] = float32(v)
	}
	onehot := f.values(nil, y)[step*len(b.Y)*4:]
	for i := range b.Y {
		if onehot[4*i+1] == 1 {
			b.Y[i] = 1
		}
	}
	return b
}
