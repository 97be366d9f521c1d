package notebook

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Panel shows what draw returns below controls, and draws it anew while they are moved;
// draw reads their values. It serves the page until the reader presses Done, the cell is
// interrupted (ctx ends) or the page is closed; then the last picture stays in the notebook.
// As other cells wait meanwhile, it also ends if it is not used: half a minute after it was
// shown, or five seconds after if other cells wait, as when all are run at once; and five
// minutes after the last input.
//
//	sigma := &notebook.Slider{Name: "σ", Min: .5, Max: 5, Step: .1, Value: 1}
//	notebook.Panel(ctx, func() (notebook.Picture, error) {
//		tasks := Must(synthetic.Pair{Sigma: sigma.Value}.Sample(datasets.Rand(0, "panel"), 1))
//		scenes, err := inspect.DecisionMaps(ctx, tasks, 0, 10, model)
//		return figure.Tasks("pair", scenes...), err
//	}, sigma)
//
// A picture with a method Draft() ([]byte, error), a quickly drawn PNG, is redrawn
// faster: a *figure.Figure has it. Where no page can answer (a notebook executed without
// a browser, an editor that is not connected to a Jupyter server, an ordinary program),
// Panel shows one picture and returns.
//
// An error of the first picture ends the cell, as in [Check]; later ones are shown below
// the picture before.
func Panel(ctx context.Context, draw func() (Picture, error), controls ...Control) {
	for _, c := range controls {
		Check(c.check())
	}
	p := &panel{draw: draw, controls: controls, picture: Must(draw())}
	if !gonbui.IsNotebook || !attended() {
		Show(p.picture)
		return
	}
	Check(p.run(ctx))
}

// attended reports whether a Jupyter server started this kernel: only its page can answer.
func attended() bool {
	return os.Getenv("JPY_SESSION_NAME") != "" && os.Getenv(protocol.GONB_JUPYTER_KERNEL_ID_ENV) != ""
}

const (
	secondCall  = 4 * time.Second // GoNB itself waits for 3 s
	firstAnswer = 9 * time.Second
	silence     = 10 * time.Second
	untouched   = 30 * time.Second
	blocking    = 5 * time.Second // untouched, while other cells wait
	idle        = 5 * time.Minute
	pingEvery   = 2 * time.Second
)

type panel struct {
	draw     func() (Picture, error)
	controls []Control
	picture  Picture // the last one drawn
	address  string  // of the messages to and from the page
	drawn    int     // the number of the move that was drawn last
}

// moves is a message of the page: how often a control was moved, the values of all.
type moves struct {
	Seq     int      `json:"seq"`
	Done    bool     `json:"done"`
	Waiting bool     `json:"waiting"` // other cells wait for this one to end
	Values  []string `json:"values"`
}

// limit is how long a panel waits for the first input.
func (m moves) limit() time.Duration {
	if m.Waiting {
		return blocking
	}
	return untouched
}

func (p *panel) run(ctx context.Context) error {
	id := newOutput()
	p.address = "/goicl/panel/" + gonbui.UniqueId()
	first, err := draft(p.picture)
	if err != nil {
		return err
	}
	gonbui.UpdateHTML(id, p.html(first))
	p.serve(ctx)
	data, err := dataOf(p.picture)
	if err != nil {
		return err
	}
	return send(id, data)
}

// serve answers the page until there is a reason to end.
func (p *panel) serve(ctx context.Context) {
	messages := make(chan moves, 64)
	comms.Subscribe(p.address, func(_, text string) {
		var m moves
		if json.Unmarshal([]byte(text), &m) == nil {
			select {
			case messages <- m:
			default: // the page asks again
			}
		}
	})
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	start := time.Now()
	var answered, touched time.Time
	limit := untouched
	called := false // a second time; GoNB then opens a channel that did not come about
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-messages:
			answered, limit = time.Now(), m.limit()
			if m.Seq > p.drawn { // else an answer to a ping, or late
				touched = answered
				p.redraw(m)
			}
			if m.Done {
				return
			}
		case now := <-tick.C:
			if gone(now, start, answered, touched, limit) {
				return
			}
			if late := now.Sub(start) > secondCall && !called; late || !answered.IsZero() {
				called = true
				comms.Send(p.address+"/ping", 1)
			}
		}
	}
}

// gone reports whether a page that was shown at start never answered, no longer answers, or
// had no input for too long: for limit, if it never had one.
func gone(now, start, answered, touched time.Time, limit time.Duration) bool {
	switch {
	case answered.IsZero():
		return now.Sub(start) > firstAnswer
	case now.Sub(answered) > silence:
		return true
	case touched.IsZero():
		return now.Sub(start) > limit
	}
	return now.Sub(touched) > idle
}

// redraw sets the controls and sends the page a frame.
func (p *panel) redraw(m moves) {
	for i, c := range p.controls {
		if i < len(m.Values) {
			c.set(m.Values[i])
		}
	}
	p.drawn = m.Seq
	frame := map[string]string{"seq": fmt.Sprint(m.Seq), "note": liveNote}
	picture, err := p.draw()
	var image []byte
	if err == nil {
		image, err = draft(picture)
	}
	if err != nil {
		frame["note"] = err.Error()
	} else {
		p.picture = picture
		frame["image"], frame["alt"] = dataURL(image), picture.Alt()
	}
	comms.Send(p.address+"/frame", frame)
}

func dataURL(image []byte) string {
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(image)
}

const liveNote = "Other cells wait until you press Done."

//go:embed panel.js
var panelScript string

// html is the panel as a page sees it.
func (p *panel) html(first []byte) string {
	var controls strings.Builder
	for _, c := range p.controls {
		controls.WriteString(c.html() + "\n")
	}
	return fmt.Sprintf(`<div data-kernel="%s" data-address="%s">
<div style="display:flex;flex-wrap:wrap;gap:.5em 1.5em;align-items:center;margin:.5em 0">%s<button type="button">Done</button></div>
<img style="width:900px;max-width:100%%" src="%s" alt="%s">
<div role="status" style="opacity:.75">%s</div>
<script>%s</script>
</div>`, os.Getenv(protocol.GONB_JUPYTER_KERNEL_ID_ENV), p.address, controls.String(),
		dataURL(first), html.EscapeString(p.picture.Alt()), liveNote, panelScript)
}
