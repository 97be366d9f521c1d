package pictures

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/images"
	"github.com/goicl/goicl/datasets/images/emoji"
	"github.com/goicl/goicl/datasets/remote"
	"github.com/goicl/goicl/icl/eval"
)

// need skips a test whose data sets are not here.
func need(t *testing.T, names ...string) {
	t.Helper()
	if missing := remote.Missing(names...); len(missing) > 0 {
		t.Skipf("no data set %q here; goicl data get brings them", missing)
	}
}

// TestEmoji: the nearest in pixels is right for 51.4 % of the emoji that eight vendors have, as
// measured by another program on drawings by another renderer, and of classes by code points.
func TestEmoji(t *testing.T) {
	need(t, "emoji")
	all, err := openVendors(slices.Concat(seenVendors, otherVendors))
	if err != nil {
		t.Fatal(err)
	}
	set, err := emoji.Set("emoji", side, 8, all...)
	if err != nil {
		t.Fatal(err)
	}
	b, err := images.Episodes{Set: set, Queries: 5}.Sample(datasets.Rand(0, "test"), 1000)
	if err != nil {
		t.Fatal(err)
	}
	s, err := eval.Evaluate(t.Context(), nearest{5}, "emoji", b, eval.AllLengths(b.N)[5:])
	if err != nil {
		t.Fatal(err)
	}
	if got := 100 * stat.Mean(s.Values(eval.Accuracy), nil); math.Abs(got-51.4) > 2 {
		t.Errorf("%.1f %% right, want 51.4", got)
	} else {
		t.Logf("%.1f %%", got)
	}
}

// TestWorld: training and tests share no class and no vendor, all kinds of domains are there, and
// each place has tasks of five classes on both sides.
func TestWorld(t *testing.T) {
	need(t, Domains.Data...)
	w, err := wholeWorld(3, 2)
	if err != nil {
		t.Fatal(err)
	}
	if kinds := w.kinds(); len(kinds) != 4 || kinds[0] != "alphabets" || kinds[1] != "emoji" {
		t.Errorf("kinds %q", kinds)
	}
	seen := map[string]bool{}
	for _, c := range w.training.Classes {
		seen[c] = true
	}
	for _, p := range append(w.choosing, w.testing...) {
		for _, s := range []*images.Set{p.support, p.tests} {
			if len(s.Classes) < ways {
				t.Errorf("%s has %d classes", s.Name, len(s.Classes))
			}
			for _, c := range s.Classes {
				if p.kind == "emoji" && seen[c] {
					t.Errorf("%s has %s, which is trained on", s.Name, c)
				}
			}
		}
		for _, d := range w.training.Domains {
			if p.kind == "alphabets" && p.name == "alphabets: "+d {
				t.Errorf("%s is trained on", p.name)
			}
		}
	}
}
