package usercode_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/goicl/goicl/internal/usercode"
)

type own struct{ name string }

func (o own) Name() string { return o.name }

type broken struct{}

func (*broken) Name() string { panic("no name") }

// TestTry: an error passes, and a panic becomes one that says where.
func TestTry(t *testing.T) {
	if err := usercode.Try("it", func() error { return io.EOF }); !errors.Is(err, io.EOF) {
		t.Errorf("error %v, want the one that was returned", err)
	}
	var none []int
	for want, f := range map[string]func() error{
		"it panicked: boom (at ": func() error { panic("boom") },
		"it panicked: EOF (at ":  func() error { panic(io.EOF) },
		"it panicked: runtime error: index out of range [3] with length 0": func() error { return fmt.Errorf("%d", none[3]) },
		"it panicked: first (at ": func() error { panic("first\nsecond") },
	} {
		err := usercode.Try("it", f)
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "usercode_test.go:") || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want %q with this file", err, want)
		}
	}
	if err := usercode.Try("it", func() error { panic(io.EOF) }); !errors.Is(err, io.EOF) {
		t.Errorf("%v does not wrap what was thrown", err)
	}
}

// TestInnerCallsKnowMore: a panic that became an error and was thrown again keeps what it says.
func TestInnerCallsKnowMore(t *testing.T) {
	err := usercode.Try("outer", func() error {
		panic(usercode.Try("inner", func() error { panic("boom") }))
	})
	if err == nil || !strings.HasPrefix(err.Error(), "inner panicked: boom") {
		t.Errorf("error %v", err)
	}
	err = usercode.Try("outer", func() error { panic(&usercode.Refusal{Err: io.EOF}) })
	if err == nil || err.Error() != "EOF" || !errors.Is(err, io.EOF) {
		t.Errorf("error %v, want EOF alone", err)
	}
}

func TestNameOf(t *testing.T) {
	for want, v := range map[string]usercode.Named{
		"the sampler is nil; want a value":                                      nil,
		"the sampler is a nil *usercode_test.own; want a pointer":               (*own)(nil),
		`the Name of a sampler of type usercode_test.own is ""; return a short`: own{},
		"Name of a sampler of type *usercode_test.broken panicked: no name":     &broken{},
	} {
		if _, err := usercode.NameOf("sampler", v); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if name, err := usercode.NameOf("sampler", own{"mine"}); err != nil || name != "mine" {
		t.Errorf("%q, %v", name, err)
	}
	for want, v := range map[string]usercode.Named{
		`learner "mine" (usercode_test.own)`:    own{"mine"},
		"learner of type *usercode_test.broken": &broken{},
		"learner of type <nil>":                 nil,
	} {
		if got := usercode.Of("learner", v); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
