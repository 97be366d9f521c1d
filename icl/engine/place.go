package engine

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
)

// place is the file and line at which the type of a learner declares a method, in brackets; ""
// where that is not known, or where the type is this module's.
func place(l any, method string) string {
	t := reflect.TypeOf(l)
	if t != nil && t.Kind() == reflect.Pointer { // a method of the value has a wrapper here
		if at := declared(t.Elem(), method); at != "" {
			return at
		}
	}
	return declared(t, method)
}

func declared(t reflect.Type, method string) string {
	if t == nil {
		return ""
	}
	m, ok := t.MethodByName(method)
	if !ok || t.Kind() == reflect.Interface {
		return ""
	}
	entry := m.Func.Pointer()
	f := runtime.FuncForPC(entry)
	if f == nil {
		return ""
	}
	file, line := f.FileLine(entry)
	ours := strings.HasPrefix(f.Name(), "github.com/goicl/goicl/") && !strings.HasSuffix(file, "_test.go")
	if ours || strings.HasPrefix(file, "<") {
		return ""
	}
	return fmt.Sprintf(" (%s is at %s:%d)", method, file, line)
}
