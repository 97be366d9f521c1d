package datasets

import (
	"io"
	"strings"
	"testing"
)

// endless is a file of blanks without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestTablesAreBounded: a file without end is an error before memory is.
func TestTablesAreBounded(t *testing.T) {
	defer func(was int64) { maxFile = was }(maxFile)
	maxFile = 1 << 20
	_, err := ReadTable(io.MultiReader(strings.NewReader("x,y\n1,"), endless{}), "y")
	if err == nil || !strings.Contains(err.Error(), "larger than 1048576 bytes; take fewer rows") {
		t.Errorf("error %v; want one about the size", err)
	}
}
