package lanes

import (
	"fmt"
	"math"
	"runtime"
)

// Compiled is a program that is ready to be executed, from several goroutines at once.
type Compiled struct {
	c compiled
	sizes
	team int // workers that are of use for one group of tasks
}

// sizes are those of the memory that a program works in, in floats, and its slots: the pieces of
// work of the phase with the most.
type sizes struct {
	slots   int
	shared  int // shared values
	scratch int // and all that comes before local values
	local   int // of tasks at work at once
	own     int // of a worker
}

// flat is a program as C takes it, see lanes.h. Sizes are in floats.
type flat struct {
	sizes
	tables, code   []int32
	orders         []order
	pieces         []piece
	inputs         int
	fixed          []float32 // values that are the same on every call
	sums, sumsEach int
	packed         int // where, of a worker's memory, temporaries end
}

type order struct{ kind, code, words, tasks, team, full, fullEach, from, to, size int }
type piece struct{ at, size, table int }

// Compile makes a program ready. It is an error where the machine has no kernels or no memory.
func (p *Program) Compile() (*Compiled, error) {
	if ok, reason := Available(); !ok {
		return nil, fmt.Errorf("lanes: %s", reason)
	}
	set := sets()[0]
	width := set.lanes()
	f := flat{tables: p.Tables, fixed: p.fixed(set), inputs: len(p.Inputs), sumsEach: p.Sums, sizes: sizes{slots: 1, shared: p.Shared}}
	for _, stage := range p.Stages {
		for _, phase := range stage.Phases {
			f.slots = max(f.slots, slotsOf(phase.Tasks, width))
		}
	}
	f.sums = whole(p.Shared)
	at, full := f.sums+whole(f.slots*p.Sums), map[int]int{}
	for tasks, n := range p.Full {
		full[tasks] = at
		at += n * width * groups(tasks, width)
	}
	f.scratch = whole(at)
	f.local = whole(p.local() * width)
	f.packed = Temps * chunk(width) * width
	f.own = whole(f.packed + p.Packed*width)
	f.order(p, width, full)
	for _, pieces := range [][]Piece{p.Inputs, p.Outputs} {
		for _, q := range pieces {
			f.piece(q)
		}
	}
	c, ok := set.compile(f)
	if !ok {
		return nil, fmt.Errorf("lanes: no memory for a program of %d words", len(f.code)+len(f.tables))
	}
	own := &Compiled{c: c, sizes: f.sizes, team: 1}
	for _, o := range f.orders {
		own.team = max(own.team, o.team)
	}
	runtime.AddCleanup(own, func(c compiled) { c.free() }, c)
	return own, nil
}

// order lists what is done in each stage.
func (f *flat) order(p *Program, width int, full map[int]int) {
	for _, stage := range p.Stages {
		if len(stage.Shared) > 0 {
			f.orders = append(f.orders, order{kind: onShared, code: len(f.code), words: len(stage.Shared)})
			f.code = append(f.code, stage.Shared...)
		}
		if len(stage.Sums) > 0 {
			f.orders = append(f.orders, order{kind: clearSums})
		}
		for _, phase := range stage.Phases {
			f.orders = append(f.orders, order{kind: onTasks, code: len(f.code), words: len(phase.Code), tasks: phase.Tasks, team: team(phase.Code),
				full: full[phase.Tasks], fullEach: p.Full[phase.Tasks] * width})
			f.code = append(f.code, phase.Code...)
		}
		for _, sum := range stage.Sums {
			f.orders = append(f.orders, order{kind: addSums, from: sum.From, to: sum.To, size: sum.Size})
		}
	}
}

func (f *flat) piece(q Piece) {
	own := piece{at: q.At, size: q.Size, table: -1}
	if q.Unused {
		own.at, own.size = 0, 0
	}
	if q.Table != nil {
		own.table, own.size = len(f.tables), len(q.Table)
		f.tables = append(f.tables[:len(f.tables):len(f.tables)], q.Table...)
	}
	f.pieces = append(f.pieces, own)
}

// fixed computes the shared values that are the same on every call.
func (p *Program) fixed(set set) []float32 {
	width := set.lanes()
	fixed := aligned(make([]float32, whole(p.Fixed)+cacheLine))
	for _, c := range p.Constants {
		for i, bits := range c.Bits {
			fixed[c.At+i] = math.Float32frombits(bits)
		}
	}
	if len(p.Once) > 0 {
		temps, packed := make([]float32, Temps*chunk(width)*width+cacheLine), make([]float32, p.Packed*width+cacheLine)
		set.execute(p.Tables, fixed, aligned(temps), aligned(packed), p.Once)
	}
	return fixed[:p.Fixed]
}

// memory is the number of floats that a call by that many workers works in.
func (c *Compiled) memory(workers int) int {
	return c.scratch + min(workers, c.slots)*c.local + workers*c.own
}

// worthMeeting is how many vectors an instruction must work on, for each member of a team in
// the mean, so that waiting for each other costs little.
const worthMeeting = 2048

// team is how many workers are of use for a group of tasks: each does a part of each
// instruction, and they wait for each other after it.
func team(code []int32) int {
	vectors, instructions := 0, 0
	for ; len(code) > 0; code = code[code[1]:] {
		vectors += size(code)
		instructions++
	}
	return max(1, vectors/max(1, instructions)/worthMeeting)
}

// size is about how many vectors an instruction works on.
func size(code []int32) int {
	switch Instruction(code[0]) {
	case Elementwise:
		return int(code[2]) * int(code[3])
	case Reduce:
		return int(code[3]) * int(code[4])
	case ReduceTasks:
		return int(code[2]) * int(code[3])
	case Dot:
		return int(code[2]) * int(code[3]) * int(code[4]) * int(code[5])
	}
	return 0
}

// Runner executes a program. It must be used by one goroutine at a time.
type Runner struct {
	// Shared holds the shared values: inputs are written to it and outputs read from it.
	Shared []float32

	c       *Compiled
	workers int
	memory  []float32
}

// NewRunner makes a runner with that many threads, GOMAXPROCS for workers ≤ 0.
func NewRunner(c *Compiled, workers int) *Runner {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, maxSlots, c.slots*c.team)
	memory := aligned(make([]float32, c.memory(workers)+cacheLine))
	return &Runner{Shared: memory[:c.shared], c: c, workers: workers, memory: memory}
}

// Run executes the program.
func (r *Runner) Run() {
	share(r.workers, func(workers int) { r.c.c.run(r.memory, workers) })
	runtime.KeepAlive(r.c)
}

// chunk is the number of vectors that an elementwise step works on, CHUNK in program.h.
func chunk(width int) int { return 768 / width }

// whole rounds a number of floats up to whole lines of the cache.
func whole(floats int) int { return (floats + Aligned - 1) / Aligned * Aligned }

func groups(tasks, width int) int { return (tasks + width - 1) / width }

// slotsOf is the number of pieces that the blocks of a phase are dealt out to. It does not
// depend on the number of workers, so neither does the order in which sums are added up.
func slotsOf(tasks, width int) int { return min(groups(tasks, width), maxSlots) }
