package engine

import (
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// TestCheckQueries: each task has as many queries, all of them among its points.
func TestCheckQueries(t *testing.T) {
	b := datasets.NewBatch(2, 3, 2, 2)
	if err := checkQueries(b, []int32{0, 2}, 2, 2); err != nil {
		t.Error(err)
	}
	if err := checkQueries(b, []int32{0, 1, 2, 2}, 2, 2); err != nil {
		t.Error(err)
	}
	for _, test := range []struct {
		at   []int32
		d    int
		want string
	}{
		{nil, 2, "0 queries for 2 tasks"},
		{[]int32{0, 1, 2}, 2, "3 queries for 2 tasks"},
		{[]int32{0, 1, 2, 3}, 2, "query 1 of task 1 asks for point 3; a task has points 0..2"},
		{[]int32{0, -1}, 2, "query 0 of task 1 asks for point -1"},
		{[]int32{0, 0}, 3, "2 dimensions"},
	} {
		if err := checkQueries(b, test.at, test.d, 2); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("queries %v: error %v, want one with %q", test.at, err, test.want)
		}
	}
}
