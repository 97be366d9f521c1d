package parity

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/lanes"
)

// TestReferenceAgreesWithTheAuthors: where the authors' file is, the second implementation has
// its logits, gradient and losses, too.
func TestReferenceAgreesWithTheAuthors(t *testing.T) {
	const path = "../../../shared/parity/icler_a.safetensors"
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no parity file at %s", path)
	}
	theirs, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range theirs.reference(theirs.Params, theirs.Batch) {
		if want := theirs.LogitsF64[i]; math.Abs(got-want) > 1e-12 {
			t.Fatalf("logit %d is %g, the authors have %g", i, got, want)
		}
	}
	w := duals(theirs.Params)
	if got, want := theirs.loss(w, theirs.Train[0]).v, theirs.TrainLoss[0]; math.Abs(got-want) > 1e-12 {
		t.Errorf("the loss is %g, the authors have %g", got, want)
	}
	for i := 0; i < len(w); i += len(w) / 5 {
		w[i].d = 1
		if got, want := theirs.loss(w, theirs.Train[0]).d, theirs.Grad[i]; math.Abs(got-want) > 1e-11 {
			t.Errorf("the gradient by weight %d is %g, the authors have %g", i, got, want)
		}
		w[i].d = 0
	}
}

// TestMadeFile: a file that was made and read again is the same, another seed gives another,
// and every engine agrees with it; one with a wrong weight does not pass.
func TestMadeFile(t *testing.T) {
	f, err := Make(1)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "made.safetensors")
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	read, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(f, read) {
		t.Error("the file that was read is another")
	}
	if other, err := Make(2); err != nil || reflect.DeepEqual(f.Params, other.Params) {
		t.Errorf("seed 2: the same weights, or error %v", err)
	}
	b, err := backend.Shared(context.Background(), "go")
	if err != nil {
		t.Fatal(err)
	}
	r, err := CheckBackend(context.Background(), b.Backend, f)
	if err != nil || !r.Pass {
		t.Errorf("error %v, logits %v %v, gradient %v, losses %v", err, *r.LogitsF32, *r.LogitsF64, *r.GradF64, *r.LossF64)
	}
	if ok, _ := lanes.Available(); ok {
		if r, err := CheckLanes(context.Background(), f); err != nil || !r.Pass {
			t.Errorf("lanes: error %v, logits %v, gradient %v, losses %v", err, *r.LogitsF32, *r.GradF32, *r.LossF32)
		}
	}
	read.Params[len(read.Params)/2] *= 1.001
	if r, err := CheckBackend(context.Background(), b.Backend, read); err != nil || r.Pass {
		t.Errorf("error %v, or a wrong weight passes", err)
	}
}
