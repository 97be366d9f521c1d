package parity_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/transformer"
	"github.com/goicl/goicl/internal/parity"
	"github.com/goicl/goicl/internal/tensorfile"
)

// TestClaimedSizes: a file without values may claim any sizes; it gives an error, before
// there is memory for them.
func TestClaimedSizes(t *testing.T) {
	const huge = 1 << 26
	path := filepath.Join(t.TempDir(), "huge.safetensors")
	tensors := map[string]tensorfile.Tensor{
		"x":                          {Dims: []int{0, 0, huge}},
		"y":                          {Dims: []int{0, 0, huge}},
		"param.layers.0.w1.weight":   {Dims: []int{2 * huge, 0}},
		"param.layers.0.to_q.weight": {Dims: []int{0}},
	}
	for _, alias := range []string{"layers.0.w1.weight", "layers.0.to_q.weight"} {
		tensors["param."+(transformer.Paper{}).Alias(alias)] = tensors["param."+alias]
	}
	if err := tensorfile.Write(path, tensors, nil); err != nil {
		t.Fatal(err)
	}
	_, err := parity.Load(path)
	if err == nil || !strings.Contains(err.Error(), "shape") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one line about a shape", err)
	}
}
