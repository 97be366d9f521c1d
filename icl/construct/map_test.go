package construct_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goicl/goicl/icl/construct"
	"github.com/goicl/goicl/icl/transformer"
)

// TestMaps composes maps over a stream of two slots: channels 0, 1 and 2.
func TestMaps(t *testing.T) {
	b := construct.New("maps")
	x, y := b.Slot("x", "x", 2), b.Slot("y", "y", 1)
	for name, test := range map[string]struct{ got, want construct.Map }{
		"copy":             {x.Copy(), construct.Map{{1, 0}, {0, 1}}},
		"copy of the last": {y.Copy(), construct.Map{{0, 0, 1}}},
		"scale":            {y.Scale(-2), construct.Map{{0, 0, -2}}},
		"through":          {x.Through([][]float64{{1, 2}, {3, 4}, {5, 6}}), construct.Map{{1, 2}, {3, 4}, {5, 6}}},
		"row":              {x.Row(7, 8), construct.Map{{7, 8}}},
		"channel":          {x.Channel(1), construct.Map{{0, 1}}},
		"nothing":          {construct.Nothing(2), construct.Map{nil, nil}},
		"join":             {construct.Join(y.Copy(), x.Channel(0)), construct.Map{{0, 0, 1}, {1, 0}}},
		"sum":              {construct.Sum(x.Row(1, 2), y.Scale(3)), construct.Map{{1, 2, 3}}},
		"sum of heights":   {construct.Sum(x.Copy(), y.Copy()), construct.Map{{1, 0, 1}, {0, 1}}},
		"times":            {x.Row(1, -2).Times(-.5), construct.Map{{-.5, 1}}},
		"repeat":           {y.Copy().Repeat(2), construct.Map{{0, 0, 1}, {0, 0, 1}}},
		"repeat 0 times":   {y.Copy().Repeat(0), nil},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("%s: %v, want %v", name, test.got, test.want)
		}
	}
}

// TestSumLeavesItsTermsAlone: maps are values; composing them does not change them.
func TestSumLeavesItsTermsAlone(t *testing.T) {
	b := construct.New("maps")
	x, y := b.Slot("x", "x", 1), b.Slot("y", "y", 1)
	one, other := x.Copy(), y.Copy()
	construct.Sum(one, other)
	construct.Join(one, other).Times(3)
	if !slices.Equal(one[0], []float64{1}) || !slices.Equal(other[0], []float64{0, 1}) {
		t.Errorf("terms are now %v and %v", one, other)
	}
}

// TestBuilderErrors: the first mistake is what Build reports, with the layer and a name.
func TestBuilderErrors(t *testing.T) {
	linear := transformer.Attention{Kind: "linear"}
	for want, build := range map[string]func(b *construct.Builder, x, y construct.Slot){
		"mine, layer 0: a head has queries of size 2 and keys of size 1": func(b *construct.Builder, x, y construct.Slot) {
			b.Attend(linear, construct.Head{Q: x.Copy(), K: y.Copy(), V: y.Copy(), Out: y.Copy()})
		},
		"values of size 1 and outputs of size 2": func(b *construct.Builder, x, y construct.Slot) {
			b.Attend(linear, construct.Head{Q: x.Copy(), K: x.Copy(), V: y.Copy(), Out: x.Copy()})
		},
		"mine, layer 1: a bilinear unit multiplies 2 by 1 numbers": func(b *construct.Builder, x, y construct.Slot) {
			b.Linear(x.Row(1, 1), y.Copy())
			b.Bilinear(x.Copy(), y.Copy(), x.Copy())
			b.Bilinear(x.Copy(), y.Copy().Repeat(3), x.Copy()) // a second mistake
		},
		"2 hidden units and outputs of 1": func(b *construct.Builder, x, y construct.Slot) {
			b.FeedForward("GELU", x.Copy(), y.Copy())
		},
		`slot "x" has 2 channels, but a row of its matrix has 1 weights`: func(b *construct.Builder, x, y construct.Slot) {
			b.Linear(x.Row(1), y.Copy())
		},
		`slot "y" has channels 0 to 0, not -1`: func(b *construct.Builder, x, y construct.Slot) {
			b.Linear(x.Row(1, 1), y.Channel(-1))
		},
	} {
		b := construct.New("mine")
		x, y := b.Slot("x", "x", 2), b.Slot("y", "y", 1)
		build(b, x, y)
		if _, err := b.Build(y.Copy(), false, 2, 0); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v; want one line with %q", err, want)
		}
	}
}
