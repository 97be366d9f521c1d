package clock

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestTimeLeft: what is left takes as long as jobs of its kind did, shared by the jobs at
// once; a job under way is taken at its own speed; what was only loaded predicts nothing.
func TestTimeLeft(t *testing.T) {
	now := time.Now()
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	const at = 3
	for name, c := range map[string]struct {
		jobs Jobs
		want time.Duration
	}{
		"nothing known":   {Jobs{{kind: "a"}, {kind: "a", begun: ago(5)}}, 0},
		"loaded only":     {Jobs{{kind: "a", begun: ago(9), ended: ago(9)}, {kind: "a"}}, 0},
		"one of a kind":   {Jobs{{kind: "a", begun: ago(30), ended: ago(10), worked: true}, {kind: "a"}}, 20 * time.Second / at},
		"of another kind": {Jobs{{kind: "a", begun: ago(30), ended: ago(10), worked: true}, {kind: "b"}, {kind: "b"}}, 40 * time.Second / at},
		"half done":       {Jobs{{kind: "a", begun: ago(10), share: .5, worked: true}}, 10 * time.Second / at},
		"resumed halfway": {Jobs{{kind: "a", begun: ago(10), share: .75, first: .5, worked: true}}, 10 * time.Second / at},
		"over its time":   {Jobs{{kind: "a", begun: ago(30), ended: ago(10), worked: true}, {kind: "a", begun: ago(60)}}, 0},
	} {
		if got, _ := c.jobs.Left(now, at, nil); (got - c.want).Abs() > time.Millisecond {
			t.Errorf("%s: %s left, want %s", name, got, c.want)
		}
	}
}

// TestShare: work is counted by its time, and what was only loaded is none.
func TestShare(t *testing.T) {
	now := time.Now()
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	for name, c := range map[string]struct {
		jobs Jobs
		want float64
	}{
		"nothing known": {Jobs{{kind: "a"}}, 0},
		"one of four":   {Jobs{{kind: "a", begun: ago(30), ended: ago(10), worked: true}, {kind: "a"}, {kind: "a"}, {kind: "a"}}, .25},
		"loaded":        {Jobs{{kind: "a", begun: ago(9), ended: ago(9)}, {kind: "b", begun: ago(30), ended: ago(10), worked: true}, {kind: "b"}}, .5},
		"half done":     {Jobs{{kind: "a", begun: ago(10), share: .5, worked: true}}, .5},
		"all":           {Jobs{{kind: "a", begun: ago(10), ended: ago(5), worked: true}}, 1},
	} {
		if _, got := c.jobs.Left(now, 2, nil); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%s: %g done, want %g", name, got, c.want)
		}
	}
}

// TestCosts: what jobs took is known to the next run before its first one is under way, also
// from a damaged file, which is as good as none. Resumed and loaded jobs teach nothing.
func TestCosts(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	c := OpenCosts(dir, "claim9")
	for _, j := range []*Job{
		{kind: "a", begun: ago(30), ended: ago(10), worked: true},
		{kind: "b", begun: ago(30), ended: ago(10)},
		{kind: "c", begun: ago(30), ended: ago(10), worked: true, first: .5},
		{kind: "d", begun: ago(30), worked: true},
	} {
		c.Learn(j)
	}
	next := Jobs{{kind: "a"}, {kind: "a", begun: ago(5)}, {kind: "b"}}
	if left, share := next.Left(now, 1, OpenCosts(dir, "claim9")); (left-55*time.Second).Abs() > time.Millisecond || math.Abs(share-5./60) > 1e-6 {
		t.Errorf("%s left and %g done, want 20 s, 15 s and, for a kind that nobody knows, 20 s, and 5 of 60", left, share)
	}
	if left, _ := next.Left(now, 1, OpenCosts(dir, "another")); left != 0 {
		t.Errorf("another study: %s left", left)
	}
	for _, damaged := range []string{"", "{", `{"a":"x"}`, `{"a":-1}`, `{"a":1e300}`, "null"} {
		if err := os.WriteFile(filepath.Join(dir, ".claim9.costs"), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		c := OpenCosts(dir, "claim9")
		if left, _ := next.Left(now, 1, c); left != 0 {
			t.Errorf("costs %s: %s left", damaged, left)
		}
		c.Learn(&Job{kind: "a", begun: ago(2), ended: now, worked: true})
	}
	OpenCosts("", "claim9").Learn(&Job{kind: "a", begun: ago(2), ended: now, worked: true})
}
