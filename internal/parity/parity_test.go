package parity_test

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/lanes"
	"github.com/goicl/goicl/internal/parity"
)

// paperFile was written by the authors' PyTorch code; it is not part of the
// repository.
const paperFile = "../../../shared/parity/icler_a.safetensors"

func needFile(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(paperFile); err != nil {
		t.Skipf("no parity file at %s", paperFile)
	}
}

func TestBackendsAgreeWithTheAuthors(t *testing.T) {
	needFile(t)
	f, err := parity.Load(paperFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range []string{"go", "xla"} {
		t.Run(spec, func(t *testing.T) {
			b, err := backend.Open(context.Background(), spec, backend.WithoutFetch())
			if err != nil && spec == "xla" {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			r, err := parity.CheckBackend(context.Background(), b.Backend, f)
			if err != nil {
				t.Fatal(err)
			}
			if !r.Pass {
				t.Errorf("logits %.1e (float32) %.1e (float64), gradient %.1e, losses %.1e", *r.LogitsF32, *r.LogitsF64, *r.GradF64, *r.LossF64)
			}
		})
	}
}

func TestLanesAgreeWithTheAuthors(t *testing.T) {
	needFile(t)
	if ok, why := lanes.Available(); !ok {
		t.Skip(why)
	}
	f, err := parity.Load(paperFile)
	if err != nil {
		t.Fatal(err)
	}
	r, err := parity.CheckLanes(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Pass {
		t.Errorf("logits %.1e, gradient %.1e, losses %.1e", *r.LogitsF32, *r.GradF32, *r.LossF32)
	}
}

// TestWrongWeightsFail makes sure that a difference is seen: one weight moved by
// a thousandth must not pass.
func TestWrongWeightsFail(t *testing.T) {
	needFile(t)
	f, err := parity.Load(paperFile)
	if err != nil {
		t.Fatal(err)
	}
	f.Params[len(f.Params)/2] *= 1.001
	b, err := backend.Open(context.Background(), "go", backend.WithoutFetch())
	if err != nil {
		t.Fatal(err)
	}
	r, err := parity.CheckBackend(context.Background(), b.Backend, f)
	if err != nil {
		t.Fatal(err)
	}
	if r.Pass {
		t.Error("a model with a wrong weight passed")
	}
}

// TestDamagedFiles: each is a one-line error that names what is wrong.
func TestDamagedFiles(t *testing.T) {
	needFile(t)
	whole, err := os.ReadFile(paperFile)
	if err != nil {
		t.Fatal(err)
	}
	header := int(binary.LittleEndian.Uint64(whole)) // length of the JSON header
	edit := func(old, new string) []byte {
		text := strings.Replace(string(whole[8:8+header]), old, new, 1)
		text += strings.Repeat(" ", max(0, header-len(text)))
		raw := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
		return append(append(raw, text...), whole[8+header:]...)
	}
	for name, test := range map[string]struct {
		raw  []byte
		want string
	}{
		"empty":          {nil, "header"},
		"cut short":      {whole[:len(whole)/2], "incomplete"},
		"huge header":    {append([]byte{255, 255, 255, 255, 255, 255, 255, 127}, whole[8:]...), "header"},
		"not JSON":       {edit("{", "["), "header"},
		"missing tensor": {edit(`"train_loss"`, `"train_lost"`), `"train_loss" is missing`},
		"missing weight": {edit(`"param.layers.4.fn.to_k.weight"`, `"param.layers.4.fn.to_z.weight"`), "to_k.weight"},
		"wrong shape":    {edit(`[4,6]`, `[6,4]`), "shape"},
		"too large":      {edit(`[8,14,2]`, `[9223372036854775807,14,2]`), "shape"},
		"overlapping":    {edit(`"data_offsets":[`, `"data_offsets":[1`), ""},
		"infinite size":  {edit(`[8,14,4]`, `[1e300,14,4]`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f.safetensors")
			if err := os.WriteFile(path, test.raw, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := parity.Load(path)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q; want one line with %q", err, test.want)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "f.safetensors")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = parity.Load(path) // must return
	})
}
