package clock

import (
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
		if got := c.jobs.Left(now, at); (got - c.want).Abs() > time.Millisecond {
			t.Errorf("%s: %s left, want %s", name, got, c.want)
		}
	}
}
