package tensorfile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/goicl/goicl/internal/npy"
)

// The .safetensors format (https://huggingface.co/docs/safetensors): the length of the
// header in 8 bytes, the header, which is JSON, and the values of all tensors, without
// gaps.
const (
	lengthBytes = 8
	maxHeader   = 8 << 20 // of which a model of 50,000 tensors needs all
	maxDims     = 64      // as many as NumPy has
	metaKey     = "__metadata__"
)

// entry is what the header says of a tensor.
type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets []uint64 `json:"data_offsets"` // of the first byte and behind the last

	name string
}

// openSafetensors reads the header of a .safetensors file of that many bytes. Any bytes
// give a result or an error.
func openSafetensors(r io.ReaderAt, size int64) (*source, error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	entries, meta, err := decodeHeader(header)
	if err != nil {
		return nil, err
	}
	start := lengthBytes + int64(len(header))
	if err := checkEntries(entries, uint64(size-start)); err != nil {
		return nil, err
	}
	s := &source{tensors: make(map[string]Tensor, len(entries)), meta: meta}
	for name, e := range entries {
		s.tensors[name] = Tensor{Dims: e.Shape}
	}
	s.read = func(name string) (Tensor, error) {
		e := entries[name]
		return e.decode(io.NewSectionReader(r, start+int64(e.Offsets[0]), int64(e.Offsets[1]-e.Offsets[0])))
	}
	return s, nil
}

// readHeader reads the text of the header.
func readHeader(r io.ReaderAt, size int64) ([]byte, error) {
	var length [lengthBytes]byte
	if _, err := r.ReadAt(length[:], 0); err != nil && (size < lengthBytes || !errors.Is(err, io.EOF)) {
		return nil, fmt.Errorf("it has no header (%w)", err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader || int64(n) > size-lengthBytes {
		return nil, fmt.Errorf("its header of %d bytes is longer than the file, or than the %d MiB that are read", n, maxHeader>>20)
	}
	header := make([]byte, n)
	if _, err := r.ReadAt(header, lengthBytes); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("its header is cut short (%w)", err)
	}
	return header, nil
}

// decodeHeader decodes the header, tensor by tensor.
func decodeHeader(header []byte) (entries map[string]entry, meta map[string]string, err error) {
	d := json.NewDecoder(bytes.NewReader(header))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, errors.New("its header is no JSON object")
	}
	entries = map[string]entry{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, nil, fmt.Errorf("its header cannot be read (%w)", err)
		}
		e := entry{name: key.(string)} // the key of an object is one
		var into any = &e
		if e.name == metaKey {
			into = &meta
		} else if _, twice := entries[e.name]; twice {
			return nil, nil, fmt.Errorf("it has two tensors %q", e.name)
		}
		if err := d.Decode(into); err != nil {
			return nil, nil, fmt.Errorf("its header cannot be read at %.100q (%w)", e.name, err)
		}
		if e.name != metaKey {
			entries[e.name] = e
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, fmt.Errorf("its header cannot be read (%w)", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("its header goes on behind the JSON object")
	}
	return entries, meta, nil
}

// checkEntries reports types that are no numbers we read, shapes that do not fit the
// bytes they lie in, and bytes that belong to two tensors or to none of size bytes.
func checkEntries(entries map[string]entry, size uint64) error {
	for name, e := range entries {
		if err := e.check(size); err != nil {
			return fmt.Errorf("tensor %.100q: %w", name, err)
		}
	}
	order := slices.SortedFunc(maps.Values(entries), func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.Offsets[0], b.Offsets[0]), cmp.Compare(a.Offsets[1], b.Offsets[1]))
	})
	end := uint64(0)
	for _, e := range order {
		if e.Offsets[0] != end {
			return fmt.Errorf("tensor %.100q begins at byte %d of the data, want %d, where the one before it ends", e.name, e.Offsets[0], end)
		}
		end = e.Offsets[1]
	}
	if end != size {
		return fmt.Errorf("its tensors have %d bytes and the file has %d for them", end, size)
	}
	return nil
}

func (e entry) check(size uint64) error {
	width := e.width()
	switch n, ok := npy.Product(e.Shape, maxBytes/8); {
	case width == 0:
		return fmt.Errorf("type %.20s; want F32 or F64", e.DType)
	case len(e.Shape) > maxDims:
		return fmt.Errorf("%d dimensions; want at most %d", len(e.Shape), maxDims)
	case !ok:
		return fmt.Errorf("shape %.100s is too large; want at most %d values", fmt.Sprint(e.Shape), maxBytes/8)
	case len(e.Offsets) != 2 || e.Offsets[0] > e.Offsets[1] || e.Offsets[1] > size:
		return fmt.Errorf("its data offsets %.100s are not those of a first and last byte of %d; the file is incomplete or damaged", fmt.Sprint(e.Offsets), size)
	case e.Offsets[1]-e.Offsets[0] != uint64(n*width):
		return fmt.Errorf("%d bytes of data for shape %v of %s", e.Offsets[1]-e.Offsets[0], e.Shape, e.DType)
	}
	return nil
}

// width is the bytes of a value, 0 for types that are not read.
func (e entry) width() int { return map[string]int{"F32": 4, "F64": 8}[e.DType] }

// decode reads the values of a checked entry.
func (e entry) decode(r *io.SectionReader) (Tensor, error) {
	t, n := Tensor{Dims: e.Shape}, int(r.Size())/e.width()
	var err error
	if e.width() == 4 {
		t.F32 = make([]float32, n)
		err = decodeInto(r, t.F32, 4)
	} else {
		t.F64 = make([]float64, n)
		err = decodeInto(r, t.F64, 8)
	}
	return t, err
}

func decodeInto[T float32 | float64](r io.Reader, values []T, width int) error {
	const chunk = 1 << 14
	raw := make([]byte, width*min(chunk, len(values)))
	for part := range slices.Chunk(values, chunk) {
		raw := raw[:width*len(part)]
		if _, err := io.ReadFull(r, raw); err != nil {
			return err
		}
		if _, err := binary.Decode(raw, binary.LittleEndian, part); err != nil {
			return err
		}
	}
	return nil
}
