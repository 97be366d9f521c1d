//go:build unix

package notebook

import (
	"bytes"
	"cmp"
	"context"
	"encoding/gob"
	"errors"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// cells are run by the test binary as programs of their own, as the kernel runs
// the cells of a notebook.
var cells = map[string]func(){
	"show":    func() { Show(picture{}, sampleTable, "**done** <i>") },
	"drawing": func() { Show(drawing{40}, drawing{40 << 10}) },
	"unknown": func() { Show("first", func() {}) },
	"error":   func() { Show(picture{errors.New("no data")}) },
	"preset":  func() { Preset() },
	"progress": func() {
		p := NewProgress("training")
		for i := range 100 {
			p.Update(i, 100, 1/float64(i+1), "on two cores")
			if i == 50 {
				time.Sleep(p.interval)
			}
		}
		p.Done()
		p.Update(100, 100, .5, "late")
		p.Done()
		Show("after")
	},
	"panel":  func() { samplePanel(context.Background()) },
	"cached": func() { NewProgress("nothing to do").Done() },
}

const cellVariable = "NOTEBOOK_TEST_CELL"

func TestMain(m *testing.M) {
	if cell, ok := cells[os.Getenv(cellVariable)]; ok {
		cell()
		os.Exit(0)
	}
	gob.Register(map[string]any{}) // as the kernel does
	os.Exit(m.Run())
}

// runCell plays the kernel: it gathers what the cell displays, with updates of
// the same output in order, and acknowledges its requests to wait.
func runCell(t *testing.T, name string, env ...string) (shown []protocol.DisplayData, stderr string, err error) {
	t.Helper()
	return runWith(t, name, func(any, func(address, value string)) {}, env...)
}

// runWith is [runCell] with a page: it gets what the cell sends or subscribes to, a
// [protocol.CommValue] or a [protocol.CommSubscription], and may say something.
func runWith(t *testing.T, name string, page func(got any, say func(address, value string)), env ...string) (shown []protocol.DisplayData, stderr string, err error) {
	t.Helper()
	there, back := pipe(t, "there"), pipe(t, "back")
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), cellVariable+"="+name,
		protocol.GONB_PIPE_ENV+"="+there.Name(), protocol.GONB_PIPE_BACK_ENV+"="+back.Name()), env...)
	var errout bytes.Buffer
	cmd.Stderr = &errout
	var mu sync.Mutex
	go func() {
		in, out := gob.NewDecoder(there), gob.NewEncoder(back)
		for {
			var data protocol.DisplayData
			if in.Decode(&data) != nil {
				return
			}
			if request, ok := data.Data[protocol.MIMECommValue].(protocol.CommValue); ok && request.Address == protocol.GonbuiSyncAddress {
				_ = out.Encode(&protocol.CommValue{Address: protocol.GonbuiSyncAckAddress, Value: request.Value})
				continue
			}
			if got := cmp.Or(data.Data[protocol.MIMECommValue], data.Data[protocol.MIMECommSubscribe]); got != nil {
				page(got, func(address, value string) { _ = out.Encode(&protocol.CommValue{Address: address, Value: value}) })
				continue
			}
			mu.Lock()
			shown = append(shown, data)
			mu.Unlock()
		}
	}()
	err = cmd.Run()
	mu.Lock()
	defer mu.Unlock()
	return slices.Clone(shown), errout.String(), err
}

func pipe(t *testing.T, name string) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no named pipes here:", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Skip("no named pipes here:", err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestShowInNotebook(t *testing.T) {
	shown, stderr, err := runCell(t, "show")
	if err != nil || stderr != "" {
		t.Fatal(err, stderr)
	}
	if len(shown) != 3 {
		t.Fatalf("%d outputs, want 3: one for each value", len(shown))
	}
	want, _ := picture{}.PNG()
	if got, _ := shown[0].Data[protocol.MIMEImagePNG].([]byte); !bytes.Equal(got, want) || shown[0].Data[protocol.MIMETextPlain] != "a grey bar" {
		t.Errorf("picture shown as %v", shown[0].Data)
	}
	if about, _ := shown[0].Metadata["image/png"].(map[string]any); about["width"] != 900 || about["alt"] != "a grey bar" {
		t.Errorf("picture of 1800 pixels shown with %v, want width 900 and its description", shown[0].Metadata)
	}
	if shown[1].Data[protocol.MIMETextHTML] != sampleTable.HTML() || shown[1].Data[protocol.MIMETextPlain] != sampleTable.String() {
		t.Errorf("table shown as %v", shown[1].Data)
	}
	if shown[2].Data[protocol.MIMETextMarkdown] != "**done** <i>" {
		t.Errorf("text shown as %v", shown[2].Data)
	}
}

// TestShowDrawing: an SVG is sent beside a draft, one that is too large is not sent.
func TestShowDrawing(t *testing.T) {
	shown, stderr, err := runCell(t, "drawing")
	if err != nil || stderr != "" || len(shown) != 2 {
		t.Fatal(err, stderr, len(shown))
	}
	width := func(d protocol.DisplayData) int {
		conf, err := png.DecodeConfig(bytes.NewReader(d.Data[protocol.MIMEImagePNG].([]byte)))
		if err != nil {
			t.Fatal(err)
		}
		return conf.Width
	}
	small, large := shown[0], shown[1]
	if text, _ := small.Data[protocol.MIMEImageSVG].(string); !strings.HasPrefix(text, `<svg role="img" aria-label="a drawing" width="100%" viewBox="0 0 675 99.5">`) || width(small) != 600 {
		t.Errorf("a small drawing is sent as the SVG %s and a PNG %d wide; want one that fills the cell, and the draft of 600", text, width(small))
	}
	if _, ok := large.Data[protocol.MIMEImageSVG]; ok || width(large) != 1800 {
		t.Errorf("a large drawing is sent with SVG: %v, and a PNG %d wide; want the fine one of 1800 alone", ok, width(large))
	}
}

func TestFailureEndsCell(t *testing.T) {
	for name, want := range map[string]string{
		"unknown": "error: notebook: cannot show a func(); call it and show the result\n",
		"error":   "error: no data\n",
		"preset":  "error: notebook: the preset is \"slow\"; choose smoke, quick or paper, in Ready or GOICL_PRESET\n",
	} {
		_, stderr, err := runCell(t, name, "GOICL_PRESET=slow")
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 || stderr != want {
			t.Errorf("%s: %v, %q; want status 1 and %q", name, err, stderr, want)
		}
	}
}

func TestProgressInNotebook(t *testing.T) {
	shown, stderr, err := runCell(t, "progress")
	if err != nil || stderr != "" {
		t.Fatal(err, stderr)
	}
	if len(shown) < 2 || len(shown) > 20 {
		t.Fatalf("%d updates for 100 in quick succession", len(shown))
	}
	first, curve, last := shown[0], shown[1], shown[len(shown)-1]
	if text, _ := first.Data[protocol.MIMETextHTML].(string); !strings.Contains(text, "training") || !strings.Contains(text, "0 % on two cores, loss 1.000") {
		t.Errorf("first update %q", text)
	}
	if text, _ := curve.Data[protocol.MIMETextHTML].(string); !strings.Contains(text, `aria-label="loss between 0.0`) {
		t.Errorf("no curve of the losses in %q", text)
	}
	if last.Data[protocol.MIMETextMarkdown] != "after" {
		t.Errorf("Done left %q", last.Data)
	}
	for _, d := range shown {
		if d.DisplayID == "" || d.DisplayID != first.DisplayID {
			t.Errorf("updates of outputs %q and %q, want one, the bar's, for the text too", first.DisplayID, d.DisplayID)
		}
	}
}

func TestProgressWithoutUpdatesShowsNothing(t *testing.T) {
	if shown, _, err := runCell(t, "cached"); err != nil || len(shown) > 0 {
		t.Errorf("%v shown (%v)", shown, err)
	}
}
