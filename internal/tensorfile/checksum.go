package tensorfile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
)

// checksumKey is the name of the checksum in the metadata.
const checksumKey = "goicl_sha256"

// WantSealed reports metadata without the checksum of [Write].
func WantSealed(meta map[string]string) error {
	if meta[checksumKey] == "" {
		return errors.New("it has no checksum: it is damaged, or another program or version wrote it")
	}
	return nil
}

// checksum is the SHA-256, in hexadecimal, of the name, the shape and the bytes of
// each tensor and of the metadata but for the checksum itself, both in the order of names.
func checksum(tensors map[string]Tensor, meta map[string]string) string {
	sum := sha256.New()
	addTensors(sum, tensors)
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		if key != checksumKey {
			fmt.Fprintf(sum, "%q %q\n", key, meta[key])
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Checksum is the SHA-256 of the tensors alone, with their values as float32: it is the same
// whichever precision a file has them in.
func Checksum(tensors map[string]Tensor) string {
	single := make(map[string]Tensor, len(tensors))
	for name, t := range tensors {
		single[name] = Tensor{Dims: t.Dims, F32: t.Float32s()}
	}
	sum := sha256.New()
	addTensors(sum, single)
	return hex.EncodeToString(sum.Sum(nil))
}

func addTensors(sum hash.Hash, tensors map[string]Tensor) {
	raw := make([]byte, 0, 1<<16)
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		fmt.Fprintf(sum, "%q %v\n", name, tensors[name].Dims)
		for chunk := range slices.Chunk(tensors[name].F32, cap(raw)/4) {
			sum.Write(littleEndian(raw, chunk))
		}
		for chunk := range slices.Chunk(tensors[name].F64, cap(raw)/8) {
			sum.Write(wide(raw, chunk))
		}
	}
}
