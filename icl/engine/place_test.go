package engine

import (
	"regexp"
	"testing"
)

type byValue struct{}

func (byValue) Name() string { return "value" }

type byPointer struct{}

func (*byPointer) Name() string { return "pointer" }

// TestPlace: the file and line of a method, of a value and behind a pointer; none for what is
// promoted, missing or this module's.
func TestPlace(t *testing.T) {
	at := regexp.MustCompile(`^ \(Name is at .*place_test\.go:\d+\)$`)
	for name, v := range map[string]any{"value": byValue{}, "pointer to it": &byValue{}, "pointer": &byPointer{}} {
		if got := place(v, "Name"); !at.MatchString(got) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for name, v := range map[string]any{"nil": nil, "no such method": 3, "promoted": struct{ byValue }{}, "ours": &lanesEngine{}} {
		if got := place(v, "Name"); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}
