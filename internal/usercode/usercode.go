// Package usercode calls code that users of the library wrote: samplers, learners,
// predictors, scores. A panic in it becomes an error that says in whose code, and where.
package usercode

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// Try runs f, which calls what, such as `Sample of sampler "own" (main.Own)`. Where f panics,
// it returns an error with the file and the line of the user's code that panicked.
func Try(what string, f func() error) (err error) {
	return TryOn(func() string { return what }, f)
}

// TryOn is [Try] where what takes long to make.
func TryOn(what func() string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(what(), p, origin())
		}
	}()
	return f()
}

// Get is [Try] for a call without an error.
func Get[T any](what string, f func() T) (value T, err error) {
	err = Try(what, func() error {
		value = f()
		return nil
	})
	return value, err
}

// Panic is an error that a panic became.
type Panic struct {
	What  string // the call that panicked
	At    string // file:line, "" where it is not known
	cause error
}

// Error is what panicked, with the first line of what it said, and where.
func (p *Panic) Error() string {
	text := fmt.Sprintf("%s panicked: %s", p.What, firstLine(p.cause))
	if p.At != "" {
		text += " (at " + p.At + ")"
	}
	return text
}

// Unwrap is the error that the code panicked with, if it was one.
func (p *Panic) Unwrap() error { return p.cause }

// panicked is the error of a panic with value. One that was an error of this package before
// keeps what it says: inner calls know more.
func panicked(what string, value any, at string) error {
	cause, ok := value.(error)
	if !ok {
		cause = fmt.Errorf("%v", value)
	}
	var known *Panic
	var refused *Refusal
	switch {
	case errors.As(cause, &known):
		return known
	case errors.As(cause, &refused):
		return refused
	}
	return &Panic{what, at, cause}
}

// Refusal is an error with which code of this module leaves a function that returns none, by a
// panic that [Try] turns back into it.
type Refusal struct{ Err error }

func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap is the error.
func (r *Refusal) Unwrap() error { return r.Err }

func firstLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return line
}

// own and gomlx are the prefixes of functions that are not a user's.
const own, gomlx = "github.com/goicl/goicl/", "github.com/gomlx/"

// origin is where the panic that is being recovered began: the innermost place that is
// neither Go's, GoMLX's nor this module's, else the innermost that is not Go's.
func origin() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	library, first, panicking := "", "", false
	for {
		f, more := frames.Next()
		if f.Function == "runtime.gopanic" {
			library, panicking = strings.TrimSuffix(f.File, "runtime/panic.go"), true
		} else if panicking && !isGo(f, library) {
			place := fmt.Sprintf("%s:%d", f.File, f.Line)
			if first == "" {
				first = place
			}
			if isUsers(f) {
				return place
			}
		}
		if !more {
			return first
		}
	}
}

// isGo reports whether a function is the runtime's or the standard library's.
func isGo(f runtime.Frame, library string) bool {
	return strings.HasPrefix(f.Function, "runtime.") || library != "" && strings.HasPrefix(f.File, library)
}

// isUsers reports whether a function is neither GoMLX's nor, but for tests, this module's.
func isUsers(f runtime.Frame) bool {
	if strings.HasSuffix(f.File, "_test.go") {
		return true
	}
	return !strings.HasPrefix(f.Function, own) && !strings.HasPrefix(f.Function, gomlx)
}

// Nil reports whether v is nil, or a nil pointer or function in an interface.
func Nil(v any) bool {
	if v == nil {
		return true
	}
	r := reflect.ValueOf(v)
	return (r.Kind() == reflect.Pointer || r.Kind() == reflect.Func) && r.IsNil()
}

// WantContext reports a context that is nil.
func WantContext(ctx context.Context) error {
	if Nil(ctx) {
		return errors.New("the context is nil; pass context.Background()")
	}
	return nil
}

// Named is a value with a name, as samplers, learners and predictors are.
type Named interface{ Name() string }

// Want reports that v, which has that role, such as "learner", is nil.
func Want(role string, v any) error {
	switch {
	case v == nil:
		return fmt.Errorf("the %s is nil; want a value, such as those of this module", role)
	case Nil(v):
		return fmt.Errorf("the %s is a nil %T; want a pointer to a value", role, v)
	}
	return nil
}

// NameOf is the name of v, which has that role. It is an error where v is nil, or has no name.
func NameOf(role string, v Named) (string, error) {
	if err := Want(role, v); err != nil {
		return "", err
	}
	name, err := Get(fmt.Sprintf("Name of a %s of type %T", role, v), v.Name)
	if err == nil && strings.TrimSpace(name) == "" {
		err = fmt.Errorf("the Name of a %s of type %T is %q; return a short one for tables and figures", role, v, name)
	}
	return name, err
}

// Of is v in words, for messages: `sampler "own" (main.Own)`.
func Of(role string, v Named) string {
	name, err := NameOf(role, v)
	if err != nil {
		return fmt.Sprintf("%s of type %T", role, v)
	}
	return fmt.Sprintf("%s %q (%T)", role, name, v)
}
