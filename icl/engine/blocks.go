package engine

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive // graph files dot-import graph

	"github.com/goicl/goicl/datasets"
	"github.com/goicl/goicl/icl/learner"
	"github.com/goicl/goicl/internal/lanegraph"
	"github.com/goicl/goicl/internal/lanes"
	"github.com/goicl/goicl/internal/vector"
)

// blockEngine is an engine of a learner's graph on lanes. Where a task's loss depends on
// nothing but its points up to its last query, the tasks of a batch are sorted by that, and
// a graph is made for the tasks of one register, with no more points than they need. Else
// it is one graph for the batch.
type blockEngine struct {
	*Compiled[float32]
	prefetched
	on         *lanegraph.Backend
	workers    int
	width      int  // tasks of a block
	apart      bool // tasks can be computed block by block
	workspaces lanes.FreeList[*workspace]

	mu     sync.Mutex
	graphs map[graphKey]*graphOf
}

// graphKey tells graphs apart: what is computed, on which shape, by how many threads.
type graphKey struct {
	of                              string
	tasks, points, queries, workers int
}

// graphOf is a graph that is compiled once.
type graphOf struct {
	once sync.Once
	x    *lanegraph.Executable
	err  error
}

// newBlockEngine makes the engine of what e computes. It is an error where lanes has no
// operation for the graph.
func newBlockEngine(e *Compiled[float32], on *lanegraph.Backend) (Engine, error) {
	b := &blockEngine{Compiled: e, on: on, workers: on.Workers(), width: lanes.Width(), graphs: map[graphKey]*graphOf{}}
	b.workspaces.New = func() (*workspace, error) { return &workspace{}, nil }
	var err error
	if b.apart, err = b.tasksApart(); err != nil {
		return nil, err
	}
	return b, nil
}

// graph compiles the graph of a key, once.
func (e *blockEngine) graph(key graphKey) (*lanegraph.Executable, error) {
	e.mu.Lock()
	g := e.graphs[key]
	if g == nil {
		g = &graphOf{}
		e.graphs[key] = g
	}
	e.mu.Unlock()
	g.once.Do(func() { g.x, g.err = e.compile(key) })
	return g.x, g.err
}

func (e *blockEngine) compile(key graphKey) (x *lanegraph.Executable, err error) {
	on := e.on.Watched(key.workers, func(compiled *lanegraph.Executable) { x = compiled })
	err = e.buildOn(on, key.tasks, key.points, key.queries, func(params *Node, ep learner.Episode) {
		var out []*Node
		switch key.of {
		case "logits":
			out = []*Node{e.predictions(e.Layout.Bind(params), ep)}
		case "loss":
			out = []*Node{e.lossGraph(e.Layout.Bind(params), ep)}
		default:
			loss, grad := e.lossGradGraph(params, ep)
			out = []*Node{loss, grad}
		}
		if err := params.Graph().Compile(out...); err != nil {
			panic(err) // as operations do that lanes lacks
		}
	})
	return x, err
}

// workspace is the memory of a call.
type workspace struct {
	calls  lanes.Blocks
	starts []int // where in calls.Out the outputs of each block begin
}

// Block implements [BlockPredictor].
func (e *blockEngine) Block(tasks, points, queries int) (int64, error) {
	key := graphKey{"lossGrad", tasks, points, queries, e.workers}
	if e.apart {
		key.tasks, key.workers = min(tasks, e.width), 1
	}
	x, err := e.graph(key)
	if err != nil {
		return 0, err
	}
	return x.Block(), nil
}

// LossGrad implements [Engine].
func (e *blockEngine) LossGrad(params []float32, b *datasets.Batch, at []int32, grad []float32) (float64, error) {
	work := e.takeWork()
	defer work()
	if len(grad) != e.Layout.Size {
		return 0, fmt.Errorf("engine: grad has %d values, want %d", len(grad), e.Layout.Size)
	}
	return e.mean("lossGrad", params, b, at, grad, work)
}

// Loss implements [LossEvaluator].
func (e *blockEngine) Loss(params []float32, b *datasets.Batch, at []int32) (float64, error) {
	return e.mean("loss", params, b, at, nil, nothing)
}

// mean computes the loss, and its gradient if grad has room for it, and does work beside.
func (e *blockEngine) mean(of string, params []float32, b *datasets.Batch, at []int32, grad []float32, work func()) (float64, error) {
	if err := e.check(len(params), b, at); err != nil {
		return 0, err
	}
	return e.meanOf(e.plan(b, at), of, params, grad, work)
}

func (e *blockEngine) meanOf(p plan, of string, params, grad []float32, work func()) (float64, error) {
	space, err := e.workspaces.Take()
	if err != nil {
		return 0, err
	}
	defer e.workspaces.Give(space)
	if err := e.run(p, of, params, space, work); err != nil {
		return 0, err
	}
	loss := 0.
	clear(grad)
	for i, block := range p.blocks {
		share, out := float64(len(block.tasks))/float64(p.batch.T), space.calls.Out[space.starts[i]:]
		loss += share * float64(out[0])
		vector.AddScaled(grad, out[1:], float32(share))
	}
	return loss, nil
}

// Logits implements [Engine].
func (e *blockEngine) Logits(params []float32, b *datasets.Batch, at []int32) ([]float32, error) {
	if err := e.check(len(params), b, at); err != nil {
		return nil, err
	}
	return e.logitsOf(e.plan(b, at), params)
}

func (e *blockEngine) logitsOf(p plan, params []float32) ([]float32, error) {
	space, err := e.workspaces.Take()
	if err != nil {
		return nil, err
	}
	defer e.workspaces.Give(space)
	if err := e.run(p, "logits", params, space, nothing); err != nil {
		return nil, err
	}
	each := len(space.calls.Out) / p.batch.T // logits of a task
	logits := make([]float32, each*p.batch.T)
	for i, block := range p.blocks {
		for k, task := range block.tasks {
			copy(logits[int(task)*each:][:each], space.calls.Out[space.starts[i]+k*each:])
		}
	}
	return logits, nil
}

// run computes the blocks of a plan, and does work beside if there are several.
func (e *blockEngine) run(p plan, of string, params []float32, space *workspace, work func()) error {
	graphs := make([]*lanegraph.Executable, len(p.blocks))
	for i, block := range p.blocks {
		var err error
		if graphs[i], err = e.graph(graphKey{of, len(block.tasks), block.points, p.queries, p.workers}); err != nil {
			return err
		}
	}
	space.makeRoom(graphs)
	if p.workers > 1 {
		return wholeBatch(p, of, params, graphs[0], space.calls.Out)
	}
	space.fill(p, params, graphs)
	space.calls.Run(e.workers, work)
	return nil
}

// wholeBatch computes a plan of one block that several workers do.
func wholeBatch(p plan, of string, params []float32, x *lanegraph.Executable, out []float32) error {
	b, targets, outputs := p.batch, any(p.batch.Y), []any{out}
	if b.Regression() {
		targets = b.Z
	}
	if of == "lossGrad" {
		outputs = []any{out[:1], out[1:]}
	}
	return x.Call([]any{params, b.X, targets, p.at}, outputs)
}

// makeRoom makes room for the outputs of each block.
func (s *workspace) makeRoom(graphs []*lanegraph.Executable) {
	out := 0
	s.starts = s.starts[:0]
	for _, x := range graphs {
		s.starts = append(s.starts, out)
		out += x.OutputSize()
	}
	s.calls.Out = slices.Grow(s.calls.Out[:0], out)[:out]
}

// fill writes what the blocks read.
func (s *workspace) fill(p plan, params []float32, graphs []*lanegraph.Executable) {
	s.calls.Reset()
	s.calls.In = append(s.calls.In[:0], params...)
	for i, block := range p.blocks {
		at := []int{0, len(s.calls.In)}
		s.calls.In = block.appendInputs(p, s.calls.In, &at)
		graphs[i].AddTo(&s.calls, s.starts[i], at...)
	}
}

// plan is how a batch is dealt out.
type plan struct {
	batch   *datasets.Batch
	at      []int32
	queries int // of a task
	workers int // of each block
	blocks  []block
}

// block are tasks of a batch, and how many of their points are needed.
type block struct {
	tasks  []int32
	points int
}

// pointsStep is what numbers of points are rounded up to, so that there are few graphs.
const pointsStep = 4

func (e *blockEngine) plan(b *datasets.Batch, at []int32) plan {
	p := plan{batch: b, at: at, queries: len(at) / b.T, workers: e.workers}
	order := make([]int32, b.T)
	for i := range order {
		order[i] = int32(i)
	}
	if !e.apart {
		p.blocks = []block{{order, b.N}}
		return p
	}
	p.workers = 1
	last := make([]int32, b.T)
	for t := range last {
		last[t] = slices.Max(at[t*p.queries:][:p.queries])
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(last[b], last[a]) })
	p.blocks = cut(order, last, e.width, b.N)
	return p
}

// cut makes blocks of width tasks of n points, of which last are the last ones needed. The
// longest come first.
func cut(order, last []int32, width, n int) (blocks []block) {
	for own := range slices.Chunk(order, width) {
		points := (int(last[own[0]])/pointsStep + 1) * pointsStep
		blocks = append(blocks, block{own, min(n, points)})
	}
	return blocks
}

// appendInputs appends the points, targets and queries of the block's tasks, and to at where
// targets and queries begin.
func (b block) appendInputs(p plan, in []float32, at *[]int) []float32 {
	own := p.batch
	for _, t := range b.tasks {
		from := int(t) * own.N * own.D
		in = append(in, own.X[from:from+b.points*own.D]...)
	}
	*at = append(*at, len(in))
	for _, t := range b.tasks {
		from, to := int(t)*own.N, int(t)*own.N+b.points
		if own.Regression() {
			in = append(in, own.Z[from:to]...)
		} else {
			in = append(in, vector.Bits(own.Y[from:to])...)
		}
	}
	*at = append(*at, len(in))
	for _, t := range b.tasks {
		in = append(in, vector.Bits(p.at[int(t)*p.queries:][:p.queries])...)
	}
	return in
}
