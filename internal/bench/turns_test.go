package bench

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/goicl/goicl/internal/process"
)

// fake is a contender whose first step takes warm and every other one each, on a
// clock of its own; it writes its runs to log.
func fake(name string, warm, each time.Duration, log *[]string) contender {
	first := true
	return contender{name: name, run: func(_ context.Context, steps int) (time.Duration, error) {
		*log = append(*log, name)
		took := time.Duration(steps) * each
		if first {
			took += warm
		}
		first = false
		return took, nil
	}}
}

func TestMediansAreOfRunsInTurn(t *testing.T) {
	var log []string
	a, b := fake("A", time.Hour, time.Millisecond, &log), fake("B", 0, 200*time.Millisecond, &log)
	ms, err := medians(t.Context(), 4*time.Second, a, b)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(ms[0]-1) > 1e-9 || math.Abs(ms[1]-200) > 1e-9 {
		t.Errorf("medians %v ms, want 1 and 200", ms)
	}
	// A run is 100 steps of A and 11 that aren't timed, or one and one of B: 511 ms.
	if got, want := strings.Join(log, ""), strings.Repeat("AABB", 1+7); got != want {
		t.Errorf("runs %s, want %s", got, want)
	}
}

// TestRunsGrow checks that runs get their length although the first two steps are slow.
func TestRunsGrow(t *testing.T) {
	made, longest := 0, 0
	c := contender{name: "A", run: func(_ context.Context, steps int) (time.Duration, error) {
		made += steps
		longest = max(longest, steps)
		if made <= 2 {
			return time.Second, nil
		}
		return time.Duration(steps) * time.Millisecond, nil
	}}
	if ms, err := medians(t.Context(), 4*time.Second, c); err != nil || ms[0] != 1 || longest != 100 {
		t.Errorf("%v ms, error %v, runs of up to %d steps; want 1 ms and 100 steps", ms, err, longest)
	}
}

func TestRoundsHaveBounds(t *testing.T) {
	for name, test := range map[string]struct {
		each time.Duration
		want int
	}{
		"slow": {time.Hour, minRounds},
		"fast": {1, maxRounds},
		"zero": {0, maxRounds},
	} {
		t.Run(name, func(t *testing.T) {
			var log []string
			if _, err := medians(t.Context(), 4*time.Second, fake("A", 0, test.each, &log)); err != nil || len(log)/2-1 != test.want {
				t.Errorf("%d rounds, error %v; want %d", len(log)/2-1, err, test.want)
			}
		})
	}
}

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		of   []float64
		want float64
	}{
		{[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 100, 2}, 3},
	} {
		if got := median(test.of); got != test.want {
			t.Errorf("median %g, want %g", got, test.want)
		}
	}
}

func TestLoop(t *testing.T) {
	made := 0
	c := loop("loop", func() error { made++; time.Sleep(time.Millisecond); return nil })
	took, err := c.run(t.Context(), 3)
	if made != 3 || err != nil || took < 3*time.Millisecond {
		t.Errorf("%d steps in %s, error %v; want 3", made, took, err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.run(stopped, 3); made != 3 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d steps, error %v; want none once the context has ended", made-3, err)
	}
}

func TestAFailingContenderIsNamed(t *testing.T) {
	failing := loop("slowpoke", func() error { return errors.New("out of breath") })
	if _, err := medians(t.Context(), time.Second, failing); err == nil || !strings.Contains(err.Error(), "slowpoke: out of breath") {
		t.Errorf("error %v", err)
	}
}

func TestMachine(t *testing.T) {
	if m := process.Machine(); !strings.Contains(m, "cores, ") || strings.Contains(m, "\n") {
		t.Errorf("machine %q", m)
	}
}
