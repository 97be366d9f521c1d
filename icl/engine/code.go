package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/backend"
	"github.com/goicl/goicl/internal/usercode"
)

// Code is a hash of what a learner's code does on tasks with d inputs and c classes, 0 for
// real targets: the graph of its loss, operation by operation, on that many tasks of n
// points with that many queries each, and the weights that it starts with. It tells two
// learners apart whose names and settings are the same. Nothing is compiled or computed;
// Go's backend builds the graph, or the default one where that lacks an operation.
func Code(ctx context.Context, l learner.Learner, d, c, tasks, n, queries int) (string, error) {
	code, err := codeOn(ctx, "go", l, d, c, tasks, n, queries)
	if compute.IsNotImplemented(err) {
		return codeOn(ctx, "", l, d, c, tasks, n, queries)
	}
	return code, err
}

func codeOn(ctx context.Context, spec string, l learner.Learner, d, c, tasks, n, queries int) (string, error) {
	if err := usercode.WantContext(ctx); err != nil {
		return "", fmt.Errorf("engine: %w", err)
	}
	if err := datasets.CheckSize(tasks, n, d, c); err != nil {
		return "", err
	}
	if queries < 1 || queries > n {
		return "", fmt.Errorf("engine: %d queries of tasks of %d points; want 1 to %d", queries, n, n)
	}
	on, err := backend.Shared(ctx, spec, backend.WithProgress(os.Stderr))
	if err != nil {
		return "", err
	}
	recorder := &recorder{Backend: on.Backend}
	e, err := Compile[float32](recorder, l, d, c)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, p := range e.Layout.Params {
		fmt.Fprintln(sum, p.Name, p.Dims)
	}
	start, err := e.Layout.Start(l.Name(), datasets.Rand(0, "code"))
	if err != nil {
		return "", err
	}
	fmt.Fprintf(sum, "%x\n", start)
	err = e.build(tasks, n, queries, func(params *Node, ep learner.Episode) {
		e.lossGraph(e.Layout.Bind(params), ep)
		recorder.write(sum, params.Graph().Nodes())
	})
	return hex.EncodeToString(sum.Sum(nil)[:8]), err
}

// recorder is a backend that remembers the constants of a graph's main function. GoMLX
// itself keeps the values of small ones only.
type recorder struct {
	compute.Backend
	constants []string // values, "" for large ones
}

// maxRecorded bounds the size of a constant whose values are part of [Code].
const maxRecorded = 1<<16 - 1

func (r *recorder) Builder(name string) compute.Builder {
	return recordingBuilder{r.Backend.Builder(name), r}
}

type recordingBuilder struct {
	compute.Builder
	to *recorder
}

func (b recordingBuilder) Main() compute.Function { return recordingFunction{b.Builder.Main(), b.to} }

type recordingFunction struct {
	compute.Function
	to *recorder
}

func (f recordingFunction) Constant(flat any, dims ...int) (compute.Value, error) {
	values, text := reflect.ValueOf(flat), ""
	if values.Len() <= maxRecorded {
		text = nested(values, dims)
	}
	f.to.constants = append(f.to.constants, text)
	return f.Function.Constant(flat, dims...)
}

// nested writes a tensor as fmt writes nested slices.
func nested(flat reflect.Value, dims []int) string {
	if len(dims) == 0 {
		return fmt.Sprint(flat.Index(0))
	}
	parts, size := make([]string, dims[0]), flat.Len()/max(1, dims[0])
	for i := range parts {
		parts[i] = nested(flat.Slice(i*size, (i+1)*size), dims[1:])
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// write writes the nodes, one a line, with the values of constants.
func (r *recorder) write(w io.Writer, nodes []*Node) {
	next := 0
	for _, node := range nodes {
		text := node.String()
		if node.Type() == NodeTypeConstant && node.Function().IsMain() {
			if values := r.constants[next]; node.ConstantValue() == nil && values != "" {
				shape := node.Shape().String()
				text = strings.Replace(text, "("+shape+")", "("+shape+": "+values+")", 1)
			}
			next++
		}
		fmt.Fprintln(w, text)
	}
}
