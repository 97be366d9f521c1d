//go:build unix

package notebook

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// named is a picture whose description names the controls it was drawn with.
type named string

func (named) PNG() ([]byte, error) { return grey(900), nil }
func (n named) Alt() string        { return string(n) }

// samplePanel cannot draw n = 7.
func samplePanel(ctx context.Context) {
	n := &Slider{Name: "n <", Min: 0, Max: 10, Value: 3}
	family := &Choice{Name: "family", Options: []string{"pair", "amort"}}
	Panel(ctx, func() (Picture, error) {
		if n.Int() == 7 {
			return nil, errors.New("no task of 7")
		}
		return named(fmt.Sprintf("%s %d", family.Value, n.Int())), nil
	}, n, family)
}

var fromServer = []string{"JPY_SESSION_NAME=a.ipynb", protocol.GONB_JUPYTER_KERNEL_ID_ENV + "=k1"}

// TestPanel plays a reader who moves the slider to what cannot be drawn, then on, and
// presses Done.
func TestPanel(t *testing.T) {
	moves := []string{
		`{"seq":1,"values":["7","pair"]}`,
		`{"seq":3,"values":["9","amort"]}`,
		`{"seq":2,"values":["1","pair"]}` + "late", // no JSON, as nobody sends it
		`{"seq":4,"done":true,"values":["10","amort"]}`,
	}
	var frames []map[string]string
	shown, stderr, err := runWith(t, "panel", func(got any, say func(address, value string)) {
		switch got := got.(type) {
		case protocol.CommSubscription:
			say(got.Address, `{"seq":0,"values":["3","pair"]}`)
			say(got.Address, moves[0])
		case protocol.CommValue:
			frame, ok := got.Value.(map[string]string)
			if !ok {
				return // a ping
			}
			frames = append(frames, frame)
			address := strings.TrimSuffix(got.Address, "/frame")
			switch len(frames) {
			case 1:
				say(address, moves[1])
			case 2:
				say(address, moves[0]) // late, and to be dropped
				say(address, moves[2])
				time.Sleep(50 * time.Millisecond)
				say(address, moves[3])
			}
		}
	}, fromServer...)
	if err != nil || stderr != "" {
		t.Fatal(err, stderr)
	}
	if len(frames) != 3 || frames[0]["note"] != "no task of 7" || frames[0]["image"] != "" || frames[1]["alt"] != "amort 9" || frames[1]["seq"] != "3" {
		t.Errorf("frames %v; want an error, amort 9 and amort 10", frames)
	}
	if len(shown) != 2 || shown[0].DisplayID == "" || shown[0].DisplayID != shown[1].DisplayID {
		t.Fatalf("%d outputs; want the panel and, in its place, a picture", len(shown))
	}
	page, _ := shown[0].Data[protocol.MIMETextHTML].(string)
	for _, want := range []string{`data-kernel="k1"`, `n &lt; <input type="range" min="0" max="10" step="1" value="3">`, "<option selected>pair</option>", `alt="pair 3"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}
	if last := shown[1].Data; last[protocol.MIMETextPlain] != "amort 10" || last[protocol.MIMETextHTML] != nil {
		t.Errorf("the panel left %v", last[protocol.MIMETextPlain])
	}
}

// TestPanelWithoutPage: one picture, at once, if no server runs the kernel.
func TestPanelWithoutPage(t *testing.T) {
	shown, stderr, err := runCell(t, "panel", "JPY_SESSION_NAME=")
	if err != nil || stderr != "" || len(shown) != 1 || shown[0].Data[protocol.MIMETextPlain] != "pair 3" {
		t.Errorf("%v shown, error %v %s", shown, err, stderr)
	}
}

// TestPanelCallsAgain: a page that did not answer the first time is called once more.
func TestPanelCallsAgain(t *testing.T) {
	calls := 0
	shown, stderr, err := runWith(t, "panel", func(got any, say func(address, value string)) {
		if v, ok := got.(protocol.CommValue); ok && strings.HasSuffix(v.Address, "/ping") {
			calls++
			say(strings.TrimSuffix(v.Address, "/ping"), `{"seq":1,"done":true,"values":["9","pair"]}`)
		}
	}, fromServer...)
	if err != nil || stderr != "" || calls != 1 || len(shown) != 2 || shown[1].Data[protocol.MIMETextPlain] != "pair 9" {
		t.Errorf("%d calls, %d outputs, error %v %s", calls, len(shown), err, stderr)
	}
}

func TestGone(t *testing.T) {
	at := func(seconds float64) time.Time {
		return time.Unix(1000, 0).Add(time.Duration(seconds * float64(time.Second)))
	}
	var never time.Time
	for _, c := range []struct {
		name                   string
		now, answered, touched time.Time
		said                   moves
		want                   bool
	}{
		{"no answer yet", at(8), never, never, moves{}, false},
		{"no answer", at(10), never, never, moves{}, true},
		{"looked at", at(25), at(24), never, moves{}, false},
		{"looked at, while cells wait", at(4), at(3), never, moves{Waiting: true}, false},
		{"in the way", at(6), at(5), never, moves{Waiting: true}, true},
		{"moved, while cells wait", at(200), at(199), at(20), moves{Waiting: true}, false},
		{"left alone", at(31), at(30), never, moves{}, true},
		{"moved a while ago", at(200), at(199), at(20), moves{}, false},
		{"moved long ago", at(400), at(399), at(20), moves{}, true},
		{"closed", at(40), at(25), at(25), moves{}, true},
	} {
		if got := gone(c.now, at(0), c.answered, c.touched, c.said.limit()); got != c.want {
			t.Errorf("%s: gone is %v", c.name, got)
		}
	}
}

func TestControlsRefuse(t *testing.T) {
	for _, c := range []Control{
		&Slider{Name: "s"}, &Slider{Max: 1, Value: 2}, &Slider{Max: 1, Step: 2}, &Slider{Min: math.NaN(), Max: 1},
		&Slider{Max: math.Inf(1)}, &Slider{Max: 1, Step: -1}, &Choice{}, &Choice{Options: []string{"a"}, Value: "b"},
	} {
		if c.check() == nil {
			t.Errorf("%+v is no error", c)
		}
	}
	s := &Slider{Max: 5, Value: 2}
	for _, v := range []string{"", "x", "NaN", "-1", "6", "1e400"} {
		if s.set(v); s.Value != 2 {
			t.Errorf("%q set the slider to %g", v, s.Value)
		}
	}
	if s.set("4.6"); s.Int() != 5 {
		t.Errorf("4.6 is read as %d", s.Int())
	}
	c := &Choice{Options: []string{"a", "b"}}
	if c.set("z"); c.check() != nil || c.Value != "a" {
		t.Errorf("choice is %q; want the first", c.Value)
	}
}

func ExamplePanel() {
	n := &Slider{Name: "n", Min: 1, Max: 49, Value: 10}
	Panel(context.Background(), func() (Picture, error) {
		return named(fmt.Sprintf("a map after %d examples", n.Int())), nil
	}, n)
	// Output: a map after 10 examples
}
