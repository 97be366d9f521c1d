package eval

import (
	"math"
	"strings"
	"testing"
)

func TestCrossing(t *testing.T) {
	steps, nan := []int{0, 10, 20, 40}, math.NaN()
	for name, c := range map[string]struct {
		level Level
		curve []float64
		want  Crossing
	}{
		"between two looks":               {Level{At: .6}, []float64{1, .8, .4, .3}, Crossing{Step: 15}},
		"on unequal spacing":              {Level{At: .5}, []float64{1, .8, .6, .4}, Crossing{Step: 30}},
		"at a look":                       {Level{At: .5}, []float64{1, .5, .4, .3}, Crossing{Step: 10}},
		"at the start":                    {Level{At: .5}, []float64{.4, .5, .6, .7}, Crossing{Step: 0}},
		"never":                           {Level{At: .5}, []float64{1, .9, .8, .7}, Crossing{40, true}},
		"only once, then higher":          {Level{At: .7}, []float64{1, .4, .9, .9}, Crossing{Step: 5}},
		"exactly never":                   {Level{At: .5}, []float64{1, 1, 1, .5}, Crossing{40, true}},
		"only once does not stay":         {Level{At: .7, Stay: 1}, []float64{1, .4, .9, .6}, Crossing{40, true}},
		"stays for the next look":         {Level{At: .7, Stay: 1}, []float64{1, .8, .6, .5}, Crossing{Step: 15}},
		"the second time it stays":        {Level{At: .7, Stay: 1}, []float64{.6, .8, .6, .5}, Crossing{Step: 15}},
		"at the start, and stays":         {Level{At: .7, Stay: 3}, []float64{.6, .6, .6, .6}, Crossing{Step: 0}},
		"too few looks follow":            {Level{At: .7, Stay: 3}, []float64{1, .6, .6, .6}, Crossing{40, true}},
		"rises":                           {Level{At: .9, Above: true}, []float64{.2, .7, .8, 1}, Crossing{Step: 30}},
		"rises and stays":                 {Level{At: .5, Above: true, Stay: 1}, []float64{.6, .4, .6, .6}, Crossing{Step: 15}},
		"above from the start":            {Level{At: .1, Above: true}, []float64{.2, .7, .8, 1}, Crossing{Step: 0}},
		"NaN is not beyond":               {Level{At: .5}, []float64{nan, nan, .4, .3}, Crossing{Step: 20}},
		"an infinite value before":        {Level{At: .5}, []float64{1, math.Inf(1), .4, .3}, Crossing{Step: 20}},
		"a curve shorter than the steps":  {Level{At: .5}, []float64{1, .8}, Crossing{10, true}},
		"negative Stay is none":           {Level{At: .6, Stay: -5}, []float64{1, .8, .4, .9}, Crossing{Step: 15}},
		"a Stay greater than the largest": {Level{At: .6, Stay: math.MaxInt}, []float64{0, 0, 0, 0}, Crossing{40, true}},
	} {
		if got := c.level.Crossing(steps, c.curve); math.Abs(got.Step-c.want.Step) > 1e-12 || got.Censored != c.want.Censored {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if got := (Level{}).Crossing(nil, []float64{1}); !math.IsNaN(got.Step) || !got.Censored {
		t.Errorf("without steps: %+v", got)
	}
}

// TestLogRatios: the mean of what is known, with which bound it is.
func TestLogRatios(t *testing.T) {
	at := func(step float64) Crossing { return Crossing{Step: step} }
	end := Crossing{100, true}
	for name, c := range map[string]struct {
		a, b            []Crossing
		want            float64
		atLeast, atMost bool
	}{
		"all known":         {[]Crossing{at(20), at(40)}, []Crossing{at(10), at(10)}, math.Log(8) / 2, true, true},
		"a is censored":     {[]Crossing{end, at(40)}, []Crossing{at(50), at(20)}, math.Log(2), true, false},
		"b is censored":     {[]Crossing{at(50), at(20)}, []Crossing{end, at(40)}, -math.Log(2), false, true},
		"both are":          {[]Crossing{end, at(10)}, []Crossing{at(50), end}, (math.Log(2) - math.Log(10)) / 2, false, false},
		"steps of 0 are 1":  {[]Crossing{at(0), at(0)}, []Crossing{at(.5), at(1)}, 0, true, true},
		"the same censored": {[]Crossing{end, end}, []Crossing{end, end}, 0, false, false},
	} {
		e, atLeast, atMost := LogRatios(c.a, c.b)
		if math.Abs(e.Mean-c.want) > 1e-12 || atLeast != c.atLeast || atMost != c.atMost || len(e.Seeds) != 2 {
			t.Errorf("%s: %v, at least %t, at most %t; want %g, %t, %t", name, e, atLeast, atMost, c.want, c.atLeast, c.atMost)
		}
	}
	if e, atLeast, atMost := LogRatios([]Crossing{end}, nil); !math.IsNaN(e.Mean) || atLeast || atMost {
		t.Errorf("of nothing to compare with: %v", e)
	}
}

func TestBySeed(t *testing.T) {
	sum := func(v float64) *Summary { return NewScores(Accuracy, "x", "y", []int{0}, []float64{v}).Summarize(0) }
	value := func(s *Summary) float64 { return s.Of(Accuracy).Mean[0] }
	looks := [][]*Summary{{sum(.1), sum(.2)}, {sum(.3), sum(.4)}, {sum(.5), sum(.6)}}
	curves, err := BySeed(looks, value)
	if err != nil || len(curves) != 2 || curves[1][0] != .2 || curves[1][2] != .6 || curves[0][1] != .3 {
		t.Errorf("curves %v (%v)", curves, err)
	}
	of := func(looks [][]*Summary, value func(*Summary) float64) error {
		_, err := BySeed(looks, value)
		return err
	}
	for want, err := range map[string]error{
		"curves of 0 looks":               of(nil, value),
		"and a value of a summary":        of(looks, nil),
		"1 seeds at look 1 and 2 at the":  of([][]*Summary{looks[0], looks[0][:1]}, value),
		"seed 1 was not tested at look 0": of([][]*Summary{{looks[0][0], nil}}, value),
		"the value of a summary":          of(looks, func(s *Summary) float64 { return s.Of(Brier).Mean[0] }),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want one with %q", err, want)
		}
	}
}
