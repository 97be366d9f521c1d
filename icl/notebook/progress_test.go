package notebook

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestProgressEscapesHTML(t *testing.T) {
	got := (&Progress{title: "a <b>"}).html(state{done: 3, loss: .4, note: "stage < 5 & falling"})
	want := `<div>a &lt;b&gt; <progress value="3" max="1" aria-label="a &lt;b&gt;"></progress> 0 % stage &lt; 5 &amp; falling, loss 0.400</div>`
	if got != want {
		t.Errorf("got %s", got)
	}
}

func TestProgressElsewhere(*testing.T) {
	p := NewProgress("training") // standard error of a test is no terminal
	p.Update(1, 0, 0, "")
	p.Done()
	p.Update(2, -1, .5, "after the end")
	p.Done()
}

func TestBar(t *testing.T) {
	for want, s := range map[string]state{"░░░░": {done: 0, total: 8}, "██░░": {done: 5, total: 8}, "████": {done: 9, total: 8}, "░░░░░": {done: -1, total: -1}} {
		if got := bar(s, len([]rune(want))); got != want {
			t.Errorf("%d of %d: %s, want %s", s.done, s.total, got, want)
		}
	}
}

// recorded is a Progress that shows each update by appending it to the list.
func recorded(interval time.Duration) (p *Progress, shown *[]string) {
	shown = new([]string)
	p = &Progress{title: "training", interval: interval}
	p.show = func(s state) { *shown = append(*shown, p.line(s)) }
	p.erase = func() { *shown = append(*shown, "erased") }
	return p, shown
}

func TestProgressShowsUpdatesAtIntervals(t *testing.T) {
	p, shown := recorded(time.Hour)
	p.Update(1, 10, .5, "warm")
	p.Update(2, 10, .4, "")
	p.Done()
	p.Update(3, 10, .3, "")
	p.Done()
	if want := "[training: 10 %, warm, loss 0.500 erased]"; fmt.Sprint(*shown) != want {
		t.Errorf("shown %v, want %s: one update an hour, one erasure, nothing after the end", *shown, want)
	}
}

func TestProgressTakesUpdatesOfSeveralGoroutines(t *testing.T) {
	p, shown := recorded(0)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() { p.Update(i, 8, 1, "") })
	}
	all.Wait()
	if len(*shown) != 8 {
		t.Errorf("%d updates shown, want 8", len(*shown))
	}
}

// TestClock: the time remaining is in proportion to what is done since the start, which of
// a computation that resumes is not 0.
func TestClock(t *testing.T) {
	start := time.Unix(1000, 0)
	for name, c := range map[string]struct {
		first, done, total int
		after              time.Duration
		want               time.Duration
	}{
		"half done":        {0, 50, 100, time.Minute, time.Minute},
		"resumed":          {80, 90, 100, 30 * time.Second, 30 * time.Second},
		"too early":        {0, 50, 100, 4 * time.Second, 0},
		"nothing done yet": {0, 0, 100, time.Minute, 0},
		"complete":         {0, 100, 100, time.Minute, 0},
		"more than all":    {0, 120, 100, time.Minute, 0},
		"hours":            {0, 1, 100, 100 * time.Second, 165 * time.Minute},
		"seconds":          {0, 3, 9, 10 * time.Second, 20 * time.Second},
		"no total":         {0, 5, 0, time.Minute, 0},
	} {
		var k clock
		if got := k.left(start, c.first, c.total); got != 0 {
			t.Errorf("%s: %v left at the first update", name, got)
		}
		if got := k.left(start.Add(c.after), c.done, c.total); got != c.want {
			t.Errorf("%s: %v left, want %v", name, got, c.want)
		}
	}
}

func TestClockStartsAnew(t *testing.T) {
	var k clock
	start := time.Unix(1000, 0)
	k.left(start, 90, 100)
	k.left(start.Add(time.Hour), 0, 100) // another computation
	if got := k.left(start.Add(time.Hour+10*time.Second), 50, 100); got != 10*time.Second {
		t.Errorf("%v left, want 10s: the estimate counts from the new start", got)
	}
}

func TestProgressText(t *testing.T) {
	for want, s := range map[string]state{
		"":                                {},
		"loss 0.412":                      {loss: .412},
		"3m20s left":                      {left: 200 * time.Second},
		"5s left, on 2 cores, loss 0.412": {loss: .412, left: 5 * time.Second, note: "on 2 cores"},
	} {
		if got := s.text(); got != want {
			t.Errorf("%+v is %q, want %q", s, got, want)
		}
	}
}

// TestFit: a line is shorter than the terminal, whose last column would wrap, and begins with
// what matters most.
func TestFit(t *testing.T) {
	p := &Progress{title: "claim2"}
	long := bar(state{done: 1, total: 3}, 10) + " " + p.line(state{done: 1, total: 3, note: "about 12 min left, ICL(mix), seed 2, step 1000/60000" + strings.Repeat(" x", 60)})
	for width, want := range map[int]int{80: 79, 40: 39, 2: 1, 1: 1, 0: 79, -1: 79, 500: len([]rune(long))} {
		if got := fit(long, width); len([]rune(got)) != want {
			t.Errorf("width %d: %d letters, want %d: %s", width, len([]rune(got)), want, got)
		}
	}
	if got, want := fit(long, 46), "███░░░░░░░ claim2: 33 %, about 12 min left, I…"; got != want[:len(want)-len("I…")]+"…" && got != want {
		t.Errorf("got %q", got)
	}
	if got := fit("short", 80); got != "short" {
		t.Errorf("got %q", got)
	}
}

func TestLossCurve(t *testing.T) {
	var c lossCurve
	for _, none := range []float64{0, math.NaN(), math.Inf(1)} {
		c.add(1, 4, none)
	}
	c.add(5, 4, 9)
	c.add(0, 4, 3)
	if got := c.svg(); got != "" {
		t.Errorf("a curve of one point: %s", got)
	}
	c.add(2, 4, 1)
	c.add(4, 4, .5)
	c.add(4, 4, 1.5) // the last stretch has the mean 1
	if got := c.svg(); !strings.Contains(got, `points="0,2.0 120,46.0 240,46.0"`) || !strings.Contains(got, "loss between 1.000 and 3.000") {
		t.Errorf("curve %s", got)
	}
	c.add(1, 10, 2)
	if got := c.svg(); got != "" {
		t.Errorf("a new total goes on with the old curve: %s", got)
	}
}
