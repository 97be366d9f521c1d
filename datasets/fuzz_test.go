package datasets_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/datasets"
)

// FuzzReadTable: any bytes are an error on one line or a valid table, of classes and of targets. A table that is
// read like itself is itself, and what it says of itself is one line.
func FuzzReadTable(f *testing.F) {
	for _, seed := range []string{
		"x,y\n1,a\n2,b\n", "y,y\n1,2\n", "x,y\n\"", "y,x\nb,1e38\na,-1e-45\n\xff,3\n", "x,y\nnan,a\n", "\ufeffx,y\n1,2\n3,4\n",
		"\ufeff\"x\";\"y\"\n1,5;a\n2,25;b\n", "x\ty\n1\t0\n2\t0.0\n3\t1\n", "rownames,s,y\nA,u,1\nB,v,2\nC,,3\nD,u,3\n",
		"\xff\xfex\x00,\x00y\x00\n\x001\x00,\x00a\x00\n\x002\x00,\x00b\x00\n\x00", ",x,y\n1,2,3\n2,3,4\n", "x,y\n1,10\n2,9\n3,9e0\n",
		"s,t,y\na,1,u\nb,2,v\nc,NA,u\na,4,v\nb,5,u\n", "x;y\n1,234;a\n2,345;b\n", "x;y\n1,5;a\n2.5;b\n", "k,y\n9007199254740993,9007199254740993\n1,9007199254740992\n",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, file string, more bool) {
		if len(file) > 1<<16 {
			return
		}
		var opts []datasets.TableOption
		if more {
			opts = []datasets.TableOption{datasets.WithMissing("-"), datasets.KeepAll()}
		}
		table, err := datasets.ReadTargets(strings.NewReader(file), "y", opts...)
		checkRead(t, table, err, file)
		if err == nil && len(table.Z) == 0 {
			t.Error("no targets")
		}
		table, err = datasets.ReadTable(strings.NewReader(file), "y", opts...)
		checkRead(t, table, err, file)
	})
}

func checkRead(t *testing.T, table datasets.Table, err error, file string) {
	t.Helper()
	if err != nil {
		if text := err.Error(); !strings.HasPrefix(text, "datasets: ") || strings.Contains(text, "\n") {
			t.Errorf("error %q", text)
		}
		return
	}
	if err := table.Validate(); err != nil {
		t.Error(err)
	}
	if strings.Contains(table.String(), "\n") {
		t.Errorf("%q", table.String())
	}
	again, err := table.Like(strings.NewReader(file))
	if err != nil {
		t.Fatalf("%q read like itself: %v", file, err)
	}
	same := func(a, b []float32) bool {
		return slices.EqualFunc(a, b, func(x, y float32) bool { return x == y || x != x && y != y })
	}
	if !slices.EqualFunc(table.X, again.X, same) || !slices.Equal(table.Y, again.Y) || !same(table.Z, again.Z) || !slices.Equal(table.RowNames, again.RowNames) {
		t.Errorf("%q is %v %v %v, and like itself %v %v %v", file, table.X, table.Y, table.Z, again.X, again.Y, again.Z)
	}
}
