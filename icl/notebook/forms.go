package notebook

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/figure"
)

// plain is text that is shown as it is, not as Markdown.
type plain string

const (
	mostRows    = 50 // of a table made from a slice
	mostNumbers = 20 // of a slice, in text
	mostRunes   = 80 // of a value in a table
)

// forms are what [Show] displays for a value: each is a [Picture], has HTML, or is a string
// or [plain] text.
func forms(v any) ([]any, error) {
	if of := reflect.ValueOf(v); !of.IsValid() || isNil(of) {
		return []any{plain("nil")}, nil
	}
	switch v := v.(type) {
	case Picture, rich, string, plain:
		return []any{v}, nil
	case eval.Curve:
		return curves([]eval.Curve{v}), nil
	case *eval.Curve:
		return curves([]eval.Curve{*v}), nil
	case []eval.Curve:
		return curves(v), nil
	case figure.Panel:
		return []any{figure.Curves("", []figure.Panel{v})}, nil
	case []figure.Panel:
		return []any{figure.Curves("", v)}, nil
	case *datasets.Batch:
		return batch(v), nil
	case error:
		return []any{plain("error: " + v.Error())}, nil
	case fmt.Stringer:
		return []any{plain(v.String())}, nil
	}
	return reflected(reflect.ValueOf(v))
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return false
}

// curves draws a figure for each metric, with a panel for each family. Curves of the same
// learner are numbered.
func curves(all []eval.Curve) (figures []any) {
	byMetric := map[eval.Metric][]eval.Curve{}
	var metrics []eval.Metric
	seen := map[string]int{}
	for _, c := range all {
		name := fmt.Sprintf("%s %s %s", c.Metric, c.Family, c.Learner)
		if seen[name]++; seen[name] > 1 {
			c.Learner = fmt.Sprintf("%s (%d)", c.Learner, seen[name])
		}
		if byMetric[c.Metric] == nil {
			metrics = append(metrics, c.Metric)
		}
		byMetric[c.Metric] = append(byMetric[c.Metric], c)
	}
	for _, m := range metrics {
		label := string(m)
		if m == "" {
			label = "value"
		}
		figures = append(figures, figure.ByFamily("", figure.Panel{YLabel: label}, byMetric[m]))
	}
	return figures
}

// batch says what tasks there are, and draws the first three if they can be drawn.
func batch(b *datasets.Batch) []any {
	if err := b.Validate(); err != nil {
		return []any{plain("error: " + err.Error())}
	}
	kind, classes := "regression", ""
	if !b.Regression() {
		kind, classes = "classification", fmt.Sprintf(", of %d classes", b.C)
	}
	said := plain(fmt.Sprintf("%d %s tasks of %d points with %d inputs%s", b.T, kind, b.N, b.D, classes))
	if b.D != 2 || b.Regression() {
		return []any{said}
	}
	var scenes []figure.Scene
	for t := range min(b.T, 3) {
		scenes = append(scenes, figure.Scene{Title: fmt.Sprintf("task %d", t), Batch: b, Task: t, N: b.N - 1})
	}
	return []any{said, figure.Tasks("", scenes...)}
}

// reflected are the forms of a value that has no form of its own.
func reflected(v reflect.Value) ([]any, error) {
	switch v.Kind() {
	case reflect.Pointer:
		return forms(v.Elem().Interface())
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return nil, fmt.Errorf("notebook: cannot show a %s; call it and show the result", v.Type())
	case reflect.Struct:
		if t := fields(v); len(t.Rows) > 0 {
			return []any{t}, nil
		}
	case reflect.Map:
		return []any{entries(v)}, nil
	case reflect.Slice, reflect.Array:
		return elements(v)
	}
	return []any{plain(short(v))}, nil
}

// fields is a table of the exported fields of a struct.
func fields(v reflect.Value) eval.Table {
	t := eval.Table{Title: v.Type().String(), Header: []string{"field", "value"}}
	for _, f := range exported(v.Type()) {
		t.Rows = append(t.Rows, []string{f.Name, short(v.FieldByIndex(f.Index))})
	}
	return t
}

func exported(t reflect.Type) []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool { return !f.IsExported() || len(f.Index) > 1 })
}

// entries is a table of a map, in the order of its keys as text.
func entries(v reflect.Value) eval.Table {
	values := map[string]string{}
	for _, key := range v.MapKeys() {
		values[short(key)] = short(v.MapIndex(key))
	}
	t := eval.Table{Header: []string{"key", "value"}}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		t.Rows = append(t.Rows, []string{key, values[key]})
	}
	return shortTable(t)
}

// elements are the forms of a slice.
func elements(v reflect.Value) ([]any, error) {
	of := v.Type().Elem()
	_, hasForm := reflect.Zero(of).Interface().(fmt.Stringer)
	switch {
	case isText(of):
		return []any{plain(short(v))}, nil
	case of.Kind() == reflect.Struct && !hasForm && len(exported(of)) > 0 && !special(of):
		return []any{structs(v)}, nil
	case (of.Kind() == reflect.Slice || of.Kind() == reflect.Array) && isText(of.Elem()):
		return []any{matrix(v)}, nil
	}
	var all []any
	for i := range v.Len() {
		one, err := forms(v.Index(i).Interface())
		if err != nil {
			return nil, err
		}
		all = append(all, one...)
	}
	return all, nil
}

// special reports whether values of a type are pictures or have HTML.
func special(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[Picture]()) || t.Implements(reflect.TypeFor[rich]()) || t.Implements(reflect.TypeFor[error]())
}

// isText reports whether values of a type are numbers, truth values or strings.
func isText(t reflect.Type) bool {
	return t.Kind() >= reflect.Bool && t.Kind() <= reflect.Complex128 || t.Kind() == reflect.String
}

// structs is a table with a row for each struct and a column for each exported field.
func structs(v reflect.Value) eval.Table {
	t := eval.Table{}
	columns := exported(v.Type().Elem())
	for _, f := range columns {
		t.Header = append(t.Header, f.Name)
	}
	for i := range v.Len() {
		var row []string
		for _, f := range columns {
			row = append(row, short(v.Index(i).FieldByIndex(f.Index)))
		}
		t.Rows = append(t.Rows, row)
	}
	return shortTable(t)
}

// matrix is a table of a slice of rows of numbers.
func matrix(v reflect.Value) eval.Table {
	t := eval.Table{Header: []string{""}}
	for i := range v.Len() {
		row := []string{strconv.Itoa(i)}
		for j := range min(v.Index(i).Len(), mostNumbers) {
			if len(t.Header) < j+2 {
				t.Header = append(t.Header, strconv.Itoa(j))
			}
			row = append(row, short(v.Index(i).Index(j)))
		}
		if n := v.Index(i).Len(); n > mostNumbers {
			t.Note = fmt.Sprintf("the first %d of %d columns", mostNumbers, n)
		}
		t.Rows = append(t.Rows, row)
	}
	return shortTable(t)
}

func shortTable(t eval.Table) eval.Table {
	if n := len(t.Rows); n > mostRows {
		t.Rows = t.Rows[:mostRows]
		t.Note = strings.TrimPrefix(t.Note+fmt.Sprintf("; the first %d of %d rows", mostRows, n), "; ")
	}
	return t
}

// short is a value on one line of bearable length.
func short(v reflect.Value) string {
	if isNil(v) {
		return "nil"
	}
	switch x := v.Interface().(type) {
	case error:
		return clipped(x.Error())
	case fmt.Stringer:
		return clipped(x.String())
	}
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', 6, 64)
	case reflect.Slice, reflect.Array:
		if !isText(v.Type().Elem()) {
			break
		}
		var parts []string
		for i := range min(v.Len(), mostNumbers) {
			parts = append(parts, short(v.Index(i)))
		}
		if n := v.Len(); n > mostNumbers {
			parts = append(parts, fmt.Sprintf("… (%d in all)", n))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case reflect.Pointer, reflect.Interface:
		return short(v.Elem())
	}
	return clipped(fmt.Sprint(v.Interface()))
}

func clipped(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > mostRunes {
		return string(r[:mostRunes]) + "…"
	}
	return s
}
