package kernels

import (
	"bytes"
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
)

func TestBar(t *testing.T) {
	for _, test := range []struct {
		done, total int
		want        string
	}{
		{0, 400, "compiling ░░░░░░░░░░░░░░░░░░░░ 0 of 400"},
		{100, 400, "compiling █████░░░░░░░░░░░░░░░ 100 of 400"},
		{400, 400, ""},
		{0, 0, ""},
		{3, 2, ""},
	} {
		if got := bar("compiling", test.done, test.total); got != test.want {
			t.Errorf("%d of %d: %q, want %q", test.done, test.total, got, test.want)
		}
	}
}

func TestSteps(t *testing.T) {
	var log bytes.Buffer
	p := &progress{w: &log}
	if err := p.step("kernel", func() error { p.line("built %d", 2); return nil }); err != nil {
		t.Error(err)
	}
	if !regexp.MustCompile(`^kernel …\nbuilt 2\nkernel: done in \d+\.\d s\n$`).MatchString(log.String()) {
		t.Errorf("the log is %q", log.String())
	}
	log.Reset()
	failure := errors.New("no")
	if err := p.step("kernel", func() error { return failure }); !errors.Is(err, failure) || log.String() != "kernel …\n" {
		t.Errorf("a failing step: %v, %q; want no line that it is done", err, log.String())
	}
}

// TestLinesStayWhole: steps that run at once do not mix their lines.
func TestLinesStayWhole(t *testing.T) {
	var log bytes.Buffer
	p := &progress{w: &log}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { p.line("%s", strings.Repeat("x", 100)) })
	}
	all.Wait()
	if log.String() != strings.Repeat(strings.Repeat("x", 100)+"\n", 8) {
		t.Errorf("the log is %q", log.String())
	}
}

// TestBarStaysBelowLines: a line is written in the place of the bar, which moves down.
func TestBarStaysBelowLines(t *testing.T) {
	var log bytes.Buffer
	p := &progress{w: &log, bar: "██░"}
	p.line("done")
	if want := "\r   \rdone\n\r\r██░"; log.String() != want {
		t.Errorf("wrote %q, want %q", log.String(), want)
	}
}

func TestBarNeedsATerminal(t *testing.T) {
	var log bytes.Buffer
	p := &progress{w: &log}
	p.show("compiling", 1, 2)
	if log.Len() > 0 || p.bar != "" {
		t.Errorf("wrote %q", log.String())
	}
}

// TestCompiledCountsPackages: "go build -v" names one package a line.
func TestCompiledCountsPackages(t *testing.T) {
	c := compiled{log: &progress{w: &bytes.Buffer{}}, total: 3}
	for _, text := range []string{"fmt\nos\n", "# cell\n./main.go:3: undefined: x\n"} {
		if n, err := c.Write([]byte(text)); n != len(text) || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
	}
	if c.done != 4 || !strings.HasSuffix(c.text.String(), "undefined: x\n") {
		t.Errorf("%d done, text %q", c.done, c.text.String())
	}
}

func TestLimitedKeepsTheEnd(t *testing.T) {
	var l limited
	for range 3 {
		_, _ = l.Write(bytes.Repeat([]byte("a"), 1<<13))
	}
	if n, _ := l.Write([]byte("end")); n != 3 || len(l) != 1<<14 || !bytes.HasSuffix(l, []byte("aend")) {
		t.Errorf("%d bytes kept, of the last write %d", len(l), n)
	}
}

func TestUntilDoneDropsWhatComesLater(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var log bytes.Buffer
	w := untilDone{ctx, &log}
	_, _ = w.Write([]byte("ready\n"))
	cancel()
	if n, err := w.Write([]byte("shutting down\n")); n != 14 || err != nil || log.String() != "ready\n" {
		t.Errorf("wrote %d, %v, the log is %q", n, err, log.String())
	}
}
