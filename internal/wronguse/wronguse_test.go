//go:build unix

// Package wronguse_test calls every exported function and method of the public packages with
// arguments that make no sense: nil, zero, negative, huge, NaN. None may panic, hang or take
// the machine's memory.
package wronguse_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/datasets/regression"
	"github.com/goicl/goicl/datasets/synthetic"
	"github.com/goicl/goicl/icl/baseline"
	"github.com/goicl/goicl/icl/eval"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/icl/metalearner"
)

// childVariable names, to the child process, the functions that it is to call.
const childVariable = "GOICL_WRONG_USE"

// The limits of a call and of the child: what is wrong is found before anything large is made.
const (
	callTime    = 5 * time.Second
	childTime   = 2 * time.Minute
	childMemory = 8 << 30 // of address space
)

// TestWrongArguments calls all functions and methods, those of each package in a process of its
// own, which a panic in a goroutine or a lack of memory would end.
func TestWrongArguments(t *testing.T) {
	for _, pkg := range packages() {
		t.Run(strings.ReplaceAll(pkg, "/", "."), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), childTime)
			defer cancel()
			cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestChild$", "-test.v")
			home := t.TempDir()
			cmd.Env = append(os.Environ(), childVariable+"="+pkg, "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CACHE_HOME="+home, "GOMLX_BACKEND=go", "GOMLX_NO_AUTO_INSTALL=1")
			cmd.Dir = t.TempDir()
			log := filepath.Join(home, "calls")
			cmd.Args = append(cmd.Args, "-test.outputdir="+home)
			cmd.Env = append(cmd.Env, childVariable+"_LOG="+log)
			out, err := cmd.CombinedOutput()
			for line := range strings.Lines(string(out)) {
				if strings.Contains(line, "WRONG: ") {
					t.Error(strings.TrimSpace(line))
				}
			}
			if err != nil && !t.Failed() {
				last, _ := os.ReadFile(log)
				t.Errorf("the process ended (%v) in the call\n%s\n%s", err, last, tail(string(out), 3000))
			}
			if n := callsIn(string(out)); n == 0 {
				t.Error("no call was made")
			} else {
				t.Logf("%d calls", n)
			}
			if left, _ := filepath.Glob(filepath.Join(cmd.Dir, "*")); len(left) > 0 && !writes[pkg] {
				t.Errorf("wrong calls wrote %v", left)
			}
		})
	}
}

// callsIn is the number of calls that a child says it made.
func callsIn(out string) (n int) {
	for line := range strings.Lines(out) {
		if _, err := fmt.Sscanf(line, "%d calls", &n); err == nil {
			return n
		}
	}
	return 0
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// TestChild makes the calls. It is skipped unless TestWrongArguments starts it.
func TestChild(t *testing.T) {
	pkg := os.Getenv(childVariable)
	if pkg == "" {
		t.Skip("runs as the child of TestWrongArguments")
	}
	limit := syscall.Rlimit{Cur: childMemory, Max: childMemory}
	_ = syscall.Setrlimit(syscall.RLIMIT_AS, &limit)
	log, err := os.Create(os.Getenv(childVariable + "_LOG"))
	if err != nil {
		t.Fatal(err)
	}
	calls, wrong, hangs := 0, map[string]map[string]bool{}, map[string]bool{} // by function, the places that were reported
	for name, f := range callables(pkg) {
		base, _, _ := strings.Cut(name, " ")
		if wrong[base] == nil {
			wrong[base] = map[string]bool{}
		}
		for _, args := range append(arguments(f.Type()), given(base)...) {
			if calls++; hangs[base] {
				break
			}
			call := fmt.Sprintf("%s(%s)", name, describe(args))
			_ = log.Truncate(0)
			_, _ = log.WriteAt([]byte(call), 0)
			problem := try(f, args)
			if key := problem[strings.LastIndex(problem, " at ")+1:]; problem != "" && !wrong[base][key] {
				wrong[base][key] = true
				hangs[base] = strings.HasPrefix(problem, "takes")
				fmt.Printf("WRONG: %s: %s\n", call, problem)
			}
		}
	}
	fmt.Printf("%d calls\n", calls)
}

// try makes a call and returns what is wrong with it, a panic or that it takes too long.
func try(f reflect.Value, args []reflect.Value) (problem string) {
	done := make(chan string, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- "panic: " + strings.ReplaceAll(fmt.Sprint(p), "\n", " ") + " at " + where()
			}
		}()
		var out []reflect.Value
		if f.Type().IsVariadic() {
			out = f.CallSlice(args)
		} else {
			out = f.Call(args)
		}
		done <- badError(out)
	}()
	select {
	case problem = <-done:
		return problem
	case <-time.After(callTime):
		return fmt.Sprintf("takes more than %s", callTime)
	}
}

// badError is what is wrong with the error that a call returned: it has several lines.
func badError(out []reflect.Value) string {
	for _, v := range out {
		if err, ok := v.Interface().(error); ok && err != nil && strings.Contains(err.Error(), "\n") {
			return "an error of several lines: " + strings.ReplaceAll(err.Error(), "\n", " | ")
		}
	}
	return ""
}

// packages are those that have a function or a type in the tables.
func packages() []string {
	var all []string
	for name := range functions {
		all = append(all, name[:strings.LastIndex(name, ".")])
	}
	for name := range receivers {
		all = append(all, name[:strings.LastIndex(name, ".")])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// callables are the functions of a package and the methods of its types, by name.
func callables(pkg string) map[string]reflect.Value {
	all := map[string]reflect.Value{}
	for name, f := range functions {
		if strings.HasPrefix(name, pkg+".") {
			all[name] = reflect.ValueOf(f)
		}
	}
	for name, v := range receivers {
		if !strings.HasPrefix(name, pkg+".") {
			continue
		}
		for i, v := range append(variants(reflect.TypeOf(v), 0), filled[name]...) {
			p := reflect.New(v.Type())
			p.Elem().Set(v)
			for m := range p.NumMethod() {
				method := name + "." + p.Type().Method(m).Name
				if !builds(p.Method(m).Type()) && exceptions[method] == "" {
					all[fmt.Sprintf("%s #%d %s", method, i, short(v))] = p.Method(m)
				}
			}
		}
	}
	for name, f := range all {
		if builds(f.Type()) || exceptions[name] != "" {
			delete(all, name)
		}
	}
	return all
}

// filled are values whose methods are called besides those that variants makes.
var filled = map[string][]reflect.Value{
	"datasets.Batch":             {reflect.ValueOf(*datasets.NewBatch(2, 3, 2, 2))},
	"icl/metalearner.M2":         {reflect.ValueOf(metalearner.M2{Model: metalearner.MLP{}})},
	"datasets.Mix":               {reflect.ValueOf(datasets.Mix{Samplers: []datasets.Sampler{nil}}), reflect.ValueOf(synthetic.Mixture(1, 5))},
	"datasets/regression.Scaled": {reflect.ValueOf(regression.Scaled{})},
	"icl/eval.Named":             {reflect.ValueOf(eval.Named{Predictor: baseline.KNN{}, Label: "x"})},
}

// builds reports whether a function builds a graph. GoMLX's operations throw, and so do these;
// engines turn that into errors, which their own tests show.
func builds(f reflect.Type) bool {
	graphs := []reflect.Type{reflect.TypeFor[*graph.Node](), reflect.TypeFor[learner.Weights](), reflect.TypeFor[learner.Episode]()}
	for i := range f.NumIn() {
		if slices.Contains(graphs, f.In(i)) {
			return true
		}
	}
	for i := range f.NumOut() {
		if slices.Contains(graphs, f.Out(i)) {
			return true
		}
	}
	return false
}

const huge = 1 << 40

// values are arguments of a type: the first is the usual nonsense, a zero.
func values(t reflect.Type, depth int) []reflect.Value {
	of := func(all ...any) []reflect.Value {
		vs := []reflect.Value{reflect.Zero(t)}
		for _, v := range all {
			vs = append(vs, reflect.ValueOf(v).Convert(t))
		}
		return vs
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		return of(-1, 1, 3, huge, math.MaxInt, math.MinInt)
	case reflect.Int32:
		return of(-1, math.MaxInt32)
	case reflect.Uint64, reflect.Uint32, reflect.Uint8, reflect.Uint:
		return of(uint8(255))
	case reflect.Float64, reflect.Float32:
		return of(math.NaN(), math.Inf(1), -1., 1e300, 1.)
	case reflect.String:
		return of("nosuch", "a\x00/../b", "proto")
	case reflect.Bool:
		return of(true)
	case reflect.Interface:
		return append([]reflect.Value{reflect.Zero(t)}, implementations(t)...)
	case reflect.Struct:
		return variants(t, depth+1)
	case reflect.Pointer:
		if known := reflect.ValueOf(datasets.NewBatch(2, 3, 2, 2)); known.Type() == t {
			return []reflect.Value{reflect.Zero(t), known, reflect.ValueOf(datasets.NewBatch(2, 3, 1, 0)), reflect.ValueOf(&datasets.Batch{})}
		}
		if t == reflect.TypeFor[*rand.Rand]() { // a nil one is tried where an error can be returned
			return []reflect.Value{reflect.ValueOf(datasets.Rand(0, "wrong")), reflect.Zero(t)}
		}
		if t.Elem().Kind() != reflect.Struct || depth > 2 {
			return []reflect.Value{reflect.Zero(t)}
		}
		vs := []reflect.Value{reflect.Zero(t)}
		for _, v := range variants(t.Elem(), depth+1) {
			p := reflect.New(t.Elem())
			p.Elem().Set(v)
			vs = append(vs, p)
		}
		return vs
	case reflect.Slice:
		vs := []reflect.Value{reflect.Zero(t), reflect.MakeSlice(t, 0, 0)}
		if depth > 2 {
			return vs
		}
		for _, v := range values(t.Elem(), depth+1) {
			one := reflect.MakeSlice(t, 1, 1)
			one.Index(0).Set(v)
			vs = append(vs, one)
		}
		return append(vs, reflect.MakeSlice(t, 3, 3))
	}
	return []reflect.Value{reflect.Zero(t)} // nil functions, maps and channels
}

// implementations are values of an interface's type.
func implementations(t reflect.Type) (vs []reflect.Value) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, v := range []any{
		ended, synthetic.Proto{}, (*synthetic.Proto)(nil), regression.Linear{N: -1}, metalearner.ProtoNet{}, (*metalearner.ProtoNet)(nil),
		silent{}, stingy{}, untaught{}, (*untaught)(nil), metalearner.MLP{}, baseline.KNN{}, baseline.Ridge{}, (*baseline.KNN)(nil), fmt.Errorf("an error"),
	} {
		if reflect.TypeOf(v).Implements(t) && (t.NumMethod() > 0) {
			vs = append(vs, reflect.ValueOf(v))
		}
	}
	return vs
}

// variants are values of a struct: zero, and with all fields it can have of the same nonsense.
func variants(t reflect.Type, depth int) []reflect.Value {
	vs := []reflect.Value{reflect.Zero(t)}
	if t.Kind() != reflect.Struct || depth > 3 {
		return vs
	}
	most := 0
	fields := map[int][]reflect.Value{}
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			fields[i] = values(t.Field(i).Type, depth+1)
			most = max(most, min(7, len(fields[i])))
		}
	}
	for k := 1; k < most; k++ {
		v := reflect.New(t).Elem()
		for i, own := range fields {
			if k < len(own) {
				v.Field(i).Set(own[k])
			}
		}
		vs = append(vs, v)
		if depth > 1 {
			continue
		}
		for i, own := range fields { // and each field alone
			if k < len(own) {
				one := reflect.New(t).Elem()
				one.Field(i).Set(own[k])
				vs = append(vs, one)
			}
		}
	}
	return vs
}

// maxCalls bounds the calls of one function.
const maxCalls = 400

// arguments are lists of arguments of a function: every parameter takes each of its values while
// the others have one of three, zero, a usual one, or an unusual one.
func arguments(f reflect.Type) (lists [][]reflect.Value) {
	own := make([][]reflect.Value, f.NumIn())
	fallible := f.NumOut() > 0 && f.Out(f.NumOut()-1) == reflect.TypeFor[error]()
	for i := range own {
		own[i] = values(f.In(i), 0)
		if f.In(i) == reflect.TypeFor[*rand.Rand]() && !fallible {
			own[i] = own[i][:1] // a nil rng panics, as its methods do
		}
	}
	for rest := range 3 {
		for i := range own {
			for _, v := range own[i] {
				list := make([]reflect.Value, len(own))
				for j := range own {
					list[j] = own[j][min(rest, len(own[j])-1)]
				}
				list[i] = v
				lists = append(lists, list)
			}
		}
	}
	if len(own) == 0 {
		return [][]reflect.Value{nil}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		list := make([]reflect.Value, len(own))
		for j := range own {
			list[j] = own[j][rng.IntN(len(own[j]))]
		}
		lists = append(lists, list)
	}
	return lists[:min(maxCalls, len(lists))]
}

func describe(args []reflect.Value) string {
	var words []string
	for _, a := range args {
		words = append(words, short(a))
	}
	return strings.Join(words, ", ")
}

// short is a value on one short line.
func short(v reflect.Value) string {
	if v.Kind() == reflect.Interface && !v.IsNil() {
		v = v.Elem()
	}
	text := fmt.Sprintf("%T", v.Interface())
	switch v.Kind() {
	case reflect.Func, reflect.Chan:
		return "nil"
	case reflect.Pointer, reflect.Map:
		if v.IsNil() {
			return text + "(nil)"
		}
		return text
	case reflect.Struct, reflect.Slice:
		text += fmt.Sprintf("%+v", v.Interface())
	default:
		text = fmt.Sprintf("%#v", v.Interface())
	}
	if len(text) > 160 {
		text = text[:160] + "…"
	}
	return text
}
