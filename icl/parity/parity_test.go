package parity

import (
	"context"
	"os"
	"testing"

	"github.com/gomlx/compute/gobackend"
)

const paperFile = "../../../shared/parity/icler_a.safetensors"

func TestGo(t *testing.T) {
	if _, err := os.Stat(paperFile); err != nil {
		t.Skipf("no parity file: %v", err)
	}
	f, err := Load(paperFile)
	if err != nil {
		t.Fatal(err)
	}
	b, err := gobackend.New("")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Check(context.Background(), b, f)
	t.Logf("%+v", r)
	if err != nil || !r.Pass {
		t.Fatal(err)
	}
}
