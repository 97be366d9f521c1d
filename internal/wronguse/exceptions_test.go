package wronguse_test

import (
	"runtime"
	"strconv"
	"strings"
)

// indexes is said of functions that take a place in a slice, or vectors that belong together.
const indexes = "an index out of range panics, as that of a slice does; the function is called once a point"

// exceptions are functions and methods that may panic on wrong arguments, and why.
var exceptions = map[string]string{
	"datasets.Batch.Point":            indexes,
	"datasets.Batch.Slice":            indexes,
	"datasets.Latent.Row":             indexes,
	"datasets.Dot":                    indexes,
	"datasets.Orthonormal":            indexes,
	"datasets/synthetic.Amort.Label":  indexes,
	"datasets/synthetic.Radius.Label": indexes,
	"icl/eval.Combine":                indexes,
	"icl/eval.Differences":            indexes,
	"icl/construct.Difference":        indexes,
	"icl/construct.Nothing":           "makes as many rows as are asked for",
	"icl/construct.Map.Repeat":        "makes as many rows as are asked for",
	"icl/optim.Graph":                 "builds a graph, whose operations throw",
	"icl/optim.New":                   "allocates vectors of the size that is asked for, as make does; train asks for that of a checked layout",
	"icl/notebook.Show":               "ends a notebook's cell by contract",
	"icl/notebook.Panel":              "ends a notebook's cell by contract",
	"icl/notebook.NewProgress":        "draws on standard error until it is done",
}

// writes are functions whose purpose is to write the file that they are given.
var writes = map[string]bool{"datasets/npz": true}

// where is the place of the panic that is being recovered: the first of this module.
func where() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "github.com/goicl/goicl/") && !strings.Contains(f.Function, "wronguse") {
			return f.Function[strings.LastIndex(f.Function, "/")+1:] + ":" + strconv.Itoa(f.Line)
		}
		if !more {
			return "?"
		}
	}
}
