package study

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/goicl/goicl/icl/eval"
)

// Choice is a setting that was chosen on validation data, by the least loss in the mean over
// some seeds.
type Choice struct {
	Of     string `json:"of"`   // the arm
	What   string `json:"what"` // such as "learning rate"
	Chosen string `json:"chosen"`
	Tried  []Try  `json:"tried"`
	Seeds  int    `json:"seeds"`
	// Edge reports that the least or the greatest value was chosen, so that the best may lie
	// beyond.
	Edge bool `json:"edge,omitempty"`
}

// Try is a setting that was tried. One that diverged has no loss.
type Try struct {
	Value    string  `json:"value"`
	Loss     float64 `json:"loss"`
	Diverged bool    `json:"diverged,omitempty"`
}

// NewTry is a try whose loss is +Inf where it diverged.
func NewTry(value string, loss float64) Try {
	if math.IsInf(loss, 1) {
		return Try{Value: value, Diverged: true}
	}
	return Try{Value: value, Loss: loss}
}

// choice is that of an arm's rate; it has nothing tried where the arm has no choice.
func (x *runner) choice(ctx context.Context, a Arm) (Choice, error) {
	if len(a.Rates) < 2 {
		return Choice{}, nil
	}
	rate, tried, err := x.Rate(ctx, a.name())
	if err != nil {
		return Choice{}, err
	}
	c := Choice{
		Of: a.name(), What: "learning rate", Chosen: fmt.Sprintf("%g", rate), Seeds: int(x.study.trying(a)),
		Edge: rate == slices.Min(a.Rates) || rate == slices.Max(a.Rates),
	}
	for _, t := range tried {
		c.Tried = append(c.Tried, NewTry(fmt.Sprintf("%g", t.Rate), t.Loss))
	}
	return c, nil
}

// ChoicesTable is what was chosen on validation data, among what, with how many seeds; a *
// says that it is the least or the greatest there was to choose from.
func (r *Result) ChoicesTable() eval.Table {
	t := eval.Table{Title: "chosen on validation data", Header: []string{"of", "what", "chosen", "tried: loss", "seeds"}}
	for _, c := range r.Choices {
		chosen, tried := c.Chosen, make([]string, len(c.Tried))
		if c.Edge {
			chosen += " *"
		}
		for i, try := range c.Tried {
			tried[i] = try.String()
		}
		t.Rows = append(t.Rows, []string{c.Of, c.What, chosen, strings.Join(tried, ", "), fmt.Sprint(c.Seeds)})
	}
	return t
}

// String is "0.003: 0.251", or "0.03: diverged".
func (t Try) String() string {
	if t.Diverged {
		return t.Value + ": diverged"
	}
	return fmt.Sprintf("%s: %.3f", t.Value, t.Loss)
}
