package engine

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

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

// graphKey tells graphs apart: what is computed, on which shape, by how many workers.
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
	b.workspaces.New = func() (*workspace, error) {
		return &workspace{pool: lanes.NewPool(b.workers - 1), parts: make([]part, b.workers)}, nil
	}
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

// workspace is what a call needs: a pool of workers, and the memory of each.
type workspace struct {
	pool  *lanes.Pool
	parts []part
	grads []float32 // of the blocks of a call
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
	losses := make([]float32, len(p.blocks))
	space.grads = slices.Grow(space.grads[:0], len(p.blocks)*len(grad))[:len(p.blocks)*len(grad)]
	err = e.each(p, of, space, work, func(i int, x *lanegraph.Executable, part *part) error {
		out := []any{losses[i : i+1]}
		if grad != nil {
			out = append(out, space.grads[i*len(grad):][:len(grad)])
		}
		return x.Call(part.inputs(params), out, part.memory(p))
	})
	if err != nil {
		return 0, err
	}
	loss := 0.
	clear(grad)
	for i, block := range p.blocks {
		share := float64(len(block.tasks)) / float64(p.batch.T)
		loss += share * float64(losses[i])
		vector.AddScaled(grad, space.grads[i*len(grad):], float32(share))
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
	own := make([][]float32, len(p.blocks))
	err = e.each(p, "logits", space, nothing, func(i int, x *lanegraph.Executable, part *part) error {
		own[i] = make([]float32, x.Outputs()[0].Size())
		return x.Call(part.inputs(params), []any{own[i]}, part.memory(p))
	})
	if err != nil {
		return nil, err
	}
	each := len(own[0]) / len(p.blocks[0].tasks) // logits of a task
	logits := make([]float32, each*p.batch.T)
	for i, block := range p.blocks {
		for k, task := range block.tasks {
			copy(logits[int(task)*each:][:each], own[i][k*each:])
		}
	}
	return logits, nil
}

// each calls do for each block of a plan. One worker does other work first.
func (e *blockEngine) each(p plan, of string, space *workspace, work func(), do func(i int, x *lanegraph.Executable, part *part) error) error {
	workers := min(e.workers, len(p.blocks))
	var arrived, taken atomic.Int32
	errs := make([]error, len(p.blocks))
	space.pool.Run(workers-1, func() {
		place := int(arrived.Add(1)) - 1
		if place == workers-1 {
			work()
		}
		own := &space.parts[place]
		for i := int(taken.Add(1)) - 1; i < len(p.blocks); i = int(taken.Add(1)) - 1 {
			block := p.blocks[i]
			x, err := e.graph(graphKey{of, len(block.tasks), block.points, p.queries, p.workers})
			if err == nil {
				own.fill(p, block)
				err = do(i, x, own)
			}
			errs[i] = err
		}
	})
	return cmp.Or(errs...)
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

// part is a block's tasks as its graph reads them.
type part struct {
	x, z    []float32
	y, at   []int32
	scratch lanes.Scratch
}

func (p *part) fill(plan plan, block block) {
	p.x, p.y, p.z, p.at = p.x[:0], p.y[:0], p.z[:0], p.at[:0]
	b := plan.batch
	for _, t := range block.tasks {
		from, to := int(t)*b.N, int(t)*b.N+block.points
		p.x = append(p.x, b.X[from*b.D:to*b.D]...)
		if b.Regression() {
			p.z = append(p.z, b.Z[from:to]...)
		} else {
			p.y = append(p.y, b.Y[from:to]...)
		}
		p.at = append(p.at, plan.at[int(t)*plan.queries:][:plan.queries]...)
	}
}

// memory is what a graph of one goroutine works in; one of several has its own.
func (p *part) memory(of plan) *lanes.Scratch {
	if of.workers > 1 {
		return nil
	}
	return &p.scratch
}

func (p *part) inputs(params []float32) []any {
	if len(p.z) > 0 {
		return []any{params, p.x, p.z, p.at}
	}
	return []any{params, p.x, p.y, p.at}
}
