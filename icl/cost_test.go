package icl

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/icl/study"
	"github.com/goicl/goicl/icl/train"
)

func TestCostNote(t *testing.T) {
	for _, c := range []struct {
		coreMinutes float64
		cores       int
		want        string
	}{
		{22, 2, "up to about 11 min here the first time, then it is loaded"},
		{22, 4, "up to about 6 min here the first time, then it is loaded"},
		{0, 4, ""}, {22, 0, ""},
	} {
		if got := costNote(c.coreMinutes, c.cores); got != c.want {
			t.Errorf("%g core-minutes on %d cores: %q, want %q", c.coreMinutes, c.cores, got, c.want)
		}
	}
	if coreMinutes("claim4") <= 0 || coreMinutes("none") != 0 {
		t.Errorf("claim4 costs %g core-minutes, an unknown study %g", coreMinutes("claim4"), coreMinutes("none"))
	}
}

// notes is a bar that keeps what it is told.
type notes struct{ said []string }

func (n *notes) Update(_, _ int, _ float64, note string) { n.said = append(n.said, note) }
func (n *notes) Done()                                   {}

// TestAnnounce: the cost is said at once, and until the time left is known.
func TestAnnounce(t *testing.T) {
	bar := &notes{}
	o := announce(study.Options{}, bar, 1)
	o.Progress(study.Progress{Label: "ICL", Step: train.Step{}})
	o.Progress(study.Progress{Label: "ICL", Left: time.Minute})
	const cost = "up to about 1 min here the first time, then it is loaded"
	if want := []string{cost, cost + "; ICL", "ICL, about 60 s left"}; !slices.Equal(bar.said, want) {
		t.Errorf("the bar said %q, want %q", strings.Join(bar.said, " | "), strings.Join(want, " | "))
	}
	if o := announce(study.Options{}, nil, 1); o.Progress != nil {
		t.Error("without a bar there is progress")
	}
}
