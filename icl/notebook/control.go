package notebook

import (
	"cmp"
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Control is an input of a [Panel]: a [Slider] or a [Choice].
type Control interface {
	check() error
	html() string     // an input or select element
	set(value string) // as the element sends it; an invalid one is ignored
}

// Slider is a number from Min to Max in steps; Value is the current one.
type Slider struct {
	Name     string
	Min, Max float64
	Step     float64 // 0 means 1
	Value    float64
}

// Int is the value as a whole number.
func (s *Slider) Int() int { return int(math.Round(s.Value)) }

func (s *Slider) check() error {
	if !(s.Min < s.Max) || math.IsInf(s.Max-s.Min, 0) || !(s.Step >= 0 && s.Step <= s.Max-s.Min) || !(s.Value >= s.Min && s.Value <= s.Max) {
		return fmt.Errorf("notebook: slider %q from %g to %g in steps of %g stands at %g; want Min ≤ Value ≤ Max and a step that fits", s.Name, s.Min, s.Max, s.Step, s.Value)
	}
	return nil
}

func (s *Slider) html() string {
	return fmt.Sprintf(`<label>%s <input type="range" min="%g" max="%g" step="%g" value="%g"> <output>%[5]g</output></label>`,
		html.EscapeString(s.Name), s.Min, s.Max, cmp.Or(s.Step, 1), s.Value)
}

func (s *Slider) set(value string) {
	if v, err := strconv.ParseFloat(value, 64); err == nil && v >= s.Min && v <= s.Max {
		s.Value = v
	}
}

// Choice is one of several options; Value is the chosen one, "" the first.
type Choice struct {
	Name    string
	Options []string
	Value   string
}

func (c *Choice) check() error {
	if len(c.Options) == 0 {
		return fmt.Errorf("notebook: choice %q has no options", c.Name)
	}
	if c.Value == "" {
		c.Value = c.Options[0]
	}
	if !slices.Contains(c.Options, c.Value) {
		return fmt.Errorf("notebook: choice %q is %q, which is none of its options: %s", c.Name, c.Value, strings.Join(c.Options, ", "))
	}
	return nil
}

func (c *Choice) html() string {
	var b strings.Builder
	for _, o := range c.Options {
		selected := ""
		if o == c.Value {
			selected = " selected"
		}
		b.WriteString("<option" + selected + ">" + html.EscapeString(o) + "</option>")
	}
	return "<label>" + html.EscapeString(c.Name) + " <select>" + b.String() + "</select></label>"
}

func (c *Choice) set(value string) {
	if slices.Contains(c.Options, value) {
		c.Value = value
	}
}
