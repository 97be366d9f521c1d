package parity_test

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/train"
	"github.com/goicl/goicl/internal/parity"
	"github.com/goicl/goicl/internal/tensorfile"
)

// stateDict writes the authors' weights as Python would: their state_dict and no more.
func stateDict(t *testing.T, path string) {
	t.Helper()
	tensors, _, err := tensorfile.Read(paperFile)
	if err != nil {
		t.Fatal(err)
	}
	weights := map[string]tensorfile.Tensor{}
	for name, tensor := range tensors {
		if name, ok := strings.CutPrefix(name, "param."); ok {
			weights[name] = tensor
		}
	}
	if err := tensorfile.Write(path, weights, nil); err != nil {
		t.Fatal(err)
	}
}

// TestTheAuthorsWeightsImported: from either format they predict what the authors' code
// does, on both engines.
func TestTheAuthorsWeightsImported(t *testing.T) {
	needFile(t)
	f, err := parity.Load(paperFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"weights.safetensors", "weights.npz"} {
		path := filepath.Join(t.TempDir(), name)
		stateDict(t, path)
		for _, opt := range []train.Option{train.WithBackend("go"), train.WithEngine("gomlx")} {
			fitted, err := train.Import(path, f.Model, synthetic.Proto{}, opt)
			if err != nil {
				t.Fatal(err)
			}
			p, err := fitted.Predict(context.Background(), f.Batch, eval.AllLengths(f.Batch.N))
			if err != nil {
				t.Fatal(err)
			}
			if worst := worstProbability(f, p); worst > 1e-6 {
				t.Errorf("%s: a probability differs by %.1e from the authors'", name, worst)
			}
		}
	}
}

// worstProbability is the greatest difference of p, [B, N, C], from the softmax of the
// file's logits of the C classes.
func worstProbability(f *parity.File, p []float32) (worst float64) {
	for i := range f.Batch.Y {
		logits, sum := f.LogitsF64[i*2*f.C:i*2*f.C+f.C], 0.
		for _, v := range logits {
			sum += math.Exp(v)
		}
		for c, v := range logits {
			worst = max(worst, math.Abs(math.Exp(v)/sum-float64(p[i*f.C+c])))
		}
	}
	return worst
}

// TestImportedWeightsOfAnotherDepth: a deeper file is not cut, a shallower not filled.
func TestImportedWeightsOfAnotherDepth(t *testing.T) {
	needFile(t)
	f, err := parity.Load(paperFile)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	stateDict(t, path)
	for change, want := range map[int]string{-1: "has no parameter for \"layers.", 1: "fn.to_q.weight\" is missing"} {
		other := f.Model
		other.Depth += change
		if _, err := train.Import(path, other, synthetic.Proto{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("depth %d gives error %v, want one with %q", other.Depth, err, want)
		}
	}
}
