package kernels

import "testing"

func TestBar(t *testing.T) {
	for _, test := range []struct {
		done, total int
		want        string
	}{
		{0, 400, "compiling ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0 of 400"},
		{100, 400, "compiling ███████░░░░░░░░░░░░░░░░░░░░░░░ 100 of 400"},
		{400, 400, ""},
		{0, 0, ""},
		{3, 2, ""},
	} {
		if got := bar("compiling", test.done, test.total); got != test.want {
			t.Errorf("%d of %d: %q, want %q", test.done, test.total, got, test.want)
		}
	}
}
